package dialog

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// witness is the owner of a leg in a random call: it answers what must be answered, or
// not, and checks that Ended comes once and last.
type witness struct {
	t     testing.TB
	leg   *Leg
	mu    sync.Mutex
	rand  *rand.Rand
	ended chan struct{}
	over  bool
}

func newWitness(t testing.TB, seed uint64) *witness {
	return &witness{t: t, rand: rand.New(rand.NewPCG(seed, 1)), ended: make(chan struct{})}
}

// roll is below n.
func (w *witness) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rand.IntN(n)
}

func (w *witness) sink(ev Event) {
	if w.over {
		w.t.Errorf("%T after Ended", ev)
	}
	switch ev := ev.(type) {
	case Ended:
		w.over = true
		close(w.ended)
	case Offered:
		switch w.roll(4) {
		case 0:
			_ = ev.Request.Respond(488, "", nil, "")
		case 1: // nobody answers
		default:
			_ = ev.Request.Accept([]byte("v=0 answer"))
		}
	case Answered:
		if w.roll(2) == 0 {
			w.leg.Ack([]byte("v=0 late"))
		}
	case Referred:
		if w.roll(2) == 0 {
			_ = ev.Request.Refer().Accept()
			ev.Request.Refer().Done(200+w.roll(400), "")
		}
	case Requested:
		_ = ev.Request.Respond(200+w.roll(300), "", nil, "")
	}
}

// act does something, legal or not.
func (w *witness) act() {
	l := w.leg
	switch w.roll(13) {
	case 0, 1:
		_ = l.Progress(180+w.roll(4), "", nil, w.roll(2) == 0)
	case 2:
		_ = l.Progress(183, "", []byte("v=0 early"), w.roll(2) == 0)
	case 3, 4, 5:
		_ = l.Accept([]byte("v=0 answer"))
	case 6:
		_ = l.Reject(300+w.roll(400), "")
	case 7, 8:
		_ = l.Reoffer([]byte("v=0 again"))
	case 9:
		l.Ack(nil)
	case 10:
		l.Send(InDialog{Method: []string{"INFO", "UPDATE", "MESSAGE"}[w.roll(3)]}, nil)
	case 11:
		l.Send(InDialog{Method: "REFER", Headers: []Header{{"Refer-To", "<sip:c@example.com>"}}}, nil)
	case 12:
		if w.roll(3) == 0 {
			l.Hangup(Cause{Q850: 16})
		}
	}
}

// live acts at random moments, then hangs up and waits for the end.
func (w *witness) live() {
	for range 2 + w.roll(10) {
		w.act()
		select {
		case <-w.ended:
		case <-time.After(time.Duration(w.roll(15)) * time.Millisecond):
		}
	}
	w.leg.Hangup(Cause{})
	select {
	case <-w.ended:
	case <-time.After(deadline):
		w.t.Errorf("leg %s never ended: %s", w.leg.ID(), w.leg.State())
	}
}

// door keeps a leg's events until its owner has the leg: a sink must not wait.
type door struct {
	sink func(Event)

	mu      sync.Mutex
	opened  bool
	waiting []Event
}

func (d *door) take(ev Event) {
	d.mu.Lock()
	if !d.opened {
		d.waiting = append(d.waiting, ev)
		d.mu.Unlock()
		return
	}
	d.mu.Unlock()
	d.sink(ev)
}

// open hands out what waits, then whatever comes.
func (d *door) open() {
	for {
		d.mu.Lock()
		if len(d.waiting) == 0 {
			d.opened = true
			d.mu.Unlock()
			return
		}
		ev := d.waiting[0]
		d.waiting = d.waiting[1:]
		d.mu.Unlock()
		d.sink(ev)
	}
}

// crowd are witnesses at work. One who comes when nobody is waited for any more hangs up.
type crowd struct {
	mu   sync.Mutex
	wg   sync.WaitGroup
	late bool
}

func (c *crowd) start(w *witness) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late {
		w.leg.Hangup(Cause{})
		return
	}
	c.wg.Go(w.live)
}

