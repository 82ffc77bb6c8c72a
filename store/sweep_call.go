package store

import (
	"bytes"
	"context"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// calls deletes records and messages of calls whose time is over.
func (w *sweeper) calls(ctx context.Context) error {
	for table, kept := range map[string]time.Duration{
		tableCall: w.store.retention.CallRecords, tableCallTrace: w.store.retention.CallTraces,
	} {
		due := func(r kv.Reader, account record.ID) (due bool, err error) {
			end := callsBefore(table, account, w.store.now().Add(-kept))
			err = r.Scan(kv.Range{Prefix: historyPrefix(table, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
				due = bytes.Compare(key, end) < 0
				return false, nil
			})
			return due, err
		}
		err := w.each(ctx, w.everyAccount(), due, func(tx *Tx, account record.ID) (bool, error) {
			return tx.trimCalls(table, account, tx.now.Add(-kept))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// callsBefore is above the keys of calls begun before t.
func callsBefore(table string, account record.ID, t time.Time) []byte {
	return historyKey(table, account, callID+lastStamp(t))
}

// trimCalls deletes the oldest of a table that began before a time.
func (tx *Tx) trimCalls(table string, account record.ID, before time.Time) (more bool, err error) {
	end, deleted := callsBefore(table, account, before), uint64(0)
	err = tx.buf.Scan(kv.Range{Prefix: historyPrefix(table, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		if bytes.Compare(key, end) > 0 {
			return false, nil
		}
		if tx.full() {
			more = true
			return false, nil
		}
		deleted++
		return true, tx.buf.Delete(key)
	})
	if err != nil || table != tableCall || deleted == 0 {
		return more, err
	}
	key := historyKey(tableCallCount, account, "")
	n, err := tx.counter(key)
	if err != nil {
		return false, err
	}
	return more, tx.buf.Put(key, uint64BE(n-min(n, deleted)))
}
