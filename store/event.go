package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// Keys of provisioning events (history tables):
//
//	event/<account>/<id>                   the event; identifiers sort by time
//	event_device/<account>/<device>/<seq>  identifier of a device's event
//	event_seq/<account>/<device>           the device's newest seq
//
// The device is "" for events that name none the store knows.

// eventID starts the identifiers of events; a stamp follows.
const eventID = "pev_"

func eventPlace(rest string) bool {
	stamp, ok := strings.CutPrefix(rest, eventID)
	return ok && stamped(stamp)
}

// storedEvent is an event and where its device's list has it.
type storedEvent struct {
	record.ProvisioningEvent
	Listed record.ID `cbor:"listed,omitempty"`
	Seq    uint64    `cbor:"seq"`
}

// AppendProvisioningEvent writes a request of a phone. It gets its identifier, and
// its time unless it has one. An event of an account that is not there is dropped.
func (tx *Tx) AppendProvisioningEvent(ev record.ProvisioningEvent) error {
	alive, err := tx.alive(ev.Account)
	if err != nil || !alive {
		return err
	}
	stored := storedEvent{ProvisioningEvent: ev}
	if stored.Time.IsZero() {
		stored.Time = tx.now
	}
	stored.ID = eventID + tx.stamp(stored.Time)
	if known, err := tx.knows(ev.Device); err != nil {
		return err
	} else if known {
		stored.Listed = ev.Device
	}
	seqKey := historyKey(tableEventSeq, ev.Account, string(stored.Listed))
	last, err := tx.counter(seqKey)
	if err != nil {
		return err
	}
	stored.Seq = last + 1
	if err := tx.buf.Put(seqKey, uint64BE(stored.Seq)); err != nil {
		return err
	}
	if err := tx.buf.Put(eventSlot(ev.Account, stored.Listed, stored.Seq), []byte(stored.ID)); err != nil {
		return err
	}
	b, err := encode(stored)
	if err != nil {
		return fmt.Errorf("cannot encode provisioning event: %w", err)
	}
	if err := tx.buf.Put(historyKey(tableEvent, ev.Account, stored.ID), b); err != nil {
		return err
	}
	if most := uint64(tx.store.retention.ProvisioningEventsPerDevice); stored.Seq > most {
		return tx.deleteEvent(ev.Account, stored.Listed, stored.Seq-most)
	}
	return nil
}

func (tx *Tx) knows(device record.ID) (bool, error) {
	if device == "" {
		return false, nil
	}
	return tx.buf.Has(recordKey(device))
}

// counter is the number stored under key, 0 without one.
func (tx *Tx) counter(key []byte) (uint64, error) {
	b, err := tx.buf.Get(key)
	if err != nil && !errors.Is(err, kv.ErrNotFound) {
		return 0, err
	}
	return beUint64(b), nil
}

// deleteEvent removes the event of a device's list, if it is still there.
func (tx *Tx) deleteEvent(account, device record.ID, seq uint64) error {
	slot := eventSlot(account, device, seq)
	id, err := tx.buf.Get(slot)
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.buf.Delete(historyKey(tableEvent, account, string(id))); err != nil {
		return err
	}
	return tx.buf.Delete(slot)
}

func eventSlot(account, device record.ID, seq uint64) []byte {
	return join(historyKey(tableEventDevice, account, string(device)+"/"), string(uint64BE(seq)))
}

// ProvisioningEventQuery asks for requests of phones, newest first. What is empty does not
// filter.
type ProvisioningEventQuery struct {
	// Account is whose phones; "" is requests that belong to no account.
	Account record.ID
	Device  record.ID
	Result  string
	// From and To bound the time, From included, To not.
	From, To time.Time
	After    string
	Limit    int
}

// ProvisioningEvents lists what the query asks for.
func (s *Store) ProvisioningEvents(q ProvisioningEventQuery) (page Page[record.ProvisioningEvent], err error) {
	err = s.engine.View(func(r kv.Reader) error {
		if q.Device != "" {
			page, err = q.ofDevice(r)
			return err
		}
		start := ""
		if !q.To.IsZero() {
			start = eventID + lastStamp(q.To)
		}
		page, err = newest(r, walk{historyPrefix(tableEvent, q.Account), eventPlace, q.After, start, q.Limit},
			func(_ string, value []byte) (record.ProvisioningEvent, verdict, error) { return q.read(value) })
		return err
	})
	return page, err
}

func (q *ProvisioningEventQuery) ofDevice(r kv.Reader) (Page[record.ProvisioningEvent], error) {
	prefix := historyKey(tableEventDevice, q.Account, string(q.Device)+"/")
	return newest(r, walk{prefix: prefix, place: numbered, after: q.After, limit: q.Limit}, func(_ string, id []byte) (record.ProvisioningEvent, verdict, error) {
		value, err := r.Get(historyKey(tableEvent, q.Account, string(id)))
		if err != nil {
			return record.ProvisioningEvent{}, stop, fmt.Errorf("cannot read provisioning event %q: %w", id, err)
		}
		return q.read(value)
	})
}

func (q *ProvisioningEventQuery) read(value []byte) (record.ProvisioningEvent, verdict, error) {
	var ev storedEvent
	if err := decode(value, &ev); err != nil {
		return ev.ProvisioningEvent, stop, fmt.Errorf("cannot read provisioning event: %w", err)
	}
	what := keep
	switch {
	case ev.Time.Before(q.From.Add(-slack)):
		what = stop
	case ev.Time.Before(q.From), !q.To.IsZero() && !ev.Time.Before(q.To), q.Result != "" && ev.Result != q.Result:
		what = skip
	}
	return ev.ProvisioningEvent, what, nil
}

// eraseHistory has the events of a device that is being deleted removed by the sweep:
// there may be more than fit a transaction.
func (tx *Tx) eraseHistory(account, device record.ID) error {
	tx.sweep = true
	if err := tx.buf.Delete(uploadKey(device)); err != nil {
		return err
	}
	return tx.buf.Put(erasedKey(account, device), []byte{})
}
