package store

import (
	"bytes"
	"context"
	"errors"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// emergencies deletes emergency calls whose time is over and of whom everybody has been
// told, and callback windows that have closed.
func (w *sweeper) emergencies(ctx context.Context) error {
	before := w.store.now().Add(-w.store.retention.EmergencyCalls)
	due := func(r kv.Reader, account record.ID) (due bool, err error) {
		end := emergencyBefore(account, before)
		err = r.Scan(kv.Range{Prefix: historyPrefix(tableEmergency, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			due = bytes.Compare(key, end) < 0
			return false, nil
		})
		return due, err
	}
	err := w.each(ctx, w.everyAccount(), due, func(tx *Tx, account record.ID) (bool, error) { return tx.trimEmergencies(account, before) })
	if err != nil {
		return err
	}
	return w.windows(ctx)
}

func emergencyBefore(account record.ID, t time.Time) []byte {
	return historyKey(tableEmergency, account, "emer_"+lastStamp(t))
}

func (tx *Tx) trimEmergencies(account record.ID, before time.Time) (more bool, err error) {
	end := emergencyBefore(account, before)
	err = tx.buf.Scan(kv.Range{Prefix: historyPrefix(tableEmergency, account)}, func(key, value []byte) (bool, error) {
		if bytes.Compare(key, end) > 0 {
			return false, nil
		}
		if tx.full() {
			more = true
			return false, nil
		}
		c := &record.EmergencyCall{}
		if err := decode(value, c); err != nil {
			return false, err
		}
		owed, err := tx.owed(c)
		if err != nil || owed || !c.Over() {
			return err == nil, err
		}
		return true, tx.buf.Delete(key)
	})
	return more, err
}

// owed says whether a mail about the call is still to be sent.
func (tx *Tx) owed(c *record.EmergencyCall) (bool, error) {
	for _, m := range c.Mails {
		if m.Row == "" {
			continue
		}
		has, err := tx.buf.Has(outboxPendingKey(OutboxEmergency, c.Account, m.Row))
		if err != nil || has {
			return has, err
		}
	}
	return false, nil
}

// windows deletes callback windows that have closed.
func (w *sweeper) windows(ctx context.Context) error {
	list, err := w.store.EmergencyWindows()
	if err != nil {
		return err
	}
	now := w.store.now()
	for _, window := range list {
		if !window.Until.Before(now) {
			continue
		}
		key := windowKey(window)
		err := w.store.Update(ctx, func(tx *Tx) error {
			b, err := tx.buf.Get(key)
			if errors.Is(err, kv.ErrNotFound) {
				return nil
			}
			current := record.EmergencyWindow{}
			if err == nil {
				err = decode(b, &current)
			}
			if err != nil || !current.Until.Before(tx.now) {
				return err
			}
			return tx.buf.Delete(key)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
