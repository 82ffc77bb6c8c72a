package test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// description is the body of a message.
func description(text string) (head, body string) {
	head, body, _ = strings.Cut(text, "\r\n\r\n")
	return head + "\r\n\r\n", body
}

// withBody gives a message another body and the length of it.
func withBody(text, kind, body string) string {
	head, _ := description(text)
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(head), "\r\n") {
		if !strings.HasPrefix(line, "Content-") {
			lines = append(lines, line)
		}
	}
	return strings.Join(append(lines, "Content-Type: "+kind, fmt.Sprintf("Content-Length: %d", len(body)), "", body), "\r\n")
}

// rewrite changes the description of an INVITE.
func rewrite(pairs ...string) func(string) string {
	return func(text string) string {
		_, body := description(text)
		return withBody(text, "application/sdp", strings.NewReplacer(pairs...).Replace(body))
	}
}

// line changes a text that an INVITE has.
func line(from, to string) func(string) string {
	return func(text string) string { return strings.Replace(text, from, to, 1) }
}

// TestBadInvites: each has the right answer, nobody is rung who should not be, and a
// call that goes on meanwhile does not notice.
func TestBadInvites(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	bystanders := newOffice(t, d)
	a, b := connect(t, bystanders.handset(t, 0, "udp"), "1002", bystanders.handset(t, 1, "udp"))
	hearEachOther(t, a, b)
	t.Run("invites", func(t *testing.T) {
		for _, c := range []struct {
			name   string
			edit   func(string) string
			status int // of the final answer; 200: it rings and is answered; 0: silence
		}{
			{"no hop left", line("Max-Forwards: 70", "Max-Forwards: 0"), 483},
			{"unknown extension required", line("Max-Forwards", "Require: teleport\r\nMax-Forwards"), 420},
			{"no Contact", func(text string) string {
				at := strings.Index(text, "Contact: ")
				return text[:at] + text[at+strings.Index(text[at:], "\r\n")+2:]
			}, 400},
			{"two Contacts", line("Contact: ", "Contact: <sip:x@192.0.2.1>\r\nContact: "), 400},
			{"two Call-IDs", line("Contact: ", "Call-ID: other\r\nContact: "), 400},
			{"SIP of tomorrow", line(" SIP/2.0\r\n", " SIP/3.0\r\n"), 505},
			{"scheme we do not serve", line("INVITE sip:", "INVITE ftp:"), 416},
			{"length too large", line("Content-Length: ", "Content-Length: 1"), 400},
			{"length too small", func(text string) string {
				_, body := description(text)
				return strings.Replace(text, fmt.Sprintf("Content-Length: %d", len(body)), "Content-Length: 7", 1)
			}, 400},
			{"negative length", line("Content-Length: ", "Content-Length: -"), 400},
			{"NUL in a header", line("User-Agent: peer", "User-Agent: pe\x00er"), 400},
			{"line feeds alone in the header", func(text string) string {
				head, body := description(text)
				return strings.ReplaceAll(strings.TrimSpace(head), "\r\n", "\n") + "\r\n\r\n" + body
			}, 0},
			{"line feed within a header", line("User-Agent: peer", "User-Agent: pe\ner"), 400},
			{"unknown body", func(text string) string { return withBody(text, "text/plain", "hello") }, 415},
			{"compressed body", line("Max-Forwards", "Content-Encoding: gzip\r\nMax-Forwards"), 415},
			{"body that is no SDP", func(text string) string { return withBody(text, "application/sdp", "hello") }, 400},
			{"no media", func(text string) string {
				_, body := description(text)
				body, _, _ = strings.Cut(body, "m=")
				return withBody(text, "application/sdp", body)
			}, 488},
			{"port 0", func(text string) string {
				_, body := description(text)
				return withBody(text, "application/sdp", portIs(body, "0"))
			}, 488},
			{"negative port", func(text string) string {
				_, body := description(text)
				return withBody(text, "application/sdp", portIs(body, "-5"))
			}, 400},
			{"huge port", func(text string) string {
				_, body := description(text)
				return withBody(text, "application/sdp", portIs(body, "99999999999999999999"))
			}, 400},
			{"encrypted only, without keys", rewrite("RTP/AVP", "RTP/SAVP"), 488},
			{"50 streams", func(text string) string {
				_, body := description(text)
				return withBody(text, "application/sdp", body+strings.Repeat("m=video 9 RTP/AVP 31\r\n", 49))
			}, 400},
			{"1,000 attributes", func(text string) string {
				_, body := description(text)
				return withBody(text, "application/sdp", body+strings.Repeat("a=x\r\n", 1000))
			}, 400},
			{"multipart within multipart", func(text string) string {
				_, body := description(text)
				inner := "--in\r\nContent-Type: application/sdp\r\n\r\n" + body + "\r\n--in--\r\n"
				outer := "--out\r\nContent-Type: multipart/mixed;boundary=in\r\n\r\n" + inner + "\r\n--out--\r\n"
				return withBody(text, "multipart/mixed;boundary=out", outer)
			}, 200},
			{"multipart without an end", func(text string) string {
				_, body := description(text)
				return withBody(text, "multipart/mixed;boundary=out", "--out\r\nContent-Type: application/sdp\r\n\r\n"+body)
			}, 200},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, d)
				ada, ben := o.handset(t, 0, "udp"), o.handset(t, 1, "udp")
				ada.Distort(func(text string) string {
					if strings.HasPrefix(text, "INVITE ") {
						return c.edit(text)
					}
					return text
				})
				call := ada.Dial(t, "1002")
				switch c.status {
				case 0:
					ada.Distort(nil)
					if m := ada.Dial(t, "1999").Final(t); m.Status() != 404 {
						t.Errorf("afterwards: %s", m)
					}
					for _, m := range call.Messages.All() {
						if m.Status() >= 200 && m.Status() != 407 {
							t.Errorf("answered %s", m)
						}
					}
				case 200:
					called := ringing(t, ben)
					called.Answer(t)
					call.Await(t, 200)
					ada.Distort(nil)
					call.Hangup(t)
					called.AwaitRequest(t, "BYE")
					return
				default:
					if m := call.Final(t); m.Status() != c.status || !strings.Contains(m.Get("To"), ";tag=") {
						t.Errorf("answered %s, To %q; want %d", m, m.Get("To"), c.status)
					}
				}
				if n := len(ben.Calls.All()); n != 0 {
					t.Errorf("%d calls rang", n)
				}
			})
		}
	})
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	awaitIdle(t, d)
}

