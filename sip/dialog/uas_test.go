package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// calling sends an INVITE and returns the leg it makes.
func calling(t *testing.T, s *side, w *wire, callID, headers string) *tapped {
	t.Helper()
	w.ask(ask{method: "INVITE", callID: callID, fromTag: "caller", seq: 5, branch: "z9hG4bK-" + callID, headers: headers, body: "v=0 offer"})
	return receive(t, s.legs)
}

// acknowledge sends the ACK of the INVITE.
func (w *wire) acknowledge(l *tapped) {
	w.t.Helper()
	w.ask(ask{method: "ACK", callID: l.CallID(), fromTag: "caller", toTag: l.ID(), seq: 5})
}

// bye hangs up as the caller and waits for the answer.
func (w *wire) bye(l *tapped, seq int) {
	w.t.Helper()
	w.ask(ask{method: "BYE", callID: l.CallID(), fromTag: "caller", toTag: l.ID(), seq: seq})
	w.response(200, "BYE")
}

func TestOneTagInAllResponses(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "Record-Route: <sip:p.example;lr>\n")
	w.response(100, "INVITE")
	must(t, l.Progress(180, "", nil, false))
	ringing := w.response(180, "INVITE")
	if toTag(ringing) != l.ID() || ringing.Contact() == nil || ringing.RecordRoute() == nil {
		t.Errorf("180:\n%s", ringing)
	}
	w.ask(ask{method: "CANCEL", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1"})
	if got := w.response(200, "CANCEL"); toTag(got) != l.ID() {
		t.Errorf("200 to CANCEL with tag %q, want %q", toTag(got), l.ID())
	}
	if got := w.response(487, "INVITE"); toTag(got) != l.ID() {
		t.Errorf("487 with tag %q, want %q", toTag(got), l.ID())
	}
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 5, branch: "z9hG4bK-c1"})
	next[Cancelled](t, l)
	next[Ended](t, l)
}

func TestLostACK(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Accept([]byte("v=0 answer")))
	first := w.response(200, "INVITE")
	if first.Contact() == nil || value(first, "Allow") == "" || value(first, "Supported") == "" || value(first, "Server") != "test/1" {
		t.Errorf("200:\n%s", first)
	}
	for range 3 {
		if again := w.response(200, "INVITE"); again.String() != first.String() {
			t.Errorf("the 200 changed:\n%s", again)
		}
	}
	// An INVITE that comes again is answered with the same, and makes no new leg.
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1", body: "v=0 offer"})
	w.response(200, "INVITE")
	bye := w.request("BYE")
	w.answer(bye, 200, "", "", "")
	if got := next[Ended](t, l); got.Why != WhyNoAck {
		t.Errorf("ended %+v", got)
	}
	select {
	case <-s.legs:
		t.Error("a second leg")
	default:
	}
}

func TestACKStopsThe200(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Accept([]byte("v=0 answer")))
	// With the INVITE's branch, as some phones do. Such an ACK may come before the
	// transaction has ended: then the second one counts.
	for range 2 {
		w.response(200, "INVITE")
		w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 5, branch: "z9hG4bK-c1"})
		if len(l.events) > 0 || w.read(40*time.Millisecond) == nil {
			break
		}
	}
	next[Confirmed](t, l)
	w.silence(150*time.Millisecond, func(m sip.Message) bool { return true })
	w.bye(l, 6)
	next[Ended](t, l)
}

func TestHangupWaitsForACK(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Accept([]byte("v=0 answer")))
	l.Hangup(Cause{Q850: 16})
	next[Ended](t, l)
	w.response(200, "INVITE")
	w.silence(60*time.Millisecond, func(m sip.Message) bool { return m.CSeq().MethodName == sip.BYE })
	w.acknowledge(l)
	bye := w.request("BYE")
	if got := value(bye, "Reason"); got != "Q.850;cause=16" {
		t.Errorf("Reason %q", got)
	}
	w.answer(bye, 200, "", "", "")
}

func TestByesCross(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Accept([]byte("v=0 answer")))
	w.response(200, "INVITE")
	w.acknowledge(l)
	next[Confirmed](t, l)
	l.Hangup(Cause{})
	bye := w.request("BYE")
	w.bye(l, 6)
	w.answer(bye, 200, "", "", "")
	if got := next[Ended](t, l); got.Why != WhyHangup {
		t.Errorf("ended %+v", got)
	}
}

