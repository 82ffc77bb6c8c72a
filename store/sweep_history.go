package store

import (
	"context"
	"fmt"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// events deletes provisioning events whose time is over, account by account.
func (w *sweeper) events(ctx context.Context) error {
	return w.each(ctx, w.everyAccount(), w.eventsDue, (*Tx).trimEvents)
}

// everyAccount lists the accounts there are, and "" for what belongs to none.
func (w *sweeper) everyAccount() []record.ID {
	accounts := []record.ID{""}
	w.store.View(func(v *View) {
		Each(v, "", func(a *record.Account) bool {
			accounts = append(accounts, a.ID)
			return true
		})
	})
	return accounts
}

// each runs trim for the accounts that have something due. Looking first keeps the sweep
// from writing when there is nothing to do.
func (w *sweeper) each(ctx context.Context, accounts []record.ID, due func(kv.Reader, record.ID) (bool, error), trim func(*Tx, record.ID) (bool, error)) error {
	var late []record.ID
	err := w.store.engine.View(func(r kv.Reader) error {
		for _, account := range accounts {
			is, err := due(r, account)
			if err != nil {
				return err
			}
			if is {
				late = append(late, account)
			}
		}
		return nil
	})
	for _, account := range late {
		if err == nil {
			err = w.batches(ctx, func(tx *Tx) (bool, error) { return trim(tx, account) })
		}
	}
	return err
}

func (w *sweeper) eventsDue(r kv.Reader, account record.ID) (due bool, err error) {
	before := w.store.now().Add(-w.store.retention.ProvisioningEvents)
	err = r.Scan(kv.Range{Prefix: historyPrefix(tableEvent, account)}, func(_, value []byte) (bool, error) {
		var ev storedEvent
		err := decode(value, &ev)
		due = ev.Time.Before(before)
		return false, err
	})
	return due, err
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
	names, err := w.names(prefixAuditHead)
	if err != nil {
		return err
	}
	var accounts []record.ID
	for _, name := range names {
		accounts = append(accounts, record.ID(name))
	}
	return w.each(ctx, accounts, w.auditDue, (*Tx).trimAudit)
}

func (w *sweeper) auditDue(r kv.Reader, account record.ID) (bool, error) {
	head, err := readChain(r, account)
	if err != nil || head.First >= head.Seq {
		return false, err
	}
	e, err := entryAt(r, account, head.First)
	return err == nil && e.Time.Before(w.store.now().Add(-w.store.retention.Audit)), err
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
		if head.First%blockSize == 0 {
			if err := tx.deleteColumns(account, blockOf(head.First)); err != nil {
				return false, err
			}
		}
	}
	if head.First == first {
		return false, nil
	}
	return more, tx.writeChain(account, head)
}
