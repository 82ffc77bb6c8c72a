package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// longLog writes n entries, two a second, in few transactions.
func longLog(t *testing.T, s *Store, c *clock, account record.ID, n int) {
	t.Helper()
	events := []string{"user.read", "user.list", "device.update", "device.create", "call_queue.read"}
	outcomes := []string{record.OutcomeSuccess, record.OutcomeSuccess, record.OutcomeDenied, record.OutcomeFailure}
	for i := 0; i < n; i += 50 {
		update(t, s, func(tx *Tx) error {
			for k := i; k < min(i+50, n); k++ {
				err := tx.Audit(account, record.AuditEntry{
					Event: events[k%len(events)], Outcome: outcomes[k/7%len(outcomes)], IP: fmt.Sprintf("192.0.2.%d", k%11),
					Resource: record.ID(fmt.Sprintf("dev_%03d", k%300)), Time: c.Now().Add(time.Duration(k%50) * 500 * time.Millisecond),
					Actor: record.Actor{Type: record.ActorAPIKey, ID: record.ID(fmt.Sprint("key_", k%3)), Name: fmt.Sprint("Robot ", k%5), Email: fmt.Sprintf("r%d@example.com", k%4)},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		c.advance(25 * time.Second)
	}
}

// follow gathers what the query asks for, page by page.
func follow(t rapid.TB, s *Store, q AuditQuery) (got []uint64) {
	t.Helper()
	for {
		page, err := s.AuditEntries(q)
		if err != nil || len(page.Items) > q.Limit {
			t.Fatalf("%d items of %d, error %v", len(page.Items), q.Limit, err)
		}
		for _, e := range page.Items {
			got = append(got, e.Seq)
		}
		if q.After = page.Next; page.Next == "" {
			return got
		}
	}
}

// A search finds what looking at every entry finds, whatever it filters by, over blocks
// with columns and without, and behind the end that retention has cut off.
func TestAuditSearch(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{Audit: time.Hour})
	a := newAccount(t, s)
	start := c.Now()
	longLog(t, s, c, a.ID, 1500)
	update(t, s, func(tx *Tx) error { return tx.deleteColumns(a.ID, 3) })
	check := func(t *testing.T) {
		var entries []record.AuditEntry
		for next, more := "", true; more; more = next != "" {
			all, err := s.AuditEntries(AuditQuery{Account: a.ID, Limit: maxPage, After: next})
			if err != nil {
				t.Fatal(err)
			}
			entries, next = append(entries, all.Items...), all.Next
		}
		rapid.Check(t, func(t *rapid.T) {
			some := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(t, name) }
			q := AuditQuery{
				Account: a.ID, Limit: rapid.SampledFrom([]int{1, 7, 100, 1000}).Draw(t, "limit"),
				Outcome: some("outcome", "", "", "success", "denied", "no such"), IP: some("ip", "", "", "2.1", "2.10", "9.9"),
				Resource: some("resource", "", "", "dev_1", "DEV_12", "user", "call", "x"), Actor: some("actor", "", "", "key_2", "robot 4", "API", "R2@EXAMPLE", "x"),
			}
			if name := some("event", "", "user.list", "no.such"); name != "" {
				q.Events = []string{name, "device.create"}
			}
			if rapid.Bool().Draw(t, "accept") {
				q.Accept = func(event string) bool { return event != "device.update" }
			}
			if rapid.Bool().Draw(t, "from") {
				q.From = start.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "from second")) * time.Second)
			}
			if rapid.Bool().Draw(t, "to") {
				q.To = start.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "to second")) * time.Second)
			}
			var want []uint64
			for _, e := range entries {
				if q.wants(&e) {
					want = append(want, e.Seq)
				}
			}
			if diff := cmp.Diff(want, follow(t, s, q)); diff != "" {
				t.Fatalf("%+v (-want +got):\n%s", q, diff)
			}
		})
		events, err := s.AuditEvents(a.ID)
		if want := []string{"call_queue.read", "device.create", "device.update", "user.list", "user.read"}; err != nil || !slices.Equal(events, want) {
			t.Errorf("events %q, error %v", events, err)
		}
		if _, err := s.VerifyAudit(t.Context(), a.ID); err != nil {
			t.Error(err)
		}
	}
	t.Run("whole", check)
	c.advance(55 * time.Minute)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if proof, err := s.VerifyAudit(t.Context(), a.ID); err != nil || proof.First < blockSize || proof.Last != 1500 || proof.Entries != 1501-proof.First {
		t.Errorf("%+v, error %v", proof, err)
	}
	t.Run("trimmed", check)
	t.Run("no columns of what is gone", func(t *testing.T) {
		err := s.engine.View(func(r kv.Reader) error {
			return r.Scan(kv.Range{Prefix: columnPrefix(a.ID)}, func(key, _ []byte) (bool, error) {
				if block := beUint64(key[len(columnPrefix(a.ID))+1:]); block == 0 {
					t.Errorf("%q is still there", key)
				}
				return true, nil
			})
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Who hides entries from searches is noticed.
func TestAuditColumnTampering(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{})
	a := newAccount(t, s)
	longLog(t, s, c, a.ID, blockSize+10)
	update(t, s, func(tx *Tx) error {
		key := columnKey(a.ID, columnOutcome, 0)
		text, err := tx.buf.Get(key)
		if err != nil {
			return err
		}
		text[len(text)-1] ^= 1
		return tx.buf.Put(key, text)
	})
	proof, err := s.VerifyAudit(t.Context(), a.ID)
	if !errors.Is(err, ErrAudit) || proof.BrokenAt != blockSize {
		t.Errorf("%+v, error %v", proof, err)
	}
}

func TestColumnDamaged(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no values": "\x01", "value too long": "\x00\x09abc", "too few entries": "\x00\x01abc",
	} {
		if _, err := pick([]byte(text), func([]byte) bool { return true }); !errors.Is(err, errColumn) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzColumn(f *testing.F) {
	f.Add(appendColumn(nil, columnOutcome, new([blockSize]record.AuditEntry)))
	f.Add([]byte("\x01\x01a\x01b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = pick(text, func(v []byte) bool { return len(v) > 1 })
	})
}
