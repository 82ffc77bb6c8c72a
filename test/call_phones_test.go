package test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// cleo is an office's third seat.
var cleo = seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"}

// handset registers a phone of an office.
func (o *office) handset(t testing.TB, phone int, transport string) *peer.Handset {
	t.Helper()
	h := peer.StartHandset(t, o.sipAccount(o.d, phone, transport))
	if resp := h.Register(t, 600); resp.Status() != 200 {
		h.Close()
		t.Fatalf("registration: %s", resp)
	}
	return h
}

// trio is an office with three phones registered.
func trio(t testing.TB, d *daemon) (o *office, phones [3]*peer.Handset) {
	t.Helper()
	o = newOffice(t, d)
	o.addSeat(t, cleo)
	for i := range phones {
		phones[i] = o.handset(t, i, "udp")
	}
	return o, phones
}

// ringing waits for a call to come in.
func ringing(t testing.TB, h *peer.Handset) *peer.PhoneCall {
	t.Helper()
	return h.Calls.Await(t, "call", func(*peer.PhoneCall) bool { return true })
}

// connect has one phone call another, which answers.
func connect(t testing.TB, from *peer.Handset, number string, to *peer.Handset) (caller, callee *peer.PhoneCall) {
	t.Helper()
	caller = from.Dial(t, number)
	callee = ringing(t, to)
	callee.Reply(180)
	callee.Answer(t)
	caller.Await(t, 200)
	return caller, callee
}

// hearEachOther sends a tone each way and waits until both have arrived.
func hearEachOther(t testing.TB, a, b *peer.PhoneCall) {
	t.Helper()
	a.Tone(450)
	b.Tone(950)
	a.Hears(t, 950)
	b.Hears(t, 450)
}

// awaitOutcomes waits for the records of an office's calls, newest first: result,
// reason and status.
func (o *office) awaitOutcomes(t testing.TB, outcomes ...string) {
	t.Helper()
	await(t, "call records", func() error {
		calls := o.d.all(t, o.path+"/calls")
		if len(calls) != len(outcomes) {
			return fmt.Errorf("%d records: %v", len(calls), calls)
		}
		for i, c := range calls {
			if got := outcomeOf(c); !strings.HasPrefix(got, outcomes[i]) {
				return fmt.Errorf("record %q, want %q: %v", got, outcomes[i], c)
			}
		}
		return nil
	})
}

// TestAttendedTransfer: who was consulted talks to who was on hold, whether he has
// answered yet or not.
func TestAttendedTransfer(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	for _, early := range []bool{false, true} {
		t.Run(fmt.Sprintf("early %v", early), func(t *testing.T) {
			t.Parallel()
			o, phones := trio(t, d)
			ada, ben, cleo := phones[0], phones[1], phones[2]
			a, b := connect(t, ada, "1002", ben)
			a.Reinvite(t, "sendonly")
			a2 := ada.Dial(t, "1003")
			c := ringing(t, cleo)
			c.Reply(180)
			if early {
				a2.Learn(a2.Await(t, 180))
			} else {
				c.Answer(t)
				a2.Await(t, 200)
			}
			if status := a.ReferTo(t, a2); status != 202 {
				t.Fatalf("REFER answered %d", status)
			}
			if got := a.AwaitTransfer(t); got != "200 OK" {
				t.Errorf("the transferor was told %q", got)
			}
			if early {
				a2.Await(t, 487)
				c.Answer(t)
			} else {
				a2.AwaitRequest(t, "BYE")
			}
			a.Hangup(t)
			hearEachOther(t, b, c)
			c.Hangup(t)
			b.AwaitRequest(t, "BYE")
			o.awaitOutcomes(t, "answered normal 200", "answered transferred 200")
		})
	}
}

// TestReplaces: an INVITE that names a dialog takes its place (RFC 3891), and one that
// names none of the account's is refused.
func TestReplaces(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	ada, ben, cleo := phones[0], phones[1], phones[2]
	a, b := connect(t, ada, "1002", ben)
	c := cleo.Dial(t, "1002", "Replaces: "+b.Replaces(), "Require: replaces")
	if m := c.Final(t); m.Status() != 200 {
		t.Fatalf("answered %s", m)
	}
	b.AwaitRequest(t, "BYE")
	hearEachOther(t, a, c)
	_, strangers := trio(t, d)
	stranger := strangers[0].Dial(t, "1002", "Replaces: "+a.Replaces())
	if m := stranger.Final(t); m.Status() != 403 {
		t.Errorf("another account's phone was answered %s", m)
	}
	unknown := ben.Dial(t, "1002", "Replaces: nobody;to-tag=a;from-tag=b")
	if m := unknown.Final(t); m.Status() != 481 {
		t.Errorf("a dialog that is none was answered %s", m)
	}
	hearEachOther(t, a, c)
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	await(t, "records", func() error {
		for _, r := range d.all(t, o.path+"/calls") {
			if strings.HasPrefix(outcomeOf(r), "answered normal 200") {
				return nil
			}
		}
		return fmt.Errorf("records %v", d.all(t, o.path+"/calls"))
	})
}

