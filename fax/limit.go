package fax

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/record"
)

// Direction is seen from the account.
type Direction string

// The directions.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
)

// Ledger keeps what was admitted over a restart: a [store.Store].
type Ledger interface {
	FaxPassages(fn func(store.FaxPassage)) error
	AdmitFax(ctx context.Context, p store.FaxPassage, gone []store.FaxPassage) error
	RefundFax(ctx context.Context, p store.FaxPassage) error
}

// LimitEvent is something to tell of a limit, once for each time it is reached.
type LimitEvent struct {
	Account   record.ID
	Direction Direction
	Exceeded  bool // a fax was refused; else four fifths are used
	Use       Use
}

// LimitConfig is what a limiter needs.
type LimitConfig struct {
	Ledger Ledger
	// Limit is an account's limit now: nil for none.
	Limit      func(record.ID, Direction) *int
	Now        func() time.Time
	Notify     func(LimitEvent) // must not wait; may be nil
	Registerer prometheus.Registerer
}

// Limiter admits faxes. It may be used by any number of goroutines.
type Limiter struct {
	config  LimitConfig
	metrics *limitMetrics

	mu      sync.Mutex
	windows map[place]*window
}

type place struct {
	account   record.ID
	direction Direction
}

// Use is how much of a limit is used. Limit is nil for unlimited. NextFree is when
// another fax will be admitted: zero for at once, and where none ever is.
type Use struct {
	Limit    *int
	Used     int
	NextFree time.Time
}

// LimitError refuses a fax: the limit of the last hour is used up.
type LimitError struct {
	Limit, Used int
	RetryAfter  time.Duration // more than 0, at most [Window]
}

// Error names the limit and when to try again.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%d of %d faxes of this hour are used; the next may come in %d s", e.Used, e.Limit, e.Seconds())
}

// Seconds is RetryAfter in whole seconds, rounded up.
func (e *LimitError) Seconds() int { return int((e.RetryAfter + time.Second - 1) / time.Second) }

// ErrKey says that a fax was to be admitted without naming its call.
var ErrKey = errors.New("no key")

// NewLimiter is a limiter that knows what its ledger does.
func NewLimiter(c LimitConfig) (*Limiter, error) {
	l := &Limiter{config: c, windows: map[place]*window{}}
	err := c.Ledger.FaxPassages(func(p store.FaxPassage) {
		w := l.window(place{p.Account, Direction(p.Direction)})
		w.log = append(w.log, p)
		w.at(p.At)
	})
	if err != nil {
		return nil, err
	}
	l.metrics = newLimitMetrics(c.Registerer, l)
	return l, nil
}

// window is that of an account and direction. l.mu is held, or nobody else knows of l.
func (l *Limiter) window(p place) *window {
	w := l.windows[p]
	if w == nil {
		w = &window{}
		l.windows[p] = w
	}
	return w
}

// Admission is a fax that counts.
type Admission struct {
	l       *Limiter
	passage store.FaxPassage
}

// Admit counts a fax, durably before it returns. The key names the call: one that counts
// already is admitted without counting again. A [LimitError] refuses it.
func (l *Limiter) Admit(ctx context.Context, account record.ID, d Direction, key string) (*Admission, error) {
	if key == "" {
		return nil, fmt.Errorf("cannot admit a fax: %w", ErrKey)
	}
	limit := l.config.Limit(account, d)
	a, gone, again, tell, err := l.reserve(place{account, d}, key, limit)
	if tell != nil && l.config.Notify != nil {
		l.config.Notify(*tell)
	}
	if err != nil {
		l.metrics.refused[d].Inc()
		return nil, err
	}
	if again {
		return a, nil
	}
	if err := l.config.Ledger.AdmitFax(ctx, a.passage, gone); err != nil {
		l.forget(a.passage)
		return nil, err
	}
	l.metrics.admitted[d].Inc()
	return a, nil
}

// reserve takes a place in the window before it is durable: whoever comes meanwhile finds
// it taken.
func (l *Limiter) reserve(p place, key string, limit *int) (a *Admission, gone []store.FaxPassage, again bool, tell *LimitEvent, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.window(p)
	now := w.at(l.config.Now().UTC())
	gone = w.expire(now)
	if i := w.find(key); i >= 0 {
		return &Admission{l, w.log[i]}, nil, true, nil, nil
	}
	if limit != nil {
		if wait := w.free(now, *limit); wait > 0 {
			err = &LimitError{Limit: *limit, Used: len(w.log), RetryAfter: wait}
			return nil, nil, false, l.exceeded(p, w, now, *limit), err
		}
	}
	passage := store.FaxPassage{Account: p.account, Direction: string(p.direction), At: now, Key: key}
	w.log = append(w.log, passage)
	return &Admission{l, passage}, gone, false, l.warned(p, w, now, limit), nil
}

// exceeded is the event of a refusal, the first one until a fax is admitted again.
func (l *Limiter) exceeded(p place, w *window, now time.Time, limit int) *LimitEvent {
	if w.exceeded {
		return nil
	}
	w.exceeded = true
	return &LimitEvent{Account: p.account, Direction: p.direction, Exceeded: true, Use: use(w, now, &limit)}
}

// warned is the event of four fifths being used, once until it is less.
func (l *Limiter) warned(p place, w *window, now time.Time, limit *int) *LimitEvent {
	w.exceeded = false
	if limit == nil || 5*len(w.log) < 4**limit {
		w.warned = false
		return nil
	}
	if w.warned {
		return nil
	}
	w.warned = true
	return &LimitEvent{Account: p.account, Direction: p.direction, Use: use(w, now, limit)}
}

// forget takes a passage out of the window.
func (l *Limiter) forget(p store.FaxPassage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.window(place{p.Account, Direction(p.Direction)}).drop(p.Key)
}

// Refund gives the place back: the call was not answered, and it was not its sender's
// fault.
func (a *Admission) Refund(ctx context.Context) error {
	a.l.forget(a.passage)
	return a.l.config.Ledger.RefundFax(ctx, a.passage)
}

// Use is how much of an account's limit is used now.
func (l *Limiter) Use(account record.ID, d Direction) Use {
	limit := l.config.Limit(account, d)
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windows[place{account, d}]
	if w == nil {
		w = &window{}
	}
	now := w.at(l.config.Now().UTC())
	return use(w, now, limit)
}

// use looks at a window without changing it: what is over is durable until the next
// admission forgets it.
func use(w *window, now time.Time, limit *int) Use {
	u := Use{Limit: limit}
	for i := range w.log {
		if now.Sub(w.log[i].At) < Window {
			u.Used = len(w.log) - i
			break
		}
	}
	if limit == nil || *limit <= 0 || u.Used < *limit {
		return u
	}
	u.NextFree = w.log[len(w.log)-*limit].At.Add(Window)
	return u
}

// count is how many passages of a direction count, for the gauge.
func (l *Limiter) count(d Direction) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for p, w := range l.windows {
		if p.direction == d {
			n += use(w, w.at(l.config.Now().UTC()), nil).Used
		}
	}
	return float64(n)
}
