package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// Tx reads and writes within one transaction. The function it is given to may run
// more than once and must have no other effects; the Tx is invalid afterwards.
type Tx struct {
	store    *Store
	buf      *buffer
	revision uint64
	now      time.Time
	changes  []Change
	states   []stateChange
	stamps   uint16 // stamps made
	outbox   []outboxNote
	sweep    bool // there is something for the sweeper
	// arriving are records that are being imported, written already or not.
	arriving map[record.ID]record.Record
}

func newTx(s *Store, txn kv.Txn, revision uint64) *Tx {
	return &Tx{
		store:    s,
		buf:      &buffer{Txn: txn, writes: map[string][]byte{}},
		revision: revision,
		now:      s.now().UTC().Truncate(time.Millisecond),
	}
}

// Now is the transaction's time, to the millisecond, in UTC.
func (tx *Tx) Now() time.Time { return tx.now }

// Load is the record with that identifier, of that kind; ErrNotFound without one.
// The caller may change it.
func Load[T record.Record](tx *Tx, id record.ID) (T, error) {
	var zero T
	if id.Kind() != zero.Kind() {
		return zero, ErrNotFound
	}
	r, err := tx.load(id)
	if err != nil {
		return zero, err
	}
	return r.(T), nil
}

// load is the record with that identifier. One below a deleted account is not there,
// although it may not have been swept yet.
func (tx *Tx) load(id record.ID) (record.Record, error) {
	r, err := tx.read(id)
	if coming := tx.arriving[id]; coming != nil && errors.Is(err, ErrNotFound) {
		return coming.Clone(), nil
	}
	if err != nil {
		return nil, err
	}
	if account := r.Header().Account; account != "" {
		dead, err := tx.buf.Has(tombstoneKey(account))
		if err != nil {
			return nil, fmt.Errorf("cannot read record %q: %w", id, err)
		}
		if dead {
			return nil, ErrNotFound
		}
	}
	return r, nil
}

// read is the record as it is stored.
func (tx *Tx) read(id record.ID) (record.Record, error) {
	b, err := tx.buf.Get(recordKey(id))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read record %q: %w", id, err)
	}
	return decodeRecord(id, b)
}

// Create writes a new record. It gets its identifier (unless it has one), times
// and revision here. The error may be record.Problems or a *Conflict.
func (tx *Tx) Create(r record.Record) error {
	h := r.Header()
	if h.ID == "" {
		h.ID = record.NewID(r.Kind(), tx.now)
	}
	h.CreatedAt = tx.now
	return tx.write(nil, r)
}

// Replace writes a changed record. ifMatch is the revision the caller has read, 0
// for whatever there is; ErrStale when it is another. A record that is the same as
// the stored one is not written and keeps its revision.
func (tx *Tx) Replace(r record.Record, ifMatch uint64) error {
	before, err := tx.load(r.Header().ID)
	if err != nil {
		return err
	}
	if ifMatch != 0 && before.Header().Revision != ifMatch {
		return ErrStale
	}
	*r.Header() = *before.Header()
	return tx.write(before, r)
}

func (tx *Tx) write(before, after record.Record) error {
	if err := after.Validate(); err != nil {
		return err
	}
	if before != nil && same(before, after) {
		return nil
	}
	if err := tx.checkReferences(after); err != nil {
		return err
	}
	if err := tx.checkRules(before, after); err != nil {
		return err
	}
	h := after.Header()
	h.UpdatedAt, h.Revision = tx.now, tx.revision
	if err := tx.writeUnique(before, after); err != nil {
		return err
	}
	if err := tx.writeReferences(before, after); err != nil {
		return err
	}
	b, err := encode(after)
	if err != nil {
		return fmt.Errorf("cannot encode record %q: %w", h.ID, err)
	}
	if err := tx.buf.Put(recordKey(h.ID), b); err != nil {
		return err
	}
	tx.changes = append(tx.changes, Change{Revision: tx.revision, Before: before, After: after.Clone()})
	return tx.dropAgents(before, after)
}

// same says whether two records are stored alike.
func same(a, b record.Record) bool {
	x, errX := encode(a)
	y, errY := encode(b)
	return errX == nil && errY == nil && slices.Equal(x, y)
}

