package store

import (
	"context"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// finished deletes rows of the outbox that were finished long enough ago.
func (w *sweeper) finished(ctx context.Context) error {
	due := false
	err := w.store.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefixOutboxUntil), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			until, _, _ := cutOutboxUntil(key)
			due = until <= w.store.now().UnixMilli()
			return false, nil
		})
	})
	if err != nil || !due {
		return err
	}
	return w.batches(ctx, (*Tx).trimOutbox)
}

func (tx *Tx) trimOutbox() (more bool, err error) {
	var rows []*finishedRow
	err = tx.buf.Scan(kv.Range{Prefix: []byte(prefixOutboxUntil), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		until, account, id := cutOutboxUntil(key)
		if until > tx.now.UnixMilli() {
			return false, nil
		}
		if more = len(rows) == sweepRecords; more {
			return false, nil
		}
		row, err := tx.finishedOutbox(account, id)
		if row == nil && err == nil {
			return true, tx.buf.Delete(key)
		}
		rows = append(rows, row)
		return true, err
	})
	for _, row := range rows {
		if err == nil {
			err = tx.eraseFinished(row)
		}
	}
	return more, err
}

// purgeOutbox deletes the rows of a deleted account, but for emergencies that wait: whoever
// must know is told, and the rows go when their time is over.
func (tx *Tx) purgeOutbox(account record.ID) (more bool, err error) {
	for _, lane := range OutboxLanes() {
		if lane == OutboxEmergency {
			continue
		}
		if more, err := tx.purgeLane(lane, account); more || err != nil {
			return true, err
		}
	}
	prefix := outboxFinishedPrefix(account)
	err = tx.buf.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		if more = tx.full(); more {
			return false, nil
		}
		row, err := readFinished(account, string(key[len(prefix):]), value)
		if err != nil {
			return false, err
		}
		return true, tx.eraseFinished(row)
	})
	if more || err != nil {
		return true, err
	}
	return tx.clear([]byte(prefixOutboxNumber + string(account) + "/"))
}

// purgeLane deletes what of an account waits in a lane.
func (tx *Tx) purgeLane(lane OutboxLane, account record.ID) (more bool, err error) {
	prefix := outboxPendingPrefix(lane, account)
	err = tx.buf.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		if more = tx.full(); more {
			return false, nil
		}
		row, err := readOutbox(lane, account, string(key[len(prefix):]), value)
		if err != nil {
			return false, err
		}
		if err := tx.countOutbox(lane, account, -1); err != nil {
			return false, err
		}
		if err := tx.buf.Delete(outboxDueKey(row)); err != nil {
			return false, err
		}
		if row.Queue != "" {
			if err := tx.buf.Delete(outboxListKey(account, row.Queue, row.ID)); err != nil {
				return false, err
			}
		}
		return true, tx.buf.Delete(outboxPendingKey(lane, account, row.ID))
	})
	return more, err
}
