package peer

import (
	"cmp"
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"
)

// deadline is how long a peer waits for what a test says will come. It only
// ends tests that fail.
const deadline = 40 * time.Second

// Account is what a phone registers with.
type Account struct {
	User, Password string
	Domain         string      // of the address of record, and the realm
	Proxy          string      // host:port requests are sent to
	Transport      string      // udp, tcp, tls or, not for baresip, wss; empty = udp
	TLS            *tls.Config // for tls and wss; nil = any certificate will do
	CAFile         string      // baresip's authorities for tls; empty = any certificate will do
	RegInterval    int         // seconds a registration is asked for; 0 = 60
	Tone           int         // Hz baresip sends in calls; 0 = 440
	Listen         string      // where baresip's own sockets are; empty = 127.0.0.1:0
	Encryption     string      // baresip's mediaenc: srtp, srtp-mand; empty = none
	Codec          string      // the only one of baresip's: PCMU, PCMA, G722, opus; empty = PCMU and PCMA
}

func (a Account) checked(t testing.TB) Account {
	t.Helper()
	a.Transport, a.RegInterval, a.Tone = cmp.Or(a.Transport, "udp"), cmp.Or(a.RegInterval, 60), cmp.Or(a.Tone, 440)
	if a.TLS == nil {
		a.TLS = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // not what is tested
	}
	if a.User == "" || a.Domain == "" || a.Proxy == "" || !slices.Contains([]string{"udp", "tcp", "tls", "wss"}, a.Transport) {
		t.Fatalf("not an account: %+v", a)
	}
	if strings.ContainsAny(a.User+a.Password+a.Domain+a.Proxy, "; \t\r\n\"<>") {
		t.Fatalf("baresip cannot read this account: %+v", a)
	}
	return a
}

// aor is the address of record.
func (a Account) aor() string { return "sip:" + a.User + "@" + a.Domain }
