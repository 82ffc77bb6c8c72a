package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// clock is a time that moves when it is told to.
type clock struct{ now chan time.Time }

func newClock() *clock {
	c := &clock{make(chan time.Time, 1)}
	c.now <- time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return c
}

func (c *clock) Now() time.Time {
	t := <-c.now
	c.now <- t
	return t
}

func (c *clock) advance(d time.Duration) {
	t := <-c.now
	c.now <- t.Add(d)
}

// openAt opens a store whose time is c's.
func openAt(t *testing.T, c *clock, r Retention) *Store {
	t.Helper()
	s := openWith(t, Config{Dir: t.TempDir(), Now: c.Now, Retention: r})
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

func audit(t *testing.T, s *Store, account record.ID, entries ...record.AuditEntry) {
	t.Helper()
	for _, e := range entries {
		update(t, s, func(tx *Tx) error { return tx.Audit(account, e) })
	}
}

func TestAudit(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{})
	a := newAccount(t, s)
	length := 4
	audit(t, s, a.ID, record.AuditEntry{
		Event: "account.update", Resource: a.ID, Outcome: record.OutcomeSuccess, IP: "192.0.2.1",
		Actor: record.Actor{Type: record.ActorAPIKey, ID: "key_1", Name: "Büro <1>"},
		Changes: []record.FieldChange{
			{Field: "extension_length", Before: &length, After: 5},
			{Field: "settings", Before: nil, After: map[string]any{"z": 1.5, "a": []string{"x", "\u2028"}}},
		},
	}, record.AuditEntry{Event: "account.read", Outcome: record.OutcomeSuccess})
	if _, err := s.VerifyAudit(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	page, err := s.AuditEntries(AuditQuery{Account: a.ID})
	if err != nil || len(page.Items) != 2 || page.Next != "" {
		t.Fatalf("page %+v, error %v", page, err)
	}
	newer, older := page.Items[0], page.Items[1]
	if newer.Seq != 2 || older.Seq != 1 || newer.PrevHash != older.Hash || newer.ID <= older.ID {
		t.Errorf("entries are not chained: %+v, %+v", older, newer)
	}
	if !older.Time.Equal(c.Now()) || len(older.Changes) != 2 || older.Changes[0].Field != "extension_length" {
		t.Errorf("entry %+v", older)
	}
	if got := fmt.Sprintf("%v %v", older.Changes[0].Before, older.Changes[0].After); got != "4 5" {
		t.Errorf("changes %v", older.Changes)
	}
}

// The hash can be computed from the entry as it is shown, by the words of DESIGN.md.
func TestAuditHashByHand(t *testing.T) {
	e := record.AuditEntry{
		ID: "aud_1", Seq: 7, Time: time.Date(2026, 3, 1, 12, 0, 0, 5e6, time.UTC), Event: "user.update",
		Outcome: "success", Changes: []record.FieldChange{{Field: "name", Before: "a\"\n", After: 1e21}}, PrevHash: "00",
	}
	got, err := canonicalEntry(e)
	want := `{"actor":{"id":null,"name":"","type":""},` +
		`"changes":[{"after":1e+21,"before":"a\"\n","field":"name"}],` +
		`"event":"user.update","id":"aud_1","ip":"","outcome":"success","prev_hash":"00","resource":null,"seq":7,` +
		`"timestamp":"2026-03-01T12:00:00.005Z"}`
	if err != nil || string(got) != want {
		t.Errorf("canonical form, error %v:\n%s\nwant\n%s", err, got, want)
	}
}

func TestAuditTampering(t *testing.T) {
	swap := func(tx *Tx, a, b uint64, account record.ID) error {
		x, err := tx.buf.Get(auditKey(account, a))
		if err != nil {
			return err
		}
		y, err := tx.buf.Get(auditKey(account, b))
		if err != nil {
			return err
		}
		return errors.Join(tx.buf.Put(auditKey(account, a), y), tx.buf.Put(auditKey(account, b), x))
	}
	rewrite := func(seq uint64, rehash bool) func(*Tx, record.ID) error {
		return func(tx *Tx, account record.ID) error {
			v, err := tx.buf.Get(auditKey(account, seq))
			if err != nil {
				return err
			}
			e, err := readEntry(v)
			if err != nil {
				return err
			}
			if !rehash {
				return tx.buf.Put(auditKey(account, seq), bytes.Replace(v, []byte("event 3"), []byte("event X"), 1))
			}
			e.Event = "event X"
			return tx.reaudit(account, e)
		}
	}
	cases := map[string]func(*Tx, record.ID) error{
		"changed":              rewrite(3, false),
		"changed with hash":    rewrite(3, true),
		"removed in between":   func(tx *Tx, a record.ID) error { return tx.buf.Delete(auditKey(a, 3)) },
		"removed at the end":   func(tx *Tx, a record.ID) error { return tx.buf.Delete(auditKey(a, 5)) },
		"removed at the start": func(tx *Tx, a record.ID) error { return tx.buf.Delete(auditKey(a, 1)) },
		"swapped":              func(tx *Tx, a record.ID) error { return swap(tx, 2, 3, a) },
		"cut short":            func(tx *Tx, a record.ID) error { return tx.buf.Put(auditKey(a, 2), []byte("x")) },
		"one too many":         func(tx *Tx, a record.ID) error { return tx.buf.Put(auditKey(a, 6), []byte("x")) },
	}
	for name, tamper := range cases {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			a := newAccount(t, s)
			for i := range 5 {
				audit(t, s, a.ID, record.AuditEntry{Event: fmt.Sprint("event ", i+1)})
			}
			if _, err := s.VerifyAudit(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
			update(t, s, func(tx *Tx) error { return tamper(tx, a.ID) })
			if _, err := s.VerifyAudit(t.Context(), a.ID); !errors.Is(err, ErrAudit) {
				t.Errorf("error %v, want %v", err, ErrAudit)
			}
		})
	}
}

