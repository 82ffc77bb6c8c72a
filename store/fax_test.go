package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// aFax is a fax that has come at callStart plus some minutes.
func aFax(account record.ID, minutes int, change ...func(*record.Fax)) record.Fax {
	at := callStart.Add(time.Duration(minutes) * time.Minute)
	f := record.Fax{
		ID: record.NewFaxID(at), Account: account, Direction: record.FaxInbound, State: record.FaxReceived,
		From: "+13125550100", To: "+12125550123", CreatedAt: at, EndedAt: at.Add(time.Minute),
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func putFaxes(t *testing.T, s *Store, list ...record.Fax) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		for i := range list {
			if err := tx.PutFax(&list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestFaxes(t *testing.T) {
	w := newWorld(t)
	state := func(s string) func(*record.Fax) { return func(f *record.Fax) { f.State = s } }
	list := []record.Fax{
		aFax(w.account.ID, 0),
		aFax(w.account.ID, 1, state(record.FaxFailed)),
		aFax(w.account.ID, 2, func(f *record.Fax) { f.Direction, f.From, f.To = record.FaxOutbound, f.To, "+13125550199" }, state(record.FaxQueued)),
		aFax(w.account.ID, 3, state(record.FaxReceiving)),
	}
	putFaxes(t, w.Store, list...)
	for _, c := range []struct {
		name  string
		query FaxQuery
		want  []int
	}{
		{"all", FaxQuery{}, []int{3, 2, 1, 0}},
		{"outbound", FaxQuery{Direction: record.FaxOutbound}, []int{2}},
		{"failed", FaxQuery{State: record.FaxFailed}, []int{1}},
		{"to a number", FaxQuery{Number: "+13125550199"}, []int{2}},
		{"within a time", FaxQuery{From: callStart.Add(time.Minute), To: callStart.Add(3 * time.Minute)}, []int{2, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.query.Account, c.query.Limit = w.account.ID, 10
			page, err := w.Faxes(c.query)
			if err != nil {
				t.Fatal(err)
			}
			var want []record.Fax
			for _, i := range c.want {
				want = append(want, list[i])
			}
			if diff := cmp.Diff(want, page.Items); diff != "" {
				t.Error(diff)
			}
		})
	}
	open, err := w.OpenFaxes()
	if err != nil || len(open) != 2 || open[0].ID != list[2].ID || open[1].ID != list[3].ID {
		t.Errorf("open %+v, %v", open, err)
	}
	err = w.Update(t.Context(), func(tx *Tx) error { return tx.DeleteFax(w.account.ID, list[2].ID) })
	var clash *Conflict
	if !errors.As(err, &clash) {
		t.Errorf("deleting one that waits: %v", err)
	}
	update(t, w.Store, func(tx *Tx) error { return tx.DeleteFax(w.account.ID, list[1].ID) })
	if _, err := w.Fax(w.account.ID, list[1].ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
}

// The pages of a fax that is being received keep their files until there is a document.
func TestFaxPages(t *testing.T) {
	w := newWorld(t)
	f := aFax(w.account.ID, 0, func(f *record.Fax) { f.State = record.FaxReceiving })
	putFaxes(t, w.Store, f)
	var pages []record.FaxPage
	for n := range 3 {
		h, size, err := w.Blobs().Put(strings.NewReader(strings.Repeat("page", n+1)), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, record.FaxPage{Width: 1728, Rows: 100 + n, XDPI: 204, YDPI: 98, At: callStart, Code: h, Size: size})
		update(t, w.Store, func(tx *Tx) error { return tx.PutFaxPage(f.Account, f.ID, n, &pages[n]) })
	}
	got, err := w.FaxPages(f.Account, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pages, got); diff != "" {
		t.Error(diff)
	}
	files := namedFiles(t, w.Store)
	if !files[pages[2].Code] {
		t.Errorf("named %v", files)
	}
	f.State, f.TIFF = record.FaxReceived, pages[0].Code
	update(t, w.Store, func(tx *Tx) error { return errors.Join(tx.ForgetFaxPages(f.Account, f.ID), tx.PutFax(&f)) })
	files = namedFiles(t, w.Store)
	if !files[f.TIFF] || files[pages[2].Code] {
		t.Errorf("named %v", files)
	}
}

func TestSweepFaxes(t *testing.T) {
	w := newWorld(t)
	old := aFax(w.account.ID, -200*24*60)
	waits := aFax(w.account.ID, -200*24*60, func(f *record.Fax) { f.State = record.FaxQueued })
	fresh := aFax(w.account.ID, 0)
	putFaxes(t, w.Store, old, waits, fresh)
	update(t, w.Store, func(tx *Tx) error {
		_, err := tx.trimFaxes(w.account.ID, callStart.Add(-90*24*time.Hour))
		return err
	})
	page, err := w.Faxes(FaxQuery{Account: w.account.ID, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]record.Fax{fresh, waits}, page.Items); diff != "" {
		t.Error(diff)
	}
}
