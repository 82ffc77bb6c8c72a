//go:build spandsp

package spandsp_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/fax/t38/udptl"
	"dialtone/test/spandsp"
)

// epoch is when every call here begins.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const tick = spandsp.Tick * time.Millisecond

// weather is what a network does to datagrams: probabilities, and the most a datagram is
// late.
type weather struct {
	name               string
	loss, dup, reorder float64
	jitter             time.Duration
}

// flight is a datagram under way.
type flight struct {
	at   time.Time
	data []byte
}

// call joins our terminal and libspandsp's in virtual time.
type call struct {
	now    time.Time
	rng    *rand.Rand
	w      weather
	ours   *t38.Terminal
	theirs *spandsp.Peer
	wrap   *udptl.Sender   // of theirs
	unwrap *udptl.Receiver // of theirs
	toOurs []flight
	toThem []flight
	next   time.Time
}

func newCall(seed uint64, w weather, ours *t38.Terminal, theirs *spandsp.Peer) *call {
	return &call{
		now: epoch, rng: rand.New(rand.NewPCG(seed, 3)), w: w, ours: ours, theirs: theirs,
		wrap:   udptl.NewSender(udptl.Options{}),
		unwrap: udptl.NewReceiver(theirs.Receive),
	}
}

// run plays the call.
func (c *call) run(t *testing.T) (ours t38.Result, theirs spandsp.Result) {
	t.Helper()
	for c.now.Sub(epoch) < time.Hour {
		a, aDone := c.ours.Done(c.now)
		b, bDone := c.theirs.Done()
		if aDone && bDone {
			return a, b
		}
		c.step()
	}
	t.Fatal("the call does not end")
	return ours, theirs
}

func (c *call) step() {
	c.now = c.now.Add(tick)
	for c.next.IsZero() || !c.next.After(c.now) {
		if !c.poll() {
			break
		}
	}
	for _, f := range c.due(&c.toOurs) {
		_ = c.ours.Receive(f, c.now)
		c.poll()
	}
	for _, f := range c.due(&c.toThem) {
		_ = c.unwrap.Receive(f)
	}
	c.theirs.Advance()
	c.theirs.Packets(func(p []byte, count int) {
		d := c.wrap.Append(nil, p)
		for range count {
			c.carry(&c.toOurs, d)
		}
	})
}

// poll reports whether our terminal wants to be called again.
func (c *call) poll() bool {
	out, next := c.ours.Poll(c.now)
	for _, d := range out {
		c.carry(&c.toThem, d)
	}
	c.next = next
	return !next.IsZero()
}

func (c *call) carry(air *[]flight, d []byte) {
	if c.rng.Float64() < c.w.loss {
		return
	}
	copies := 1
	if c.rng.Float64() < c.w.dup {
		copies = 2
	}
	for range copies {
		at := c.now.Add(2 * tick)
		if c.rng.Float64() < c.w.reorder {
			at = at.Add(3 * tick)
		}
		if c.w.jitter > 0 {
			at = at.Add(time.Duration(c.rng.Int64N(int64(c.w.jitter))))
		}
		*air = append(*air, flight{at, slices.Clone(d)})
	}
}

func (c *call) due(air *[]flight) (out [][]byte) {
	*air = slices.DeleteFunc(*air, func(f flight) bool {
		if f.at.After(c.now) {
			return false
		}
		out = append(out, f.data)
		return true
	})
	return out
}

// modems is what an end may send pages with.
var modems = [...]struct {
	name     string
	set      t30.Modems
	v29, v17 bool
	rate     int
}{
	{"V.27ter", t30.V27, false, false, 4800},
	{"V.29", t30.V27 | t30.V29, true, false, 9600},
	{"V.17", t30.V27 | t30.V29 | t30.V17, true, true, 14400},
}