// reaudit writes an entry in place of the one with its number, with a hash that fits it.
func (tx *Tx) reaudit(account record.ID, e record.AuditEntry) error {
	head, err := readChain(tx.buf, account)
	if err != nil {
		return err
	}
	before := head
	before.Seq = e.Seq - 1
	if prev, err := tx.buf.Get(auditKey(account, e.Seq-1)); err == nil {
		before.Hash = [32]byte(prev)
	}
	if err := tx.writeChain(account, before); err != nil {
		return err
	}
	if err := tx.Audit(account, e); err != nil {
		return err
	}
	return tx.writeChain(account, head)
}

func TestAuditOfNoAccount(t *testing.T) {
	w := newWorld(t)
	audit(t, w.Store, record.NewID(record.KindAccount, time.Now()), record.AuditEntry{Event: "account.read", Outcome: record.OutcomeDenied})
	update(t, w.Store, func(tx *Tx) error {
		if err := tx.Delete(w.account.ID, 0); err != nil {
			return err
		}
		return tx.Audit(w.account.ID, record.AuditEntry{Event: "account.delete"})
	})
	page, err := w.AuditEntries(AuditQuery{})
	if got := eventsOf(page.Items); err != nil || !slices.Equal(got, []string{"account.delete", "account.read"}) {
		t.Errorf("platform's log %q, error %v", got, err)
	}
}

func eventsOf(list []record.AuditEntry) (events []string) {
	for _, e := range list {
		events = append(events, e.Event)
	}
	return events
}

func TestAuditQuery(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{})
	a := newAccount(t, s)
	start := c.Now()
	key := record.Actor{Type: record.ActorAPIKey, ID: "key_9", Name: "Robot"}
	for _, e := range []record.AuditEntry{
		{Event: "user.create", Resource: "user_1", Actor: key, Outcome: "success", IP: "192.0.2.1"},
		{Event: "user.read", Resource: "user_1", Actor: record.Actor{Type: record.ActorPlatform}, Outcome: "denied", IP: "192.0.2.12"},
		{Event: "device.update", Resource: "dev_1", Actor: key, Outcome: "failure", IP: "2001:db8::1"},
		{Event: "device.update", Resource: "dev_2", Actor: record.Actor{Type: record.ActorDevice, ID: "dev_2"}, Outcome: "success", IP: "192.0.2.1"},
	} {
		audit(t, s, a.ID, e)
		c.advance(10 * time.Minute)
	}
	cases := map[string]struct {
		q    AuditQuery
		want []uint64
	}{
		"all":            {AuditQuery{}, []uint64{4, 3, 2, 1}},
		"from":           {AuditQuery{From: start.Add(10 * time.Minute)}, []uint64{4, 3, 2}},
		"to":             {AuditQuery{To: start.Add(20 * time.Minute)}, []uint64{2, 1}},
		"between":        {AuditQuery{From: start.Add(time.Minute), To: start.Add(11 * time.Minute)}, []uint64{2}},
		"before it all":  {AuditQuery{To: start}, nil},
		"event":          {AuditQuery{Events: []string{"device.update"}}, []uint64{4, 3}},
		"events":         {AuditQuery{Events: []string{"user.read", "user.create"}}, []uint64{2, 1}},
		"resource":       {AuditQuery{Resource: "dev_"}, []uint64{4, 3}},
		"resource kind":  {AuditQuery{Resource: "user"}, []uint64{2, 1}},
		"actor id":       {AuditQuery{Actor: "key_9"}, []uint64{3, 1}},
		"actor name":     {AuditQuery{Actor: "rob"}, []uint64{3, 1}},
		"actor type":     {AuditQuery{Actor: "dev"}, []uint64{4}},
		"outcome":        {AuditQuery{Outcome: "denied"}, []uint64{2}},
		"ip":             {AuditQuery{IP: "0.2.1"}, []uint64{4, 2, 1}},
		"event and more": {AuditQuery{Events: []string{"device.update"}, Outcome: "success"}, []uint64{4}},
	}
	for name, tc := range cases {
		tc.q.Account = a.ID
		for limit := 1; limit <= 5; limit++ {
			tc.q.Limit, tc.q.After = limit, ""
			var got []uint64
			for {
				page, err := s.AuditEntries(tc.q)
				if err != nil || len(page.Items) > limit {
					t.Fatalf("%s: %d items of %d, error %v", name, len(page.Items), limit, err)
				}
				for _, e := range page.Items {
					got = append(got, e.Seq)
				}
				if tc.q.After = page.Next; page.Next == "" {
					break
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s, %d a page (-want +got):\n%s", name, limit, diff)
			}
		}
	}
	if _, err := s.AuditEntries(AuditQuery{Account: a.ID, After: "?"}); !errors.Is(err, ErrBadCursor) {
		t.Errorf("error %v, want %v", err, ErrBadCursor)
	}
}

