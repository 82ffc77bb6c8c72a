package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// Config describes a fleet. Zero values are the defaults.
type Config struct {
	Target    netip.AddrPort // on the loopback
	Accounts  []Account      // one phone each; at most [MaxPhones]
	Sockets   int            // phones share them evenly; default 16
	Addresses int            // source addresses, 127.0.0.1 upwards; default 1
	Workers   int            // threads; default 1
	Expires   int            // seconds asked for; default 3600
	T1, T2    time.Duration  // RFC 3261 section 17; default 500 ms and 4 s
	Unchecked bool           // do not look for the contact in a 200: for [ServeEcho]
	Seed      uint64         // of all chance; default 1
}

func (c Config) withDefaults() Config {
	number := func(v *int, normal int) {
		if *v == 0 {
			*v = normal
		}
	}
	number(&c.Sockets, 16)
	number(&c.Addresses, 1)
	number(&c.Workers, 1)
	number(&c.Expires, 3600)
	if c.T1 == 0 {
		c.T1 = 500 * time.Millisecond
	}
	if c.T2 == 0 {
		c.T2 = 4 * time.Second
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	c.Target = netip.AddrPortFrom(c.Target.Addr().Unmap(), c.Target.Port())
	c.Sockets = max(c.Sockets, c.Workers)
	return c
}

func (c Config) validate() error {
	for _, err := range []error{
		checkTarget(c.Target),
		within("phones", len(c.Accounts), 1, MaxPhones),
		within("sockets", c.Sockets, 1, MaxSockets),
		within("workers", c.Workers, 1, min(maxWorkers, len(c.Accounts))),
		within("source addresses", c.Addresses, 1, 1<<24),
		within("expires", c.Expires, 1, 1<<31-1),
		within("T1", c.T1, time.Millisecond, time.Minute),
		within("T2", c.T2, c.T1, time.Minute),
	} {
		if err != nil {
			return err
		}
	}
	for i, a := range c.Accounts {
		if a.User == "" || len(a.User) > maxUser || a.Domain == "" || len(a.Domain) > maxDomain {
			return fmt.Errorf("cannot take account %d, %q: %w", i, a.User+"@"+a.Domain, ErrBound)
		}
	}
	return nil
}

// Fleet is phones and their sockets. What they know (their binding, nonce, CSeq)
// lasts from one run to the next. One run at a time.
type Fleet struct {
	cfg     Config
	workers []*worker
}

// New opens the sockets of a fleet; nothing is sent.
func New(cfg Config) (_ *Fleet, err error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	f := &Fleet{cfg: cfg}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	id := rand.Uint32()
	for i := range cfg.Workers {
		w, err := newWorker(cfg, i, id)
		if err != nil {
			return nil, err
		}
		f.workers = append(f.workers, w)
	}
	return f, nil
}

// Close closes the sockets. Bindings are left alone.
func (f *Fleet) Close() {
	for _, w := range f.workers {
		w.close()
	}
}

// State is what phone i, the one of Accounts[i], knows of its binding.
func (f *Fleet) State(i int) State {
	for _, w := range f.workers {
		if i < w.first+len(w.phones) {
			return w.phones[i-w.first].state
		}
	}
	return Unbound
}

// run lets every worker run its part and adds up.
func (f *Fleet) run(ctx context.Context, mode string, rate float64, part func(w *worker) scenario) Report {
	var wg sync.WaitGroup
	start := time.Now()
	for _, w := range f.workers {
		wg.Go(func() { w.run(ctx, start, part(w)) })
	}
	wg.Wait()
	var total tally
	for _, w := range f.workers {
		total.merge(&w.tally)
	}
	r := total.report()
	r.Mode, r.Target, r.Phones, r.Rate = mode, f.cfg.Target.String(), len(f.cfg.Accounts), rate
	if total.bound == r.Phones {
		r.AllBoundMS = total.lastBound.Milliseconds()
	}
	return r
}

// share is worker i's part of n.
func share(n, i, workers int) (first, end int) { return n * i / workers, n * (i + 1) / workers }
