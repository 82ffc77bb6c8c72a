package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// recordings deletes recordings whose time is over; their files go with the files no
// record names.
func (w *sweeper) recordings(ctx context.Context) error {
	kept := w.store.retention.Recordings
	due := func(r kv.Reader, account record.ID) (due bool, err error) {
		end := recordingsBefore(account, w.store.now().Add(-kept))
		err = r.Scan(kv.Range{Prefix: historyPrefix(tableRecording, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			due = bytes.Compare(key, end) < 0
			return false, nil
		})
		return due, err
	}
	return w.each(ctx, w.everyAccount(), due, func(tx *Tx, account record.ID) (bool, error) {
		return tx.trimRecordings(account, tx.now.Add(-kept))
	})
}

// recordingsBefore is above the keys of recordings begun before t.
func recordingsBefore(account record.ID, t time.Time) []byte {
	return historyKey(tableRecording, account, record.RecordingPrefix+lastStamp(t))
}

// trimRecordings deletes the oldest that began before a time.
func (tx *Tx) trimRecordings(account record.ID, before time.Time) (more bool, err error) {
	end := recordingsBefore(account, before)
	err = tx.buf.Scan(kv.Range{Prefix: historyPrefix(tableRecording, account)}, func(key, value []byte) (bool, error) {
		if bytes.Compare(key, end) > 0 {
			return false, nil
		}
		if tx.full() {
			more = true
			return false, nil
		}
		var rec record.Recording
		if err := decode(value, &rec); err != nil {
			return false, fmt.Errorf("cannot read recording %q: %w", key, err)
		}
		if rec.State == record.RecordingRunning {
			return true, nil
		}
		return true, tx.eraseRecording(&rec)
	})
	return more, err
}
