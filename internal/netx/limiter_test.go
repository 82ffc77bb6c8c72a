package netx

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clock is moved by hand.
type clock struct{ t time.Time }

func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

func newLimiter(burst int, every time.Duration, sources int) (*Limiter, *clock) {
	c := &clock{time.Unix(1_000_000, 0)}
	return NewLimiter(LimiterConfig{Burst: burst, Every: every, Sources: sources, Now: c.now}), c
}

func take(l *Limiter, a netip.Addr, n int) (taken int) {
	for range n {
		if l.Take(a) {
			taken++
		}
	}
	return taken
}

func TestLimiter(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	l, clk := newLimiter(20, time.Second, 100)
	if got := take(l, a, 10_000); got != 20 {
		t.Errorf("a source took %d of 10,000, want 20", got)
	}
	if !l.Exhausted(a) || l.Exhausted(b) {
		t.Error("exhausted: want the first source only")
	}
	if got := take(l, b, 5); got != 5 {
		t.Errorf("another source took %d, want 5", got)
	}
	clk.advance(3 * time.Second)
	if l.Exhausted(a) {
		t.Error("still exhausted after three refills")
	}
	if got := take(l, a, 10); got != 3 {
		t.Errorf("after three refills it took %d, want 3", got)
	}
	clk.advance(time.Hour)
	if got := take(l, a, 100); got != 20 {
		t.Errorf("after an hour it took %d, want 20", got)
	}
}

func TestLimiterIPv6(t *testing.T) {
	l, _ := newLimiter(1, time.Second, 10)
	if !l.Take(netip.MustParseAddr("2001:db8::1")) || l.Take(netip.MustParseAddr("2001:db8::2")) {
		t.Error("one /64 is not one source")
	}
	if !l.Take(netip.MustParseAddr("2001:db8:0:1::1")) {
		t.Error("the next /64 is the same source")
	}
}

func TestLimiterForgetsTheOldest(t *testing.T) {
	l, _ := newLimiter(1, time.Hour, 2)
	a, b, c := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.3")
	l.Take(a)
	l.Take(b)
	l.Take(a) // a is newer than b now
	l.Take(c)
	if !l.Exhausted(a) || l.Exhausted(b) || !l.Exhausted(c) || l.Len() != 2 {
		t.Errorf("exhausted: %t %t %t, %d remembered", l.Exhausted(a), l.Exhausted(b), l.Exhausted(c), l.Len())
	}
}

func TestLimiterAllocates(t *testing.T) {
	l, _ := newLimiter(1, time.Hour, 100)
	n := uint32(0)
	use := func() {
		n++
		l.Take(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}))
	}
	for range 1000 {
		use()
	}
	if got := testing.AllocsPerRun(1000, use); got != 0 {
		t.Errorf("%v allocations", got)
	}
	if l.Len() != 100 {
		t.Errorf("%d sources, want 100", l.Len())
	}
}

// The limiter agrees with buckets kept one by one, as long as none is forgotten.
func TestLimiterModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const burst, every = 3, 10
		l, clk := newLimiter(burst, every, 8)
		level := make(map[int]int) // in units of time
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			step := rapid.IntRange(0, 15).Draw(t, "advance")
			clk.advance(time.Duration(step))
			src := rapid.IntRange(0, 7).Draw(t, "source")
			for s := range level {
				level[s] = max(0, level[s]-step)
			}
			want := level[src]+every <= burst*every
			if want {
				level[src] += every
			}
			if got := l.Take(netip.AddrFrom4([4]byte{1, 1, 1, byte(src)})); got != want {
				t.Fatalf("source %d: %t, want %t", src, got, want)
			}
		}
	})
}
