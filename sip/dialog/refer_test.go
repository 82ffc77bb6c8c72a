package dialog

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

func TestRefer(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := taken(t, s, w, "")
	w.ask(ask{
		method: "REFER", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6,
		headers: "Refer-To: <sip:carol@example.com;user=phone?X-Note=a%20b>\nReferred-By: \"Bob\" <sip:bob@example.com>\n",
	})
	ev := next[Referred](t, l)
	if ev.To != "sip:carol@example.com;user=phone" || !strings.Contains(ev.ReferredBy, "bob@example.com") || ev.Replaces != nil ||
		len(ev.Headers) != 1 || ev.Headers[0].Value != "a b" {
		t.Errorf("referred %+v", ev)
	}
	refer := ev.Request.Refer()
	must(t, refer.Accept())
	w.response(202, "REFER")
	notify := func(status, state string) {
		t.Helper()
		n := w.request("NOTIFY")
		if !strings.HasPrefix(string(n.Body()), "SIP/2.0 "+status) || !strings.HasPrefix(value(n, "Subscription-State"), state) || value(n, "Event") != "refer" {
			t.Errorf("NOTIFY:\n%s", n)
		}
		w.answer(n, 200, "", "", "")
	}
	notify("100", "active")
	refer.Progress(180, "")
	notify("180 Ringing", "active")
	refer.Progress(180, "")
	w.bye(l, 7) // the transferor may leave, and still be told
	next[Ended](t, l)
	refer.Done(486, "")
	notify("486 Busy Here", "terminated")
	refer.Done(200, "")
}

func TestReferWithoutSubscription(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := taken(t, s, w, "")
	w.ask(ask{method: "REFER", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6, headers: "Refer-To: sip:carol@example.com\nRefer-Sub: false\n"})
	refer := next[Referred](t, l).Request.Refer()
	must(t, refer.Accept())
	if res := w.response(202, "REFER"); value(res, "Refer-Sub") != "false" {
		t.Errorf("202:\n%s", res)
	}
	refer.Done(200, "")
	w.ask(ask{method: "REFER", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 7, headers: "Refer-To: <sip:a@h>\nRefer-To: <sip:b@h>\n"})
	w.response(400, "REFER")
	w.bye(l, 8)
	next[Ended](t, l)
	for _, line := range w.seen {
		if strings.HasPrefix(line, "NOTIFY") {
			t.Error("told anyway")
		}
	}
}

func TestReferNamesLegToReplace(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	first := taken(t, s, w, "")
	w2 := newWire(t, s.carrier.local)
	second := calling(t, s, w2, "c2@host", "")
	must(t, second.Accept([]byte("v=0")))
	w2.response(200, "INVITE")
	w2.acknowledge(second)
	next[Confirmed](t, second)
	replaces := url.PathEscape(fmt.Sprintf("c2@host;to-tag=%s;from-tag=caller", second.ID()))
	w.ask(ask{
		method: "REFER", callID: "c1", fromTag: "caller", toTag: first.ID(), seq: 6,
		headers: "Refer-To: <sip:carol@example.com?Replaces=" + strings.ReplaceAll(strings.ReplaceAll(replaces, "=", "%3D"), ";", "%3B") + ">\n",
	})
	ev := next[Referred](t, first)
	if ev.ReplacesLeg != second.Leg {
		t.Errorf("replaces %+v, leg %p, want %p", ev.Replaces, ev.ReplacesLeg, second.Leg)
	}
	must(t, ev.Request.Refer().Reject(603, ""))
	w.response(603, "REFER")
	w.bye(first, 7)
	w2.bye(second, 6)
	next[Ended](t, first)
	next[Ended](t, second)
}

