package store

import (
	"context"
	"errors"
	"strings"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// accounts deletes what deleted accounts have left, and their tombstones last.
func (w *sweeper) accounts(ctx context.Context) error {
	dead, err := w.names(prefixTombstone)
	if err != nil {
		return err
	}
	for _, account := range dead {
		err := w.batches(ctx, func(tx *Tx) (bool, error) { return tx.purge(record.ID(account)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// purge deletes a part of a deleted account; more says whether there is another part.
func (tx *Tx) purge(account record.ID) (more bool, err error) {
	if more, err := tx.purgeRecords(account); more || err != nil {
		return more, err
	}
	prefixes := [][]byte{
		referrerPrefix(account), auditPrefix(account), columnPrefix(account),
		[]byte(prefixErased + string(account) + "/"),
	}
	for _, table := range historyTables() {
		prefixes = append(prefixes, historyPrefix(table, account))
	}
	for _, prefix := range prefixes {
		if more, err := tx.clear(prefix); more || err != nil {
			return true, err
		}
	}
	if more, err := tx.purgeOutbox(account); more || err != nil {
		return true, err
	}
	if err := tx.buf.Delete(auditHeadKey(account)); err != nil {
		return false, err
	}
	return false, tx.buf.Delete(tombstoneKey(account))
}

// purgeRecords deletes records of a deleted account. They have left the index with the
// account, so nothing is published.
func (tx *Tx) purgeRecords(account record.ID) (more bool, err error) {
	var ids []record.ID
	prefix := referrerPrefix(account)
	err = tx.buf.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
		ids = append(ids, record.ID(key[len(prefix):]))
		return len(ids) <= sweepRecords, nil
	})
	if err != nil {
		return false, err
	}
	for i, id := range ids {
		if i == sweepRecords || tx.full() {
			return true, nil
		}
		r, err := tx.read(id)
		switch {
		case errors.Is(err, ErrNotFound):
			err = tx.buf.Delete(referrerKey(account, id))
		case err == nil:
			err = tx.eraseKeys(r)
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// erased deletes the histories of deleted devices.
func (w *sweeper) erased(ctx context.Context) error {
	marks, err := w.names(prefixErased)
	if err != nil {
		return err
	}
	for _, mark := range marks {
		account, device, _ := strings.Cut(mark, "/")
		err := w.batches(ctx, func(tx *Tx) (bool, error) {
			return tx.clearEvents(record.ID(account), record.ID(device))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// clearEvents deletes events of a deleted device, and at last the mark.
func (tx *Tx) clearEvents(account, device record.ID) (more bool, err error) {
	prefix := historyKey(tableEventDevice, account, string(device)+"/")
	err = tx.buf.Scan(kv.Range{Prefix: prefix}, func(key, id []byte) (bool, error) {
		if tx.full() {
			more = true
			return false, nil
		}
		if err := tx.buf.Delete(historyKey(tableEvent, account, string(id))); err != nil {
			return false, err
		}
		return true, tx.buf.Delete(key)
	})
	if more || err != nil {
		return more, err
	}
	if err := tx.buf.Delete(historyKey(tableEventSeq, account, string(device))); err != nil {
		return false, err
	}
	return false, tx.buf.Delete(erasedKey(account, device))
}
