package store

import (
	"errors"
	"fmt"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// ledger is a history whose items are folded by a key of their own and listed by
// when they last changed; an account has at most limit of them. Its tables:
//
//	<name>/<account>/<key>          stamp of the last change, item
//	<name>_order/<account>/<stamp>  key
//	<name>_count/<account>/         number of items
type ledger struct {
	name  string
	limit int
}

func (l ledger) item(account record.ID, key string) []byte { return historyKey(l.name, account, key) }

func (l ledger) order(account record.ID, stamp string) []byte {
	return historyKey(l.name+"_order", account, stamp)
}

func (l ledger) count(account record.ID) []byte { return historyKey(l.name+"_count", account, "") }

// stampSize is the length of a stamp in bytes.
const stampSize = 26

func splitItem(value []byte) (stamp string, item []byte, err error) {
	if len(value) < stampSize {
		return "", nil, errors.New("cut short")
	}
	return string(value[:stampSize]), value[stampSize:], nil
}

// find is the item with that key, nil without one.
func (l ledger) find(tx *Tx, account record.ID, key string) (stamp string, item []byte, err error) {
	value, err := tx.buf.Get(l.item(account, key))
	if errors.Is(err, kv.ErrNotFound) {
		return "", nil, nil
	}
	if err == nil {
		stamp, item, err = splitItem(value)
	}
	if err != nil {
		return "", nil, fmt.Errorf("cannot read %s %q: %w", l.name, key, err)
	}
	return stamp, item, nil
}

// put writes the item, in place of one with that key whose stamp is old ("" without
// one). The oldest items make room.
func (l ledger) put(tx *Tx, account record.ID, key, old string, item any) error {
	b, err := encode(item)
	if err != nil {
		return fmt.Errorf("cannot encode %s %q: %w", l.name, key, err)
	}
	if old != "" {
		if err := tx.buf.Delete(l.order(account, old)); err != nil {
			return err
		}
	} else if err := l.makeRoom(tx, account); err != nil {
		return err
	}
	stamp := tx.stamp(tx.now)
	if err := tx.buf.Put(l.item(account, key), append([]byte(stamp), b...)); err != nil {
		return err
	}
	return tx.buf.Put(l.order(account, stamp), []byte(key))
}

// makeRoom counts one more item and deletes the oldest ones beyond the limit.
func (l ledger) makeRoom(tx *Tx, account record.ID) error {
	n, err := tx.counter(l.count(account))
	if err != nil {
		return err
	}
	if err := tx.buf.Put(l.count(account), uint64BE(n+1)); err != nil {
		return err
	}
	if n < uint64(l.limit) {
		return nil
	}
	var oldest []string
	rng := kv.Range{Prefix: historyPrefix(l.name+"_order", account)}
	err = tx.buf.Scan(rng, func(_, key []byte) (bool, error) {
		oldest = append(oldest, string(key))
		return len(oldest) < int(n+1)-l.limit && len(oldest) < flushItems, nil
	})
	if err != nil {
		return err
	}
	for _, key := range oldest {
		if err := l.delete(tx, account, key); err != nil {
			return err
		}
	}
	return nil
}

// delete removes an item; one that is not there is no error.
func (l ledger) delete(tx *Tx, account record.ID, key string) error {
	stamp, item, err := l.find(tx, account, key)
	if err != nil || item == nil {
		return err
	}
	n, err := tx.counter(l.count(account))
	if err != nil {
		return err
	}
	if err := tx.buf.Put(l.count(account), uint64BE(max(n, 1)-1)); err != nil {
		return err
	}
	if err := tx.buf.Delete(l.order(account, stamp)); err != nil {
		return err
	}
	return tx.buf.Delete(l.item(account, key))
}

// folded lists the items of a ledger, the one changed last first.
func folded[T any](s *Store, l ledger, account record.ID, after string, limit int, judge func(*T) verdict) (page Page[T], err error) {
	err = s.engine.View(func(r kv.Reader) error {
		page, err = newest(r, walk{prefix: historyPrefix(l.name+"_order", account), place: stamped, after: after, limit: limit}, func(_ string, key []byte) (T, verdict, error) {
			var v T
			value, err := r.Get(l.item(account, string(key)))
			if err == nil {
				_, value, err = splitItem(value)
			}
			if err == nil {
				err = decode(value, &v)
			}
			if err != nil {
				return v, stop, fmt.Errorf("cannot read %s %q: %w", l.name, key, err)
			}
			return v, judge(&v), nil
		})
		return err
	})
	return page, err
}