// TestTwoPhonesOfOneUser: both ring, the second to answer is told that the call was
// taken elsewhere, also when it answers at the same moment.
func TestTwoPhonesOfOneUser(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	desk, cell := phones[1], o.handset(t, 1, "tcp")
	a := phones[0].Dial(t, "1002")
	b, b2 := ringing(t, desk), ringing(t, cell)
	b.Reply(180)
	b2.Reply(180)
	b.Reply(200)
	b2.Reply(200)
	a.Await(t, 200)
	for _, c := range []*peer.PhoneCall{b, b2} {
		c.AwaitRequest(t, "ACK") // whoever comes second is acknowledged and hung up
	}
	var second *peer.PhoneCall
	await(t, "BYE to the second", func() error {
		for _, c := range []*peer.PhoneCall{b, b2} {
			if slices.ContainsFunc(c.Messages.All(), func(m peer.Message) bool { return m.Method() == "BYE" }) {
				second = c
				return nil
			}
		}
		return errors.New("none")
	})
	first := map[*peer.PhoneCall]*peer.PhoneCall{b: b2, b2: b}[second]
	hearEachOther(t, a, first)
	first.Hangup(t)
	a.AwaitRequest(t, "BYE")
	o.awaitOutcomes(t, "answered normal 200 callee")
}

// TestStrangersDoNoHarm: who knows a call's identifiers but is not of it can neither end
// it nor give it up nor be heard in it.
func TestStrangersDoNoHarm(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	ada, ben, thief := phones[0], phones[1], phones[2]
	a := ada.Dial(t, "1002")
	b := ringing(t, ben)
	b.Reply(180)
	a.Await(t, 180)

	cancel := a.Dialog()
	cancel.To = "<sip:1002@" + o.domain + ">"
	if m := thief.Forge(t, "CANCEL", cancel); m.Status() != 481 {
		t.Errorf("CANCEL from elsewhere: %s", m)
	}
	b.Answer(t)
	answer := a.Await(t, 200)

	bye := a.Dialog()
	bye.Branch, bye.CSeq = "", 99
	guessed := bye
	guessed.To = strings.Replace(bye.To, ";tag=", ";tag=x", 1)
	if m := thief.Forge(t, "BYE", guessed); m.Status() != 481 {
		t.Errorf("BYE with a tag that is not ours: %s", m)
	}
	guessed = bye
	guessed.From = strings.Replace(bye.From, ";tag=", ";tag=x", 1)
	if m := thief.Forge(t, "BYE", guessed); m.Status() != 481 {
		t.Errorf("BYE with another's tag: %s", m)
	}
	guessed = bye
	guessed.CallID = "x" + bye.CallID
	if m := thief.Forge(t, "BYE", guessed); m.Status() != 481 {
		t.Errorf("BYE with another Call-ID: %s", m)
	}

	hearEachOther(t, a, b)
	other := thief.Dial(t, "1999")
	other.Final(t)
	other.Aim(answer.Body) // at the port Ada sends to
	other.Tone(1500)
	before := b.Packets()
	await(t, "more of the call", func() error {
		if b.Packets() < before+50 {
			return fmt.Errorf("%d packets", b.Packets()-before)
		}
		return nil
	})
	a.Hears(t, 950)
	b.Hears(t, 450)
	if other.Packets() != 0 {
		t.Errorf("the thief got %d packets", other.Packets())
	}
	if metric(t, d, "dialtone_media_rtp_strangers_total") == 0 {
		t.Error("no packets of strangers counted")
	}
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
}

// TestMergedInvite: the same INVITE by two ways is one call; the second is told so (RFC
// 3261 section 8.2.2.2).
func TestMergedInvite(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	_, phones := trio(t, d)
	a := phones[0].Dial(t, "1002", "Supported: replaces")
	b := ringing(t, phones[1])
	b.Reply(180)
	a.Await(t, 180)
	again := a.Dialog()
	again.To, again.Branch = "<"+again.URI+">", ""
	m := phones[0].Forge(t, "INVITE", again)
	if m.Status() != 482 {
		t.Errorf("answered %s", m)
	}
	b.Answer(t)
	a.Await(t, 200)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
}

// TestTransfersEnd: a call is transferred only so often, and goes on when it is not.
func TestTransfersEnd(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	a, b := connect(t, phones[0], "1002", phones[1])
	status, told := 0, map[string]int{}
	for range 50 {
		if status = a.Refer(t, "sip:1999@"+o.domain); status != 202 {
			break
		}
		told[a.AwaitTransfer(t)]++
	}
	if status != 482 || told["404 Not Found"] == 0 || len(told) != 1 {
		t.Errorf("the last REFER was answered %d, the others ended %v", status, told)
	}
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	o.awaitOutcomes(t, "answered normal 200 caller")
}

// TestForwardsEnd: forwards that lead in a circle end with 482.
func TestForwardsEnd(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	for i, next := range []string{"", "1003", "1002"} {
		if next != "" {
			d.want(t, http.StatusOK, http.MethodPatch, o.path+"/users/"+o.phones[i].user, object{
				"forwarding": object{"always": object{"enabled": true, "destination": next}},
			})
		}
	}
	if m := phones[0].Dial(t, "1002").Final(t); m.Status() != 482 {
		t.Errorf("answered %s", m)
	}
	o.awaitOutcomes(t, "rejected loop 482")
}
