package sip

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"dialtone/store"
)

// ban bans the phone's source.
func (d *driven) ban(t *testing.T, now time.Time) {
	t.Helper()
	for range 100 {
		if _, banned := d.edge.bans.Failed(d.from.Addr(), "wrong_password", now); banned {
			return
		}
	}
	t.Fatal("not banned")
}

// exhaust uses up what a banned source may ask.
func (d *driven) exhaust(now time.Time) {
	for d.edge.bans.MayChallenge(d.from.Addr(), now) && d.edge.bans.MayCheck(d.from.Addr(), now) {
	}
	for d.edge.bans.MayChallenge(d.from.Addr(), now) || d.edge.bans.MayCheck(d.from.Addr(), now) {
	}
}

// silent hands over a datagram that must not be answered.
func (d *driven) silent(t *testing.T, data []byte, now time.Time) {
	t.Helper()
	d.take(data, now)
	if len(d.out) > 0 {
		t.Fatalf("asked\n%s\ngot\n%s", data, d.out[0].Data)
	}
}

// passed tells whether something waits for the dialogs, and takes it.
func (d *driven) passed() (found bool) {
	for _, l := range d.edge.lanes.list {
		found = found || len(l.take(nil)) > 0
	}
	return found
}

func replaced(data []byte, pairs ...string) []byte {
	return []byte(strings.NewReplacer(pairs...).Replace(string(data)))
}

// TestEmergencyPassesEveryBarrier: neither a ban nor the name of a scanner keeps an
// emergency call from an answer; the same for another number is dropped.
func TestEmergencyPassesEveryBarrier(t *testing.T) {
	d := drive(t)
	d.ban(t, noon)
	invite := replaced(d.datagram("INVITE", 1), "INVITE sip:", "INVITE sip:911@")
	scanner := []string{"Yealink SIP-T46U 108.86.0.20", "friendly-scanner"}
	d.ask(t, invite, noon, "407")
	d.ask(t, replaced(invite, scanner...), noon, "407")
	d.ask(t, replaced(d.datagram("INVITE", 1), "To: <sip:"+testUser, "To: <sip:911"), noon, "407")
	d.ask(t, replaced(invite, "CSeq: 1 ", "CSeq: x "), noon, "400")
	d.silent(t, d.datagram("INVITE", 1), noon)
	d.silent(t, replaced(invite, "911@", "912@"), noon)
	d.silent(t, d.datagram("OPTIONS", 1), noon)
}

// TestGuessingBehindAnEmergencyNumber: a REGISTER is no call, whatever number it
// names, so it does not get a banned source more guesses.
func TestGuessingBehindAnEmergencyNumber(t *testing.T) {
	d := drive(t)
	list := d.authorized(t, 1)
	d.ban(t, noon)
	d.exhaust(noon)
	for _, from := range []string{"To: <sip:" + testUser, "To: <sip:911", "REGISTER sip:", "REGISTER sip:911@"} {
		d.silent(t, replaced(d.datagram("REGISTER", 1), from, "To: <sip:911"), noon)
	}
	d.silent(t, replaced(list[0], "To: <sip:"+testUser, "To: <sip:911"), noon)
	d.silent(t, replaced(d.datagram("REGISTER", 1), "To: <sip:"+testUser+"@", "To: <sip:"), noon) // no user: a 400 for others
	d.silent(t, replaced(d.datagram("REGISTER", 1), "Yealink", "friendly-scanner", "To: <sip:"+testUser, "To: <sip:911"), noon)
}

// TestLiveBindingIsHeardWhenBanned: a phone that is registered keeps its registration
// though somebody behind its address has used up what a banned source may ask; who
// asks from another port, or for somebody else, does not profit.
func TestLiveBindingIsHeardWhenBanned(t *testing.T) {
	d := drive(t)
	list := d.authorized(t, 3)
	d.ask(t, list[0], noon, "200")
	d.ban(t, noon)
	d.exhaust(noon)
	d.ask(t, d.datagram("REGISTER", 100), noon, "401")
	d.ask(t, list[1], noon, "200")
	d.ask(t, d.datagram("OPTIONS", 1), noon, "200")

	d.silent(t, replaced(list[2], `username="`+testUser, `username="bob`), noon)
	d.silent(t, replaced(list[2], "To: <sip:"+testUser, "To: <sip:bob"), noon)
	d.silent(t, replaced(list[2], `response="`, `response="0`), noon)
	other, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	d.from = addrPort(other.LocalAddr())
	d.silent(t, list[2], noon)
}

// TestRightCredentialIsHeardWhenBanned: at a bounded rate; a wrong one is not answered.
func TestRightCredentialIsHeardWhenBanned(t *testing.T) {
	d := drive(t)
	d.ban(t, noon)
	list := d.authorized(t, 2)
	d.silent(t, replaced(list[1], `response="`, `response="0`), noon)
	d.ask(t, list[0], noon, "200")
}

// TestForgedNonceLeavesNoFailure: what anybody can send from any address fills no
// history; the same phone answering our challenge does.
func TestForgedNonceLeavesNoFailure(t *testing.T) {
	d := drive(t)
	list := d.authorized(t, 2)
	for i := range 3 {
		d.ask(t, replaced(list[0], `nonce="`, fmt.Sprintf(`nonce="%d`, i), testUser, fmt.Sprintf("user%d", i)), noon, "401")
	}
	d.ask(t, replaced(list[1], `response="`, `response="0`), noon, "401")
	d.edge.failures.Close() // writes what waits
	page, err := d.edge.store.RegistrationFailures(store.RegistrationFailureQuery{Account: d.account, Limit: 10})
	if err != nil || len(page.Items) != 1 || page.Items[0].AOR != testUser+"@"+testDomain {
		t.Fatalf("failures %+v, error %v", page.Items, err)
	}
}

// TestTooLargeForDialogs: what is too long for the dialogs is answered, not lost.
func TestTooLargeForDialogs(t *testing.T) {
	d := drive(t)
	list := d.authorized(t, 1)
	d.ask(t, list[0], noon, "200")
	call := replaced(d.datagram("INVITE", 1), "INVITE sip:", "INVITE sip:911@") // over a live flow: unchallenged
	d.take(call, noon)
	if !d.passed() {
		t.Fatal("an emergency call is not passed on")
	}
	large := func(message []byte) []byte {
		return replaced(message, "Content-Length: 0\r\n\r\n", "Content-Length: 60000\r\n\r\n"+strings.Repeat("x", 60_000))
	}
	d.take(large(call), noon)
	if !d.passed() {
		t.Error("a large emergency call is not passed on")
	}
	const tag = "ours"
	d.edge.tags.add(tag)
	within := replaced(d.datagram("INFO", 2), "\r\nCall-ID:", ";tag="+tag+"\r\nCall-ID:")
	d.ask(t, large(within), noon, "513")
}
