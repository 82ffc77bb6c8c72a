package admission

import (
	"hash/maphash"
	"math/bits"
	"net/netip"
	"sync"
	"time"
)

// How many failures within a window, from at least how many sources, make a user or a
// domain one that many guess at together. A domain's are higher: after its passwords
// have been changed every phone of an office fails for a while.
const (
	userFailures   = 20
	userSources    = 4
	domainFailures = 200
	domainSources  = 16
)

// What a failure counts against its source then. Two wrong answers for a user under
// attack ban a source that on its own might have given ten.
const (
	userWeight   = 5
	domainWeight = 2
)

// targetSlots is how many users and domains are told apart at a time.
const targetSlots = 1 << 14

// Kind tells what is guessed at.
type Kind uint8

// The kinds of targets.
const (
	User Kind = iota
	Domain
)

// String is the kind as a metric's label has it.
func (k Kind) String() string {
	if k == User {
		return "user"
	}
	return "domain"
}

// Guess is what one more failure means for what was guessed at.
type Guess struct {
	// Weight is what the failure counts against its source, at least 1.
	Weight int
	// Begun are the kinds of targets for which it is the failure that makes them
	// targets of many, once in a window.
	Begun []Kind
	// Failures of the user within the window, this one included.
	Failures int
}

// Targets counts failures by user and by domain, so that a guess spread over many
// sources is seen as one. It is a fixed table that forgets rather than grows: a target
// whose slot another one takes is counted anew. Only failures of sources that have
// proved to receive what is sent to them belong in it, or anybody could make any user a
// target. It never keeps a right password out. All methods may be called concurrently.
type Targets struct {
	window time.Duration
	seed   maphash.Seed

	mu    sync.Mutex
	slots []target
}

// target is one slot. Sources are counted by a bit each in a set of 64, so that up to
// some dozen are told apart.
type target struct {
	tag      uint64
	started  time.Time
	failures int
	sources  uint64
	told     bool
}

// NewTargets counts within windows of that length, DefaultWindow for 0.
func NewTargets(window time.Duration) *Targets {
	if window <= 0 {
		window = DefaultWindow
	}
	return &Targets{window: window, seed: maphash.MakeSeed(), slots: make([]target, targetSlots)}
}

// Failed counts a failure of source for user at domain, both in the spelling that
// counts.
func (t *Targets) Failed(source netip.Addr, user, domain []byte, now time.Time) Guess {
	from := maphash.Comparable(t.seed, key(source))
	whole := t.hash(domain)
	one := t.hash(user) ^ (whole<<1 | whole>>63)
	t.mu.Lock()
	defer t.mu.Unlock()
	g := Guess{Weight: 1}
	d := t.slot(whole, now)
	if d.add(from) && d.many(domainFailures, domainSources) {
		g.Begun = append(g.Begun, Domain)
	}
	if d.told {
		g.Weight = domainWeight
	}
	u := t.slot(one, now)
	if u.add(from) && u.many(userFailures, userSources) {
		g.Begun = append(g.Begun, User)
	}
	if u.told {
		g.Weight = userWeight
	}
	g.Failures = u.failures
	return g
}

func (t *Targets) hash(name []byte) uint64 { return maphash.Bytes(t.seed, name) }

// slot is the target's for the window now is in.
func (t *Targets) slot(tag uint64, now time.Time) *target {
	s := &t.slots[tag%targetSlots]
	if s.tag != tag || now.Sub(s.started) > t.window {
		*s = target{tag: tag, started: now}
	}
	return s
}

// add counts one failure and tells whether the target was none of many until now.
func (s *target) add(source uint64) bool {
	s.failures++
	s.sources |= 1 << (source % 64)
	return !s.told
}

// many tells whether the target now is one of many.
func (s *target) many(failures, sources int) bool {
	s.told = s.failures >= failures && bits.OnesCount64(s.sources) >= sources
	return s.told
}
