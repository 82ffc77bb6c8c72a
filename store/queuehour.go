package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// Statistics of queues are kept by hour, as calls are recorded:
//
//	queue_hour/<account>/<hour>/<queue>    record.QueueHour

// hourLayout is an hour in keys, UTC.
const hourLayout = "2006010215"

func queueHourKey(account, queue record.ID, t time.Time) []byte {
	return historyKey(tableQueueHour, account, t.UTC().Format(hourLayout)+"/"+string(queue))
}

// countPassages adds a call's ways through queues to their statistics, in the hours it
// joined them.
func (tx *Tx) countPassages(c *record.CallRecord) error {
	for i := range c.Queues {
		p := &c.Queues[i]
		q, err := Load[*record.CallQueue](tx, p.Queue)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			err = tx.countPassage(c, p, q.ServiceLevelSeconds)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) countPassage(c *record.CallRecord, p *record.QueuePassage, serviceLevel int) error {
	key := queueHourKey(c.Account, p.Queue, p.JoinedAt)
	h := record.QueueHour{Queue: p.Queue, Hour: p.JoinedAt.UTC().Truncate(time.Hour)}
	b, err := tx.buf.Get(key)
	if err == nil {
		err = decode(b, &h)
	} else if errors.Is(err, kv.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("cannot read statistics of queue %q: %w", p.Queue, err)
	}
	h.Count(p, c.EndedAt, serviceLevel)
	if b, err = encode(h); err != nil {
		return fmt.Errorf("cannot encode statistics of queue %q: %w", p.Queue, err)
	}
	return tx.buf.Put(key, b)
}

// QueueHours are the statistics of an account's queues by hour, for calls that joined from
// a time on, and before another, both rounded down to hours; queue narrows them to one.
func (s *Store) QueueHours(account, queue record.ID, from, to time.Time) (list []record.QueueHour, err error) {
	prefix := historyPrefix(tableQueueHour, account)
	start, end := historyKey(tableQueueHour, account, from.UTC().Format(hourLayout)), historyKey(tableQueueHour, account, to.UTC().Format(hourLayout))
	err = s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: prefix, Start: start}, func(key, value []byte) (bool, error) {
			if bytes.Compare(key, end) >= 0 {
				return false, nil
			}
			if queue != "" && !strings.HasSuffix(string(key), "/"+string(queue)) {
				return true, nil
			}
			var h record.QueueHour
			if err := decode(value, &h); err != nil {
				return false, fmt.Errorf("cannot read statistics %q: %w", key, err)
			}
			list = append(list, h)
			return true, nil
		})
	})
	return slices.Clip(list), err
}

// queueHours deletes statistics whose time is over.
func (w *sweeper) queueHours(ctx context.Context) error {
	kept := w.store.retention.CallRecords
	end := func(account record.ID, now time.Time) []byte {
		return historyKey(tableQueueHour, account, now.Add(-kept).UTC().Format(hourLayout))
	}
	due := func(r kv.Reader, account record.ID) (due bool, err error) {
		err = r.Scan(kv.Range{Prefix: historyPrefix(tableQueueHour, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			due = bytes.Compare(key, end(account, w.store.now())) < 0
			return false, nil
		})
		return due, err
	}
	return w.each(ctx, w.everyAccount(), due, func(tx *Tx, account record.ID) (more bool, err error) {
		before := end(account, tx.now)
		err = tx.buf.Scan(kv.Range{Prefix: historyPrefix(tableQueueHour, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			if bytes.Compare(key, before) >= 0 {
				return false, nil
			}
			if tx.full() {
				more = true
				return false, nil
			}
			return true, tx.buf.Delete(key)
		})
		return more, err
	})
}
