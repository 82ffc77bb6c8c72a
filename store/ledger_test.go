package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dialtone/store/record"
)

func fail(t *testing.T, s *Store, f record.RegistrationFailure) {
	t.Helper()
	update(t, s, func(tx *Tx) error { return tx.PutRegistrationFailure(f) })
}

func failuresOf(t *testing.T, s *Store, q RegistrationFailureQuery) (list []string) {
	t.Helper()
	for {
		page, err := s.RegistrationFailures(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Items {
			list = append(list, fmt.Sprintf("%s %s %d", f.AOR, f.Cause, f.Count))
		}
		if q.After = page.Next; q.After == "" {
			return list
		}
	}
}

func TestRegistrationFailures(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{RegistrationFailuresPerUser: 3, RegistrationFailures: 5})
	a := newAccount(t, s)
	first := c.Now()
	for _, f := range []record.RegistrationFailure{
		{Account: a.ID, AOR: "ann@x", Cause: "wrong_password", Source: "192.0.2.1:5060"},
		{Account: a.ID, AOR: "bob@x", Cause: "disabled"},
		{Account: a.ID, AOR: "ann@x", Cause: "wrong_password", Source: "192.0.2.2:5060", Count: 4},
		{Account: "", AOR: "eve@y", Cause: "unknown_domain"},
		{Account: record.NewID(record.KindAccount, first), AOR: "a\x00b", Cause: "banned"},
	} {
		fail(t, s, f)
		c.advance(time.Second)
	}
	q := RegistrationFailureQuery{Account: a.ID, Limit: 1}
	if got, want := failuresOf(t, s, q), []string{"ann@x wrong_password 5", "bob@x disabled 1"}; !slices.Equal(got, want) {
		t.Errorf("failures %q, want %q", got, want)
	}
	if got, want := failuresOf(t, s, RegistrationFailureQuery{}), []string{"ab banned 1", "eve@y unknown_domain 1"}; !slices.Equal(got, want) {
		t.Errorf("platform's failures %q, want %q", got, want)
	}
	page, err := s.RegistrationFailures(RegistrationFailureQuery{Account: a.ID, AOR: "ANN@x"})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("page %+v, error %v", page, err)
	}
	if f := page.Items[0]; !f.First.Equal(first) || !f.Time.Equal(first.Add(2*time.Second)) || f.Source != "192.0.2.2:5060" || f.ID == "" {
		t.Errorf("folded failure %+v", f)
	}
	for i := range 4 { // the oldest of the AOR goes
		fail(t, s, record.RegistrationFailure{Account: a.ID, AOR: "ann@x", Cause: fmt.Sprint("cause", i)})
	}
	want := []string{"ann@x cause3 1", "ann@x cause2 1", "ann@x cause1 1", "bob@x disabled 1"}
	if got := failuresOf(t, s, q); !slices.Equal(got, want) {
		t.Errorf("failures %q, want %q", got, want)
	}
	for i := range 3 { // the oldest of the account go
		fail(t, s, record.RegistrationFailure{Account: a.ID, AOR: fmt.Sprint("user", i), Cause: "disabled"})
	}
	want = []string{"user2 disabled 1", "user1 disabled 1", "user0 disabled 1", "ann@x cause3 1", "ann@x cause2 1"}
	if got := failuresOf(t, s, q); !slices.Equal(got, want) {
		t.Errorf("failures %q, want %q", got, want)
	}
}

func TestUnknownMACs(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{UnknownMACs: 3})
	a := newAccount(t, s)
	start := c.Now()
	for _, m := range []record.UnknownMAC{
		{Account: a.ID, MAC: "805EC0000001", Model: "T46U"},
		{Account: a.ID, MAC: "805ec0000002"},
		{Account: a.ID, MAC: "80:5e:c0:00:00:01", SourceIP: "192.0.2.1"},
		{Account: a.ID, MAC: "805ec0000003"},
		{Account: a.ID, MAC: "805ec0000004"},
		{Account: record.NewID(record.KindAccount, start), MAC: "805ec0000005"},
	} {
		update(t, s, func(tx *Tx) error { return tx.PutUnknownMAC(m) })
		c.advance(time.Minute)
	}
	macs := func() (list []string) {
		q := UnknownMACQuery{Account: a.ID, Limit: 2}
		for {
			page, err := s.UnknownMACs(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Items {
				list = append(list, m.MAC[15:])
				if m.MAC == "80:5e:c0:00:00:01" && (m.Count != 2 || m.Model != "T46U" || m.SourceIP != "192.0.2.1" ||
					!m.FirstSeen.Equal(start) || !m.LastSeen.Equal(start.Add(2*time.Minute))) {
					t.Errorf("folded %+v", m)
				}
			}
			if q.After = page.Next; q.After == "" {
				return list
			}
		}
	}
	if got, want := macs(), []string{"04", "03", "01"}; !slices.Equal(got, want) {
		t.Errorf("unknown phones %q, want %q", got, want)
	}
	for range 2 {
		update(t, s, func(tx *Tx) error {
			return tx.DeleteUnknownMAC(a.ID, record.MAC{0x80, 0x5e, 0xc0, 0, 0, 3})
		})
	}
	update(t, s, func(tx *Tx) error {
		return tx.PutUnknownMAC(record.UnknownMAC{Account: a.ID, MAC: "805ec0000006"})
	})
	if got, want := macs(), []string{"06", "04", "01"}; !slices.Equal(got, want) {
		t.Errorf("unknown phones %q, want %q", got, want)
	}
	if got := s.refusedMAC(t); got == nil {
		t.Error("a malformed address was taken")
	}
}

func (s *Store) refusedMAC(t *testing.T) error {
	return s.Update(t.Context(), func(tx *Tx) error { return tx.PutUnknownMAC(record.UnknownMAC{MAC: "x"}) })
}
