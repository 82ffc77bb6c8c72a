package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

const (
	// stopGrace is how long sendings may go on once the daemon stops.
	stopGrace = 5 * time.Second
	// storeWait is the wait before the store is asked again after it failed.
	storeWait = time.Second
)

// result is what came of an attempt, closed list.
type result string

const (
	delivered result = "delivered"
	retry     result = "retry"
	failed    result = "failed"
	held      result = "held" // not tried: its time has not come
)

// outcome is the whole of it.
type outcome struct {
	result result
	// after is the least time to the next attempt: what the peer asks for.
	after time.Duration
	code  int
	text  string
	via   string
}

// rows is what a lane needs of the store.
type rows interface {
	// Next waits for queues with new rows.
	Next(ctx context.Context) (store.OutboxNews, error)
	Queues(fn func(q store.OutboxQueue, due time.Time)) error
	Head(q store.OutboxQueue) (*store.OutboxRow, error)
	Settle(row store.OutboxRow, result store.OutboxResult) error
}

// lane sends the rows of one lane.
type lane struct {
	name       store.OutboxLane
	rows       rows
	send       func(ctx context.Context, row *store.OutboxRow) outcome
	schedule   schedule
	workers    int
	perAccount int // workers one account may have at a time
	log        *slog.Logger
	metrics    *laneMetrics

	// Owned by run.
	waiting  *waiting
	busy     int
	accounts map[record.ID]int
	parked   map[record.ID][]*queue // due, but their account has its share
	done     chan finished
}

// finished is a queue a worker gives back.
type finished struct {
	queue *queue
	due   time.Time
}

// run sends until ctx ends and then waits for what is on its way.
func (l *lane) run(ctx context.Context) error {
	l.waiting, l.accounts, l.parked = newWaiting(), map[record.ID]int{}, map[record.ID][]*queue{}
	l.done = make(chan finished)
	news := make(chan store.OutboxNews)
	ended := make(chan error, 1)
	go func() { ended <- l.follow(ctx, news) }()
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if err := l.resync(); err != nil {
		l.log.Error("cannot read the outbox", "lane", l.name, "err", err)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(l.dispatch(sending))
		select {
		case n := <-news:
			l.hear(n)
		case f := <-l.done:
			l.finish(f)
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	grace := time.AfterFunc(stopGrace, cancel)
	defer grace.Stop()
	for l.busy > 0 {
		l.finish(<-l.done)
	}
	return <-ended
}

// follow passes news on.
func (l *lane) follow(ctx context.Context, news chan<- store.OutboxNews) error {
	for {
		n, err := l.rows.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // being told to stop is no error
		case err != nil:
			return fmt.Errorf("cannot follow lane %q of the outbox: %w", l.name, err)
		}
		select {
		case news <- n:
		case <-ctx.Done():
			return nil
		}
	}
}

func (l *lane) hear(n store.OutboxNews) {
	for q, due := range n.Due {
		l.waiting.add(q, due)
	}
	if !n.Resync {
		return
	}
	if err := l.resync(); err != nil {
		l.log.Error("cannot read the outbox", "lane", l.name, "err", err)
	}
}

// resync looks for every queue there is.
func (l *lane) resync() error { return l.rows.Queues(l.waiting.add) }

// idle is a wait for what is not known yet.
const idle = time.Hour

// dispatch starts workers for what is due, and tells how long the next has to wait.
func (l *lane) dispatch(ctx context.Context) time.Duration {
	for l.busy < l.workers {
		q := l.waiting.next()
		if q == nil {
			return idle
		}
		if wait := time.Until(q.due); wait > 0 {
			return min(wait, idle)
		}
		q = l.waiting.take()
		account := q.name.Account
		if l.perAccount > 0 && l.accounts[account] >= l.perAccount {
			l.parked[account] = append(l.parked[account], q)
			continue
		}
		l.busy++
		l.accounts[account]++
		go func() { l.done <- finished{q, l.work(ctx, q)} }()
	}
	return idle
}

func (l *lane) finish(f finished) {
	account := f.queue.name.Account
	l.busy--
	if l.accounts[account]--; l.accounts[account] == 0 {
		delete(l.accounts, account)
	}
	l.waiting.giveBack(f.queue, f.due)
	if others := l.parked[account]; len(others) > 0 {
		l.waiting.giveBack(others[0], others[0].due)
		if l.parked[account] = others[1:]; len(others) == 1 {
			delete(l.parked, account)
		}
	}
}

// work tries the first row of a queue, and tells when the queue is due again; zero: it is
// empty.
func (l *lane) work(ctx context.Context, q *queue) (due time.Time) {
	row, err := l.rows.Head(q.name)
	switch {
	case err != nil:
		l.log.Error("cannot read the outbox", "lane", l.name, "err", err)
		return time.Now().Add(storeWait)
	case row == nil:
		return time.Time{}
	case q.unsettled == nil || q.unsettled.row.ID != row.ID:
		if row.Due.After(time.Now()) {
			return row.Due
		}
		begun := time.Now()
		o := l.attempt(ctx, row)
		if o.result == held {
			return time.Now().Add(o.after)
		}
		if ctx.Err() != nil && o.result != delivered {
			return time.Time{} // cut short by the end: the next start begins with it
		}
		q.unsettled = &settlement{*row, l.judge(row, o, time.Since(begun))}
	}
	if err := l.rows.Settle(q.unsettled.row, q.unsettled.result); err != nil {
		// It is not sent again for that: the note is written when the disk takes it.
		if !errors.Is(err, store.ErrClosed) {
			l.log.Error("cannot note what was sent", "lane", l.name, "row", row.ID, "err", err)
		}
		return time.Now().Add(storeWait)
	}
	l.report(ctx, q.unsettled)
	q.unsettled = nil
	return time.Now()
}

// attempt sends; a panic is a failed attempt.
func (l *lane) attempt(ctx context.Context, row *store.OutboxRow) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("sending panicked", "lane", l.name, "row", row.ID, "panic", p, "stack", string(debug.Stack()))
			o = outcome{result: retry, text: "internal error"}
		}
	}()
	return l.send(ctx, row)
}

// judge turns an outcome into what is noted.
func (l *lane) judge(row *store.OutboxRow, o outcome, took time.Duration) store.OutboxResult {
	r := store.OutboxResult{State: store.OutboxFailed, Code: o.code, Text: o.text, Via: o.via, Took: took}
	switch o.result {
	case delivered:
		r.State = store.OutboxDelivered
	case retry:
		r.Due = time.Now().Add(max(o.after, l.schedule.wait(row.Attempts+1, rand.Float64()))).UTC().Truncate(time.Millisecond)
		if r.Due.Before(row.ExpiresAt) {
			r.State = store.OutboxPending
		}
	case failed, held:
	}
	return r
}

// report counts and logs what has been noted.
func (l *lane) report(ctx context.Context, s *settlement) {
	age := time.Since(s.row.CreatedAt)
	switch s.result.State {
	case store.OutboxDelivered:
		l.metrics.delivered.Inc()
		l.metrics.latency.Observe(age.Seconds())
	case store.OutboxPending:
		l.metrics.retried.Inc()
	case store.OutboxFailed:
		l.metrics.failed.Inc()
		level := slog.LevelWarn
		if l.name == store.OutboxEmergency {
			level = slog.LevelError
		}
		l.log.Log(ctx, level, "gave up sending", "lane", l.name, "row", s.row.ID, "queue", s.row.Queue,
			"attempts", s.row.Attempts+1, "code", s.result.Code, "answer", s.result.Text)
	}
}
