package test

import (
	"os"
	"path/filepath"
	"testing"

	"dialtone/test/peer"
)

const torture = "../sip/wire/testdata/torture"

// tortured are the messages of RFC 4475 and RFC 5118 and what the daemon answers. Who
// calls is asked for credentials before the body or extensions are looked at; what is
// said to be in a dialog is in none. Nobody's domain is challenged like ours.
var tortured = []struct {
	file string
	udp  string
	tcp  string // when it is another than over UDP
	// differs is why, where the RFC advises something else or leaves a choice.
	differs string
}{
	{"rfc4475/badaspec", "400", "", "the blanks may be ignored; peers this would be passed on to do not all do so"},
	{"rfc4475/badbranch", "400", "", "falling back to RFC 2543 matching is allowed; it takes two senders for one"},
	{"rfc4475/baddate", "407", "", "Date decides nothing here"},
	{"rfc4475/baddn", "400", "400 closed", "the name may be guessed; a From of two values may not. Over TCP: no Content-Length"},
	{"rfc4475/badinv01", "400", "", ""},
	{"rfc4475/badvers", "505", "", ""},
	{"rfc4475/bcast", silence, "", "a response that nobody waits for"},
	{"rfc4475/bext01", "420", "", ""},
	{"rfc4475/bigcode", silence, "", ""},
	{"rfc4475/clerr", "400", none, "over TCP the message never ends: TestHazardSlowSender"},
	{"rfc4475/cparam01", "401", "", ""},
	{"rfc4475/cparam02", "401", "", ""},
	{"rfc4475/dblreq", "401", none, "over UDP what follows the message is ignored; over TCP it is the next message"},
	{"rfc4475/esc01", "407", "", ""},
	{"rfc4475/esc02", "405", "", "501 is for methods nobody knows; 405 tells in Allow which we take"},
	{"rfc4475/escnull", "400", "", "legal; a user name with NUL in it can be nobody's"},
	{"rfc4475/escruri", "400", "", "headers in a Request-URI may be ignored; nobody who means well sends them"},
	{"rfc4475/insuf", silence, "", "400 is ideal; without From, To and Call-ID no sender can tell what it answers"},
	{"rfc4475/intmeth", "405", "", "as esc02"},
	{"rfc4475/inv2543", "407", "400 closed", "over TCP: no Content-Length"},
	{"rfc4475/invut", "407", "", ""},
	{"rfc4475/longreq", "407", "", ""},
	{"rfc4475/ltgtruri", "400", "", "a repair is allowed; what is meant is for the sender to say"},
	{"rfc4475/lwsdisp", "200", "", ""},
	{"rfc4475/lwsruri", "400", "", "as ltgtruri"},
	{"rfc4475/lwsstart", "400", "", "as ltgtruri"},
	{"rfc4475/mcl01", "400", "400 closed", ""},
	{"rfc4475/mismatch01", "400", "", ""},
	{"rfc4475/mismatch02", "400", "", "501 is allowed too; the mismatch is the graver fault"},
	{"rfc4475/mpart01", "405", "", ""},
	{"rfc4475/multi01", "400", "", ""},
	{"rfc4475/ncl", "400", "400 closed", ""},
	{"rfc4475/noreason", silence, "", "a response that nobody waits for"},
	{"rfc4475/novelsc", "416", "", ""},
	{"rfc4475/quotbal", "400", "", ""},
	{"rfc4475/regaut01", "401", "", ""},
	{"rfc4475/regbadct", "400", "", ""},
	{"rfc4475/regescrt", "401", "", ""},
	{"rfc4475/scalar02", "400", "", ""},
	{"rfc4475/scalarlg", silence, "", ""},
	{"rfc4475/sdp01", "407", "", ""},
	{"rfc4475/semiuri", "200", "", "OPTIONS is answered whoever it is for: 404 would tell who is here"},
	{"rfc4475/test", silence, "", "comes with the RFC's archive only; it has no version and no headers' end"},
	{"rfc4475/transports", "200", "", ""},
	{"rfc4475/trws", "400", "", "as ltgtruri"},
	{"rfc4475/unkscm", "416", "", ""},
	{"rfc4475/unksm2", "400", "", ""},
	{"rfc4475/unreason", silence, "", "a response that nobody waits for"},
	{"rfc4475/wsinv", "481", "", ""},
	{"rfc4475/zeromf", "200", "", "483 is for who would pass it on; OPTIONS ends here"},
	{"rfc5118/ipv4-mapped-ipv6", "407", "", ""},
	{"rfc5118/ipv6-bad", "400", "", ""},
	{"rfc5118/ipv6-bug-abnf-3-colons", "400", "", "taking it is allowed; three colons are no address in any current grammar"},
	{"rfc5118/ipv6-correct-abnf-2-colons", "200", "", ""},
	{"rfc5118/ipv6-good", "401", "", ""},
	{"rfc5118/ipv6-in-sdp", "400", none, "the RFC's own Content-Length is larger than its body"},
	{"rfc5118/mult-ip-in-header", "481", "", ""},
	{"rfc5118/mult-ip-in-sdp", "407", "", ""},
	{"rfc5118/port-ambiguous", "401", "", ""},
	{"rfc5118/port-unambiguous", "401", "", ""},
	{"rfc5118/via-received-param-no-delim", "200", "", ""},
	{"rfc5118/via-received-param-with-delim", "481", "", ""},
}

