package call

import (
	"testing"

	"pgregory.net/rapid"

	"dialtone/store/record"
)

// Whatever happens to calls that are parked, in whatever order, slots and all else are
// given back, and each call has one record.
func TestRandomParking(t *testing.T) {
	r := newRecords(t)
	for _, name := range []string{"ann", "bob", "bob2", "cid"} {
		r.bind(name, dead, "sip:"+name+"@127.0.0.1:1")
	}
	for _, fallback := range []*record.Target{nil, {Type: record.TargetUser, ID: r.users["bob"].ID}} {
		r.editAccount(t, func(a *record.Account) { a.ParkFallback = fallback })
		rapid.Check(t, func(rt *rapid.T) {
			r.mu.Lock()
			r.written, r.events = nil, nil
			r.mu.Unlock()
			m, s := newScripted(r)
			started := 2
			talking(r, m, s, "ann", "1003")
			talking(r, m, s, "ann", "1002")
			for range rapid.IntRange(5, 40).Draw(rt, "steps") {
				s.mu.Lock()
				legs := append([]*scripted(nil), s.legs...)
				s.mu.Unlock()
				switch rapid.IntRange(0, 7).Draw(rt, "what") {
				case 0, 1:
					if started < 8 {
						started++
						from := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(rt, "from")
						m.take(s.call(r, from, rapid.SampledFrom([]string{"*687", "*687", "*688", "*68", "1003"}).Draw(rt, "number")), "")
					}
				default:
					parkStep(rt, m, legs[rapid.IntRange(0, len(legs)-1).Draw(rt, "leg")], legs)
				}
				if rapid.IntRange(0, 3).Draw(rt, "wait") > 0 {
					settle(m)
				}
			}
			m.Close()
			check(rt, r, m, s, started)
		})
	}
}

// parkStep lets a peer do something that leads to slots and away from them.
func parkStep(rt *rapid.T, m *Manager, l *scripted, all []*scripted) {
	answered, over, _ := l.state()
	act := rapid.IntRange(0, 9).Draw(rt, "act")
	switch {
	case over:
	case !answered && !l.incoming && act < 7:
		answer(l)
	case !answered || act == 0:
		step(rt, m, l, all)
	case act < 4:
		dialled := rapid.SampledFrom([]string{"*687", "*688", "*68"}).Draw(rt, "to")
		do(m, l, func(c *Call, leg *leg) { c.refer(leg, &scriptedReferral{}, dialled, false, "") })
	case act < 6:
		other := rapid.SampledFrom(all).Draw(rt, "other")
		do(m, l, func(c *Call, leg *leg) { c.refer(leg, &scriptedReferral{}, "", true, other.id) })
	default:
		do(m, l, func(c *Call, _ *leg) {
			switch {
			case c.ring != nil:
				c.stageTimedOut(c.ring)
			case c.parking != nil:
				c.parkTimedOut(c.parking)
			}
		})
	}
}
