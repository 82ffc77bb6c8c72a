package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// The faxes that count against the limits of the last hour:
//
//	fax_window/<account>/<direction>/<ns, big endian>/<key>    nothing

// FaxPassage is a fax that was admitted.
type FaxPassage struct {
	Account   record.ID
	Direction string    // "inbound" or "outbound"
	At        time.Time // UTC, to the nanosecond
	Key       string    // which call: never twice in a window
}

func (p *FaxPassage) storageKey() []byte {
	key := historyKey(tableFaxWindow, p.Account, p.Direction+"/")
	key = binary.BigEndian.AppendUint64(key, uint64(p.At.UnixNano()))
	return append(append(key, '/'), p.Key...)
}

// AdmitFax makes a passage durable, and forgets those that count no longer.
func (s *Store) AdmitFax(ctx context.Context, p FaxPassage, gone []FaxPassage) error {
	err := s.Update(ctx, func(tx *Tx) error {
		for i := range gone {
			if err := tx.buf.Delete(gone[i].storageKey()); err != nil {
				return err
			}
		}
		return tx.buf.Put(p.storageKey(), nil)
	})
	if err != nil {
		return fmt.Errorf("cannot keep a fax in the window of account %q: %w", p.Account, err)
	}
	return nil
}

// RefundFax forgets a passage.
func (s *Store) RefundFax(ctx context.Context, p FaxPassage) error {
	err := s.Update(ctx, func(tx *Tx) error { return tx.buf.Delete(p.storageKey()) })
	if err != nil {
		return fmt.Errorf("cannot take a fax out of the window of account %q: %w", p.Account, err)
	}
	return nil
}

// FaxPassages calls fn for every passage kept, those of one account and direction in the
// order of their times.
func (s *Store) FaxPassages(fn func(FaxPassage)) error {
	prefix := []byte(prefixHistory + tableFaxWindow + "/")
	return s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: prefix}, func(key, _ []byte) (bool, error) {
			p, ok := parseFaxPassage(key[len(prefix):])
			if !ok {
				return false, fmt.Errorf("cannot read fax window: unknown key %q", key)
			}
			fn(p)
			return true, nil
		})
	})
}

func parseFaxPassage(key []byte) (p FaxPassage, ok bool) {
	account, rest, ok := bytes.Cut(key, []byte("/"))
	if !ok {
		return p, false
	}
	direction, rest, ok := bytes.Cut(rest, []byte("/"))
	if !ok || len(rest) < 9 || rest[8] != '/' {
		return p, false
	}
	at := time.Unix(0, int64(beUint64(rest[:8]))).UTC()
	return FaxPassage{record.ID(account), string(direction), at, string(rest[9:])}, true
}