// wait waits for those that began, not for those who come meanwhile.
func (c *crowd) wait() {
	c.mu.Lock()
	c.late = true
	c.mu.Unlock()
	c.wg.Wait()
}

// TestRandomCalls has many calls do what they please over a network that loses
// messages. The sides check that all is given back.
func TestRandomCalls(t *testing.T) {
	const calls = 100
	for _, loss := range []int32{0, 20} {
		t.Run(fmt.Sprintf("loss %d", loss), func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			var all crowd
			var n sync.Mutex
			next := seed
			b := newSide(t, func(c *Config) {
				c.SessionExpires = 100 * time.Second
				c.Invite = func(l *Leg) {
					n.Lock()
					next++
					w := newWitness(t, next)
					n.Unlock()
					w.leg = l
					l.SetSink(w.sink)
					all.start(w)
				}
			})
			a := newSide(t)
			a.loss.Store(loss)
			b.loss.Store(loss)
			for i := range calls {
				w := newWitness(t, seed-uint64(i))
				o := Outgoing{
					Flow: flow(b.carrier.local), Target: "sip:b@example.com", From: Address{URI: "sip:a@example.com"}, To: Address{URI: "sip:b@example.com"},
					SDP: []byte("v=0 offer"), Sink: w.sink, SessionExpires: 90 * time.Second,
				}
				if w.roll(4) == 0 {
					o.SDP = nil
				}
				if w.roll(4) == 0 {
					o.Reliable = true
				}
				door := &door{sink: w.sink}
				o.Sink = door.take // an event may come before Invite returns
				l, err := a.Endpoint.Invite(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				w.leg = l
				door.open()
				all.start(w)
			}
			all.wait()
		})
	}
}

// TestRandomPeer has a peer send what it pleases, in and out of turn.
func TestRandomPeer(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	var all crowd
	s := newSide(t, func(c *Config) {
		c.Request = nil
		c.Invite = func(l *Leg) {
			w := newWitness(t, rand.Uint64())
			w.leg = l
			l.SetSink(w.sink)
			all.start(w)
		}
	})
	p := newWire(t, s.carrier.local)
	for i := range 30 {
		p.babble(r, fmt.Sprintf("c%d", i))
	}
	all.wait()
}

// babble is one call of a peer that makes no sense.
func (w *wire) babble(r *rand.Rand, callID string) {
	methods := []string{"INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REFER", "NOTIFY", "OPTIONS", "FOO"}
	headers := []string{
		"", "Supported: 100rel, timer\n", "Require: 100rel\n", "Session-Expires: 90\n", "RAck: 1 5 INVITE\n", "Refer-To: <sip:x@h>\n", "Event: refer\n",
		"Record-Route: <sip:strict.example>\n",
	}
	tag := ""
	w.ask(ask{method: "INVITE", callID: callID, fromTag: "caller", seq: 5, branch: "z9hG4bK-" + callID, headers: headers[r.IntN(3)], body: "v=0"})
	for range 5 + r.IntN(20) {
		m := w.read(time.Duration(r.IntN(10)) * time.Millisecond)
		if res, ok := m.(*sip.Response); ok && res.CallID().Value() == callID && toTag(res) != "" {
			tag = toTag(res)
		}
		if req, ok := m.(*sip.Request); ok {
			w.answer(req, []int{180, 200, 481, 491, 500}[r.IntN(5)], "x", "", "")
			continue
		}
		a := ask{method: methods[r.IntN(len(methods))], callID: callID, fromTag: "caller", toTag: tag, seq: 4 + r.IntN(12), headers: headers[r.IntN(len(headers))]}
		if r.IntN(3) == 0 {
			a.branch = "z9hG4bK-" + callID
		}
		if r.IntN(3) == 0 {
			a.body = "v=0 babble"
		}
		if r.IntN(6) == 0 {
			a.fromTag = "stranger"
		}
		w.ask(a)
	}
}
