package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
	"dialtone/store/record"
)

var callStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// aCall began some minutes after callStart.
func aCall(account record.ID, minute int, change func(*record.CallRecord)) record.CallRecord {
	at := callStart.Add(time.Duration(minute) * time.Minute)
	c := record.CallRecord{
		CallID: record.NewCallID(at), Account: account, Direction: record.CallInternal, From: "1001", To: "1002", Dialled: "1002",
		StartedAt: at, AnsweredAt: at.Add(time.Second), EndedAt: at.Add(time.Minute), DurationSeconds: 59,
		Result: record.CallAnswered, Reason: record.ReasonNormal, SIPStatus: 200, HungUpBy: record.HungUpByCaller,
	}
	change(&c)
	return c
}

func appendCalls(t *testing.T, s *Store, calls ...record.CallRecord) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		for _, c := range calls {
			if err := tx.AppendCall(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// callsOf asks for all pages and gives who was called.
func callsOf(t *testing.T, s *Store, q CallQuery) (to []string) {
	t.Helper()
	for {
		page, err := s.Calls(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			to = append(to, c.To)
		}
		if q.After = page.Next; q.After == "" {
			return to
		}
	}
}

func TestCalls(t *testing.T) {
	w := newWorld(t)
	o := w.open(2)
	at := func(minute int) time.Time { return callStart.Add(time.Duration(minute) * time.Minute) }
	appendCalls(
		t, w.Store,
		aCall(w.account.ID, 20, func(c *record.CallRecord) {
			c.To, c.Result, c.Queues = "b", record.CallBusy, []record.QueuePassage{{Queue: "qu_1"}}
		}),
		aCall(w.account.ID, 10, func(c *record.CallRecord) {
			c.To, c.Legs = "a", []record.CallLeg{{Device: w.device.ID, User: w.user.ID}, {Device: w.device.ID}}
		}),
		aCall(w.account.ID, 30, func(c *record.CallRecord) { c.To, c.Direction, c.User = "c", record.CallOutbound, w.user.ID }),
		aCall(o.account.ID, 15, func(c *record.CallRecord) { c.To = "other" }),
		aCall(record.NewID(record.KindAccount, callStart), 15, func(c *record.CallRecord) { c.To = "nobody" }),
	)
	for name, tt := range map[string]struct {
		q    CallQuery
		want []string
	}{
		"all":         {CallQuery{}, []string{"c", "b", "a"}},
		"page by one": {CallQuery{Limit: 1}, []string{"c", "b", "a"}},
		"from":        {CallQuery{From: at(20)}, []string{"c", "b"}},
		"to":          {CallQuery{To: at(20)}, []string{"a"}},
		"between":     {CallQuery{From: at(11), To: at(30)}, []string{"b"}},
		"result":      {CallQuery{Result: record.CallBusy}, []string{"b"}},
		"direction":   {CallQuery{Direction: record.CallOutbound}, []string{"c"}},
		"user":        {CallQuery{User: w.user.ID}, []string{"c", "a"}},
		"device":      {CallQuery{Device: w.device.ID}, []string{"a"}},
		"number":      {CallQuery{Number: "a"}, []string{"a"}},
		"caller":      {CallQuery{Number: "1001"}, []string{"c", "b", "a"}},
		"queue":       {CallQuery{Queue: "qu_1"}, []string{"b"}},
		"other queue": {CallQuery{Queue: "qu_2"}, nil},
		"nothing":     {CallQuery{Number: "9"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tt.q.Account = w.account.ID
			if got := callsOf(t, w.Store, tt.q); !slices.Equal(got, tt.want) {
				t.Errorf("calls %q, want %q", got, tt.want)
			}
		})
	}
	if _, err := w.Calls(CallQuery{Account: w.account.ID, After: cursor("aud_x")}); !errors.Is(err, ErrBadCursor) {
		t.Errorf("another list's cursor: %v", err)
	}
	w.View(func(v *View) {
		if s := v.State(w.device.ID); s == nil || !s.LastCallAt.Equal(at(10)) {
			t.Errorf("state of the device %+v", s)
		}
	})
}

// A call is read as it was written; two records of one call stand beside each other.
func TestCall(t *testing.T) {
	w := newWorld(t)
	want := aCall(w.account.ID, 1, func(c *record.CallRecord) {
		c.Forwards = []string{"1002 to 1003: busy"}
		c.Legs = []record.CallLeg{{Role: record.LegCaller, Codec: record.CodecPCMU, PacketsSent: 7, MOS: 4.2}}
	})
	appendCalls(t, w.Store, want, want)
	got, err := w.Call(w.account.ID, want.CallID)
	if err != nil {
		t.Fatal(err)
	}
	want.ID = want.CallID
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("call (-written +read):\n%s", diff)
	}
	page, err := w.Calls(CallQuery{Account: w.account.ID})
	if err != nil || len(page.Items) != 2 || page.Items[0].ID == page.Items[1].ID || page.Items[0].CallID != page.Items[1].CallID {
		t.Errorf("records of the call: %v, %v", page.Items, err)
	}
	o := w.open(2)
	for _, id := range []string{"", "call_x", "aud_x", record.NewCallID(callStart)} {
		if _, err := w.Call(w.account.ID, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("call %q: %v", id, err)
		}
	}
	if _, err := w.Call(o.account.ID, want.CallID); !errors.Is(err, ErrNotFound) {
		t.Errorf("another account's call: %v", err)
	}
}

// Calls that were queued are recorded when the queue is closed, long messages or not.
func TestCallQueue(t *testing.T) {
	w := newWorld(t)
	q := w.NewCallQueue()
	const n = 100
	trace := &record.CallTrace{Messages: []record.TraceMessage{{Message: strings.Repeat("x", record.MaxTrace-200)}}}
	for range n {
		if !q.Add(EndedCall{aCall(w.account.ID, 1, func(*record.CallRecord) {}), trace}) {
			t.Fatal("a call was dropped")
		}
	}
	q.Add(EndedCall{Record: aCall(w.account.ID, 2, func(*record.CallRecord) {})})
	q.Close()
	list, err := w.Calls(CallQuery{Account: w.account.ID, Limit: maxPage})
	if err != nil || len(list.Items) != n+1 {
		t.Fatalf("%d calls recorded, %v", len(list.Items), err)
	}
	if got, err := w.CallTrace(w.account.ID, list.Items[n].CallID); err != nil || len(got.Messages) != 1 {
		t.Errorf("messages %v, %v", got, err)
	}
}

func TestCallTrace(t *testing.T) {
	w := newWorld(t)
	id := record.NewCallID(callStart)
	big := strings.Repeat("x", record.MaxTrace-200)
	update(t, w.Store, func(tx *Tx) error {
		return tx.PutCallTrace(w.account.ID, id, record.CallTrace{Messages: []record.TraceMessage{
			{Time: callStart, Sent: true, Message: "a=crypto:1 S inline:secret\xff"}, {Message: big}, {Message: "more"},
		}})
	})
	got, err := w.CallTrace(w.account.ID, id)
	if err != nil || len(got.Messages) != 2 || got.Dropped != 1 || got.Messages[0].Message != "a=crypto:1 S inline:****" {
		t.Errorf("%d messages, %d dropped, the first %+v, %v", len(got.Messages), got.Dropped, got.Messages[0], err)
	}
	if _, err := w.CallTrace(w.account.ID, record.NewCallID(callStart)); !errors.Is(err, ErrNotFound) {
		t.Errorf("messages of no call: %v", err)
	}
}

// Calls and their messages go when their time is over, or when there are too many.
func TestCallRetention(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{CallRecordsPerAccount: 3})
	w := &world{Store: s, t: t}
	w.office = w.open(1)
	calls := []record.CallRecord{}
	for minute := range 5 {
		calls = append(calls, aCall(w.account.ID, minute, func(r *record.CallRecord) { r.To = string(rune('a' + minute)) }))
	}
	appendCalls(t, s, calls...)
	update(t, s, func(tx *Tx) error {
		return tx.PutCallTrace(w.account.ID, calls[4].CallID, record.CallTrace{Messages: []record.TraceMessage{{Message: "x"}}})
	})
	kept := func(want ...string) {
		t.Helper()
		if got := callsOf(t, s, CallQuery{Account: w.account.ID}); !slices.Equal(got, want) {
			t.Errorf("calls %q, want %q", got, want)
		}
		var n uint64
		err := s.engine.View(func(r kv.Reader) error {
			b, err := r.Get(historyKey(tableCallCount, w.account.ID, ""))
			n = beUint64(b)
			return err
		})
		if err != nil || n != uint64(len(want)) {
			t.Errorf("%d calls counted, want %d, %v", n, len(want), err)
		}
	}
	kept("e", "d", "c")
	c.advance(8 * day)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept("e", "d", "c")
	if _, err := s.CallTrace(w.account.ID, calls[4].CallID); !errors.Is(err, ErrNotFound) {
		t.Errorf("messages after 8 days: %v", err)
	}
	c.advance(357*day - 57*time.Minute)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.advance(3 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept()
}

// A user's phone changes his state, and the log says that it did.
func TestChangeUser(t *testing.T) {
	w := newWorld(t)
	phone := record.Actor{Type: record.ActorDevice, ID: w.device.ID, Name: "Lobby"}
	change := func(fn func(*record.User)) error {
		return w.ChangeUser(t.Context(), w.user.ID, phone, "192.0.2.1", fn)
	}
	dnd := func(u *record.User) {
		u.DoNotDisturb = true
		u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1002"}
	}
	for range 2 {
		if err := change(dnd); err != nil {
			t.Fatal(err)
		}
	}
	if got := verdictOf(change(func(u *record.User) { u.Forwarding.Always.Destination = "911" })); got != "forwarding.always.destination:invalid" {
		t.Errorf("forward to 911: %s", got)
	}
	if u := get[*record.User](w.Store, w.user.ID); !u.DoNotDisturb || u.Forwarding.Always.Destination != "1002" {
		t.Errorf("user %+v", u)
	}
	list, err := w.AuditEntries(AuditQuery{Account: w.account.ID})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("entries %+v, %v", list.Items, err)
	}
	e := list.Items[0]
	want := []record.FieldChange{
		{Field: "do_not_disturb", Before: false, After: true},
		{Field: "forwarding.always.destination", Before: "", After: "1002"},
		{Field: "forwarding.always.enabled", Before: false, After: true},
	}
	if diff := cmp.Diff(want, e.Changes); diff != "" || e.Actor != phone || e.Event != "user.update" || e.IP != "192.0.2.1" || e.Resource != w.user.ID {
		t.Errorf("entry %+v (-want +changes):\n%s", e, diff)
	}
}

// A name in another character set must not hide the page of records it stands on.
func TestCallOfLatin1(t *testing.T) {
	w := newWorld(t)
	appendCalls(t, w.Store, aCall(w.account.ID, 1, func(c *record.CallRecord) { c.CallerName = "Jos\xe9" }))
	if got := callsOf(t, w.Store, CallQuery{Account: w.account.ID, Limit: 10}); len(got) != 1 {
		t.Errorf("calls %q", got)
	}
}
