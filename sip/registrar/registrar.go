package registrar

import (
	"context"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Defaults of [Config].
const (
	DefaultExpires     = 3600 // seconds
	DefaultMinExpires  = 60
	DefaultMaxExpires  = 3600
	DefaultMaxBindings = 10
	DefaultMaxWaiting  = 16384
	DefaultSweep       = 30 * time.Second
)

// Config sets up a [Registrar]. Only Log is required.
type Config struct {
	Log Log

	// Seconds granted when a phone names none, at least and at most.
	DefaultExpires, MinExpires, MaxExpires int
	// Jitter shortens each expiry by a random part of up to this fraction (0 to
	// 0.5, never under MinExpires), so that phones that booted together drift apart.
	Jitter float64
	// MaxBindings is the number of bindings an AOR may have, at most 255. The one
	// refreshed the longest time ago makes room.
	MaxBindings int
	// MaxWaiting is the number of updates that may wait for the disk; more are
	// refused with ErrBusy.
	MaxWaiting int
	// Gather is the least time from one commit to the next while fewer than 256
	// updates wait; 0 is none. An update that follows none is committed at once.
	Gather time.Duration
	// Released, unless nil, is called after the callers of a commit have been told how it
	// ended, on the goroutine that commits: what they have collected can go out together.
	Released func()
	// Sweep is the time in which every AOR is visited once to remove what expired.
	Sweep time.Duration

	Metrics prometheus.Registerer // nil: none
	// Rand returns numbers in [0,1) for Jitter; nil: math/rand.
	Rand func() float64
}

func (c Config) withDefaults() Config {
	number := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	number(&c.MinExpires, DefaultMinExpires)
	number(&c.MaxExpires, DefaultMaxExpires)
	number(&c.DefaultExpires, DefaultExpires)
	number(&c.MaxBindings, DefaultMaxBindings)
	number(&c.MaxWaiting, DefaultMaxWaiting)
	c.MaxBindings = min(c.MaxBindings, maxStored)
	c.MaxExpires = max(c.MaxExpires, c.MinExpires)
	c.DefaultExpires = min(max(c.DefaultExpires, c.MinExpires), c.MaxExpires)
	c.Jitter = min(max(c.Jitter, 0), 0.5)
	if c.Sweep <= 0 {
		c.Sweep = DefaultSweep
	}
	if c.Released == nil {
		c.Released = func() {}
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	return c
}

// Registrar keeps the bindings of all AORs. All methods may be called
// concurrently. Build it with New, fill it with Restore, then run Serve.
type Registrar struct {
	cfg         Config
	seed        maphash.Seed
	shards      [shardCount]shard
	accounts    accounts
	connections connections
	commits     committer
	events      hub
	metrics     *metrics
}

// New builds a Registrar with no bindings.
func New(cfg Config) *Registrar {
	r := &Registrar{cfg: cfg.withDefaults(), seed: maphash.MakeSeed()}
	r.accounts.init()
	r.connections.init()
	r.metrics = newMetrics(r.cfg.Metrics)
	r.events.lost = r.metrics.eventsLost
	r.commits = committer{
		log: cfg.Log, limit: r.cfg.MaxWaiting, metrics: r.metrics, events: &r.events, released: r.cfg.Released,
		encode: r.appendCurrent, wake: make(chan struct{}, 1), pace: newPace(r.cfg.Gather),
		filling: new(group), spare: new(group), unsaved: make(map[string]struct{}),
	}
	return r
}

// Serve commits updates and removes what expires until ctx ends; then it commits
// what waits, refuses everything later with ErrClosed and returns. Updates made
// before Serve runs wait for it.
func (r *Registrar) Serve(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { r.commits.run(ctx) })
	wg.Go(func() { r.sweep(ctx) })
	wg.Wait()
}

// Restore takes one record of the log, as it was committed: the last of an AOR is its
// state, and a nil value leaves nothing of it. Call it for each record, in their order,
// before the registrar is used. Flows over connections are
// gone: those bindings stay, with connection 0, until they expire or the phone
// comes back. Records with expired bindings are restored too and swept.
func (r *Registrar) Restore(key, value []byte) error {
	var a *aor
	var accountID string
	if value != nil {
		var err error
		if a, accountID, err = parseRecord(key, value); err != nil {
			return err
		}
	}
	s, h := locate(r, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := lookUp(&s.aors, h, key); old != nil {
		r.metrics.bindings.Sub(float64(len(old.bindings)))
		r.accounts.remove(old)
		if a == nil {
			s.aors.remove(h, old.name())
		}
	}
	if a == nil {
		return nil
	}
	s.aors.put(h, a)
	r.accounts.add(a, accountID)
	r.metrics.bindings.Add(float64(len(a.bindings)))
	return nil
}
