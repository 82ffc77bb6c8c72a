package dialog

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

const (
	// readyTimeout bounds how long a connection may take to be made ready.
	readyTimeout = 5 * time.Second
	// retryAfter is what a refused INVITE is told, in seconds.
	retryAfter = "10"
)

// Endpoint takes and makes SIP requests. Its methods may be called from anywhere.
type Endpoint struct {
	cfg     Config
	parser  *sip.Parser
	metrics *metrics
	t1, t2  time.Duration
	// second is the unit of Session-Expires.
	second time.Duration
	tasks  tasks // also one for each leg with an open INVITE transaction
	linger linger
	// transactions are those of all requests.
	transactions *transaction.Layer
	dead         atomic.Bool // Close is over: nothing is sent any more

	mu      sync.Mutex
	legs    map[string]*Leg // by our tag; also those that have ended, for as long as something may come for them
	invites map[inviteKey]invited
	live    int // legs that have not ended
	closed  bool
}

// inviteKey tells INVITEs outside dialogs apart (RFC 3261 8.2.2.2).
type inviteKey struct {
	callID, fromTag string
	seq             uint32
}

// invited is an INVITE that has been seen.
type invited struct {
	branch string
	leg    *Leg
}

// New builds an Endpoint. The library's timers are read once.
func New(cfg Config) *Endpoint {
	cfg = cfg.withDefaults()
	return &Endpoint{
		cfg: cfg, parser: sip.NewParser(), transactions: transaction.New(), metrics: newMetrics(cfg.Registerer), t1: sip.T1, t2: sip.T2, second: time.Second,
		linger: linger{after: 64 * sip.T1}, legs: map[string]*Leg{}, invites: map[inviteKey]invited{},
	}
}

// Len is how many legs have not ended.
func (e *Endpoint) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.live
}

// Close hangs up what is left and waits for the transactions that must finish, until
// ctx ends; after it nothing is sent. New INVITEs are refused from now on.
func (e *Endpoint) Close(ctx context.Context) {
	for _, l := range e.close() {
		l.shutdown()
	}
	select {
	case <-e.tasks.wait():
	case <-ctx.Done():
	}
	e.dead.Store(true)
	e.transactions.Close()
	e.linger.end()
}

// close stops the taking of legs and returns those there are.
func (e *Endpoint) close() (all []*Leg) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, l := range e.legs {
		all = append(all, l)
	}
	return all
}

// leg finds a leg by our tag, nil when there is none.
func (e *Endpoint) leg(tag string) *Leg {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.legs[tag]
}

// admit enters a leg.
func (e *Endpoint) admit(l *Leg, unlimited bool) error {
	if err := e.enter(l, unlimited); err != nil {
		return err
	}
	e.tasks.enter()
	e.metrics.legs.Inc()
	e.cfg.Carrier.Track(l.tag)
	return nil
}

func (e *Endpoint) enter(l *Leg, unlimited bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !unlimited && e.closed {
		return ErrClosed
	}
	if !unlimited && e.live >= e.cfg.MaxLegs {
		return ErrTooMany
	}
	e.legs[l.tag] = l
	e.live++
	return nil
}

// left notes that a leg has ended.
func (e *Endpoint) left(why Why) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.live--
	e.metrics.legs.Dec()
	e.metrics.ended[why].Inc()
}

// forget drops a leg once nothing can come for it any more.
func (e *Endpoint) forget(l *Leg) {
	defer e.tasks.done()
	e.linger.add(func() {
		e.cfg.Carrier.Forget(l.tag)
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.legs, l.tag)
		if l.key != (inviteKey{}) {
			delete(e.invites, l.key)
		}
	})
}

// ready makes a flow usable. A carrier's connection that is gone is dialled again.
func (e *Endpoint) ready(f Flow) (Flow, error) {
	ctx, cancel := patience(&f)
	defer cancel()
	usable, err := e.cfg.Carrier.Ready(ctx, f)
	if err != nil && f.Routed && f.stream() {
		usable, err = e.cfg.Carrier.Dial(ctx, f.Transport, f.Remote, f.ServerName)
	}
	if err != nil {
		return f, fmt.Errorf("cannot reach %s: %w", f.Remote, err)
	}
	usable.Routed, usable.ServerName = f.Routed, f.ServerName
	return usable, nil
}

// patience bounds how long sending over a flow may take. Datagrams wait for nobody.
func patience(f *Flow) (context.Context, context.CancelFunc) {
	if f.stream() {
		return context.WithTimeout(context.Background(), readyTimeout)
	}
	return context.Background(), func() {}
}

// trace shows a message of a leg.
func (e *Endpoint) trace(leg string, sent bool, message []byte, f *Flow) {
	if e.cfg.Trace != nil && leg != "" {
		e.cfg.Trace(leg, sent, message, *f)
	}
}

// rescue keeps a panic from ending more than what it happened in.
func (e *Endpoint) rescue(what string, then func()) {
	p := recover()
	if p == nil {
		return
	}
	e.metrics.panics.Inc()
	e.cfg.Log.Error("defect in call signalling", "in", what, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
	if then != nil {
		defer e.rescue(what, nil) // who called holds locks
		then()
	}
}
