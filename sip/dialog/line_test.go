package dialog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/transaction"
)

// fragile is a connection that is lost, or whose peer stops to read.
type fragile struct {
	lost, stuck atomic.Bool
	reads       chan struct{} // closed when a stuck peer reads again
}

func (f *fragile) Send([]byte) error {
	if f.stuck.Load() {
		<-f.reads
	}
	if f.lost.Load() {
		return errors.New("connection lost")
	}
	return nil
}

func (f *fragile) Reliable() bool { return true }

// heard hands the side a request that came over a line.
func (s *side) heard(method, callID, toTag string, seq int, transport string, line transaction.Line) {
	if toTag != "" {
		toTag = ";tag=" + toTag
	}
	text := strings.ReplaceAll(fmt.Sprintf(`%s sip:1001@h SIP/2.0
Via: SIP/2.0/%s 192.0.2.1;branch=z9hG4bK%s
From: <sip:bob@example.com>;tag=caller
To: <sip:1001@example.com>%s
Call-ID: %s
CSeq: %d %s
Contact: <sip:bob@192.0.2.1>
Content-Length: 0

`, method, strings.ToUpper(transport), newTag(), toTag, callID, seq, method), "\n", "\r\n")
	s.Receive([]byte(text), line, s.originAt(Flow{Transport: transport, Remote: addrPort("192.0.2.1:506" + strconv.Itoa(seq))}))
}

// TestConnectionLostWhileRinging: nothing is kept of the INVITE.
func TestConnectionLostWhileRinging(t *testing.T) {
	s := newSide(t)
	line := &fragile{}
	s.heard("INVITE", "c1", "", 1, "tcp", line)
	l := receive(t, s.legs)
	line.lost.Store(true)
	must(t, l.Progress(180, "", nil, false))
	if got := next[Ended](t, l); got.Why != WhyFlowLost {
		t.Errorf("ended %+v", got)
	}
	for end := time.Now().Add(deadline); s.transactions.Len() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d transactions are kept", s.transactions.Len())
		}
	}
}

// TestPeerStopsToRead: a call whose peer goes on over UDP waits for its connection, and
// nobody else does.
func TestPeerStopsToRead(t *testing.T) {
	s := newSide(t)
	line := &fragile{reads: make(chan struct{})}
	s.heard("INVITE", "c1", "", 1, "tcp", line)
	l := receive(t, s.legs)
	s.heard("OPTIONS", "c1", l.ID(), 2, "udp", datagrams{s, s.carrier.local})
	line.stuck.Store(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.Reject(480, "")
	}()
	select {
	case <-done:
	case <-time.After(deadline):
		t.Error("waits for a peer that does not read")
	}
	close(line.reads)
	next[Ended](t, l)
}

// TestCancelComesAgain: it is answered as before, also when the INVITE has its final
// response.
func TestCancelComesAgain(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	cancel := ask{method: "CANCEL", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1"}
	w.ask(cancel)
	w.response(200, "CANCEL")
	w.response(487, "INVITE")
	w.ask(cancel)
	w.response(200, "CANCEL")
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 5, branch: "z9hG4bK-c1"})
	next[Cancelled](t, l)
	next[Ended](t, l)
}

// TestACKToRefusalIsLetIn: the edge lets in the ACK to a refusal that no leg has sent.
func TestACKToRefusalIsLetIn(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1", headers: "Require: foo\n"})
	w.response(420, "INVITE")
	s.carrier.mu.Lock()
	defer s.carrier.mu.Unlock()
	if !s.carrier.cancellable["c1"] {
		t.Error("it is not")
	}
}

// TestFlood: when more wait for an acknowledgement than there is room for, what is new is
// told to come later, save calls for help.
func TestFlood(t *testing.T) {
	s := newSide(t)
	for i := 0; !s.transactions.Full(); i++ {
		req := sip.NewRequest(sip.INVITE, sip.Uri{})
		req.AppendHeader(&sip.ViaHeader{Host: "h", Params: sip.HeaderParams{{K: "branch", V: fmt.Sprint("z9hG4bK", i)}}})
		s.transactions.Request(req, &fragile{})
	}
	room := s.transactions.Len()
	w := newWire(t, s.carrier.local)
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1"})
	if res := w.response(503, "INVITE"); value(res, "Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if n := s.transactions.Len(); n != room {
		t.Errorf("%d more transactions", n-room)
	}
	s.origin.Store(&Origin{Emergency: true})
	l := calling(t, s, w, "c2", "")
	must(t, l.Reject(480, ""))
}

// TestPanicWhileRefusing: it ends the leg, and leaves nobody waiting for its lock.
func TestPanicWhileRefusing(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	l.input(func() {
		l.refuseInvite(480, "", nil)
		panic("a defect")
	})
	if got := next[Ended](t, l); got.Why != WhyInternal || l.State() != StateEnded {
		t.Errorf("ended %+v, state %v", got, l.State())
	}
	s.rescued(func() { panic("another, in what was to mend it") })
}

// rescued has what is to be done after a panic done.
func (s *side) rescued(then func()) {
	defer s.rescue("test", then)
	panic("a defect")
}
