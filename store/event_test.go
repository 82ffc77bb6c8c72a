package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

func appendEvents(t *testing.T, s *Store, events ...record.ProvisioningEvent) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		for _, ev := range events {
			if err := tx.AppendProvisioningEvent(ev); err != nil {
				return err
			}
		}
		return nil
	})
}

// filesOf asks for all pages.
func filesOf(t *testing.T, s *Store, q ProvisioningEventQuery) (files []string) {
	t.Helper()
	for {
		page, err := s.ProvisioningEvents(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range page.Items {
			files = append(files, ev.File)
		}
		if q.After = page.Next; q.After == "" {
			return files
		}
	}
}

func TestProvisioningEvents(t *testing.T) {
	w := newWorld(t)
	o := w.open(2)
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ev := func(account, device record.ID, minute int, file, result string) record.ProvisioningEvent {
		return record.ProvisioningEvent{Account: account, Device: device, Time: start.Add(time.Duration(minute) * time.Minute), File: file, Result: result, Count: 1}
	}
	appendEvents(
		t, w.Store,
		ev(w.account.ID, w.device.ID, 0, "a", record.FetchServed),
		ev(w.account.ID, w.device.ID, 0, "b", record.FetchServed),
		ev(w.account.ID, "", 10, "c", record.FetchUnknownMAC),
		ev(o.account.ID, o.device.ID, 20, "d", record.FetchServed),
		ev("", "", 30, "e", record.FetchBadToken),
		ev(w.account.ID, w.device.ID, 40, "f", record.FetchDisabled),
		ev(record.NewID(record.KindAccount, start), "", 50, "g", record.FetchServed),
	)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	cases := map[string]struct {
		q    ProvisioningEventQuery
		want []string
	}{
		"account":         {ProvisioningEventQuery{Account: w.account.ID}, []string{"f", "c", "b", "a"}},
		"other account":   {ProvisioningEventQuery{Account: o.account.ID}, []string{"d"}},
		"no account":      {ProvisioningEventQuery{}, []string{"e"}},
		"device":          {ProvisioningEventQuery{Account: w.account.ID, Device: w.device.ID}, []string{"f", "b", "a"}},
		"foreign device":  {ProvisioningEventQuery{Account: o.account.ID, Device: w.device.ID}, nil},
		"result":          {ProvisioningEventQuery{Account: w.account.ID, Result: record.FetchServed}, []string{"b", "a"}},
		"from":            {ProvisioningEventQuery{Account: w.account.ID, From: at(10)}, []string{"f", "c"}},
		"to":              {ProvisioningEventQuery{Account: w.account.ID, To: at(40)}, []string{"c", "b", "a"}},
		"device, between": {ProvisioningEventQuery{Account: w.account.ID, Device: w.device.ID, From: at(1), To: at(41)}, []string{"f"}},
	}
	for name, c := range cases {
		for limit := 1; limit < 6; limit++ {
			c.q.Limit = limit
			if got := filesOf(t, w.Store, c.q); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d a page: %q, want %q", name, limit, got, c.want)
			}
		}
	}
}

func TestProvisioningEventsAreBounded(t *testing.T) {
	c := newClock()
	s := openAt(t, c, Retention{ProvisioningEventsPerDevice: 3, ProvisioningEvents: time.Hour})
	var o office
	update(t, s, func(tx *Tx) (err error) {
		o, err = found(tx, 1)
		return err
	})
	for i := range 7 {
		appendEvents(t, s, record.ProvisioningEvent{Account: o.account.ID, Device: o.device.ID, File: fmt.Sprint(i)},
			record.ProvisioningEvent{Account: o.account.ID, File: fmt.Sprint("x", i)})
		c.advance(10 * time.Minute)
	}
	all := ProvisioningEventQuery{Account: o.account.ID}
	if got, want := filesOf(t, s, all), []string{"x6", "6", "x5", "5", "x4", "4"}; !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	c.advance(35 * time.Minute)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := filesOf(t, s, all), []string{"x6", "6", "x5", "5"}; !slices.Equal(got, want) {
		t.Errorf("events after an hour %q, want %q", got, want)
	}
	if got, want := filesOf(t, s, ProvisioningEventQuery{Account: o.account.ID, Device: o.device.ID}), []string{"6", "5"}; !slices.Equal(got, want) {
		t.Errorf("device's events after an hour %q, want %q", got, want)
	}
	update(t, s, func(tx *Tx) error { return tx.Delete(o.device.ID, 0) })
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := filesOf(t, s, all), []string{"x6", "x5"}; !slices.Equal(got, want) {
		t.Errorf("events without the device %q, want %q", got, want)
	}
	if keys := keysWith(t, s, prefixHistory+tableEventDevice+"/"+string(o.account.ID)+"/"+string(o.device.ID)); len(keys) > 0 {
		t.Errorf("left of the device: %q", keys)
	}
}

// keysWith lists the keys with a prefix.
func keysWith(t *testing.T, s *Store, prefix string) (keys []string) {
	t.Helper()
	err := s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefix), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			keys = append(keys, string(key))
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
