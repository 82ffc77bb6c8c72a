package store

import (
	"errors"
	"fmt"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// OutboxQueues calls fn for every queue of a lane in which a row waits, with the time the
// first is due.
func (s *Store) OutboxQueues(lane OutboxLane, fn func(q OutboxQueue, due time.Time)) error {
	prefix := []byte(prefixOutboxDue + string(lane) + "/")
	return s.engine.View(func(r kv.Reader) error {
		for start, more := prefix, true; more; {
			more = false
			err := r.Scan(kv.Range{Prefix: prefix, Start: start, KeysOnly: true}, func(key, _ []byte) (bool, error) {
				q, due, _, ok := cutOutboxDue(string(key[len(prefix):]))
				if !ok {
					return false, fmt.Errorf("cannot read queues of lane %q: malformed key %q", lane, key)
				}
				fn(q, due)
				_, start = kv.Range{Prefix: outboxDuePrefix(lane, q)}.Bounds()
				more = true
				return false, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// OutboxHead is the row of a queue that is due first, nil when none waits.
func (s *Store) OutboxHead(lane OutboxLane, q OutboxQueue) (row *OutboxRow, err error) {
	prefix := outboxDuePrefix(lane, q)
	lanePrefix := len(prefixOutboxDue + string(lane) + "/")
	err = s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			_, _, id, _ := cutOutboxDue(string(key[lanePrefix:]))
			b, err := r.Get(outboxPendingKey(lane, q.Account, id))
			if err == nil {
				row, err = readOutbox(lane, q.Account, id, b)
			}
			return false, err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read queue %q of lane %q: %w", q.Name, lane, err)
	}
	return row, nil
}

// OutboxRow is one row, whatever became of it; ErrNotFound without one.
func (s *Store) OutboxRow(account record.ID, id string) (row *OutboxRow, err error) {
	if !outboxPlace(id) {
		return nil, ErrNotFound
	}
	err = s.engine.View(func(r kv.Reader) error {
		row, err = findOutbox(r, account, id)
		return err
	})
	return row, err
}

func findOutbox(r kv.Reader, account record.ID, id string) (*OutboxRow, error) {
	b, err := r.Get(outboxFinishedKey(account, id))
	if err == nil {
		done, err := readFinished(account, id, b)
		if err != nil {
			return nil, fmt.Errorf("cannot read row %q: %w", id, err)
		}
		return &done.OutboxRow, nil
	}
	for _, lane := range OutboxLanes() {
		if !errors.Is(err, kv.ErrNotFound) {
			return nil, err
		}
		if b, err = r.Get(outboxPendingKey(lane, account, id)); err == nil {
			return readOutbox(lane, account, id, b)
		}
	}
	if errors.Is(err, kv.ErrNotFound) {
		err = ErrNotFound
	}
	return nil, err
}

// OutboxQuery asks for the rows of a queue, newest first.
type OutboxQuery struct {
	OutboxQueue
	State OutboxState // "" is any
	After string
	Limit int
}

// OutboxRows lists what the query asks for.
func (s *Store) OutboxRows(q OutboxQuery) (page Page[OutboxRow], err error) {
	err = s.engine.View(func(r kv.Reader) error {
		page, err = newest(r, walk{prefix: outboxListPrefix(q.Account, q.Name), place: outboxPlace, after: q.After, limit: q.Limit},
			func(id string, _ []byte) (OutboxRow, verdict, error) {
				row, err := findOutbox(r, q.Account, id)
				switch {
				case errors.Is(err, ErrNotFound):
					return OutboxRow{}, skip, nil
				case err != nil:
					return OutboxRow{}, stop, err
				case q.State != "" && row.State != q.State:
					return OutboxRow{}, skip, nil
				}
				return *row, keep, nil
			})
		return err
	})
	return page, err
}

// OutboxOldest is when the oldest row that waits in a lane was written; zero when none
// does. It looks at every one.
func (s *Store) OutboxOldest(lane OutboxLane) (oldest time.Time, err error) {
	prefix := []byte(prefixOutboxPending + string(lane) + "/")
	err = s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: prefix}, func(_, value []byte) (bool, error) {
			var row OutboxRow
			if err := decode(value, &row); err != nil {
				return false, fmt.Errorf("cannot read lane %q: %w", lane, err)
			}
			if oldest.IsZero() || row.CreatedAt.Before(oldest) {
				oldest = row.CreatedAt
			}
			return true, nil
		})
	})
	return oldest, err
}
