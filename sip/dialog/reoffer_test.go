package dialog

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// dialled is a call from the endpoint that a wire has answered.
func dialled(t *testing.T, s *side, w *wire, headers string, change ...func(*Outgoing)) *tapped {
	t.Helper()
	l := s.invite(t, w.addr, change...)
	w.answer(w.request("INVITE"), 200, "one", headers, "v=0 answer")
	next[Answered](t, l)
	w.request("ACK")
	return l
}

// taken is a call to the endpoint that a wire has made.
func taken(t *testing.T, s *side, w *wire, headers string) *tapped {
	t.Helper()
	l := calling(t, s, w, "c1", headers)
	must(t, l.Accept([]byte("v=0 answer")))
	w.response(200, "INVITE")
	w.acknowledge(l)
	next[Confirmed](t, l)
	return l
}

// hangs up a call the endpoint made, from its side.
func (w *wire) hungUp(l *tapped) {
	w.t.Helper()
	l.Hangup(Cause{})
	w.answer(w.request("BYE"), 200, "", "", "")
	next[Ended](w.t, l)
}

func TestGlare(t *testing.T) {
	s := newSide(t)
	s.second = 100 * time.Millisecond // so that theirs is sure to be first
	w := newWire(t, s.carrier.local)
	l := dialled(t, s, w, "")
	must(t, l.Reoffer([]byte("v=0 ours")))
	first := w.request("INVITE")
	w.ask(ask{method: "INVITE", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 1, branch: "z9hG4bK-g", body: "v=0 theirs"})
	w.response(491, "INVITE")
	w.ask(ask{method: "ACK", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 1, branch: "z9hG4bK-g"})
	w.ask(ask{method: "UPDATE", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 2, body: "v=0 theirs"})
	w.response(491, "UPDATE")
	w.answer(first, 491, "", "", "")
	w.request("ACK")
	for end := time.Now().Add(deadline); l.open() && time.Now().Before(end); { // the ACK is the library's
		runtime.Gosched()
	}
	// Theirs comes first, ours waits its turn and is made again.
	w.ask(ask{method: "INVITE", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 3, branch: "z9hG4bK-h", body: "v=0 theirs"})
	o := next[Offered](t, l)
	must(t, o.Request.Accept([]byte("v=0 fine")))
	w.response(200, "INVITE")
	w.ask(ask{method: "ACK", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 3})
	second := w.request("INVITE")
	if string(second.Body()) != "v=0 ours" || second.CSeq().SeqNo <= first.CSeq().SeqNo {
		t.Errorf("second INVITE:\n%s", second)
	}
	w.answer(second, 200, "", "", "v=0 agreed")
	if got := next[Reanswered](t, l); string(got.SDP) != "v=0 agreed" {
		t.Errorf("reanswered %+v", got)
	}
	w.request("ACK")
	w.hungUp(l)
}

func (l *tapped) open() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.busy()
}

func TestReinviteWhileOneIsOpen(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := taken(t, s, w, "")
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6, branch: "z9hG4bK-a", body: "v=0 hold"})
	o := next[Offered](t, l)
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 7, branch: "z9hG4bK-b", body: "v=0 again"})
	if got := w.response(500, "INVITE"); value(got, "Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 7, branch: "z9hG4bK-b"})
	must(t, l.Reoffer([]byte("v=0 ours"))) // waits
	must(t, o.Request.Accept([]byte("v=0 held")))
	w.response(200, "INVITE")
	if err := o.Request.Accept(nil); err == nil {
		t.Error("accepted twice")
	}
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6})
	invite := w.request("INVITE")
	w.answer(invite, 488, "", "", "")
	if got := next[Reanswered](t, l); got.Status != 488 {
		t.Errorf("reanswered %+v", got)
	}
	w.bye(l, 8)
	next[Ended](t, l)
}

func TestReinviteWithdrawn(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := taken(t, s, w, "")
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6, branch: "z9hG4bK-a", body: "v=0 hold"})
	o := next[Offered](t, l)
	w.ask(ask{method: "CANCEL", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6, branch: "z9hG4bK-a"})
	w.response(487, "INVITE")
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6, branch: "z9hG4bK-a"})
	for end := time.Now().Add(deadline); o.Request.Accept([]byte("v=0")) == nil; {
		t.Fatal("accepted after the CANCEL", end)
	}
	w.silence(100*time.Millisecond, func(m sip.Message) bool {
		res, ok := m.(*sip.Response)
		return ok && res.StatusCode == 200 && res.CSeq().MethodName == sip.INVITE
	})
	if l.State() != StateConfirmed {
		t.Errorf("state %s", l.State())
	}
	w.bye(l, 7)
	next[Ended](t, l)
}

