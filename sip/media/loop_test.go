package media

import (
	"sync"
	"testing"

	"dialtone/sip/sdp"
)

// Closures posted from many goroutines all run, whenever the loop sleeps and wakes.
func TestNoWakeIsLost(t *testing.T) {
	e := newEngine(t)
	l := e.loops[0]
	var posters sync.WaitGroup
	for range 4 {
		posters.Go(func() {
			for range 2000 {
				l.wait(func() {})
			}
		})
	}
	posters.Wait()
}

func TestEnginesCloseAtOnce(t *testing.T) {
	for range 200 {
		e := newEngine(t)
		if s, err := e.NewStream(Options{Peer: loopback}); err != nil {
			t.Fatal(err)
		} else {
			s.Stop()
		}
		e.Close()
	}
}

type badSource struct{}

func (badSource) Clip(sdp.Codec) *Clip { panic("no clip") }

// A source that fails does not take what was posted behind it along.
func TestFailingSource(t *testing.T) {
	e := newEngine(t)
	c := newCall(t, e, "0", "0")
	c.a.send(0, make([]byte, 160))
	c.b.receive()
	c.legA.Play(badSource{})
	for range 10 {
		c.legB.wait()
	}
	c.b.send(0, make([]byte, 160))
}