// none marks a message that says nothing over TCP.
const none = "none"

// TestTorture: each message gets the answer that fits it, over UDP and TCP; none ends
// the daemon, changes who is registered, or leaves anything in memory.
func TestTorture(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(torture + "/*/*.dat")
	if err != nil || len(files) != len(tortured) {
		t.Fatalf("%d files, %d rows, error %v", len(files), len(tortured), err)
	}
	d := start(t, options{})
	o := newOffice(t, d)
	phone := peer.StartPhone(t, o.sipAccount(d, 0, "udp"))
	if resp := phone.Register(t, 3600); resp.Status() != 200 {
		t.Fatalf("registration: %s", resp)
	}
	registered := registrationsOf(t, o)

	messages := make([][]byte, len(tortured))
	for i, tt := range tortured {
		if messages[i], err = os.ReadFile(filepath.Join(torture, tt.file+".dat")); err != nil {
			t.Fatal(err)
		}
		if got := overUDP(t, d.SIP.UDP[0], messages[i]); got != tt.udp {
			t.Errorf("%s over UDP: %s, want %s", tt.file, got, tt.udp)
		}
		want := tt.tcp
		switch want {
		case none:
			continue
		case "":
			want = tt.udp
		}
		if got := overTCP(t, d.SIP.TCP[0], messages[i]); got != want {
			t.Errorf("%s over TCP: %s, want %s", tt.file, got, want)
		}
	}

	before := 0
	for round := range 60 {
		if round == 10 {
			before = d.resident()
		}
		sendAll(t, d.SIP.UDP[0], messages)
	}
	d.wantGrowth(before, 8<<20)
	d.wantAlive()
	if got := registrationsOf(t, o); got != registered {
		t.Errorf("registrations\n%s, want\n%s", got, registered)
	}
	if resp := phone.Register(t, 3600); resp.Status() != 200 {
		t.Errorf("refresh after all that: %s", resp)
	}
}

// sendAll sends datagrams from a new port and waits until they have been dealt with.
func sendAll(t testing.TB, addr string, messages [][]byte) {
	t.Helper()
	c := dialUDP(t, addr)
	defer c.Close()
	for _, m := range append(messages[:len(messages):len(messages)], []byte(ping("UDP"))) {
		if _, err := c.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	untilPing(t, c)
}

// sipAccount is what a phone of the office registers with.
func (o *office) sipAccount(d *daemon, seat int, transport string) peer.Account {
	p, proxy := o.phones[seat], d.SIP.UDP[0]
	if transport == "tcp" {
		proxy = d.SIP.TCP[0]
	}
	return peer.Account{User: p.username, Password: p.password, Domain: o.domain, Proxy: proxy, Transport: transport}
}