func TestByeFromStranger(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Accept([]byte("v=0 answer")))
	w.response(200, "INVITE")
	w.acknowledge(l)
	next[Confirmed](t, l)
	stranger := newWire(t, s.carrier.local)
	for _, a := range []ask{
		{method: "BYE", callID: "c1", fromTag: "stranger", toTag: l.ID(), seq: 6},
		{method: "BYE", callID: "c1", fromTag: "caller", toTag: "guess", seq: 6},
		{method: "BYE", callID: "other", fromTag: "caller", toTag: l.ID(), seq: 6},
		{method: "BYE", callID: "c1", fromTag: "caller", seq: 6},
	} {
		stranger.ask(a)
		stranger.response(481, "BYE")
	}
	if l.State() != StateConfirmed {
		t.Errorf("state %s", l.State())
	}
	w.bye(l, 6)
	next[Ended](t, l)
}

func TestByeBeforeAnswer(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Progress(180, "", nil, false))
	w.response(180, "INVITE")
	w.ask(ask{method: "BYE", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 6})
	got := map[string]bool{}
	for len(got) < 2 {
		res, ok := w.read(deadline).(*sip.Response)
		if !ok {
			t.Fatalf("only %q", w.seen)
		}
		if res.StatusCode == 200 || res.StatusCode == 487 {
			got[fmt.Sprint(res.StatusCode, res.CSeq().MethodName)] = true
		}
	}
	if !got["200BYE"] || !got["487INVITE"] {
		t.Errorf("got %v", got)
	}
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 5, branch: "z9hG4bK-c1"})
	next[Ended](t, l)
}

func TestRefusedBeforeAnybodySees(t *testing.T) {
	s := newSide(t)
	tests := []struct {
		name, want, text string
	}{
		{"merged", "482", ""},
		{"hops", "483", "Max-Forwards: 0\n"},
		{"extension", "420", "Require: 100rel, foo, bar\n"},
		{"short session", "422", "Supported: timer\nSession-Expires: 60\n"},
		{"replaces nobody", "481", "Replaces: a;to-tag=b;from-tag=c\n"},
		{"replaces twice", "400", "Replaces: a;to-tag=b;from-tag=c\nReplaces: a;to-tag=b;from-tag=c\n"},
		{"line feed", "400", "Subject: a\nb\n"},
		{"encoded", "415", "Content-Encoding: gzip\n"},
		{"strange body", "415", "Content-Type: application/x-cat\n"},
		{"no boundary", "400", "Content-Type: multipart/mixed\n"},
		{"two contacts", "400", "Contact: <sip:other@h>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWire(t, s.carrier.local)
			id := strings.ReplaceAll(tt.name, " ", "-")
			if tt.name == "merged" {
				l := calling(t, s, w, id, "")
				defer func() { must(t, l.Reject(480, "")) }()
				w.response(100, "INVITE")
			}
			headers := tt.text
			if tt.name == "line feed" {
				headers = "Subject: a\x01b\n"
			}
			text := fmt.Sprintf("INVITE sip:1001@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=%s;rport\nFrom: <sip:bob@example.com>;tag=caller\nTo: <sip:1001@example.com>\nCall-ID: %s\nCSeq: 5 INVITE\nContact: <sip:b@h>\n%s",
				s.carrier.local, w.addr, "z9hG4bK"+newTag(), id, headers)
			if !strings.Contains(headers, "Content-Type") {
				text += "Content-Type: application/sdp\n"
			}
			w.say(text, "v=0")
			for {
				res, ok := w.read(deadline).(*sip.Response)
				if !ok {
					t.Fatal("no answer")
				}
				if res.StatusCode >= 200 {
					if got := fmt.Sprint(res.StatusCode); got != tt.want {
						t.Errorf("got %s, want %s", got, tt.want)
					}
					if tt.name == "extension" && value(res, "Unsupported") != "foo, bar" {
						t.Errorf("Unsupported %q", value(res, "Unsupported"))
					}
					return
				}
			}
		})
	}
	select {
	case l := <-s.legs:
		t.Errorf("a leg was made: %s", l.Request())
	default:
	}
}

