package call

import (
	"maps"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/trunk"
)

// Whatever peers do in whatever order, in the end everything is given back and each call
// has one record.
func TestRandomOrders(t *testing.T) {
	r := newRecords(t)
	for _, name := range []string{"ann", "bob", "bob2", "cid"} {
		r.bind(name, dead, "sip:"+name+"@127.0.0.1:1")
	}
	r.places = []trunk.Destination{{Transport: "udp", Address: dead, Host: "a.example"}, {Transport: "udp", Address: dead, Host: "b.example"}}
	rapid.Check(t, func(rt *rapid.T) {
		r.mu.Lock()
		r.written, r.events = nil, nil
		r.mu.Unlock()
		m, s := newScripted(r)
		started := 0
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			if rapid.IntRange(0, 5).Draw(rt, "what") == 0 && started < 6 {
				started++
				from := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(rt, "from")
				number := rapid.SampledFrom([]string{"1001", "1002", "1003", "1100", "3125550199", "911", "1999", "**1002", "*69", "*687", "*68"}).Draw(rt, "number")
				named := ""
				s.mu.Lock()
				if n := len(s.legs); n > 0 && rapid.IntRange(0, 3).Draw(rt, "replaces") == 0 {
					named = s.legs[rapid.IntRange(0, n-1).Draw(rt, "replaced")].id
				}
				s.mu.Unlock()
				m.take(s.call(r, from, number), named)
				settle(m)
				continue
			}
			s.mu.Lock()
			legs := append([]*scripted(nil), s.legs...)
			s.mu.Unlock()
			if len(legs) > 0 {
				step(rt, m, legs[rapid.IntRange(0, len(legs)-1).Draw(rt, "leg")], legs)
				if rapid.Bool().Draw(rt, "wait") {
					settle(m)
				}
			}
		}
		m.Close()
		check(rt, r, m, s, started)
	})
}

// settle waits until every call has done what waits for it, look-ups included.
func settle(m *Manager) {
	for range 3 {
		m.mu.Lock()
		calls := slices.Collect(maps.Values(m.calls))
		m.mu.Unlock()
		for _, c := range calls {
			done := make(chan struct{})
			if c.box.put(message{do: func(*Call) { close(done) }, lost: func() { close(done) }}) {
				<-done
			}
			runtime.Gosched()
		}
	}
}

