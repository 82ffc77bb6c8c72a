package store

import (
	"errors"
	"slices"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// OutboxResult is what came of one attempt.
type OutboxResult struct {
	// State is pending when it shall be tried again.
	State OutboxState
	// Due is when.
	Due  time.Time
	Code int
	Text string
	Via  string
	Took time.Duration
}

// SettleOutbox notes what came of an attempt. A row that is gone is passed over.
func (tx *Tx) SettleOutbox(row OutboxRow, result OutboxResult) error {
	stored, err := tx.pendingOutbox(row.Lane, row.Account, row.ID)
	if err != nil || stored == nil {
		return err
	}
	if err := tx.buf.Delete(outboxDueKey(stored)); err != nil {
		return err
	}
	stored.Attempts++
	stored.Lease = OutboxLease{}
	stored.Tries = append(stored.Tries, OutboxTry{
		At: tx.now, Code: result.Code, Text: cutText(result.Text), Via: result.Via, Took: result.Took,
	})
	stored.Tries = stored.Tries[max(0, len(stored.Tries)-maxOutboxTries):]
	if result.State == OutboxPending {
		stored.Due = result.Due
		if err := tx.putOutboxRow(outboxPendingKey(row.Lane, row.Account, row.ID), stored); err != nil {
			return err
		}
		tx.noteDue(stored)
		return tx.buf.Put(outboxDueKey(stored), []byte{})
	}
	stored.State = result.State
	return tx.finishOutbox(stored)
}

func cutText(text string) string {
	if len(text) > maxOutboxText {
		text = text[:maxOutboxText]
	}
	return text
}

// pendingOutbox is a row that waits, nil when it does not.
func (tx *Tx) pendingOutbox(lane OutboxLane, account record.ID, id string) (*OutboxRow, error) {
	b, err := tx.buf.Get(outboxPendingKey(lane, account, id))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readOutbox(lane, account, id, b)
}

// finishedRow is a row that waits no longer; its lane is no longer in its key.
type finishedRow struct {
	OutboxRow
	Lane OutboxLane `cbor:"lane"`
	// Until is when it is to be deleted.
	Until time.Time `cbor:"until"`
	// Number is its place among those a webhook has finished, from 1.
	Number uint64 `cbor:"number,omitempty"`
}

func readFinished(account record.ID, id string, b []byte) (*finishedRow, error) {
	row := &finishedRow{}
	if err := decode(b, row); err != nil {
		return nil, err
	}
	row.ID, row.Account, row.OutboxRow.Lane = id, account, row.Lane
	return row, nil
}

// finishOutbox moves a row from those that wait to those that are kept for a while.
func (tx *Tx) finishOutbox(row *OutboxRow) error {
	if err := tx.buf.Delete(outboxPendingKey(row.Lane, row.Account, row.ID)); err != nil {
		return err
	}
	if err := tx.countOutbox(row.Lane, row.Account, -1); err != nil {
		return err
	}
	row.FinishedAt = tx.now
	keep := row.Keep
	def(&keep, tx.store.retention.Outbox)
	done := finishedRow{OutboxRow: *row, Lane: row.Lane, Until: tx.now.Add(keep)}
	if row.Lane == OutboxWebhook && row.Queue != "" {
		n, err := tx.numberOutbox(row)
		if err != nil {
			return err
		}
		done.Number = n
	}
	b, err := encode(&done)
	if err != nil {
		return err
	}
	if err := tx.buf.Put(outboxFinishedKey(row.Account, row.ID), b); err != nil {
		return err
	}
	return tx.buf.Put(outboxUntilKey(done.Until, row.Account, row.ID), []byte{})
}

// numberOutbox gives a webhook's finished row the next number; that displaces the one as
// many before as are kept.
func (tx *Tx) numberOutbox(row *OutboxRow) (uint64, error) {
	key := outboxNumberKey(row.Account, row.Queue)
	n, err := tx.counter(key)
	if err != nil {
		return 0, err
	}
	n++
	if err := tx.buf.Put(key, uint64BE(n)); err != nil {
		return 0, err
	}
	if err := tx.buf.Put(outboxSlotKey(row.Account, row.Queue, n), []byte(row.ID)); err != nil {
		return 0, err
	}
	kept := uint64(tx.store.retention.WebhookDeliveries)
	if n <= kept {
		return n, nil
	}
	return n, tx.displace(row.Account, row.Queue, n-kept)
}

func (tx *Tx) displace(account record.ID, queue string, n uint64) error {
	slot := outboxSlotKey(account, queue, n)
	id, err := tx.buf.Get(slot)
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.buf.Delete(slot); err != nil {
		return err
	}
	row, err := tx.finishedOutbox(account, string(id))
	if err != nil || row == nil || row.Number != n {
		return err
	}
	return tx.eraseFinished(row)
}

func (tx *Tx) finishedOutbox(account record.ID, id string) (*finishedRow, error) {
	b, err := tx.buf.Get(outboxFinishedKey(account, id))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readFinished(account, id, b)
}

// eraseFinished deletes a finished row and its keys.
func (tx *Tx) eraseFinished(row *finishedRow) error {
	if err := tx.takeFinished(row); err != nil || row.Queue == "" {
		return err
	}
	return tx.buf.Delete(outboxListKey(row.Account, row.Queue, row.ID))
}

// takeFinished is the same but for the key of its queue.
func (tx *Tx) takeFinished(row *finishedRow) error {
	if row.Number > 0 {
		if err := tx.buf.Delete(outboxSlotKey(row.Account, row.Queue, row.Number)); err != nil {
			return err
		}
	}
	if err := tx.buf.Delete(outboxUntilKey(row.Until, row.Account, row.ID)); err != nil {
		return err
	}
	return tx.buf.Delete(outboxFinishedKey(row.Account, row.ID))
}

// RetryOutbox has a row tried at once, whatever became of it, and gives it as much time as
// it had. ErrNotFound without one. The error may be ErrOutboxFull.
func (tx *Tx) RetryOutbox(account record.ID, id string) (*OutboxRow, error) {
	for _, lane := range OutboxLanes() {
		row, err := tx.pendingOutbox(lane, account, id)
		if err != nil || row != nil {
			if err == nil {
				err = tx.hurry(row)
			}
			return row, err
		}
	}
	done, err := tx.finishedOutbox(account, id)
	if err != nil {
		return nil, err
	}
	if done == nil {
		return nil, ErrNotFound
	}
	if err := tx.takeFinished(done); err != nil {
		return nil, err
	}
	if done.Lane != OutboxEmergency {
		if err := tx.makeRoom(done.Lane, account); err != nil {
			return nil, err
		}
	}
	row := done.OutboxRow
	row.State, row.Attempts, row.FinishedAt = OutboxPending, 0, time.Time{}
	row.Due, row.ExpiresAt = tx.now, tx.now.Add(row.ExpiresAt.Sub(row.CreatedAt))
	row.Tries = slices.Clone(row.Tries)
	return &row, tx.enqueue(&row)
}

// hurry has a row that waits tried at once.
func (tx *Tx) hurry(row *OutboxRow) error {
	if err := tx.buf.Delete(outboxDueKey(row)); err != nil {
		return err
	}
	row.Due = tx.now
	if err := tx.putOutboxRow(outboxPendingKey(row.Lane, row.Account, row.ID), row); err != nil {
		return err
	}
	tx.noteDue(row)
	return tx.buf.Put(outboxDueKey(row), []byte{})
}