func TestReinviteToNobody(t *testing.T) {
	for name, status := range map[string]int{"481": 481, "silence": 0} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t)
			w := newWire(t, s.carrier.local)
			l := dialled(t, s, w, "")
			must(t, l.Reoffer([]byte("v=0")))
			if invite := w.request("INVITE"); status != 0 {
				w.answer(invite, status, "", "", "")
			}
			if got := next[Ended](t, l); got.Why != WhyNoAnswer {
				t.Errorf("ended %+v", got)
			}
			w.answer(w.request("BYE"), 481, "", "", "")
		})
	}
}

func TestUpdateBeforeAnswer(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := s.invite(t, w.addr)
	invite := w.request("INVITE")
	w.answer(invite, 183, "one", "Require: 100rel\nRSeq: 1\nAllow: INVITE, UPDATE\n", "v=0 answer")
	next[Progressed](t, l)
	w.answer(w.request("PRACK"), 200, "", "", "")
	must(t, l.Reoffer([]byte("v=0 ours")))
	update := w.request("UPDATE")
	w.answer(update, 200, "", "", "v=0 agreed")
	if got := next[Reanswered](t, l); string(got.SDP) != "v=0 agreed" {
		t.Errorf("reanswered %+v", got)
	}
	w.ask(ask{method: "UPDATE", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 1, body: "v=0 theirs"})
	o := next[Offered](t, l)
	if !o.Update || string(o.SDP) != "v=0 theirs" {
		t.Errorf("offered %+v", o)
	}
	w.ask(ask{method: "UPDATE", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 2, body: "v=0 more"})
	w.response(500, "UPDATE")
	must(t, o.Request.Accept([]byte("v=0 fine")))
	w.response(200, "UPDATE")
	w.answer(invite, 200, "one", "", "")
	next[Answered](t, l)
	w.request("ACK")
	w.hungUp(l)
}

func TestSessionRefresh(t *testing.T) {
	tests := map[string]struct {
		headers, method string
	}{
		"by UPDATE":    {"Session-Expires: 100;refresher=uac\nAllow: INVITE, UPDATE\n", "UPDATE"},
		"by re-INVITE": {"Session-Expires: 100;refresher=uac\nAllow: INVITE\n", "INVITE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSide(t)
			w := newWire(t, s.carrier.local)
			l := dialled(t, s, w, tt.headers, func(o *Outgoing) { o.SessionExpires = 100 * time.Second })
			for range 2 {
				refresh := w.request(tt.method)
				if got := value(refresh, "Session-Expires"); got != "100;refresher=uac" {
					t.Errorf("Session-Expires %q", got)
				}
				if tt.method == "INVITE" && string(refresh.Body()) != "v=0 offer" {
					t.Errorf("body %q", refresh.Body())
				}
				w.answer(refresh, 200, "", "Session-Expires: 100;refresher=uac\n", "")
			}
			w.hungUp(l)
		})
	}
}

func TestSessionExpires(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "Supported: timer\nSession-Expires: 90\n")
	must(t, l.Accept([]byte("v=0 answer")))
	res := w.response(200, "INVITE")
	if value(res, "Session-Expires") != "90;refresher=uac" || value(res, "Require") != "timer" {
		t.Errorf("200:\n%s", res)
	}
	w.acknowledge(l)
	next[Confirmed](t, l)
	w.ask(ask{method: "UPDATE", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6, headers: "Supported: timer\nSession-Expires: 90;refresher=uac\n"})
	if res = w.response(200, "UPDATE"); value(res, "Session-Expires") != "90;refresher=uac" {
		t.Errorf("200:\n%s", res)
	}
	next[Refreshed](t, l)
	bye := w.request("BYE")
	if got := value(bye, "Reason"); !strings.Contains(got, "Session expired") {
		t.Errorf("Reason %q", got)
	}
	w.answer(bye, 200, "", "", "")
	if got := next[Ended](t, l); got.Why != WhySessionExpired {
		t.Errorf("ended %+v", got)
	}
}

func TestSessionIntervalTooSmallForPeer(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := s.invite(t, w.addr, func(o *Outgoing) { o.SessionExpires = 90 * time.Second })
	w.answer(w.request("INVITE"), 422, "one", "Min-SE: 600\n", "")
	second := w.request("INVITE")
	if value(second, "Session-Expires") != "600" || value(second, "Min-SE") != "600" {
		t.Errorf("second INVITE:\n%s", second)
	}
	w.answer(second, 486, "two", "", "")
	next[Failed](t, l)
	next[Ended](t, l)
}
