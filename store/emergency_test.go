package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// help is an emergency call some minutes after callStart.
func help(account record.ID, minute int, change func(*record.EmergencyCall)) *record.EmergencyCall {
	at := callStart.Add(time.Duration(minute) * time.Minute)
	c := &record.EmergencyCall{
		ID: record.NewEmergencyID(at), Account: account, Dialled: "911", Number: "911", StartedAt: at, Outcome: record.EmergencyStarted,
		Caller: record.EmergencyCaller{Name: "Ann", Device: "dev_1"},
	}
	change(c)
	return c
}

func TestEmergencyCalls(t *testing.T) {
	w := newWorld(t)
	first := help(w.account.ID, 0, func(*record.EmergencyCall) {})
	second := help(w.account.ID, 1, func(c *record.EmergencyCall) { c.Test, c.Caller.Device = true, "dev_2" })
	update(t, w.Store, func(tx *Tx) error {
		return errors.Join(tx.PutEmergencyCall(first), tx.PutEmergencyCall(second))
	})
	ids := func(q EmergencyQuery) (list []string) {
		q.Account = w.account.ID
		page, err := w.Store.EmergencyCalls(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			list = append(list, c.ID)
		}
		return list
	}
	yes := true
	for name, c := range map[string]struct {
		q    EmergencyQuery
		want []string
	}{
		"all":       {EmergencyQuery{}, []string{second.ID, first.ID}},
		"tests":     {EmergencyQuery{Test: &yes}, []string{second.ID}},
		"a device":  {EmergencyQuery{Device: "dev_1"}, []string{first.ID}},
		"from":      {EmergencyQuery{From: second.StartedAt}, []string{second.ID}},
		"to":        {EmergencyQuery{To: second.StartedAt}, []string{first.ID}},
		"outcome":   {EmergencyQuery{Outcome: record.EmergencyEnded}, nil},
		"elsewhere": {EmergencyQuery{Location: "loc_1"}, nil},
	} {
		if diff := cmp.Diff(c.want, ids(c.q)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	open, err := w.Store.OpenEmergencyCalls()
	if err != nil || len(open) != 2 {
		t.Fatalf("%d open, %v", len(open), err)
	}
	first.Outcome, first.EndedAt = record.EmergencyEnded, first.StartedAt.Add(time.Minute)
	update(t, w.Store, func(tx *Tx) error { return tx.PutEmergencyCall(first) })
	if open, err = w.Store.OpenEmergencyCalls(); err != nil || len(open) != 1 || open[0].ID != second.ID {
		t.Errorf("%d open, %v", len(open), err)
	}
	got, err := w.Store.EmergencyCall(w.account.ID, first.ID)
	if err != nil || !cmp.Equal(got, first) {
		t.Errorf("%v %s", err, cmp.Diff(first, got))
	}
	for _, id := range []string{record.NewEmergencyID(callStart), "emer_1", "", "call_x"} {
		if _, err := w.Store.EmergencyCall(w.account.ID, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestEmergencySweep: a call goes when its time is over, but never while a mail waits or
// while it goes on.
func TestEmergencySweep(t *testing.T) {
	w := newWorld(t)
	over := func(c *record.EmergencyCall) { c.Outcome = record.EmergencyEnded }
	told := help(w.account.ID, 0, over)
	untold := help(w.account.ID, 1, over)
	open := help(w.account.ID, 2, func(*record.EmergencyCall) {})
	update(t, w.Store, func(tx *Tx) error {
		id, err := tx.PutOutbox(OutboxRow{Lane: OutboxEmergency, Account: w.account.ID, Kind: "mail", ExpiresAt: tx.Now().Add(time.Hour)})
		untold.Mails = []record.EmergencyMail{{Address: "a@example.com", Stage: record.StageStarted, Row: id}}
		return errors.Join(err, tx.PutEmergencyCall(told), tx.PutEmergencyCall(untold), tx.PutEmergencyCall(open))
	})
	left := func() (n int) {
		update(t, w.Store, func(tx *Tx) error {
			_, err := tx.trimEmergencies(w.account.ID, callStart.Add(time.Hour))
			return err
		})
		page, err := w.Store.EmergencyCalls(EmergencyQuery{Account: w.account.ID})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items)
	}
	if n := left(); n != 2 {
		t.Errorf("%d calls left, want the one not told and the one going on", n)
	}
	row, err := w.Store.OutboxRow(w.account.ID, untold.Mails[0].Row)
	if err != nil {
		t.Fatal(err)
	}
	update(t, w.Store, func(tx *Tx) error { return tx.SettleOutbox(*row, OutboxResult{State: OutboxDelivered}) })
	if n := left(); n != 1 {
		t.Errorf("%d calls left, want the one going on", n)
	}
}

func TestEmergencyWindows(t *testing.T) {
	w := newWorld(t)
	now := w.Store.now()
	closed := record.EmergencyWindow{Account: w.account.ID, Number: "+13125550100", Event: "emer_1", Until: now.Add(-time.Minute)}
	open := record.EmergencyWindow{Account: w.account.ID, Number: "+13125550101", Event: "emer_2", Credential: "cred_1", User: "user_1", Until: now.Add(time.Minute).UTC().Truncate(time.Second)}
	update(t, w.Store, func(tx *Tx) error { return errors.Join(tx.PutEmergencyWindow(closed), tx.PutEmergencyWindow(open)) })
	if err := w.Store.sweeper.windows(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := w.Store.EmergencyWindows()
	if err != nil || !cmp.Equal(list, []record.EmergencyWindow{open}) {
		t.Errorf("%v %s", err, cmp.Diff([]record.EmergencyWindow{open}, list))
	}
}

func TestEmergencyTests(t *testing.T) {
	w := newWorld(t)
	test := record.EmergencyTest{Device: "dev_1", Event: "emer_1", At: callStart, Location: "loc_1", Address: "x"}
	update(t, w.Store, func(tx *Tx) error { return tx.PutEmergencyTest(w.account.ID, test) })
	got, err := w.Store.EmergencyTests(w.account.ID)
	if err != nil || !cmp.Equal(got, map[record.ID]record.EmergencyTest{"dev_1": test}) {
		t.Errorf("%v %+v", err, got)
	}
}