// step lets one peer do something that he may.
func step(rt *rapid.T, m *Manager, l *scripted, all []*scripted) {
	answered, over, asking := l.state()
	if over {
		return
	}
	descriptions := []string{"answer", "answer", "bad"}
	description := []byte(rapid.SampledFrom(descriptions).Draw(rt, "description"))
	act := rapid.IntRange(0, 9).Draw(rt, "act")
	switch {
	case !answered && l.incoming:
		if act == 0 {
			l.locked(func() { l.over = true })
			l.happens(dialog.Cancelled{})
			l.happens(dialog.Ended{Remote: true, Why: dialog.WhyCancelled})
		}
	case !answered:
		switch {
		case act < 2:
			l.happens(dialog.Progressed{Status: 180})
		case act < 4:
			l.happens(dialog.Progressed{Status: 183, SDP: description})
		case act < 7:
			l.locked(func() { l.answered = true })
			l.happens(dialog.Answered{SDP: description})
		default:
			l.locked(func() { l.over = true })
			status := rapid.SampledFrom([]int{302, 404, 408, 424, 480, 486, 488, 503, 603}).Draw(rt, "status")
			l.happens(dialog.Failed{Status: status, Contacts: []string{"sip:1003@pbx.example"}, Unreachable: status == 408})
			l.happens(dialog.Ended{Why: dialog.WhyFailed})
		}
	case asking && act < 5:
		l.locked(func() { l.asking = false })
		l.happens(dialog.Reanswered{Status: rapid.SampledFrom([]int{200, 488}).Draw(rt, "answer"), SDP: description})
	case act == 0:
		l.locked(func() { l.over = true })
		l.happens(dialog.Ended{Remote: true, Why: rapid.SampledFrom([]dialog.Why{dialog.WhyBye, dialog.WhySessionExpired, dialog.WhyNoAck}).Draw(rt, "why")})
	case act < 3:
		do(m, l, func(c *Call, leg *leg) {
			c.offered(leg, offer{sdp: []byte(rapidOffer(act)), request: &scriptedRequest{}})
		})
	case act < 5:
		dialled := rapid.SampledFrom([]string{"1001", "1002", "1003", "3125550199", "1999", "*687", "*687", "*68"}).Draw(rt, "to")
		do(m, l, func(c *Call, leg *leg) { c.refer(leg, &scriptedReferral{}, dialled, false, "") })
	case act < 7:
		other := rapid.SampledFrom(all).Draw(rt, "other")
		do(m, l, func(c *Call, leg *leg) { c.refer(leg, &scriptedReferral{}, "", true, other.id) })
	case act == 7:
		keys := rapid.SampledFrom([]string{"1", "*1", "*2", "#", "*", "1002#", "3125550199#", "*687#"}).Draw(rt, "keys")
		do(m, l, func(c *Call, leg *leg) {
			for _, k := range []byte(keys) {
				if !leg.gone {
					c.heard(leg, media.DTMF{Digit: k})
				}
			}
		})
	case act == 8:
		do(m, l, func(*Call, *leg) { panic("a fault") })
	default:
		do(m, l, func(c *Call, leg *leg) {
			c.heard(leg, media.NoMedia{})
			switch {
			case c.ring != nil:
				c.stageTimedOut(c.ring)
			case c.parking != nil:
				c.parkTimedOut(c.parking)
			}
		})
	}
}

func rapidOffer(act int) string {
	if act == 1 {
		return "hold"
	}
	return "offer"
}

// do has a leg's call do something.
func do(m *Manager, l *scripted, what func(*Call, *leg)) {
	if leg := m.leg(l.id); leg != nil {
		leg.post(func(c *Call) { what(c, leg) })
	}
}

func check(rt *rapid.T, r *records, m *Manager, s *script, started int) {
	if m.Len() != 0 || len(m.legs) != 0 || m.load[""] != 0 || len(m.lamps.byAOR) != 0 || len(m.lamps.users) != 0 {
		rt.Fatalf("left: %d calls, legs %v, load %v, lamps %v", m.Len(), m.legs, m.load, m.lamps.byAOR)
	}
	if n := s.slots.len(); n != 0 {
		rt.Fatalf("%d slots taken", n)
	}
	for _, l := range s.legs {
		if _, over, _ := l.state(); !over {
			rt.Fatalf("dialog %s goes on", l.id)
		}
	}
	for i, st := range s.streams {
		if !st.closed {
			rt.Fatalf("stream %d is open", i)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.acquired != 0 {
		rt.Fatalf("%d channels taken", r.acquired)
	}
	seen := map[string]bool{}
	for _, c := range r.written {
		if seen[c.CallID] {
			rt.Fatalf("call %s has two records", c.CallID)
		}
		seen[c.CallID] = true
		if m.metrics.ended[[2]string{c.Result, c.Reason}] == nil {
			rt.Fatalf("(%s, %s) is not in the lists", c.Result, c.Reason)
		}
	}
	began, ended, merged := map[string]int{}, map[string]int{}, 0
	for _, e := range r.events {
		switch e.Kind {
		case EventStarted:
			began[e.Call]++
		case EventEnded:
			ended[e.Call]++
			if !seen[e.Call] {
				merged++
			}
		}
	}
	if !maps.Equal(began, ended) || len(r.written)+merged > started || len(r.written) < len(began)-merged {
		rt.Fatalf("%d calls, %d records, told of %v and %v", started, len(r.written), began, ended)
	}
}
