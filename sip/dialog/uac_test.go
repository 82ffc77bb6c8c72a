package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func TestTwentyProvisionals(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr)
	invite := w.request("INVITE")
	w.answer(invite, 100, "", "", "")
	for range 20 {
		w.answer(invite, 183, "one", "", "v=0")
		next[Progressed](t, caller)
	}
	w.answer(invite, 200, "one", "", "v=0 answer")
	next[Answered](t, caller)
	w.request("ACK")
	caller.Hangup(Cause{})
	w.answer(w.request("BYE"), 200, "", "", "")
	next[Ended](t, caller)
}

func TestCancelWaitsForProvisional(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr)
	invite := w.request("INVITE")
	caller.Hangup(Cause{})
	next[Ended](t, caller)
	w.silence(50*time.Millisecond, func(m sip.Message) bool { return m.CSeq().MethodName == sip.CANCEL })
	w.answer(invite, 100, "", "", "")
	cancel := w.request("CANCEL")
	if cancel.Via().Value() != invite.Via().Value() || cancel.CSeq().SeqNo != invite.CSeq().SeqNo || toTag(cancel) != "" {
		t.Errorf("CANCEL is not that of the INVITE:\n%s", cancel)
	}
	w.answer(cancel, 200, "x", "", "")
	w.answer(invite, 487, "x", "", "")
	w.request("ACK")
}

func TestLate200AfterCancel(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr)
	invite := w.request("INVITE")
	w.answer(invite, 180, "one", "", "")
	next[Progressed](t, caller)
	caller.Hangup(Elsewhere())
	next[Ended](t, caller)
	cancel := w.request("CANCEL")
	if r := value(cancel, "Reason"); !strings.Contains(r, "cause=200") {
		t.Errorf("Reason %q", r)
	}
	w.answer(invite, 200, "one", "", "v=0")
	w.answer(cancel, 200, "one", "", "")
	if ack := w.request("ACK"); toTag(ack) != "one" {
		t.Errorf("ACK to %q", toTag(ack))
	}
	bye := w.request("BYE")
	if bye.Recipient.Port != int(w.addr.Port()) || toTag(bye) != "one" {
		t.Errorf("BYE %s to %q", bye.Recipient.String(), toTag(bye))
	}
	w.answer(bye, 200, "", "", "")
}

func TestForkedAnswers(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr)
	invite := w.request("INVITE")
	for _, tag := range []string{"one", "two"} {
		w.answer(invite, 180, tag, "", "")
		if got := next[Progressed](t, caller); got.Fork != tag {
			t.Errorf("fork %q, want %q", got.Fork, tag)
		}
	}
	w.answer(invite, 200, "two", "", "v=0")
	next[Answered](t, caller)
	if ack := w.request("ACK"); toTag(ack) != "two" {
		t.Errorf("ACK to %q", toTag(ack))
	}
	w.answer(invite, 200, "one", "", "v=0")
	if ack := w.request("ACK"); toTag(ack) != "one" {
		t.Errorf("second ACK to %q", toTag(ack))
	}
	bye := w.request("BYE")
	if toTag(bye) != "one" {
		t.Errorf("BYE to %q", toTag(bye))
	}
	w.answer(bye, 200, "", "", "")
	w.answer(invite, 200, "two", "", "v=0") // its ACK was lost
	if ack := w.request("ACK"); toTag(ack) != "two" {
		t.Errorf("repeated ACK to %q", toTag(ack))
	}
	if caller.State() != StateConfirmed {
		t.Errorf("state %s", caller.State())
	}
	caller.Hangup(Cause{})
	w.answer(w.request("BYE"), 200, "", "", "")
	next[Ended](t, caller)
}

func TestNobodyAnswers(t *testing.T) {
	a := newSide(t)
	t.Run("silence", func(t *testing.T) {
		w := newWire(t, a.carrier.local)
		caller := a.invite(t, w.addr)
		if got := next[Failed](t, caller); !got.Timeout || got.Status != 408 || got.Response != nil {
			t.Errorf("failed %+v", got)
		}
		next[Ended](t, caller)
	})
	t.Run("ringing", func(t *testing.T) {
		w := newWire(t, a.carrier.local)
		caller := a.invite(t, w.addr, func(o *Outgoing) { o.RingTimeout = 50 * time.Millisecond })
		invite := w.request("INVITE")
		w.answer(invite, 180, "one", "", "")
		next[Progressed](t, caller)
		if got := next[Failed](t, caller); !got.Timeout {
			t.Errorf("failed %+v", got)
		}
		next[Ended](t, caller)
		cancel := w.request("CANCEL")
		w.answer(cancel, 200, "one", "", "")
		w.answer(invite, 487, "one", "", "")
		w.request("ACK")
	})
}

func TestRedirected(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr)
	w.answer(w.request("INVITE"), 302, "one", "Contact: <sip:b@h>;q=0.2, \"B, c\" <sip:c@h;user=phone>;q=0.9\nContact: <tel:+15551234567>\n", "")
	got := next[Failed](t, caller)
	if s := strings.Join(got.Contacts, " "); got.Status != 302 || s != "tel:+15551234567 sip:c@h;user=phone sip:b@h" {
		t.Errorf("failed %d with %q", got.Status, s)
	}
	next[Ended](t, caller)
}

func TestChallenged(t *testing.T) {
	for name, between := range map[string]string{"two headers": "\nProxy-Authenticate: ", "one header": ", "} {
		t.Run(name, func(t *testing.T) { challenged(t, between) })
	}
}

