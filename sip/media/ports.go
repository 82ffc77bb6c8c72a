package media

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// The range for a configuration that names none: unprivileged ports.
const anyFirst, anyLast = 10000, 65535

// rest is how long a port stays unused after its stream closed, so that late packets of
// one call never reach the next.
const rest = 2 * time.Second

// ports hands out pairs of UDP ports, an even one for RTP and the next for RTCP (RFC 3550
// section 11), at random within a range.
type ports struct {
	open  func(addr netip.Addr, port uint16) (int, error)
	now   func() time.Time
	first uint16

	mu      sync.Mutex
	taken   []bool // by pair
	free    int
	resting []restingPair // oldest first
}

type restingPair struct {
	pair  int
	until time.Time
}

// pair is two bound sockets.
type pair struct {
	index     int
	port      uint16
	rtp, rtcp int // descriptors
}

// newPorts takes a range of ports, ends included; 0, 0 means any.
func newPorts(from, to int, now func() time.Time) (*ports, error) {
	if from == 0 && to == 0 {
		from, to = anyFirst, anyLast
	}
	first := from + from&1
	count := (to - first + 1) / 2
	if from < 1 || to > 65535 || count < 1 {
		return nil, fmt.Errorf("cannot use media ports %d-%d: no even and odd port in it", from, to)
	}
	return &ports{open: listen, now: now, first: uint16(first), taken: make([]bool, count), free: count}, nil
}

// acquire binds a free pair on an address. Ports that something else on the machine has
// are passed over.
func (p *ports) acquire(addr netip.Addr) (pair, error) {
	for tries, start := 0, rand.IntN(len(p.taken)); tries < len(p.taken); {
		i, passed, ok := p.reserve(start)
		if tries += passed; !ok {
			return pair{}, ErrPorts
		}
		got, err := p.bind(addr, i)
		if err == nil {
			return got, nil
		}
		p.release(i, false)
		if !inUse(err) {
			return pair{}, fmt.Errorf("cannot open media port %d on %v: %w", int(p.first)+2*i, addr, err)
		}
		start = (i + 1) % len(p.taken)
	}
	return pair{}, ErrPorts
}

// reserve takes the first free pair from start on.
func (p *ports) reserve(start int) (i, passed int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake()
	if p.free == 0 {
		return 0, 0, false
	}
	for passed = 1; passed <= len(p.taken); passed++ {
		i = (start + passed - 1) % len(p.taken)
		if !p.taken[i] {
			p.taken[i] = true
			p.free--
			return i, passed, true
		}
	}
	return 0, passed, false
}

// wake frees the pairs that have rested.
func (p *ports) wake() {
	now := p.now()
	for len(p.resting) > 0 && !now.Before(p.resting[0].until) {
		p.taken[p.resting[0].pair] = false
		p.free++
		p.resting = p.resting[1:]
	}
}

func (p *ports) bind(addr netip.Addr, i int) (pair, error) {
	got := pair{index: i, port: p.first + uint16(2*i)}
	var err error
	if got.rtp, err = p.open(addr, got.port); err != nil {
		return got, err
	}
	if got.rtcp, err = p.open(addr, got.port+1); err != nil {
		closeSocket(got.rtp)
	}
	return got, err
}

// release gives a pair back, after a rest if it was used.
func (p *ports) release(i int, used bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if used {
		p.resting = append(p.resting, restingPair{pair: i, until: p.now().Add(rest)})
		return
	}
	p.taken[i] = false
	p.free++
}

// inUseCount is how many pairs are open or resting.
func (p *ports) inUseCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake()
	return len(p.taken) - p.free
}
