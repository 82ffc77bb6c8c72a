package call

import (
	"strings"
	"testing"
	"unicode/utf8"

	"dialtone/store/record"
)

func TestClip(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"short":      {"Ada", "Ada"},
		"Latin-1":    {"Jos\xe9", "Jos\uFFFD"},
		"cut a rune": {strings.Repeat("a", 127) + "é", strings.Repeat("a", 127) + "\uFFFD"},
	} {
		if got := clip(c.text); got != c.want || !utf8.ValidString(got) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNameInLatin1(t *testing.T) {
	p := newPBX(t)
	carrier, bob := p.carrier(), p.phone("bob")
	c := carrier.DialURI(t, "sip:+13125550100@"+p.local.String(), "P-Asserted-Identity: \"Jos\xe9\" <sip:+14155550123@carrier.example>")
	b := ringing(t, bob)
	b.Answer(t)
	c.Await(t, 200)
	b.Hangup(t)
	c.AwaitRequest(t, "BYE")
	if r := p.record(t, 0); r.CallerName != "Jos\uFFFD" {
		t.Errorf("caller's name %q", r.CallerName)
	}
	p.quiet()
}

func TestActiveTellsCodec(t *testing.T) {
	p := newPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	eventually(t, "codec", func() bool {
		list := p.Active(p.account)
		return len(list) == 1 && list[0].Codec == "PCMU" && !list[0].Secure
	})
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	p.record(t, 0)
	p.quiet()
}

func TestMissedCallNamesUser(t *testing.T) {
	p := newPBX(t)
	carrier, bob := p.carrier(), p.phone("bob")
	c := carrier.DialURI(t, "sip:+13125550100@"+p.local.String())
	ringing(t, bob).Reply(486)
	c.Await(t, 486)
	if r := p.record(t, 0); r.User != p.users["bob"].ID || r.Device != "" {
		t.Errorf("record %+v", r)
	}
	p.quiet()
}

func TestForwardAlwaysIsRecorded(t *testing.T) {
	p := newPBX(t)
	p.change(t, "bob", func(u *record.User) { u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1003"} })
	a, b := talk(t, p.phone("ann"), "1002", p.phone("cid"))
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	if r := p.record(t, 0); len(r.Forwards) != 1 || !strings.Contains(r.Forwards[0], "forwarded to 1003") {
		t.Errorf("forwards %q", r.Forwards)
	}
	p.quiet()
}
