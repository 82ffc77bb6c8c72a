package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

func queueOf(account record.ID, name string, members ...record.ID) *record.CallQueue {
	q := record.NewCallQueue()
	q.Account, q.Name = account, name
	for _, m := range members {
		q.Members = append(q.Members, record.QueueMember{User: m})
	}
	return q
}

// TestQueueRules are the rules of queues that look beyond one record.
func TestQueueRules(t *testing.T) {
	const accepted = "accepted"
	into := func(r record.Record) *record.Target {
		kind := map[record.Kind]string{record.KindCallQueue: record.TargetCallQueue, record.KindRingGroup: record.TargetRingGroup}
		return &record.Target{Type: kind[r.Kind()], ID: r.Header().ID}
	}
	cases := map[string]struct {
		do   func(w *world, tx *Tx) error
		want string
	}{
		"queue": {func(w *world, tx *Tx) error { return tx.Create(queueOf(w.account.ID, "Support", w.user.ID)) }, accepted},
		"name taken": {func(w *world, tx *Tx) error {
			if err := tx.Create(queueOf(w.account.ID, "Support")); err != nil {
				return err
			}
			return tx.Create(queueOf(w.account.ID, "SUPPORT"))
		}, "name:not_unique"},
		"another account's user": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			return tx.Create(queueOf(w.account.ID, "Support", o.user.ID))
		}, "members[0].user:not_found"},
		"no such clip": {func(w *world, tx *Tx) error {
			q := queueOf(w.account.ID, "Support")
			q.HoldMusicClip = record.NewID(record.KindAudioClip, tx.Now())
			return tx.Create(q)
		}, "hold_music_clip:not_found"},
		"no such number to call back with": {func(w *world, tx *Tx) error {
			q := queueOf(w.account.ID, "Support")
			q.Callback = &record.CallbackOffer{OutboundNumber: record.NewID(record.KindNumber, tx.Now())}
			return tx.Create(q)
		}, "callback.outbound_number:not_found"},
		"overflow to an emergency number": {func(w *world, tx *Tx) error {
			w.account.EmergencyNumbers = []string{"+13125550100"}
			if err := tx.Replace(w.account, 0); err != nil {
				return err
			}
			q, to := queueOf(w.account.ID, "Support"), outside("+13125550100")
			q.Overflow = &to
			return tx.Create(q)
		}, "overflow.number:invalid"},
		"emergency number a queue overflows to": {func(w *world, tx *Tx) error {
			q, to := queueOf(w.account.ID, "Support"), outside("+13125550100")
			q.Overflow = &to
			if err := tx.Create(q); err != nil {
				return err
			}
			w.account.EmergencyNumbers = []string{"+13125550100"}
			return tx.Replace(w.account, 0)
		}, ":reserved"},
		"a group and a queue in a circle": {func(w *world, tx *Tx) error {
			q, g := queueOf(w.account.ID, "Support"), group(w.account.ID, "Sales")
			if err := tx.Create(g); err != nil {
				return err
			}
			q.Overflow = into(g)
			if err := tx.Create(q); err != nil {
				return err
			}
			g.Overflow = into(q)
			return tx.Replace(g, 0)
		}, "overflow:invalid"},
		"an extension's queue goes": {func(w *world, tx *Tx) error {
			q := queueOf(w.account.ID, "Support")
			if err := tx.Create(q); err != nil {
				return err
			}
			if err := tx.Create(extension(w.account.ID, "1002", *into(q))); err != nil {
				return err
			}
			return tx.Delete(q.ID, 0)
		}, ":in_use"},
		"a number to another account's queue": {func(w *world, tx *Tx) error {
			o, err := found(tx, 2)
			if err != nil {
				return err
			}
			q := queueOf(o.account.ID, "Support")
			if err := tx.Create(q); err != nil {
				return err
			}
			return tx.Create(did(w.account.ID, "+13125550100", into(q)))
		}, "target.id:not_found"},
		"its agent goes": {func(w *world, tx *Tx) error {
			bob := record.NewUser()
			bob.Account, bob.Name, bob.Email = w.account.ID, "Bob", "bob@acme.example"
			if err := tx.Create(bob); err != nil {
				return err
			}
			q := queueOf(w.account.ID, "Support", bob.ID)
			if err := tx.Create(q); err != nil {
				return err
			}
			return tx.Delete(bob.ID, 0)
		}, ":in_use"},
		"a key's queue goes": {func(w *world, tx *Tx) error {
			q := queueOf(w.account.ID, "Support")
			if err := tx.Create(q); err != nil {
				return err
			}
			w.template.Buttons = []record.Button{{Position: 1, Type: record.ButtonQueueDepth, Target: &record.ButtonTarget{Queue: q.ID}}}
			if err := tx.Replace(w.template, 0); err != nil {
				return err
			}
			return tx.Delete(q.ID, 0)
		}, ":in_use"},
		"too many": {func(w *world, tx *Tx) error {
			for i := range record.MaxCallQueues + 1 {
				if err := tx.Create(queueOf(w.account.ID, fmt.Sprint("Queue ", i))); err != nil {
					return err
				}
			}
			return nil
		}, ":limit_reached"},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if got := w.refused(func(tx *Tx) error { return tt.do(w, tx) }); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			checkIndex(t, w.Store)
		})
	}
}

