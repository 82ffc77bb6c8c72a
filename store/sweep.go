package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/record"
)

const (
	// sweepEvery is the time between two sweeps.
	sweepEvery = 10 * time.Minute
	// sweepWrites is when a transaction of the sweep is long enough: other writers wait
	// behind it.
	sweepWrites = 2000
	// sweepRecords is the number of records one transaction of the sweep deletes at most.
	sweepRecords = 500
)

// sweeper deletes in the background, in small transactions, what is no longer wanted:
// deleted accounts, histories whose time is over, expired tokens, files nobody names.
type sweeper struct {
	store  *Store
	log    *slog.Logger
	turn   chan struct{}      // holds one token: the right to sweep
	wake   chan struct{}      // capacity 1: something was deleted
	cancel context.CancelFunc // ends run
	done   chan struct{}
}

func newSweeper(s *Store) *sweeper {
	w := &sweeper{
		store: s, log: s.log,
		turn: make(chan struct{}, 1), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	w.turn <- struct{}{}
	return w
}

func (w *sweeper) start() {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	go w.run(ctx)
}

// run sweeps at once, then from time to time; a deletion only has its remains swept.
func (w *sweeper) run(ctx context.Context) {
	defer close(w.done)
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	w.sweepLogged(ctx, w.everything())
	for {
		select {
		case <-ticker.C:
			w.sweepLogged(ctx, w.everything())
		case <-w.wake:
			w.sweepLogged(ctx, w.remains())
		case <-ctx.Done():
			return
		}
	}
}

// sweepLogged logs a failure, but neither the end of the store nor a full disk: the next
// sweep goes on where this one stopped.
func (w *sweeper) sweepLogged(ctx context.Context, steps []step) {
	if err := w.sweep(ctx, steps); err != nil && ctx.Err() == nil && !errors.Is(err, ErrNoSpace) {
		w.log.Error("cannot sweep", "err", err)
	}
}

func (w *sweeper) close() {
	w.cancel()
	<-w.done
}

// Sweep deletes everything that is no longer wanted, and returns when it is gone.
func (s *Store) Sweep(ctx context.Context) error {
	return s.sweeper.sweep(ctx, s.sweeper.everything())
}

// step is one thing to sweep.
type step struct {
	what string
	run  func(context.Context) error
}

// remains are of what has been deleted.
func (w *sweeper) remains() []step {
	return []step{{"deleted accounts", w.accounts}, {"histories of deleted devices", w.erased}}
}

func (w *sweeper) everything() []step {
	return append(
		w.remains(),
		step{"old provisioning tokens", w.tokens},
		step{"answers to idempotency keys", w.replays},
		step{"sessions", w.people},
		step{"provisioning events", w.events},
		step{"calls", w.calls},
		step{"statistics of queues", w.queueHours},
		step{"recordings", w.recordings},
		step{"faxes", w.faxes},
		step{"emergency calls", w.emergencies},
		step{"outbox", w.finished},
		step{"audit log", w.audit},
		step{"files", w.blobs},
	)
}

// sweep runs the steps, one sweep at a time. A step that fails does not keep the
// others from running.
func (w *sweeper) sweep(ctx context.Context, steps []step) error {
	select {
	case <-w.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { w.turn <- struct{}{} }()
	var errs []error
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		if err := s.run(ctx); err != nil {
			errs = append(errs, fmt.Errorf("cannot sweep %s: %w", s.what, err))
		}
	}
	return errors.Join(errs...)
}

// batches runs fn in transactions until it says that nothing is left.
func (w *sweeper) batches(ctx context.Context, fn func(tx *Tx) (more bool, err error)) error {
	for {
		var more bool
		err := w.store.Update(ctx, func(tx *Tx) (err error) {
			more, err = fn(tx)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

// names lists the rest of each key with the prefix.
func (w *sweeper) names(prefix string) (rest []string, err error) {
	err = w.store.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefix), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			rest = append(rest, string(key[len(prefix):]))
			return true, nil
		})
	})
	return rest, err
}

// full says whether a transaction of the sweep is long enough.
func (tx *Tx) full() bool { return len(tx.buf.writes) >= sweepWrites }

// clear deletes keys with the prefix until the transaction is full; more says whether
// there are others.
func (tx *Tx) clear(prefix []byte) (more bool, err error) {
	err = tx.buf.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
		if tx.full() {
			more = true
			return false, nil
		}
		return true, tx.buf.Delete(key)
	})
	return more, err
}

// tokens drops rotated provisioning tokens that have expired; the change is published.
func (w *sweeper) tokens(ctx context.Context) error {
	var expired []record.ID
	now := w.store.now()
	w.store.View(func(v *View) {
		Each(v, "", func(a *record.Account) bool {
			Each(v, a.ID, func(p *record.Provisioning) bool {
				if p.Old != nil && !now.Before(p.Old.Expires) {
					expired = append(expired, p.ID)
				}
				return true
			})
			return true
		})
	})
	for _, id := range expired {
		err := w.store.Update(ctx, func(tx *Tx) error {
			p, err := Load[*record.Provisioning](tx, id)
			if err != nil || p.Old == nil || tx.now.Before(p.Old.Expires) {
				return err
			}
			p.Old = nil
			return tx.Replace(p, 0)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// replays deletes answers to idempotency keys whose time is over.
func (w *sweeper) replays(ctx context.Context) error {
	due := false
	err := w.store.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefixExpiry), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			due = expiryOf(key) <= w.store.now().UnixMilli()
			return false, nil
		})
	})
	if err != nil || !due {
		return err
	}
	return w.batches(ctx, func(tx *Tx) (more bool, err error) {
		var expired [][]byte
		prefix := []byte(prefixExpiry)
		err = tx.buf.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			if expiryOf(key) > tx.now.UnixMilli() {
				return false, nil
			}
			more = len(expired) == sweepRecords
			if !more {
				expired = append(expired, append([]byte{}, key...))
			}
			return !more, nil
		})
		for _, key := range expired {
			if err == nil {
				err = tx.forget(string(key[len(prefix)+expirySize:]))
			}
			if err == nil {
				err = tx.buf.Delete(key)
			}
		}
		return more, err
	})
}

// forget deletes an answer unless the key has been used again since.
func (tx *Tx) forget(digest string) error {
	b, err := tx.buf.Get(replayKey(digest))
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	var r Replay
	if err == nil {
		err = decode(b, &r)
	}
	if err != nil || tx.now.Before(r.Expires.Truncate(time.Millisecond)) {
		return err
	}
	return tx.buf.Delete(replayKey(digest))
}

// blobs deletes files no record names. A backup that is under way needs them.
func (w *sweeper) blobs(ctx context.Context) error {
	if !w.store.backups.TryLock() {
		return nil
	}
	defer w.store.backups.Unlock()
	s := w.store
	var named map[blob.Hash]bool
	err := s.engine.View(func(r kv.Reader) (err error) {
		named, err = namedBlobs(r)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.blobs.Sweep(ctx, func(h blob.Hash) bool { return named[h] }, s.now().Add(-s.retention.Blobs))
	return err
}
