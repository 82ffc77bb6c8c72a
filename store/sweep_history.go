package store

import (
	"context"
	"fmt"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// events deletes provisioning events whose time is over, account by account.
func (w *sweeper) events(ctx context.Context) error {
	accounts := []record.ID{""}
	w.store.View(func(v *View) {
		Each(v, "", func(a *record.Account) bool {
			accounts = append(accounts, a.ID)
			return true
		})
	})
	for _, account := range accounts {
		err := w.batches(ctx, func(tx *Tx) (bool, error) { return tx.trimEvents(account) })
		if err != nil {
			return err
		}
	}
	return nil
}

// trimEvents deletes the oldest events of an account that are too old.
func (tx *Tx) trimEvents(account record.ID) (more bool, err error) {
	before := tx.now.Add(-tx.store.retention.ProvisioningEvents)
	err = tx.buf.Scan(kv.Range{Prefix: historyPrefix(tableEvent, account)}, func(key, value []byte) (bool, error) {
		var ev storedEvent
		if err := decode(value, &ev); err != nil {
			return false, fmt.Errorf("cannot read provisioning event %q: %w", key, err)
		}
		if !ev.Time.Before(before) {
			return false, nil
		}
		if tx.full() {
			more = true
			return false, nil
		}
		if err := tx.buf.Delete(eventSlot(account, ev.Listed, ev.Seq)); err != nil {
			return false, err
		}
		return true, tx.buf.Delete(key)
	})
	return more, err
}

// audit deletes audit entries whose time is over. Each log then begins with the oldest
// entry kept, and its head remembers the hash before it.
func (w *sweeper) audit(ctx context.Context) error {
	accounts, err := w.names(prefixAuditHead)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		err := w.batches(ctx, func(tx *Tx) (bool, error) { return tx.trimAudit(record.ID(account)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// trimAudit deletes the oldest entries of a log that are too old, but never the newest.
func (tx *Tx) trimAudit(account record.ID) (more bool, err error) {
	head, err := readChain(tx.buf, account)
	if err != nil {
		return false, err
	}
	before := tx.now.Add(-tx.store.retention.Audit)
	first := head.First
	for ; head.First < head.Seq; head.First++ {
		key := auditKey(account, head.First)
		value, err := tx.buf.Get(key)
		if err != nil {
			return false, fmt.Errorf("cannot read audit entry %d of %q: %w", head.First, account, err)
		}
		e, err := readEntry(value)
		if err != nil {
			return false, fmt.Errorf("cannot read audit entry %d of %q: %w", head.First, account, err)
		}
		if !e.Time.Before(before) {
			break
		}
		if tx.full() {
			more = true
			break
		}
		head.Anchor = [len(head.Anchor)]byte(value)
		if err := tx.buf.Delete(key); err != nil {
			return false, err
		}
	}
	if head.First == first {
		return false, nil
	}
	return more, tx.writeChain(account, head)
}
