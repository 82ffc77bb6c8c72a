package test

import (
	"net"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// TestCallsOverIPv6: a phone with an IPv6 address and one with IPv4 hear each other,
// whoever calls, and so do two with IPv6, over UDP and TCP.
func TestCallsOverIPv6(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	_ = l.Close()
	config := strings.Replace(baseConfig, `udp: ["127.0.0.1:0"], tcp: ["127.0.0.1:0"]`, `udp: ["127.0.0.1:0", "[::1]:0"], tcp: ["127.0.0.1:0", "[::1]:0"]`, 1)
	d := start(t, options{config: config})
	o := newOffice(t, d)
	o.addSeat(t, cleo)
	for i, transport := range []string{"udp", "tcp"} {
		listeners := map[string][]string{"udp": d.SIP.UDP, "tcp": d.SIP.TCP}[transport]
		var phones []*peer.Handset
		for n, listener := range []int{1, 0, 1} { // two with IPv6, one with IPv4
			account := o.sipAccount(d, n, transport)
			account.Proxy = listeners[listener]
			h := peer.StartHandset(t, account)
			if resp := h.Register(t, 600); resp.Status() != 200 {
				t.Fatalf("registration: %s", resp)
			}
			phones = append(phones, h)
		}
		for _, c := range []struct {
			from, to int
			number   string
		}{{0, 1, "1002"}, {1, 2, "1003"}, {2, 0, "1001"}} {
			a, b := connect(t, phones[c.from], c.number, phones[c.to])
			hearEachOther(t, a, b)
			for n, call := range map[int]*peer.PhoneCall{c.from: a, c.to: b} {
				family := "c=IN IP6 "
				if n == 1 {
					family = "c=IN IP4 "
				}
				if body := described(call); !strings.Contains(body, family) {
					t.Errorf("%s: phone %d was told\n%s", transport, n+1, body)
				}
			}
			b.Hangup(t)
			a.AwaitRequest(t, "BYE")
		}
		for _, h := range phones {
			h.Close()
		}
		want := []string{"answered normal 200 callee", "answered normal 200 callee", "answered normal 200 callee"}
		for range i {
			want = append(want, want...)
		}
		o.awaitOutcomes(t, want...)
	}
}

// described is the description a phone was given in a call: in its INVITE, or in the
// answer to its own.
func described(c *peer.PhoneCall) string {
	for _, m := range c.Messages.All() {
		if m.Body != "" && (m.Method() == "INVITE" || m.Status() == 200) {
			return m.Body
		}
	}
	return ""
}
