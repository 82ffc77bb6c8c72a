package store

import (
	"context"
	"fmt"

	"dialtone/store/kv"
)

// Subscriptions keeps the subscriptions of phones to lamps over a restart. They are no
// records: neither index nor feed knows of them.
type Subscriptions struct{ store *Store }

// SubscriptionOp writes one subscription. Key is its tag; a nil Value deletes it.
type SubscriptionOp = struct{ Key, Value []byte }

// prefixSubscription starts the keys of subscriptions.
const prefixSubscription = "s/"

// Subscriptions are those of sip/event.
func (s *Store) Subscriptions() *Subscriptions { return &Subscriptions{s} }

// Commit makes all ops durable together before it returns, or none of them. The ops may
// be reused afterwards.
func (s *Subscriptions) Commit(ops []SubscriptionOp) error {
	return s.store.Update(context.Background(), func(tx *Tx) error {
		for _, op := range ops {
			key := append([]byte(prefixSubscription), op.Key...)
			var err error
			if op.Value == nil {
				err = tx.buf.Delete(key)
			} else {
				err = tx.buf.Put(key, op.Value)
			}
			if err != nil {
				return fmt.Errorf("cannot write subscription %q: %w", op.Key, err)
			}
		}
		return nil
	})
}

// Load calls fn for every subscription. The slices are valid during the call only.
func (s *Subscriptions) Load(fn func(key, value []byte) error) error {
	return s.store.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefixSubscription)}, func(key, value []byte) (bool, error) {
			err := fn(key[len(prefixSubscription):], value)
			return err == nil, err
		})
	})
}