// portIs changes the port of the first stream.
func portIs(body, port string) string {
	before, after, _ := strings.Cut(body, "m=audio ")
	_, after, _ = strings.Cut(after, " ")
	return before + "m=audio " + port + " " + after
}

// idleGauges are 0 when no call is left.
var idleGauges = []string{"dialtone_calls_active", "dialtone_calls_legs", "dialtone_dialog_legs", "dialtone_media_streams"}

// awaitIdle waits until nothing of any call is left in the daemon.
func awaitIdle(t testing.TB, d *daemon) {
	t.Helper()
	await(t, "end of all calls", func() error {
		for _, name := range idleGauges {
			if n := metric(t, d, name); n != 0 {
				return fmt.Errorf("%s %v", name, n)
			}
		}
		return nil
	})
}

// TestNoCommonCodec: an answer without any codec that was offered ends the call on both
// sides.
func TestNoCommonCodec(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	ada, ben := o.handset(t, 0, "udp"), o.handset(t, 1, "udp")
	ada.Distort(func(text string) string {
		if strings.HasPrefix(text, "INVITE ") {
			return rewrite("RTP/AVP 0 101", "RTP/AVP 96", "a=rtpmap:0 PCMU/8000", "a=rtpmap:96 NONE/8000")(text)
		}
		return text
	})
	a := ada.Dial(t, "1002")
	b := ringing(t, ben)
	b.Answer(t)
	if m := a.Final(t); m.Status() != 488 {
		t.Errorf("answered %s", m)
	}
	b.AwaitRequest(t, "BYE")
	o.awaitOutcomes(t, "failed incompatible_media 488")
}

// TestLateOffer: an INVITE without a description is answered with an offer of ours.
func TestLateOffer(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	ada, ben := o.handset(t, 0, "udp"), o.handset(t, 1, "udp")
	a := ada.DialLate(t, "1002")
	b := ringing(t, ben)
	b.Reply(180)
	b.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, b)
	b.Hangup(t)
	a.AwaitRequest(t, "BYE")
	o.awaitOutcomes(t, "answered normal 200 callee")
}

// TestUnansweredCalls: a phone that begins hundreds of calls and goes away leaves a
// bounded number of them, and others call as before.
func TestUnansweredCalls(t *testing.T) {
	t.Parallel()
	calls := 500
	if os.Getenv("DIALTONE_SOAK") != "" {
		calls = 10_000
	}
	d := start(t, options{})
	o, others := newOffice(t, d), newOffice(t, d)
	ada, ben := others.handset(t, 0, "udp"), others.handset(t, 1, "udp")
	callee, count := scenario(t, "unanswered", "callee", o.actor(1)), fmt.Sprint(calls)
	port := o.registerPort(t, 1)
	rung := cast(t, "callee", callee, "u1", d.SIP.UDP[0], port, "-m", count, "-l", count)
	bound(t, port)
	caller := cast(t, "caller", scenario(t, "unanswered", "caller", o.actor(0)), "u1", d.SIP.UDP[0], "", "-m", count, "-l", count, "-r", "150")
	a, b := connect(t, ada, "1002", ben)
	hearEachOther(t, a, b)
	caller.wait(t)
	if n := metric(t, d, "dialtone_calls_active"); n < 2 || int(n) > calls+1 {
		t.Errorf("%v calls", n)
	}
	_ = rung.cmd.Process.Kill()
	_ = rung.cmd.Wait()
	t.Logf("%v calls at a time, %v refused", metric(t, d, "dialtone_calls_active"), metric(t, d, "dialtone_calls_limited_total"))
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	for _, c := range d.all(t, o.path+"/active_calls") {
		d.call(t, "DELETE", o.path+"/active_calls/"+c.id(), nil)
	}
	awaitIdle(t, d)
}
