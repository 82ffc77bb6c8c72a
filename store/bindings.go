package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"dialtone/store/journal"
)

// Bindings keeps the registrar's bindings, in a journal of their own: the registrar has
// them all in memory, and phones and the administration do not wait for each other.
type Bindings struct{ journal *journal.Journal }

// BindingOp writes the record of one AOR. Key is the AOR; a nil Value deletes it.
type BindingOp = struct{ Key, Value []byte }

func openBindings(dir string, log *slog.Logger) (*Bindings, error) {
	if err := moveBindings(dir, log); err != nil {
		return nil, err
	}
	j, err := journal.Open(journal.Options{Dir: dir, Logger: log})
	if errors.Is(err, journal.ErrNewer) {
		err = fmt.Errorf("%w: %w", ErrNewerFormat, err)
	}
	if err != nil {
		return nil, err
	}
	return &Bindings{j}, nil
}

// Commit makes all ops durable as one batch before it returns, or none of them. The
// ops may be reused afterwards.
func (b *Bindings) Commit(ops []BindingOp) error { return b.journal.Commit(ops) }

// Load calls fn for the records of all AORs in the order they were written: the last of
// an AOR is its state, nil says that it was deleted. The slices are valid during the call
// only.
func (b *Bindings) Load(fn func(key, value []byte) error) error { return b.journal.Load(fn) }

func (b *Bindings) backup(w io.Writer) error { return b.journal.Backup(w) }

func (b *Bindings) close() error { return b.journal.Close() }
