package admission

import (
	"hash/maphash"
	"math/bits"
	"net/netip"
	"sync"
	"time"
)

const (
	// probeBits is the size of the set names are counted in.
	probeBits = 1024
	// probeLimit is how many bits of it make a scan: some 250 names. An office whose
	// phones all come at once after a power cut stays below it until the first has
	// answered its challenge.
	probeLimit = 222
	// probeSlots is how many sources are told apart at a time.
	probeSlots = 2048
)

// Probes notices sources that have many names challenged and never give a right answer:
// who looks for the names there are, without a password. Names count whether they exist
// or not, so that a ban tells nobody which do.
//
// Only sources that have proved to receive what is sent to them belong in it, such as
// those of a connection. Over UDP a source that answers nothing has proved nothing: its
// address may be forged, and counting it would let anybody have anybody else banned. All
// it gets to know there is that every name is challenged alike.
//
// It is a fixed table that forgets rather than grows. All methods may be called
// concurrently.
type Probes struct {
	window time.Duration
	seed   maphash.Seed

	mu    sync.Mutex
	slots [probeSlots]probe
}

type probe struct {
	source  netip.Addr
	started time.Time
	names   [probeBits / 64]uint64
	count   int
}

// NewProbes counts within windows of that length, DefaultWindow for 0.
func NewProbes(window time.Duration) *Probes {
	if window <= 0 {
		window = DefaultWindow
	}
	return &Probes{window: window, seed: maphash.MakeSeed()}
}

// Challenged notes that source has been challenged for a name, and tells whether that
// makes it a scan, once in a window.
func (p *Probes) Challenged(source netip.Addr, name []byte, now time.Time) bool {
	k := key(source)
	n := maphash.Bytes(p.seed, name) % probeBits
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.slot(k)
	if s.source != k || now.Sub(s.started) > p.window {
		*s = probe{source: k, started: now}
	}
	before := bits.OnesCount64(s.names[n/64])
	s.names[n/64] |= 1 << (n % 64)
	if bits.OnesCount64(s.names[n/64]) == before {
		return false
	}
	s.count++
	return s.count == probeLimit
}

// Answered notes a right answer: somebody of ours is behind source.
func (p *Probes) Answered(source netip.Addr) {
	k := key(source)
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.slot(k); s.source == k {
		*s = probe{}
	}
}

func (p *Probes) slot(k netip.Addr) *probe {
	return &p.slots[maphash.Comparable(p.seed, k)%probeSlots]
}
