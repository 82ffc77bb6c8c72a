package store

import (
	"errors"
	"fmt"
	"log/slog"

	"dialtone/store/kv"
)

// Formats of the engines' content: what this version writes and the newest it reads.
const (
	recordsFormat  = 1
	bindingsFormat = 1 // in an engine; a journal knows its own
)

// migration brings an engine's content to format to. It may have been cut short before
// by a crash, and starts again then.
type migration struct {
	to  uint64
	run func(kv.Engine) error
}

// recordMigrations in order; the last brings the records to recordsFormat.
func recordMigrations() []migration { return nil }

// migrate brings the engine to the format wanted, or refuses with ErrNewerFormat.
func migrate(engine kv.Engine, want uint64, steps []migration, log *slog.Logger) error {
	have, fresh, err := readFormat(engine)
	if err != nil {
		return err
	}
	if have > want {
		return fmt.Errorf("cannot open data of format %d, this version reads up to %d: %w", have, want, ErrNewerFormat)
	}
	if fresh {
		return writeFormat(engine, want)
	}
	for _, step := range steps {
		if step.to <= have || step.to > want {
			continue
		}
		log.Info("migrating data", "from", have, "to", step.to)
		if err := step.run(engine); err != nil {
			return fmt.Errorf("cannot migrate data to format %d: %w", step.to, err)
		}
		if err := writeFormat(engine, step.to); err != nil {
			return err
		}
		have = step.to
	}
	if have != want {
		return fmt.Errorf("cannot migrate data from format %d to %d: no way is known", have, want)
	}
	return nil
}

// readFormat is the engine's format; fresh says it is empty.
func readFormat(engine kv.Engine) (format uint64, fresh bool, err error) {
	err = engine.View(func(r kv.Reader) error {
		b, err := r.Get(keyFormat)
		if err == nil {
			format = beUint64(b)
			return nil
		}
		if !errors.Is(err, kv.ErrNotFound) {
			return err
		}
		fresh = true
		return r.Scan(kv.Range{KeysOnly: true}, func(_, _ []byte) (bool, error) {
			fresh = false
			return false, nil
		})
	})
	if err != nil {
		return 0, false, fmt.Errorf("cannot read format of data: %w", err)
	}
	return format, fresh, nil
}

func writeFormat(engine kv.Engine, format uint64) error {
	err := engine.Update(func(tx kv.Txn) error { return tx.Put(keyFormat, uint64BE(format)) })
	if err != nil {
		return fmt.Errorf("cannot write format of data: %w", err)
	}
	return nil
}
