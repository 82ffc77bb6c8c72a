package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// faxes deletes faxes whose time is over; their documents go with the files no record
// names.
func (w *sweeper) faxes(ctx context.Context) error {
	kept := w.store.retention.Faxes
	due := func(r kv.Reader, account record.ID) (due bool, err error) {
		end := faxesBefore(account, w.store.now().Add(-kept))
		err = r.Scan(kv.Range{Prefix: historyPrefix(tableFax, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			due = bytes.Compare(key, end) < 0
			return false, nil
		})
		return due, err
	}
	return w.each(ctx, w.everyAccount(), due, func(tx *Tx, account record.ID) (bool, error) {
		return tx.trimFaxes(account, tx.now.Add(-kept))
	})
}

// faxesBefore is above the keys of faxes begun before t.
func faxesBefore(account record.ID, t time.Time) []byte {
	return historyKey(tableFax, account, record.FaxPrefix+lastStamp(t))
}

// trimFaxes deletes the oldest that began before a time and are over.
func (tx *Tx) trimFaxes(account record.ID, before time.Time) (more bool, err error) {
	end := faxesBefore(account, before)
	err = tx.buf.Scan(kv.Range{Prefix: historyPrefix(tableFax, account)}, func(key, value []byte) (bool, error) {
		if bytes.Compare(key, end) > 0 {
			return false, nil
		}
		if tx.full() {
			more = true
			return false, nil
		}
		var f record.Fax
		if err := decode(value, &f); err != nil {
			return false, fmt.Errorf("cannot read fax %q: %w", key, err)
		}
		if !f.Over() {
			return true, nil
		}
		return true, tx.eraseFax(&f)
	})
	return more, err
}