// challenged has a call challenged by two algorithms, with something between the two.
func challenged(t *testing.T, between string) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr, func(o *Outgoing) { o.Credentials = &Credentials{Username: "u", Password: "p"} })
	first := w.request("INVITE")
	w.answer(first, 407, "one", "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5"+
		between+"Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\n", "")
	w.request("ACK")
	second := w.request("INVITE")
	if v := value(second, "Proxy-Authorization"); !strings.Contains(v, "algorithm=SHA-256") || !strings.Contains(v, "nc=00000001") {
		t.Errorf("credentials %q", v)
	}
	if second.CSeq().SeqNo != first.CSeq().SeqNo+1 || second.CallID().Value() != first.CallID().Value() || fromTag(second) != fromTag(first) {
		t.Error("the second INVITE is another call")
	}
	w.answer(second, 200, "two", "", "v=0")
	next[Answered](t, caller)
	if ack := w.request("ACK"); value(ack, "Proxy-Authorization") == "" {
		t.Error("ACK without credentials")
	}
	caller.Hangup(Cause{})
	bye := w.request("BYE")
	if v := value(bye, "Proxy-Authorization"); !strings.Contains(v, "nc=00000002") {
		t.Errorf("credentials of BYE %q", v)
	}
	w.answer(bye, 407, "", "Proxy-Authenticate: Digest realm=\"r\", nonce=\"m\", qop=\"auth\", stale=true\n", "")
	bye = w.request("BYE")
	if v := value(bye, "Proxy-Authorization"); !strings.Contains(v, `nonce="m"`) {
		t.Errorf("credentials of second BYE %q", v)
	}
	w.answer(bye, 200, "", "", "")
	next[Ended](t, caller)
}

func TestWrongPassword(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr, func(o *Outgoing) { o.Credentials = &Credentials{Username: "u", Password: "p"} })
	for range 2 {
		w.answer(w.request("INVITE"), 401, "one", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n", "")
	}
	if got := next[Failed](t, caller); got.Status != 401 {
		t.Errorf("failed %+v", got)
	}
	next[Ended](t, caller)
}

func TestReliableProvisionals(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr)
	invite := w.request("INVITE")
	say := func(rseq int) { w.answer(invite, 183, "one", fmt.Sprintf("Require: 100rel\nRSeq: %d\n", rseq), "v=0") }
	say(7)
	next[Progressed](t, caller)
	prack := w.request("PRACK")
	if got, want := value(prack, "RAck"), fmt.Sprintf("7 %d INVITE", invite.CSeq().SeqNo); got != want {
		t.Errorf("RAck %q, want %q", got, want)
	}
	w.answer(prack, 200, "", "", "")
	say(9) // 8 is still to come
	w.silence(50*time.Millisecond, func(m sip.Message) bool { return m.CSeq().MethodName == sip.PRACK })
	say(8)
	next[Progressed](t, caller)
	prack = w.request("PRACK")
	if got := value(prack, "RAck"); !strings.HasPrefix(got, "8 ") {
		t.Errorf("RAck %q", got)
	}
	w.answer(prack, 200, "", "", "")
	w.answer(invite, 200, "one", "", "v=0")
	next[Answered](t, caller)
	w.request("ACK")
	caller.Hangup(Cause{})
	w.answer(w.request("BYE"), 200, "", "", "")
	next[Ended](t, caller)
}

func TestRouteSetAndTarget(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr, func(o *Outgoing) { o.Route = []string{"sip:out@proxy.example;lr"} })
	invite := w.request("INVITE")
	if got := invite.Route().Value(); got != "<sip:out@proxy.example;lr>" {
		t.Errorf("Route %q", got)
	}
	rr := "Record-Route: <sip:p2.example;lr>\nRecord-Route: <sip:p1.example;lr>\n"
	w.answer(invite, 200, "one", rr+"Contact: <sip:first@10.0.0.1>\n", "v=0")
	next[Answered](t, caller)
	check := func(req *sip.Request, user string) {
		t.Helper()
		var routes []string
		for _, h := range req.GetHeaders("Route") {
			routes = append(routes, h.Value())
		}
		if got := strings.Join(routes, " "); got != "<sip:p1.example;lr> <sip:p2.example;lr>" || req.Recipient.User != user {
			t.Errorf("%s %s by %s", req.Method, req.Recipient.String(), got)
		}
	}
	check(w.request("ACK"), "first")
	w.ask(ask{
		method: "UPDATE", callID: caller.CallID(), fromTag: "one", toTag: caller.ID(), seq: 1,
		contact: "Contact: <sip:second@10.0.0.1>\n",
	})
	next[Refreshed](t, caller)
	caller.Hangup(Cause{})
	bye := w.request("BYE")
	check(bye, "second")
	w.answer(bye, 200, "", "", "")
	next[Ended](t, caller)
}

func TestHeadersAreHarmless(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	caller := a.invite(t, w.addr, func(o *Outgoing) {
		o.From.Display = "Eve \"\r\nX-Evil: 1"
		o.Headers = []Header{{"Alert-Info", "a\r\nX-Evil: 2"}, {"X Bad", "3"}, {"Via", "4"}, {"Subject", "fine"}}
		o.Parts = []Part{{ContentType: "application/pidf+xml", ContentID: "loc", Data: []byte("<presence/>")}}
	})
	invite := w.request("INVITE")
	if strings.Contains(invite.String(), "\r\nX-Evil") || len(invite.GetHeaders("Via")) != 1 || value(invite, "Subject") != "fine" {
		t.Errorf("relayed:\n%s", invite)
	}
	if got := string(sdpOf(invite)); got != "v=0 offer" {
		t.Errorf("SDP %q", got)
	}
	if p := partsOf(invite); len(p) != 2 || p[1].ContentID != "loc" || string(p[1].Data) != "<presence/>" {
		t.Errorf("parts %+v", p)
	}
	w.answer(invite, 603, "one", "", "")
	next[Failed](t, caller)
	next[Ended](t, caller)
}