// Delete removes a record and those that are part of it. ifMatch as in Replace.
// It is refused with a *Conflict while another record needs it.
func (tx *Tx) Delete(id record.ID, ifMatch uint64) error {
	r, err := tx.load(id)
	if err != nil {
		return err
	}
	if ifMatch != 0 && r.Header().Revision != ifMatch {
		return ErrStale
	}
	if r.Kind() == record.KindAccount {
		return tx.deleteAccount(r.(*record.Account))
	}
	return tx.delete(r, map[record.ID]bool{})
}

// delete removes r after the records it owns. doomed are those being deleted
// already, which hold nothing back.
func (tx *Tx) delete(r record.Record, doomed map[record.ID]bool) error {
	id := r.Header().ID
	doomed[id] = true
	referrers, err := tx.referrers(id)
	if err != nil {
		return err
	}
	for _, f := range referrers {
		if doomed[f.id] {
			continue
		}
		if !f.owner {
			return tx.inUse(r, f)
		}
		part, err := tx.load(f.id)
		if err != nil {
			return err
		}
		if err := tx.delete(part, doomed); err != nil {
			return err
		}
	}
	return tx.erase(r)
}

// erase removes one record and its keys.
func (tx *Tx) erase(r record.Record) error {
	tx.changes = append(tx.changes, Change{Revision: tx.revision, Before: r})
	return tx.eraseKeys(r)
}

// eraseKeys removes a record from the engine.
func (tx *Tx) eraseKeys(r record.Record) error {
	id := r.Header().ID
	for _, u := range r.Unique() {
		if err := tx.eraseUnique(uniqueKey(u), id); err != nil {
			return err
		}
	}
	for _, ref := range withAccount(r) {
		if err := tx.buf.Delete(referrerKey(ref.ID, id)); err != nil {
			return err
		}
	}
	if r.Kind() == record.KindDevice {
		if err := tx.buf.Delete(stateKey(id)); err != nil {
			return err
		}
		if err := tx.eraseHistory(r.Header().Account, id); err != nil {
			return err
		}
	}
	return tx.buf.Delete(recordKey(id))
}

// eraseUnique gives a value back, unless another record has taken it over since the
// account was deleted.
func (tx *Tx) eraseUnique(key []byte, id record.ID) error {
	owner, err := tx.buf.Get(key)
	if errors.Is(err, kv.ErrNotFound) || err == nil && record.ID(owner) != id {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.buf.Delete(key)
}

func (tx *Tx) inUse(r record.Record, f referrer) error {
	name := string(f.id)
	if other, err := tx.load(f.id); err == nil {
		name = describe(other)
	}
	return conflict("", ConflictInUse, "%s is in use by %s (%s)", describe(r), name, f.field)
}

// deleteAccount removes the account itself and leaves a tombstone; what is below
// it vanishes from the index at once and from the engine by and by.
func (tx *Tx) deleteAccount(a *record.Account) error {
	if err := tx.releaseAdministrators(a.ID); err != nil {
		return err
	}
	if err := tx.erase(a); err != nil {
		return err
	}
	tx.sweep = true
	return tx.buf.Put(tombstoneKey(a.ID), uint64BE(uint64(tx.now.UnixMilli())))
}

// PutState changes what is known of a device; fn gets what there is. A device that
// is gone is passed over.
func (tx *Tx) PutState(device, account record.ID, fn func(*record.DeviceState)) error {
	if ok, err := tx.buf.Has(recordKey(device)); err != nil || !ok {
		return err
	}
	state := &record.DeviceState{}
	b, err := tx.buf.Get(stateKey(device))
	switch {
	case err == nil:
		if err := decode(b, state); err != nil {
			return fmt.Errorf("cannot read state of %q: %w", device, err)
		}
	case !errors.Is(err, kv.ErrNotFound):
		return fmt.Errorf("cannot read state of %q: %w", device, err)
	}
	state.Device, state.Account = device, account
	fn(state)
	if b, err = encode(state); err != nil {
		return fmt.Errorf("cannot encode state of %q: %w", device, err)
	}
	tx.states = append(tx.states, stateChange{device, state})
	return tx.buf.Put(stateKey(device), b)
}