func TestRefusedRaw(t *testing.T) {
	s := newSide(t)
	tests := map[string]struct {
		want int
		text string
	}{
		"no contact":     {400, "INVITE sip:a@h SIP/2.0|Max-Forwards: 70|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x1|CSeq: 1 INVITE||"},
		"bare line feed": {400, "OPTIONS sip:a@h SIP/2.0|Max-Forwards: 70|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x2|CSeq: 1 OPTIONS|Subject: a\nEvil: b||"},
		"NUL":            {400, "OPTIONS sip:a@h SIP/2.0|Max-Forwards: 70|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x3|CSeq: 1 OPTIONS|Subject: a\x00b||"},
		"other method":   {400, "OPTIONS sip:a@h SIP/2.0|Max-Forwards: 70|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x4|CSeq: 1 INFO||"},
		"no From tag":    {400, "OPTIONS sip:a@h SIP/2.0|Max-Forwards: 70|From: <sip:b@h>|To: <sip:a@h>|Call-ID: x5|CSeq: 1 OPTIONS||"},
		"scheme":         {416, "OPTIONS http:a SIP/2.0|Max-Forwards: 70|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x6|CSeq: 1 OPTIONS||"},
		"two Call-IDs":   {400, "OPTIONS sip:a@h SIP/2.0|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x7|Call-ID: y7|CSeq: 1 OPTIONS||"},
		"BYE outside":    {481, "BYE sip:a@h SIP/2.0|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: x8|CSeq: 1 BYE||"},
		"unknown dialog": {481, "UPDATE sip:a@h SIP/2.0|From: <sip:b@h>;tag=t|To: <sip:a@h>;tag=q|Call-ID: x9|CSeq: 1 UPDATE||"},
		"many headers":   {400, "OPTIONS sip:a@h SIP/2.0|From: <sip:b@h>;tag=t|To: <sip:a@h>|Call-ID: xa|CSeq: 1 OPTIONS|" + strings.Repeat("X: y|", 200) + "|"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, s.carrier.local)
			line, rest, _ := strings.Cut(tt.text, "|")
			w.raw(strings.ReplaceAll(fmt.Sprintf("%s|Via: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport|%s", line, w.addr, newTag(), rest), "|", "\r\n"))
			for {
				res, ok := w.read(deadline).(*sip.Response)
				if !ok {
					t.Fatal("no answer")
				}
				if res.StatusCode >= 200 {
					if res.StatusCode != tt.want {
						t.Errorf("got %d, want %d", res.StatusCode, tt.want)
					}
					if res.SipVersion != "SIP/2.0" {
						t.Errorf("version %q", res.SipVersion)
					}
					return
				}
			}
		})
	}
}

func TestReliableFromUs(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "Supported: 100rel\n")
	must(t, l.Progress(183, "", []byte("v=0 early"), true))
	must(t, l.Progress(180, "", nil, true))
	must(t, l.Accept([]byte("v=0 early")))
	first := w.response(183, "INVITE")
	again := w.response(183, "INVITE") // until its PRACK
	if value(first, "RSeq") != value(again, "RSeq") || value(first, "Require") != "100rel" {
		t.Errorf("183:\n%s", first)
	}
	prack := func(seq int, rack string) {
		w.ask(ask{method: "PRACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: seq, headers: "RAck: " + rack + " 5 INVITE\n"})
	}
	prack(6, "1")
	w.response(481, "PRACK")
	for _, m := range w.seen {
		if strings.Contains(m, " 200 ") {
			t.Error("the 200 did not wait for the PRACK")
		}
	}
	prack(7, value(first, "RSeq"))
	w.response(200, "PRACK")
	w.response(200, "INVITE")
	w.acknowledge(l)
	next[Confirmed](t, l)
	w.bye(l, 8)
	next[Ended](t, l)
}

func TestNoPRACK(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "Require: 100rel\n")
	must(t, l.Progress(180, "", nil, false))
	w.response(504, "INVITE")
	if got := next[Ended](t, l); got.Why != WhyNoAck {
		t.Errorf("ended %+v", got)
	}
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 5, branch: "z9hG4bK-c1"})
}