func TestInviteReplaces(t *testing.T) {
	s := newSide(t)
	ringing := newWire(t, s.carrier.local)
	out := s.invite(t, ringing.addr)
	invite := ringing.request("INVITE")
	ringing.answer(invite, 180, "phone", "", "")
	next[Progressed](t, out)
	w := newWire(t, s.carrier.local)
	pickup := calling(t, s, w, "c1", fmt.Sprintf("Replaces: %s;to-tag=%s;from-tag=phone;early-only\n", out.CallID(), out.ID()))
	if pickup.Replaces() != out.Leg {
		t.Error("names another leg")
	}
	must(t, pickup.Accept([]byte("v=0")))
	w.response(200, "INVITE")
	w.acknowledge(pickup)
	next[Confirmed](t, pickup)

	w.ask(ask{
		method: "INVITE", callID: "c3", fromTag: "caller", seq: 5, branch: "z9hG4bK-c3", body: "v=0",
		headers: fmt.Sprintf("Replaces: c1;to-tag=%s;from-tag=caller;early-only\n", pickup.ID()),
	})
	refused := w.response(486, "INVITE")
	w.ask(ask{method: "ACK", callID: "c3", fromTag: "caller", toTag: toTag(refused), seq: 5, branch: "z9hG4bK-c3"})

	out.Hangup(Elsewhere())
	cancel := ringing.request("CANCEL")
	ringing.answer(cancel, 200, "phone", "", "")
	ringing.answer(invite, 487, "phone", "", "")
	w.bye(pickup, 6)
	next[Ended](t, pickup)
}

func TestOurRefer(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := dialled(t, s, w, "")
	l.Send(InDialog{Method: "REFER", Headers: []Header{{"Refer-To", "<sip:carol@example.com>"}}}, nil)
	refer := w.request("REFER")
	// The NOTIFY overtakes the 202.
	w.ask(ask{
		method: "NOTIFY", callID: l.CallID(), fromTag: "one", toTag: l.ID(), seq: 1, body: "SIP/2.0 200 OK\r\n",
		headers: "Event: refer\nSubscription-State: terminated;reason=noresource\nContent-Type: message/sipfrag\n",
	})
	if got := next[Notified](t, l); got.Status != 200 || !got.Final {
		t.Errorf("notified %+v", got)
	}
	w.response(200, "NOTIFY")
	w.answer(refer, 202, "", "", "")
	w.hungUp(l)
}

func TestRequestsOutsideDialogs(t *testing.T) {
	a, b := newSide(t), newSide(t)
	type outcome struct {
		res *sip.Response
		err error
	}
	got := make(chan outcome, 1)
	do := func(o OutRequest) {
		o.Flow = flow(b.carrier.local)
		o.Target, o.From, o.To = "sip:x@example.com", Address{URI: "sip:a@example.com"}, Address{URI: "sip:b@example.com"}
		go func() {
			res, err := a.Do(t.Context(), o)
			got <- outcome{res, err}
		}()
	}
	do(OutRequest{Method: "MESSAGE", ContentType: "text/plain", Body: []byte("hi"), CSeq: 7, CallID: "m1"})
	r := receive(t, b.others)
	if string(r.Message().Body()) != "hi" || r.Message().CSeq().SeqNo != 7 || r.Leg() != nil {
		t.Errorf("MESSAGE:\n%s", r.Message())
	}
	must(t, r.Respond(200, "", nil, ""))
	if o := receive(t, got); o.err != nil || o.res.StatusCode != 200 {
		t.Errorf("MESSAGE: %+v", o)
	}
	do(OutRequest{Method: "SUBSCRIBE", Contact: "sub", Headers: []Header{{"Event", "dialog"}}})
	r = receive(t, b.others)
	must(t, r.Respond(200, "", nil, "", Header{"Expires", "60"}))
	if o := receive(t, got); o.err != nil || toTag(o.res) != r.Tag() || o.res.Contact() == nil {
		t.Errorf("SUBSCRIBE: %+v", o)
	}
	do(OutRequest{Method: "OPTIONS", Credentials: &Credentials{Username: "u", Password: "p"}})
	must(t, receive(t, b.others).Respond(401, "", nil, "", Header{"WWW-Authenticate", `Digest realm="r", nonce="n"`}))
	r = receive(t, b.others)
	if value(r.Message(), "Authorization") == "" {
		t.Error("no credentials")
	}
	must(t, r.Respond(200, "", nil, ""))
	if o := receive(t, got); o.err != nil || o.res.CSeq().SeqNo != 2 {
		t.Errorf("OPTIONS: %+v", o)
	}
}
