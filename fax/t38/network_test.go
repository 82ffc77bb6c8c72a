package t38_test

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
)

// epoch is when every call here begins.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// weather is what a network does to datagrams.
type weather struct {
	loss, dup, reorder float64       // probabilities
	delay, jitter      time.Duration // one way
}

// flight is a datagram under way.
type flight struct {
	at   time.Time
	to   int
	seq  int
	data []byte
}

type flights []flight

func (f flights) Len() int { return len(f) }
func (f flights) Less(i, j int) bool {
	return f[i].at.Before(f[j].at) || f[i].at.Equal(f[j].at) && f[i].seq < f[j].seq
}
func (f flights) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *flights) Push(x any)   { *f = append(*f, x.(flight)) }
func (f *flights) Pop() any {
	old := *f
	x := old[len(old)-1]
	*f = old[:len(old)-1]
	return x
}

// network joins two terminals in virtual time.
type network struct {
	now   time.Time
	rng   *rand.Rand
	w     weather
	air   flights
	seq   int
	ends  [2]*t38.Terminal
	next  [2]time.Time
	sent  int
	bytes int
	spy   func(from int, datagram []byte)
	after func() // each step
}

func newNetwork(seed uint64, w weather, caller, callee t38.Config) *network {
	caller.Fax.Caller = true
	n := &network{now: epoch, rng: rand.New(rand.NewPCG(seed, 0)), w: w}
	n.ends[0], n.ends[1] = t38.New(caller), t38.New(callee)
	return n
}

// run plays the call; ok is false if it does not end within an hour.
func (n *network) run() (caller, callee t38.Result, ok bool) {
	n.poll(0)
	n.poll(1)
	for n.now.Sub(epoch) < time.Hour {
		a, aDone := n.ends[0].Done(n.now)
		b, bDone := n.ends[1].Done(n.now)
		if aDone && bDone {
			return a, b, true
		}
		n.step()
		if n.after != nil {
			n.after()
		}
	}
	return caller, callee, false
}

func (n *network) step() {
	at := time.Time{}
	who := -1
	for i, t := range n.next {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at, who = t, i
		}
	}
	if len(n.air) > 0 && (at.IsZero() || !n.air[0].at.After(at)) {
		f := heap.Pop(&n.air).(flight)
		n.advance(f.at)
		_ = n.ends[f.to].Receive(f.data, n.now)
		n.poll(f.to)
		return
	}
	if who < 0 {
		n.now = n.now.Add(time.Hour)
		return
	}
	n.advance(at)
	n.poll(who)
}

func (n *network) advance(at time.Time) {
	if at.After(n.now) {
		n.now = at
	}
}

func (n *network) poll(i int) {
	out, next := n.ends[i].Poll(n.now)
	n.next[i] = next
	for _, d := range out {
		n.sent, n.bytes = n.sent+1, n.bytes+len(d)
		if n.spy != nil {
			n.spy(i, d)
		}
		n.carry(i, d)
	}
}

func (n *network) carry(from int, d []byte) {
	if n.rng.Float64() < n.w.loss {
		return
	}
	copies := 1
	if n.rng.Float64() < n.w.dup {
		copies = 2
	}
	for range copies {
		at := n.now.Add(n.w.delay)
		if n.w.jitter > 0 {
			at = at.Add(time.Duration(n.rng.Int64N(int64(n.w.jitter))))
		}
		if n.rng.Float64() < n.w.reorder {
			at = at.Add(60 * time.Millisecond)
		}
		n.seq++
		heap.Push(&n.air, flight{at: at, to: 1 - from, seq: n.seq, data: append([]byte(nil), d...)})
	}
}

// document is pages made of octets that look like T.4.
type document struct{ pages, size int }

func (d document) Format(n int) (t30.Format, bool) { return t30.Format{}, n < d.pages }

func (d document) Encode(n int, _ t30.Code) ([]byte, error) { return d.data(n), nil }

func (d document) data(n int) []byte {
	out := []byte{0x00, 0x1b}
	for i := range d.size {
		out = append(out, byte(i*7+n)|0x41)
		if i%50 == 49 {
			out = append(out, 0x00, 0x1b)
		}
	}
	return out
}

// tray collects received pages.
type tray struct{ pages []t30.Page }

func (s *tray) Page(p t30.Page) error {
	s.pages = append(s.pages, p)
	return nil
}

func caps(change func(*t30.Caps)) t30.Caps {
	c := t30.AllCaps()
	if change != nil {
		change(&c)
	}
	return c
}

// faxes is a caller and a callee for a document.
func faxes(d document, c t30.Caps) (caller, callee t38.Config, got *tray) {
	got = &tray{}
	caller.Fax = t30.Config{Ident: "+1 555 0100", Caps: c, Source: d}
	callee.Fax = t30.Config{Ident: "555 0199", Caps: c, Sink: got}
	return caller, callee, got
}

func mustRun(t *testing.T, n *network) (a, b t38.Result) {
	t.Helper()
	a, b, ok := n.run()
	if !ok {
		t.Fatal("the call does not end")
	}
	return a, b
}