func TestRequestsOutOfOrder(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	must(t, l.Accept([]byte("v=0 answer")))
	w.response(200, "INVITE")
	w.acknowledge(l)
	next[Confirmed](t, l)
	info := func(seq int, digit string) {
		w.ask(ask{method: "INFO", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: seq, headers: "Content-Type: application/dtmf\n", body: digit})
	}
	info(8, "3")
	info(7, "2")
	info(6, "1")
	for _, want := range "123" {
		if got := next[Infoed](t, l).DTMF.Digit; got != byte(want) {
			t.Errorf("digit %c, want %c", got, want)
		}
	}
	info(7, "9")
	w.response(500, "INFO")
	info(20, "4") // a gap is allowed
	if got := next[Infoed](t, l).DTMF.Digit; got != '4' {
		t.Errorf("digit %c", got)
	}
	w.bye(l, 21)
	next[Ended](t, l)
}

func TestACKBringsAnswer(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1"})
	l := receive(t, s.legs)
	must(t, l.Accept([]byte("v=0 offer")))
	w.response(200, "INVITE")
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: l.ID(), seq: 5, body: "v=0 answer"})
	if got := next[Confirmed](t, l); string(got.SDP) != "v=0 answer" {
		t.Errorf("answer %q", got.SDP)
	}
	w.bye(l, 6)
	next[Ended](t, l)
}

func TestPanicEndsOneLeg(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	l := calling(t, s, w, "c1", "")
	l.SetSink(func(ev Event) {
		if _, ok := ev.(Confirmed); ok {
			panic("a defect")
		}
		l.events <- ev
	})
	must(t, l.Accept([]byte("v=0 answer")))
	w.response(200, "INVITE")
	w.acknowledge(l)
	w.answer(w.request("BYE"), 200, "", "", "")
	if got := next[Ended](t, l); got.Why != WhyInternal {
		t.Errorf("ended %+v", got)
	}
}

func TestNobodySetsASink(t *testing.T) {
	s := newSide(t, func(c *Config) { c.Invite = func(*Leg) {} })
	w := newWire(t, s.carrier.local)
	w.ask(ask{method: "INVITE", callID: "c1", fromTag: "caller", seq: 5, branch: "z9hG4bK-c1", body: "v=0"})
	res := w.response(500, "INVITE")
	w.ask(ask{method: "ACK", callID: "c1", fromTag: "caller", toTag: toTag(res), seq: 5, branch: "z9hG4bK-c1"})
}

// TestEmergencyIsNotRefused: nothing that refuses other calls refuses this one.
func TestEmergencyIsNotRefused(t *testing.T) {
	s := newSide(t, func(c *Config) { c.MaxLegs = 1 })
	emergency := Origin{Emergency: true, Replayed: true}
	for name, text := range map[string]string{
		"no contact": "", "hops": "Max-Forwards: 0\n", "extension": "Require: foo\n", "control": "Subject: a\x01b\n", "body": "Content-Encoding: gzip\n",
		"short session": "Supported: timer\nSession-Expires: 60\n", "replaces nobody": "Replaces: a;to-tag=b;from-tag=c\n",
		"unreadable": "Record-Route: <sip:\nMax-Forwards: x\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, s.carrier.local)
			s.origin.Store(&emergency)
			defer s.origin.Store(nil)
			id := strings.ReplaceAll(name, " ", "-")
			w.say(fmt.Sprintf("INVITE sip:911@h SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bK-%s;rport\nFrom: <sip:b@h>;tag=caller\nTo: <sip:911@h>\nCall-ID: %s\nCSeq: 5 INVITE\nContent-Type: application/sdp\n%s",
				w.addr, id, id, text), "v=0")
			l := receive(t, s.legs)
			must(t, l.Accept([]byte("v=0 answer")))
			w.response(200, "INVITE")
			w.acknowledge(l)
			next[Confirmed](t, l)
			w.bye(l, 6)
			next[Ended](t, l)
		})
	}
}

func TestTooManyLegs(t *testing.T) {
	s := newSide(t, func(c *Config) { c.MaxLegs = 1 })
	w := newWire(t, s.carrier.local)
	l := taken(t, s, w, "")
	second := newWire(t, s.carrier.local)
	second.ask(ask{method: "INVITE", callID: "c2", fromTag: "caller", seq: 5, branch: "z9hG4bK-c2", body: "v=0"})
	res := second.response(503, "INVITE")
	if value(res, "Retry-After") == "" {
		t.Error("no Retry-After")
	}
	second.ask(ask{method: "ACK", callID: "c2", fromTag: "caller", toTag: toTag(res), seq: 5, branch: "z9hG4bK-c2"})
	w.bye(l, 6)
	next[Ended](t, l)
}