// Old entries go, the rest still proves itself, and nobody can cut off more.
func TestAuditRetention(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{Audit: 24 * time.Hour})
	a := newAccount(t, s)
	for i := range 6 {
		audit(t, s, a.ID, record.AuditEntry{Event: fmt.Sprint("event ", i+1)})
		c.advance(10 * time.Hour)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := s.AuditEntries(AuditQuery{Account: a.ID, To: c.Now()})
	if got := eventsOf(page.Items); err != nil || !slices.Equal(got, []string{"event 6", "event 5"}) {
		t.Errorf("entries %q, error %v", got, err)
	}
	if _, err := s.VerifyAudit(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	audit(t, s, a.ID, record.AuditEntry{Event: "event 7"})
	if _, err := s.VerifyAudit(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	update(t, s, func(tx *Tx) error { return tx.buf.Delete(auditKey(a.ID, 5)) })
	if _, err := s.VerifyAudit(t.Context(), a.ID); !errors.Is(err, ErrAudit) {
		t.Errorf("error %v, want %v", err, ErrAudit)
	}
}

func TestNote(t *testing.T) {
	s := open(t, t.TempDir())
	a := newAccount(t, s)
	for i := range 20 {
		s.Note(a.ID, record.AuditEntry{Event: "user.read", Outcome: record.OutcomeDenied, IP: fmt.Sprint("192.0.2.", i%2)})
	}
	s.Note(a.ID, record.AuditEntry{Event: "user.read", Outcome: record.OutcomeSuccess})
	total := func() (n int) {
		page, err := s.AuditEntries(AuditQuery{Account: a.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Items {
			n += max(e.Count, 1)
		}
		return n
	}
	eventually(t, func() bool { return total() == 21 })
	if page, err := s.AuditEntries(AuditQuery{Account: a.ID}); err != nil || len(page.Items) > 6 {
		t.Errorf("%d entries for 20 denials of two sources, error %v", len(page.Items), err)
	}
	if _, err := s.VerifyAudit(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
}

func TestNoteGap(t *testing.T) {
	s := open(t, t.TempDir())
	a := newAccount(t, s)
	release := hold(t, s)
	const notes = maxNotes + 1000
	for range notes {
		s.Note(a.ID, record.AuditEntry{Event: "user.read", Outcome: record.OutcomeSuccess})
	}
	release()
	var entries, lost int
	eventually(t, func() bool {
		entries, lost = 0, 0
		err := s.engine.View(func(r kv.Reader) error {
			return r.Scan(kv.Range{Prefix: auditPrefix(a.ID)}, func(_, value []byte) (bool, error) {
				e, err := readEntry(value)
				if e.Event == EventAuditGap {
					lost += e.Count
				} else {
					entries++
				}
				return true, err
			})
		})
		return err == nil && entries+lost == notes
	})
	if lost == 0 {
		t.Errorf("%d entries written and none lost, of %d", entries, notes)
	}
}