// agentIn is what the index says of a queue's agent.
func (w *world) agentIn(q *record.CallQueue, user record.ID) (a *record.QueueAgent) {
	w.View(func(v *View) { a = v.QueueAgent(q, user) })
	return a
}

// What an agent has said holds until he says otherwise, through a restart, and goes with
// the queue, the user or the membership.
func TestQueueAgent(t *testing.T) {
	w := newWorld(t)
	q := create(t, w.Store, queueOf(w.account.ID, "Support", w.user.ID))
	set := func(state, reason string) (before, after *record.QueueAgent, err error) {
		err = w.Update(t.Context(), func(tx *Tx) (err error) {
			before, after, err = tx.SetQueueAgent(q.ID, w.user.ID, AgentState{state, reason})
			return err
		})
		return before, after, err
	}
	if a := w.agentIn(q, w.user.ID); a.State != record.AgentAvailable || !a.Since.IsZero() {
		t.Errorf("a new member is %+v", a)
	}
	generation := func() (g Generation) { w.View(func(v *View) { g = v.Generation(w.account.ID) }); return g }
	was := generation()
	before, after, err := set(record.AgentPaused, "Lunch")
	if err != nil || before.State != record.AgentAvailable || after.Since.IsZero() {
		t.Fatalf("pausing: %+v, %+v, %v", before, after, err)
	}
	want := []record.FieldChange{
		{Field: "state of " + string(w.user.ID), Before: "available", After: "paused"},
		{Field: "reason of " + string(w.user.ID), Before: "", After: "Lunch"},
	}
	if diff := cmp.Diff(want, AgentChanges(before, after)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if a := w.agentIn(q, w.user.ID); a.State != record.AgentPaused || a.Reason != "Lunch" {
		t.Errorf("paused agent is %+v", a)
	}
	if generation() != was {
		t.Error("an agent's pause makes phones fetch anew")
	}
	var problems record.Problems
	if _, _, err := set("asleep", ""); !errors.As(err, &problems) {
		t.Errorf("unknown state: %v", err)
	}
	if _, _, err := set(record.AgentLoggedOut, ""); err != nil || !w.agentIn(q, w.user.ID).LoggedInAt.IsZero() {
		t.Errorf("logging out: %v", err)
	}
	if _, a, err := set(record.AgentAvailable, ""); err != nil || a.LoggedInAt.IsZero() {
		t.Errorf("logging in: %+v, %v", a, err)
	}
	checkIndex(t, w.Store)

	q.Members = nil
	update(t, w.Store, func(tx *Tx) error { return tx.Replace(q, 0) })
	if _, _, err := set(record.AgentPaused, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("pausing who is no agent: %v", err)
	}
	w.View(func(v *View) {
		if n := Count[*record.QueueAgent](v, w.account.ID); n != 0 || len(v.QueuesOf(w.user.ID)) != 0 {
			t.Errorf("%d states are left of an agent who was taken out", n)
		}
	})
	checkIndex(t, w.Store)
}

// The codes for logging in and pausing change all queues of an agent, or one of them.
func TestQueueToggles(t *testing.T) {
	const available, paused, out = record.AgentAvailable, record.AgentPaused, record.AgentLoggedOut
	type toggle func(tx *Tx, user, queue record.ID, who record.AuditEntry) (string, error)
	for _, tt := range []struct {
		name   string
		toggle toggle
		one    bool // the first of two queues only
		before [2]string
		after  [2]string
		none   bool // nothing to change
	}{
		{"log out of all", (*Tx).ToggleQueueLogin, false, [2]string{available, available}, [2]string{out, out}, false},
		{"log in to all", (*Tx).ToggleQueueLogin, false, [2]string{out, out}, [2]string{available, available}, false},
		{"log in where he is out", (*Tx).ToggleQueueLogin, false, [2]string{available, out}, [2]string{available, available}, false},
		{"come back by logging in", (*Tx).ToggleQueueLogin, false, [2]string{paused, available}, [2]string{available, available}, false},
		{"log out of one", (*Tx).ToggleQueueLogin, true, [2]string{available, available}, [2]string{out, available}, false},
		{"pause", (*Tx).ToggleQueuePause, false, [2]string{available, out}, [2]string{paused, out}, false},
		{"pause where he is not yet", (*Tx).ToggleQueuePause, false, [2]string{available, paused}, [2]string{paused, paused}, false},
		{"come back", (*Tx).ToggleQueuePause, false, [2]string{paused, out}, [2]string{available, out}, false},
		{"pause in one", (*Tx).ToggleQueuePause, true, [2]string{available, available}, [2]string{paused, available}, false},
		{"pause of one who is out", (*Tx).ToggleQueuePause, false, [2]string{out, out}, [2]string{out, out}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			queues := []*record.CallQueue{queueOf(w.account.ID, "A", w.user.ID), queueOf(w.account.ID, "B", w.user.ID)}
			update(t, w.Store, func(tx *Tx) error {
				for i, q := range queues {
					if err := tx.Create(q); err != nil {
						return err
					}
					if _, _, err := tx.SetQueueAgent(q.ID, w.user.ID, AgentState{State: tt.before[i]}); err != nil {
						return err
					}
				}
				return nil
			})
			one := record.ID("")
			if tt.one {
				one = queues[0].ID
			}
			who := record.AuditEntry{Actor: record.Actor{Type: record.ActorDevice, ID: w.device.ID}, Detail: "feature code"}
			var state string
			err := w.Update(t.Context(), func(tx *Tx) (err error) {
				state, err = tt.toggle(tx, w.user.ID, one, who)
				return err
			})
			got := [2]string{w.agentIn(queues[0], w.user.ID).State, w.agentIn(queues[1], w.user.ID).State}
			if errors.Is(err, ErrNotFound) != tt.none || got != tt.after || !tt.none && state != tt.after[0] {
				t.Errorf("now %q and %q (%v), want %q", state, got, err, tt.after)
			}
			page, err := w.AuditEntries(AuditQuery{Account: w.account.ID, Events: []string{EventQueueAgentUpdate}})
			changed := 0
			for i := range tt.before {
				if tt.before[i] != tt.after[i] {
					changed++
				}
			}
			if err != nil || len(page.Items) != changed || changed > 0 && page.Items[0].Actor.ID != w.device.ID {
				t.Errorf("%d audit entries (%v), want %d", len(page.Items), err, changed)
			}
			checkIndex(t, w.Store)
		})
	}
	w := newWorld(t)
	err := w.Update(t.Context(), func(tx *Tx) error {
		_, err := tx.ToggleQueueLogin(w.user.ID, "", record.AuditEntry{})
		return err
	})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("login of who is no agent: %v", err)
	}
}

// An agent of many queues is found in all of them, and in none that has let him go.
func TestQueuesOf(t *testing.T) {
	w := newWorld(t)
	var want []record.ID
	update(t, w.Store, func(tx *Tx) error {
		want = nil
		for i := range 50 {
			q := queueOf(w.account.ID, fmt.Sprint("Queue ", i), w.user.ID)
			if err := tx.Create(q); err != nil {
				return err
			}
			want = append(want, q.ID)
		}
		return tx.Delete(want[7], 0)
	})
	want = sortedIDs(slices.Delete(want, 7, 8))
	w.View(func(v *View) {
		if got := idsOf(v.QueuesOf(w.user.ID)); !slices.Equal(got, want) {
			t.Errorf("queues of the user %q", got)
		}
	})
	checkIndex(t, w.Store)
}
