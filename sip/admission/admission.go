package admission

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of [Config].
const (
	DefaultFailures = 10
	DefaultWindow   = 10 * time.Minute
	DefaultFirst    = 5 * time.Minute
	DefaultLongest  = 24 * time.Hour
	DefaultSources  = 65_536
)

// bannedRate is how many challenges, and how many checked answers, a banned source
// gets a second; bannedBurst how many at once.
const (
	bannedRate  = 20
	bannedBurst = 40
)

// Config sets up a [Table]. Zero values mean the defaults.
type Config struct {
	// Failures within Window ban a source.
	Failures int
	Window   time.Duration
	// First is how long the first ban lasts; each further one twice as long, up to
	// Longest. A source that behaves for as long as its last ban starts anew.
	First, Longest time.Duration
	// Sources is how many sources are remembered.
	Sources int
	// Allow are never banned.
	Allow []netip.Prefix
}

// Ban is a source that is banned.
type Ban struct {
	Source   netip.Prefix // one IPv4 address, or an IPv6 /64
	Since    time.Time
	Until    time.Time
	Failures int    // since it was first noticed
	Reason   string // the cause of the last failure
	Level    int    // how many bans in a row, from 1
}

// Table keeps the sources that failed. All methods may be called concurrently.
type Table struct {
	cfg Config
	// banned is how many entries are banned, so that nobody takes the lock while
	// there are none.
	banned atomic.Int64

	mu      sync.Mutex
	entries map[netip.Addr]*entry
	oldest  *entry // ring of entries by last failure; oldest.prev is the newest
}

type entry struct {
	source     netip.Addr
	prev, next *entry
	failures   int // within the window
	total      int
	started    time.Time // of the window
	since      time.Time
	until      time.Time // of the ban, past or to come
	level      int
	reason     string
	challenges bucket
	checks     bucket
}

// bucket is a token bucket of bannedRate and bannedBurst.
type bucket struct {
	tokens float64
	at     time.Time
}

func (b *bucket) take(now time.Time) bool {
	b.tokens = min(b.tokens+now.Sub(b.at).Seconds()*bannedRate, bannedBurst)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// New builds an empty table.
func New(cfg Config) *Table {
	if cfg.Failures <= 0 {
		cfg.Failures = DefaultFailures
	}
	if cfg.Window <= 0 {
		cfg.Window = DefaultWindow
	}
	if cfg.First <= 0 {
		cfg.First = DefaultFirst
	}
	if cfg.Longest < cfg.First {
		cfg.Longest = max(DefaultLongest, cfg.First)
	}
	if cfg.Sources <= 0 {
		cfg.Sources = DefaultSources
	}
	return &Table{cfg: cfg, entries: map[netip.Addr]*entry{}}
}

// key is what counts as one source: an IPv4 address, an IPv6 /64.
func key(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is4() || !a.IsValid() {
		return a
	}
	p, _ := a.Prefix(64) // an IPv6 address has one
	return p.Addr()
}

// Banned tells whether a source is banned at now.
func (t *Table) Banned(source netip.Addr, now time.Time) bool {
	if t.banned.Load() == 0 {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key(source)]
	return e != nil && t.holds(e, now)
}

// holds tells whether the entry's ban is in force, and ends it when its time is over.
func (t *Table) holds(e *entry, now time.Time) bool {
	if e.since.IsZero() {
		return false
	}
	if now.Before(e.until) {
		return true
	}
	t.end(e)
	return false
}

// end lifts an entry's ban; level and until stay, for the next.
func (t *Table) end(e *entry) {
	e.since, e.failures = time.Time{}, 0
	t.banned.Add(-1)
}

// MayChallenge tells whether a banned source may have a challenge now.
func (t *Table) MayChallenge(source netip.Addr, now time.Time) bool {
	return t.take(source, now, func(e *entry) *bucket { return &e.challenges })
}

// MayCheck tells whether a banned source may have its credentials checked now.
func (t *Table) MayCheck(source netip.Addr, now time.Time) bool {
	return t.take(source, now, func(e *entry) *bucket { return &e.checks })
}

func (t *Table) take(source netip.Addr, now time.Time, of func(*entry) *bucket) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key(source)]
	return e == nil || !t.holds(e, now) || of(e).take(now)
}

// Failed counts a failure of a source and returns the ban when this one brings it.
func (t *Table) Failed(source netip.Addr, reason string, now time.Time) (ban Ban, banned bool) {
	return t.FailedBy(source, 1, reason, now)
}

// FailedBy counts a failure that weighs as much as that many.
func (t *Table) FailedBy(source netip.Addr, weight int, reason string, now time.Time) (ban Ban, banned bool) {
	k := key(source)
	if !k.IsValid() || t.allowed(k) {
		return Ban{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entry(k)
	e.total++
	e.reason = reason
	if t.holds(e, now) {
		return Ban{}, false
	}
	if now.Sub(e.started) > t.cfg.Window {
		e.started, e.failures = now, 0
	}
	if e.failures += weight; e.failures < t.cfg.Failures {
		return Ban{}, false
	}
	t.ban(e, now)
	return e.ban(), true
}

// Ban bans a source at once, unless it is or may not be.
func (t *Table) Ban(source netip.Addr, reason string, now time.Time) (ban Ban, banned bool) {
	return t.FailedBy(source, t.cfg.Failures, reason, now)
}

func (t *Table) ban(e *entry, now time.Time) {
	last := e.until.Sub(now.Add(-t.length(e.level)))
	if e.level == 0 || last < 0 { // behaved for as long as the last ban
		e.level = 0
	}
	e.level++
	e.since, e.until = now, now.Add(t.length(e.level))
	e.challenges, e.checks = bucket{bannedBurst, now}, bucket{bannedBurst, now}
	t.banned.Add(1)
}

// length is how long the ban of a level lasts.
func (t *Table) length(level int) time.Duration {
	d := t.cfg.First
	for ; level > 1 && d < t.cfg.Longest; level-- {
		d *= 2
	}
	return min(d, t.cfg.Longest)
}

func (t *Table) allowed(a netip.Addr) bool {
	for _, p := range t.cfg.Allow {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// entry is the source's, made when there is none, moved to the newest place.
func (t *Table) entry(k netip.Addr) *entry {
	e := t.entries[k]
	if e == nil {
		if len(t.entries) >= t.cfg.Sources {
			t.forget(t.oldest)
		}
		e = &entry{source: k}
		t.entries[k] = e
	} else {
		t.unlink(e)
	}
	t.link(e)
	return e
}

func (t *Table) link(e *entry) {
	if t.oldest == nil {
		e.prev, e.next, t.oldest = e, e, e
		return
	}
	newest := t.oldest.prev
	e.prev, e.next = newest, t.oldest
	newest.next, t.oldest.prev = e, e
}

func (t *Table) unlink(e *entry) {
	if e.next == e {
		t.oldest = nil
		return
	}
	e.prev.next, e.next.prev = e.next, e.prev
	if t.oldest == e {
		t.oldest = e.next
	}
}

func (t *Table) forget(e *entry) {
	if !e.since.IsZero() {
		t.banned.Add(-1)
	}
	t.unlink(e)
	delete(t.entries, e.source)
}
