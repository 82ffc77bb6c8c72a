package store

import (
	"errors"
	"fmt"
	"log/slog"

	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

// Bindings keeps the registrar's bindings in an engine of their own, so that phones
// and the administration do not wait for each other.
type Bindings struct{ engine kv.Engine }

// BindingOp writes the record of one AOR. Key is the AOR; a nil Value deletes it.
type BindingOp = struct{ Key, Value []byte }

// bindingsMemTable is as small as the registrar's commits, 512 KB and one AOR, allow: of
// what is in memory for each table while phones register there would otherwise be more
// than of bindings.
const bindingsMemTable = 8 << 20

// prefixBinding starts the keys of bindings.
const prefixBinding = "b/"

func openBindings(dir string, log *slog.Logger) (*Bindings, error) {
	engine, err := badger.Open(badger.Options{Dir: dir, Logger: log, MemTable: bindingsMemTable})
	if err != nil {
		return nil, err
	}
	if err := migrate(engine, bindingsFormat, nil, log); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return &Bindings{engine}, nil
}

// Commit makes all ops durable as one batch before it returns, or none of them. The
// ops may be reused afterwards.
func (b *Bindings) Commit(ops []BindingOp) error {
	return b.engine.Update(func(tx kv.Txn) error {
		key := []byte(prefixBinding)
		for _, op := range ops {
			key = append(key[:len(prefixBinding)], op.Key...)
			var err error
			if op.Value == nil {
				err = tx.Delete(key)
			} else {
				err = tx.Put(key, op.Value)
			}
			if err != nil {
				return fmt.Errorf("cannot write bindings of %q: %w", op.Key, err)
			}
		}
		return nil
	})
}

// Load calls fn for the record of every AOR. The slices are valid during the call only.
func (b *Bindings) Load(fn func(key, value []byte) error) error {
	return b.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefixBinding)}, func(key, value []byte) (bool, error) {
			err := fn(key[len(prefixBinding):], value)
			return err == nil, err
		})
	})
}

func (b *Bindings) close() error { return b.engine.Close() }
