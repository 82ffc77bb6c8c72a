package media

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// descriptors is how many this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// eventually polls until done says so.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// Ten thousand streams, joined, negotiated and closed, leave nothing.
func TestNothingIsLeft(t *testing.T) {
	if testing.Short() {
		t.Skip("opens ten thousand streams")
	}
	start := time.Now()
	var ahead atomic.Int64
	e := newEngine(t, func(c *Config) { c.Now = func() time.Time { return start.Add(time.Duration(ahead.Load())) } })
	round := func(n int) {
		for range n / 2 {
			a, err := e.NewStream(Options{Peer: loopback})
			if err != nil {
				t.Fatal(err)
			}
			b, err := e.NewStream(Options{Peer: loopback, Beside: a, SRTP: Preferred})
			if err != nil {
				t.Fatal(err)
			}
			negotiate(t, a, b, audioAt("0"), audioAt("9"))
			if err := Join(a, b); err != nil {
				t.Fatal(err)
			}
			a.Play(NewTone(nil))
			a.Close()
			b.Close()
		}
		eventually(t, "the end of all streams", func() bool { return e.Len() == 0 })
		ahead.Add(int64(rest))
	}
	round(200)
	fds, goroutines, before := descriptors(t), runtime.NumGoroutine(), heap()
	for range 10 {
		round(1000)
	}
	if got := descriptors(t); got > fds {
		t.Errorf("%d descriptors, %d before", got, fds)
	}
	if got := runtime.NumGoroutine(); got > goroutines {
		t.Errorf("%d goroutines, %d before", got, goroutines)
	}
	if got := heap(); got > before+1<<20 {
		t.Errorf("%d bytes more", got-before)
	}
	if n := e.ports.inUseCount(); n != 0 {
		t.Errorf("%d port pairs in use", n)
	}
}

// An idle call must fit in the budget with its signalling: 60 KB.
func TestMemoryOfAnIdleCall(t *testing.T) {
	const calls, budget = 200, 12 << 10
	e := newEngine(t)
	before := heap()
	for range calls {
		a, _ := e.NewStream(Options{Peer: loopback})
		b, _ := e.NewStream(Options{Peer: loopback, Beside: a})
		negotiate(t, a, b, audioAt("0 8 101"), audioAt("0 101"))
		if err := Join(a, b); err != nil {
			t.Fatal(err)
		}
	}
	if got := (heap() - before) / calls; got > budget {
		t.Errorf("%d bytes a call", got)
	}
}

func TestCloseOfTheEngineClosesStreams(t *testing.T) {
	e := newEngine(t)
	s, _ := newStream(t, e)
	before := descriptors(t)
	e.Close()
	if e.Len() != 0 || descriptors(t) >= before {
		t.Fatal("still open")
	}
	s.Close()
	s.Play(NewTone(nil))
	s.Stats()
	if _, err := s.Offer(OfferOptions{}); err != ErrClosed {
		t.Fatal(err)
	}
	if _, err := e.NewStream(Options{Peer: loopback}); err != ErrClosed {
		t.Fatal(err)
	}
	e.Close()
}

// What comes too late for a closed stream does nothing.
func TestUseAfterClose(t *testing.T) {
	e := newEngine(t)
	c := newCall(t, e, "0 101", "0 101")
	c.a.send(0, make([]byte, 160))
	c.b.receive()
	keep, _ := newStream(t, e)
	c.legA.Close()
	c.legA.Close()
	c.legA.Play(NewTone(beep))
	if err := c.legA.SendDTMF("1"); err != nil {
		t.Fatal(err)
	}
	if err := Join(c.legA, keep); err != ErrClosed {
		t.Fatal(err)
	}
	if err := Join(keep, c.legA); err != ErrClosed {
		t.Fatal(err)
	}
	c.legA.wait()
	keep.loop.Load().wait(func() {
		if len(keep.loop.Load().makers) != 0 || c.legA.flow.maker {
			t.Error("a closed stream makes packets")
		}
	})
	if st := c.legA.Stats(); st.Received.Packets != 1 {
		t.Errorf("%+v", st)
	}
	if c.legB.Joined() != nil || keep.Joined() != nil {
		t.Error("joined to a closed stream")
	}
}
