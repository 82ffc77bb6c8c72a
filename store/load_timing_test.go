package store

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"dialtone/store/record"
)

// BenchmarkLoad100kDevices opens a store of 100,000 devices with two lines each; the
// devices of an account share a template of 20 keys. It reports the seconds until the
// store is open and the memory it then holds.
func BenchmarkLoad100kDevices(b *testing.B) {
	if testing.Short() {
		b.Skip("makes 100,000 devices first")
	}
	const accounts, devices = 100, 1000
	dir := b.TempDir()
	s := openWith(b, Config{Dir: dir})
	for n := range accounts {
		fillAccount(b, s, n, devices)
	}
	closeStore(b, s)
	for b.Loop() {
		before := heap()
		start := time.Now()
		s := openWith(b, Config{Dir: dir})
		b.ReportMetric(time.Since(start).Seconds(), "load-s")
		b.ReportMetric(float64(heap()-before)/(1<<20), "MB")
		b.ReportMetric(float64(heap()-before)/(accounts*devices), "B/device")
		closeStore(b, s)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// fillAccount makes account number n with that many devices. It writes past the rules,
// whose counting would take long.
func fillAccount(b *testing.B, s *Store, n, devices int) {
	b.Helper()
	var o office
	update(b, s, func(tx *Tx) (err error) {
		o, err = found(tx, n)
		for i := range 19 {
			o.template.Buttons = append(o.template.Buttons, record.Button{
				Position: i + 2, Label: fmt.Sprint("Colleague ", i), Type: record.ButtonSpeedDial, Target: &record.ButtonTarget{Destination: fmt.Sprint(2000 + i)},
			})
		}
		return errors.Join(err, tx.Replace(o.template, 0))
	})
	for first := 0; first < devices; first += 250 {
		update(b, s, func(tx *Tx) error {
			lists := []*record.CredentialList{list(o.account.ID, fmt.Sprint("A", first)), list(o.account.ID, fmt.Sprint("B", first))}
			for _, l := range lists {
				if err := errors.Join(tx.Create(l), tx.put(attachment(o.domain, l))); err != nil {
					return err
				}
			}
			for i := first; i < first+250; i++ {
				if err := fillDevice(tx, o, lists, n, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func fillDevice(tx *Tx, o office, lists []*record.CredentialList, n, i int) error {
	d := phone(o.account.ID, fmt.Sprintf("905ec%03d%04d", n, i))
	d.Name, d.ButtonTemplate, d.Location = fmt.Sprint("Desk ", i), o.template.ID, o.location.ID
	u := record.NewUser()
	u.Account, u.Name, u.Email = o.account.ID, fmt.Sprint("User ", i), fmt.Sprintf("u%d@acme%d.example", i, n)
	if err := tx.put(u); err != nil {
		return err
	}
	for k, l := range lists {
		c := tx.credential(l, fmt.Sprintf("%d%c", i, 'a'+k))
		if err := tx.put(c); err != nil {
			return err
		}
		d.Lines = append(d.Lines, record.Line{Line: k + 1, Credential: c.ID, Domain: o.domain.ID, User: u.ID})
	}
	if err := tx.put(d); err != nil {
		return err
	}
	return tx.PutState(d.ID, d.Account, func(state *record.DeviceState) {
		state.LastProvisionedAt, state.LastIP, state.UserAgent = tx.Now(), fmt.Sprint("192.0.2.", i%256), "Yealink SIP-T46U 108.86.0.45"
		state.Model, state.Firmware = "T46U", "108.86.0.45"
	})
}

// put writes a record without looking at rules.
func (tx *Tx) put(r record.Record) error {
	h := r.Header()
	if h.ID == "" {
		h.ID = record.NewID(r.Kind(), tx.now)
	}
	h.CreatedAt, h.UpdatedAt, h.Revision = tx.now, tx.now, tx.revision
	if err := r.Validate(); err != nil {
		return err
	}
	b, err := encode(r)
	if err != nil {
		return err
	}
	tx.changes = append(tx.changes, Change{Revision: tx.revision, After: r.Clone()})
	return errors.Join(tx.writeUnique(nil, r), tx.writeReferences(nil, r), tx.buf.Put(recordKey(h.ID), b))
}
