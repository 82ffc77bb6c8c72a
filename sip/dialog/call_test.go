package dialog

import (
	"testing"

	"github.com/emiago/sipgo/sip"
)

func TestCall(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller := a.invite(t, b.carrier.local)
	callee := receive(t, b.legs)
	if got := string(callee.Offer()); got != "v=0 offer" {
		t.Errorf("offer %q", got)
	}
	must(t, callee.Progress(180, "", nil, false))
	if got := next[Progressed](t, caller); got.Status != 180 || got.Fork != callee.ID() {
		t.Errorf("progressed %d from %q", got.Status, got.Fork)
	}
	must(t, callee.Progress(183, "", []byte("v=0 early"), true))
	if got := next[Progressed](t, caller); got.Status != 183 || string(got.SDP) != "v=0 early" {
		t.Errorf("progressed %d with %q", got.Status, got.SDP)
	}
	must(t, callee.Accept([]byte("v=0 answer")))
	if got := next[Answered](t, caller); string(got.SDP) != "v=0 answer" {
		t.Errorf("answer %q", got.SDP)
	}
	next[Confirmed](t, callee)
	if caller.State() != StateConfirmed || callee.State() != StateConfirmed {
		t.Errorf("states %s, %s", caller.State(), callee.State())
	}
	caller.Hangup(Cause{Q850: 16, Text: "Normal"})
	if got := next[Ended](t, caller); got.Why != WhyHangup || got.Remote {
		t.Errorf("caller ended %+v", got)
	}
	if got := next[Ended](t, callee); got.Why != WhyBye || !got.Remote || got.Cause.Q850 != 16 || got.Cause.Text != "Normal" {
		t.Errorf("callee ended %+v", got)
	}
}

func TestCallOverTCP(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller := a.invite(t, b.carrier.local, func(o *Outgoing) { o.Flow.Transport = "tcp" })
	callee := receive(t, b.legs)
	must(t, callee.Progress(180, "", nil, true))
	next[Progressed](t, caller)
	must(t, callee.Accept([]byte("v=0 answer")))
	next[Answered](t, caller)
	next[Confirmed](t, callee)
	callee.Hangup(Cause{})
	next[Ended](t, callee)
	next[Ended](t, caller)
}

func TestRejected(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller := a.invite(t, b.carrier.local)
	callee := receive(t, b.legs)
	must(t, callee.Reject(sip.StatusBusyHere, "", Header{"Reason", `Q.850;cause=17;text="User busy"`}))
	if got := next[Ended](t, callee); got.Why != WhyRejected {
		t.Errorf("callee ended %+v", got)
	}
	if got := next[Failed](t, caller); got.Status != 486 || got.Reason != "Busy Here" {
		t.Errorf("failed %+v", got)
	}
	if got := next[Ended](t, caller); got.Why != WhyFailed || got.Cause.Q850 != 17 {
		t.Errorf("caller ended %+v", got)
	}
}

func TestCancelled(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller := a.invite(t, b.carrier.local)
	callee := receive(t, b.legs)
	must(t, callee.Progress(180, "", nil, false))
	next[Progressed](t, caller)
	caller.Hangup(Elsewhere())
	next[Ended](t, caller)
	if got := next[Cancelled](t, callee); got.Cause.Status != 200 || got.Cause.Text != "Call completed elsewhere" {
		t.Errorf("cancelled with %+v", got.Cause)
	}
	next[Ended](t, callee)
	if err := callee.Accept([]byte("v=0")); err == nil {
		t.Error("accepted after the CANCEL")
	}
}

