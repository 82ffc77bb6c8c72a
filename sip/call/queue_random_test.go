package call

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"dialtone/sip/media"
	"dialtone/store"
	"dialtone/store/record"
)

// RandomQueues has peers do whatever they like in whatever order while calls wait in
// queues, and checks that everything is given back. It tells left which queue to look at
// when all calls are over.
func RandomQueues(t *testing.T, newQueues func(phones interface{ Obstacle(record.ID) Obstacle }) Queues, left func(rt *rapid.T, q Queues, queue record.ID)) {
	t.Helper()
	r := newRecords(t)
	for _, name := range []string{"ann", "bob", "bob2", "cid"} {
		r.bind(name, dead, "sip:"+name+"@127.0.0.1:1")
	}
	q := record.NewCallQueue()
	q.Account, q.Name, q.Callback = r.account, "Support", &record.CallbackOffer{}
	q.Members = []record.QueueMember{{User: r.users["bob"].ID}, {User: r.users["cid"].ID, Penalty: 1}}
	q.Overflow, q.MaxLength = &record.Target{Type: record.TargetUser, ID: r.users["ann"].ID}, 2
	e := record.NewExtension()
	e.Account, e.Number = r.account, "1200"
	if err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		err := tx.Create(q)
		e.Target = record.Target{Type: record.TargetCallQueue, ID: q.ID}
		return errors.Join(err, tx.Create(e))
	}); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		r.mu.Lock()
		r.written, r.events = nil, nil
		r.mu.Unlock()
		m, s := newScripted(r)
		queues := newQueues(m)
		m.config.Queues = queues
		talking(r, m, s, "ann", "1003")
		started := 1
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			s.mu.Lock()
			legs := append([]*scripted(nil), s.legs...)
			s.mu.Unlock()
			if rapid.IntRange(0, 5).Draw(rt, "what") == 0 && started < 8 {
				started++
				from := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(rt, "from")
				m.take(s.call(r, from, rapid.SampledFrom([]string{"1200", "1200", "1200", "1003", "**1003"}).Draw(rt, "number")), "")
			} else {
				queueStep(rt, m, legs[rapid.IntRange(0, len(legs)-1).Draw(rt, "leg")], legs)
			}
			if rapid.IntRange(0, 3).Draw(rt, "wait") > 0 {
				settle(m)
			}
		}
		m.Close()
		const callbacks = 1000 // have records of their own
		check(rt, r, m, s, started+callbacks)
		left(rt, queues, q.ID)
	})
}

// queueStep lets a peer do something that leads into queues and out of them.
func queueStep(rt *rapid.T, m *Manager, l *scripted, all []*scripted) {
	answered, over, _ := l.state()
	act := rapid.IntRange(0, 11).Draw(rt, "act")
	switch {
	case over:
	case !answered && !l.incoming && act < 6:
		answer(l)
	case !answered || act == 0:
		step(rt, m, l, all)
	case act < 3:
		do(m, l, func(c *Call, leg *leg) { c.refer(leg, &scriptedReferral{}, "1200", false, "") })
	case act < 4:
		other := rapid.SampledFrom(all).Draw(rt, "other")
		do(m, l, func(c *Call, leg *leg) { c.refer(leg, &scriptedReferral{}, "", true, other.id) })
	case act < 6:
		do(m, l, func(c *Call, leg *leg) { c.heard(leg, media.DTMF{Digit: '1'}) })
	case act < 7:
		do(m, l, func(c *Call, _ *leg) {
			if c.queueing != nil {
				c.announce(c.queueing)
			}
		})
	case act < 8:
		do(m, l, func(c *Call, _ *leg) {
			if c.played != nil {
				c.played(c)
			}
		})
	case act < 9:
		do(m, l, func(*Call, *leg) { panic("a fault") })
	default:
		do(m, l, func(c *Call, _ *leg) {
			if c.ring != nil {
				c.stageTimedOut(c.ring)
			}
		})
	}
}
