package call

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// talking connects two phones of a script; the first called.
func talking(r *records, m *Manager, s *script, from, number string) (caller, callee *scripted) {
	caller = s.call(r, from, number)
	m.take(caller, "")
	settle(m)
	s.mu.Lock()
	callee = s.legs[len(s.legs)-1]
	s.mu.Unlock()
	answer(callee)
	settle(m)
	return caller, callee
}

// Two park in one slot at once, a hundred times: one of them does, the other is told and
// goes on talking.
func TestTwoParkersOneSlot(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	m, s := newScripted(r)
	defer m.Close()
	for round := range 100 {
		a, c := talking(r, m, s, "ann", "1003")
		b, d := talking(r, m, s, "bob", "1003")
		var told [2]scriptedReferral
		var wg sync.WaitGroup
		for i, by := range []*scripted{a, b} {
			wg.Go(func() {
				do(m, by, func(c *Call, l *leg) { c.refer(l, &told[i], "*687", false, "") })
			})
		}
		wg.Wait()
		settle(m)
		first, second := told[0].last(), told[1].last()
		if min(first, second) != 200 || max(first, second) != 486 {
			t.Fatalf("round %d: told %d and %d", round, first, second)
		}
		states := map[string]int{}
		for _, info := range m.Active(r.account) {
			states[info.State]++
		}
		if states["parked"] != 1 || states["answered"] != 1 {
			t.Fatalf("round %d: calls %v", round, states)
		}
		for _, l := range []*scripted{a, b, c, d} {
			bye(l)
		}
		eventually(t, "end of all calls", func() bool { return m.Len() == 0 })
		if n := s.slots.len(); n != 0 {
			t.Fatalf("round %d: %d slots taken", round, n)
		}
	}
}

// bye lets the peer hang up, if it still can.
func bye(l *scripted) {
	if _, over, _ := l.state(); over {
		return
	}
	l.locked(func() { l.over = true })
	l.happens(byeEvent)
}

// Two dial a slot at once, a hundred times: one gets who waits, the other a 404.
func TestTwoRetrieversOneSlot(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	m, s := newScripted(r)
	defer m.Close()
	for round := range 100 {
		a, c := talking(r, m, s, "ann", "1003")
		do(m, a, func(c *Call, l *leg) { c.refer(l, &scriptedReferral{}, "*687", false, "") })
		bye(a)
		settle(m)
		takers := []*scripted{s.call(r, "bob", "*687"), s.call(r, "ann", "*687")}
		var wg sync.WaitGroup
		for _, l := range takers {
			wg.Go(func() { m.take(l, "") })
		}
		wg.Wait()
		settle(m)
		got, over := 0, 0
		for _, l := range takers {
			answered, gone, _ := l.state()
			if answered && !gone {
				got++
			} else if gone && !answered {
				over++
			}
		}
		if got != 1 || over != 1 {
			t.Fatalf("round %d: %d got the call, %d were refused", round, got, over)
		}
		bye(c)
		eventually(t, "end of all calls", func() bool { return m.Len() == 0 })
	}
}

// An hour of nobody wanting the call, by the clock of the test: the parker is rung every
// five minutes, and the slot stays the call's.
func TestParkingTimes(t *testing.T) {
	r := newRecords(t)
	r.bind("ann", dead, "sip:ann@127.0.0.1:1")
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		m, s := newScripted(r)
		a, c := talking(r, m, s, "ann", "1003")
		do(m, a, func(c *Call, l *leg) { c.refer(l, &scriptedReferral{}, "*687", false, "") })
		bye(a)
		synctest.Wait()
		began := time.Now()
		for round := 1; round <= 10; round++ {
			if state := s.slots.state(7); state != ParkWaiting {
				t.Fatalf("round %d: slot is %q", round, state)
			}
			p, _ := s.slots.Waiting(r.account, 7, 7)
			if left := time.Until(p.RingsBack); left != 5*time.Minute {
				t.Fatalf("round %d: rings back in %v", round, left)
			}
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			if state := s.slots.state(7); state != ParkRingBack {
				t.Fatalf("round %d: slot is %q", round, state)
			}
			time.Sleep(time.Minute) // the parker's phone rings for so long
			synctest.Wait()
			if !p.At.Equal(began) {
				t.Fatalf("round %d: parked at %v, began %v", round, p.At, began)
			}
		}
		bye(c)
		synctest.Wait()
		if n := s.slots.len(); n != 0 {
			t.Errorf("%d slots taken", n)
		}
		m.Close()
	})
}

// What may not be parked is not, and who talks goes on.
func TestNotParked(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	for name, tt := range map[string]struct {
		change func(*Call)
		want   int
	}{
		"an emergency call":    {func(c *Call) { c.emergency = true }, 403},
		"without media":        {func(c *Call) { c.closeMedia(c.callee) }, 488},
		"where there are none": {func(c *Call) { c.m.config.Slots = nil }, 501},
	} {
		t.Run(name, func(t *testing.T) {
			m, s := newScripted(r)
			defer m.Close()
			a, _ := talking(r, m, s, "ann", "1003")
			told := &scriptedReferral{}
			do(m, a, func(c *Call, l *leg) {
				tt.change(c)
				c.refer(l, told, "*687", false, "")
				c.emergency = false
			})
			settle(m)
			if got := told.last(); got != tt.want {
				t.Errorf("told %d, want %d", got, tt.want)
			}
			if list := m.Active(r.account); len(list) != 1 || list[0].State != "answered" {
				t.Errorf("active: %+v", list)
			}
		})
	}
}

// An extension stands for slots: a transfer parks in the first free one, who dials it
// gets who waits longest.
func TestParkExtension(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		e := record.NewExtension()
		e.Account, e.Number, e.Target = r.account, "1500", record.Target{Type: record.TargetPark, First: 5, Last: 6}
		return tx.Create(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	m, s := newScripted(r)
	defer m.Close()
	var waiting []*scripted
	for i, want := range []int{200, 200, 486} {
		a, c := talking(r, m, s, "ann", "1003")
		told := &scriptedReferral{}
		do(m, a, func(c *Call, l *leg) { c.refer(l, told, "1500", false, "") })
		settle(m)
		if got := told.last(); got != want {
			t.Errorf("parking %d: told %d, want %d", i, got, want)
		}
		bye(a)
		settle(m)
		waiting = append(waiting, c)
	}
	if s.slots.state(5) != ParkWaiting || s.slots.state(6) != ParkWaiting || s.slots.len() != 2 {
		t.Fatalf("slots: %q and %q", s.slots.state(5), s.slots.state(6))
	}
	b := s.call(r, "bob", "1500")
	m.take(b, "")
	settle(m)
	if answered, _, _ := b.state(); !answered || s.slots.state(5) != "" {
		t.Error("the call that waited longest was not taken")
	}
	for _, l := range append(waiting, b) {
		bye(l)
	}
	settle(m)
	if n := s.slots.len(); n != 0 {
		t.Errorf("%d slots taken", n)
	}
}