func TestReoffer(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller, callee := established(t, a, b)
	must(t, callee.Reoffer([]byte("v=0 hold")))
	o := next[Offered](t, caller)
	if string(o.SDP) != "v=0 hold" || o.Update {
		t.Errorf("offered %q", o.SDP)
	}
	must(t, o.Request.Accept([]byte("v=0 held")))
	if got := next[Reanswered](t, callee); got.Status != 200 || string(got.SDP) != "v=0 held" {
		t.Errorf("reanswered %d %q", got.Status, got.SDP)
	}
	must(t, caller.Reoffer([]byte("v=0 refused")))
	o = next[Offered](t, callee)
	must(t, o.Request.Respond(488, "", nil, ""))
	if got := next[Reanswered](t, caller); got.Status != 488 {
		t.Errorf("reanswered %d", got.Status)
	}
	must(t, caller.Reoffer(nil))
	o = next[Offered](t, callee)
	if o.SDP != nil {
		t.Errorf("offered %q, want none", o.SDP)
	}
	must(t, o.Request.Accept([]byte("v=0 mine")))
	if got := next[Reanswered](t, caller); string(got.SDP) != "v=0 mine" {
		t.Errorf("reanswered %q", got.SDP)
	}
	caller.Ack([]byte("v=0 yours"))
	if got := next[Reanswered](t, callee); string(got.SDP) != "v=0 yours" {
		t.Errorf("ACK brought %q", got.SDP)
	}
	callee.Hangup(Cause{})
	next[Ended](t, callee)
	next[Ended](t, caller)
}

func TestLateOffer(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller := a.invite(t, b.carrier.local, func(o *Outgoing) { o.SDP = nil })
	callee := receive(t, b.legs)
	if callee.Offer() != nil {
		t.Error("an offer came")
	}
	must(t, callee.Accept([]byte("v=0 offer")))
	if got := next[Answered](t, caller); string(got.SDP) != "v=0 offer" {
		t.Errorf("offer %q", got.SDP)
	}
	caller.Ack([]byte("v=0 answer"))
	if got := next[Confirmed](t, callee); string(got.SDP) != "v=0 answer" {
		t.Errorf("answer %q", got.SDP)
	}
	caller.Hangup(Cause{})
	next[Ended](t, caller)
	next[Ended](t, callee)
}

func TestUnreachable(t *testing.T) {
	a := newSide(t)
	gone := a.carrier.local
	caller := a.invite(t, gone, func(o *Outgoing) { o.Flow.Remote = addrPort("127.0.0.1:1") })
	if got := next[Failed](t, caller); !got.Unreachable || got.Status != 503 {
		t.Errorf("failed %+v", got)
	}
	next[Ended](t, caller)
}

func TestSend(t *testing.T) {
	a, b := newSide(t), newSide(t)
	caller, callee := established(t, a, b)
	got := make(chan int, 1)
	done := func(res *sip.Response, err error) {
		if err != nil {
			t.Error(err)
			return
		}
		got <- res.StatusCode
	}
	caller.Send(InDialog{Method: "INFO", ContentType: "application/dtmf-relay", Body: []byte("Signal=5\r\nDuration=200\r\n")}, done)
	if ev := next[Infoed](t, callee); ev.DTMF == nil || ev.DTMF.Digit != '5' {
		t.Errorf("DTMF %+v", ev.DTMF)
	}
	if s := receive(t, got); s != 200 {
		t.Errorf("INFO answered %d", s)
	}
	caller.Send(InDialog{Method: "MESSAGE", ContentType: "text/plain", Body: []byte("hi")}, done)
	must(t, next[Requested](t, callee).Request.Respond(202, "", nil, ""))
	if s := receive(t, got); s != 202 {
		t.Errorf("MESSAGE answered %d", s)
	}
	callee.Send(InDialog{Method: "UPDATE", Headers: []Header{{"P-Asserted-Identity", "<sip:bob@example.com>"}}}, done)
	if ev := next[Refreshed](t, caller); value(ev.Message, "P-Asserted-Identity") == "" {
		t.Error("identity lost")
	}
	receive(t, got)
	caller.Hangup(Cause{})
	next[Ended](t, caller)
	next[Ended](t, callee)
}
