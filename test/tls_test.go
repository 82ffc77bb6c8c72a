package test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"dialtone/test/peer"
)

// secureConfig listens for SIP over everything, with a certificate of the authority.
func secureConfig(p pems) string {
	return strings.Replace(baseConfig, "min_expires", fmt.Sprintf(
		`tls: ["127.0.0.1:0"], wss: ["127.0.0.1:0"], tls_cert: {cert: %q, key: %q}, min_expires`, p.cert, p.key), 1)
}

// secureAccount is a phone's, over a transport with TLS.
func secureAccount(o *office, p *deskPhone, transport string, client *tls.Config) peer.Account {
	proxy := o.d.SIP.TLS
	if transport == "wss" {
		proxy = o.d.SIP.WSS
	}
	return peer.Account{User: p.username, Password: p.password, Domain: o.domain, Proxy: proxy[0], Transport: transport, TLS: client}
}

// TestSIPOverTLS: phones and browsers register, refresh and leave over TLS and
// WebSocket, and are reached over their connections.
func TestSIPOverTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example"))})
	o := newOffice(t, d)
	for i, transport := range []string{"tls", "wss"} {
		t.Run(transport, func(t *testing.T) {
			p := o.phones[i]
			phone := peer.StartPhone(t, secureAccount(o, p, transport, ca.trusting()))
			for range 2 {
				if resp := phone.Register(t, 600); resp.Status() != 200 || !strings.Contains(resp.Get("Contact"), phone.Contact()) {
					t.Fatalf("registration: %s", resp)
				}
			}
			if r := o.awaitRegistered(t, p); r.str("transport") != transport || r.str("device") != p.id || r.str("source") != phone.Addr().String() {
				t.Errorf("registration: %v", r)
			}
			wantSync(t, o, p, "delivered")
			notify := phone.Requests.Await(t, "NOTIFY", func(m peer.Message) bool { return m.Method() == "NOTIFY" })
			if via := notify.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/"+strings.ToUpper(transport)+" ") || notify.Get("Event") == "" {
				t.Errorf("over %s: %s", transport, notify)
			}
			if resp := phone.Register(t, 0); resp.Status() != 200 || resp.Get("Contact") != "" {
				t.Errorf("leaving: %s", resp)
			}
			if left := d.all(t, o.path+"/registrations"); len(left) != 0 {
				t.Errorf("still registered: %v", left)
			}
		})
	}
}

// TestDeskPhoneOverTLS: an account set to TLS has phones told so, and a SIP client
// that verifies the certificate registers with that.
func TestDeskPhoneOverTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example"))})
	o := newOffice(t, d)
	ada := o.phones[0]
	d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"settings": object{"network": object{"transport": "tls"}}})
	file := config(t, o.url, ada)
	if file["account.1.transport_type"] != "2" || file["account.1.srtp_encryption"] != "1" {
		t.Errorf("transport %q, SRTP %q", file["account.1.transport_type"], file["account.1.srtp_encryption"])
	}
	account := file.account(t)
	if account.Proxy != d.SIP.TLS[0] || account.Transport != "tls" {
		t.Fatalf("the phone is told %s over %s", account.Proxy, account.Transport)
	}
	account.CAFile = ca.file
	phone := peer.StartBaresip(t, account)
	phone.Await(t, "REGISTER_OK")
	if r := o.awaitRegistered(t, ada); r.str("transport") != "tls" || !strings.HasPrefix(r.str("user_agent"), "baresip") {
		t.Errorf("registration: %v", r)
	}
	wantSync(t, o, ada, "error") // it knows no check-sync, but has heard it
	phone.Stop()
	await(t, "end of the registration", func() error {
		if left := d.all(t, o.path+"/registrations"); len(left) != 0 {
			return fmt.Errorf("still registered: %v", left)
		}
		return nil
	})
}

// TestSIPClientCertificates: who shows a certificate of our authority registers as whom
// it names and nobody else; who shows none, or another authority's, needs a password
// only.
func TestSIPClientCertificates(t *testing.T) {
	t.Parallel()
	ca, makers := newAuthority(t, "Test"), newAuthority(t, "Maker")
	config := secureConfig(ca.issue(t, t.TempDir(), x509.ECDSA, "pbx.example"))
	d := start(t, options{config: strings.Replace(config, "tls_cert: {", fmt.Sprintf("tls_cert: {client_ca: %q, ", ca.file), 1)})
	o := newOffice(t, d)
	p := o.phones[0]
	for name, tt := range map[string]struct {
		transport string
		shows     *tls.Certificate
		status    int
	}{
		"its own":        {"tls", new(ca.phone(t, p.username)), 200},
		"of its address": {"wss", new(ca.phone(t, p.username+"@"+o.domain)), 200},
		"another user's": {"tls", new(ca.phone(t, o.phones[1].username)), 403},
		"none":           {"tls", &tls.Certificate{}, 200},
		"its maker's":    {"wss", new(makers.phone(t, "805ec0000001")), 200},
	} {
		t.Run(name, func(t *testing.T) {
			client := ca.trusting()
			client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return tt.shows, nil }
			phone := peer.StartPhone(t, secureAccount(o, p, tt.transport, client))
			if resp := phone.Register(t, 600); resp.Status() != tt.status {
				t.Errorf("registration: %s", resp)
			}
		})
	}
}

// TestReloadSIPCertificate: new connections get the new certificate, open ones stay.
func TestReloadSIPCertificate(t *testing.T) {
	t.Parallel()
	ca, dir := newAuthority(t, "Test"), t.TempDir()
	d := start(t, options{config: secureConfig(ca.issue(t, dir, x509.ECDSA, "first.example")) + "log: {level: debug}\n"})
	o := newOffice(t, d)
	phones := map[string]*peer.Phone{
		"tls": peer.StartPhone(t, secureAccount(o, o.phones[0], "tls", ca.trusting())),
		"wss": peer.StartPhone(t, secureAccount(o, o.phones[1], "wss", ca.trusting())),
	}
	listeners := map[string]string{"tls": d.SIP.TLS[0], "wss": d.SIP.WSS[0]}
	check := func(when, name string) {
		t.Helper()
		for transport, phone := range phones {
			if resp := phone.Register(t, 600); resp.Status() != 200 {
				t.Errorf("%s, over the same %s connection: %s", when, transport, resp)
			}
			if got := certificateAt(t, listeners[transport]); got != name {
				t.Errorf("%s, %s: certificate of %s, want %s", when, transport, got, name)
			}
		}
		for i := range o.phones {
			wantSync(t, o, o.phones[i], "delivered")
		}
	}
	check("at first", "first.example")
	files := ca.issue(t, dir, x509.ECDSA, "second.example")
	d.signal(syscall.SIGHUP)
	awaitLog(t, d, "configuration reloaded")
	check("after a reload", "second.example")
	if err := os.WriteFile(files.cert, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.signal(syscall.SIGHUP)
	awaitLog(t, d, "sip.tls_cert: ")
	check("after a reload that failed", "second.example")
}

// TestStuckTLSClients: who says nothing, or stops at any point on the way to a
// registration or after it, keeps nobody else waiting.
func TestStuckTLSClients(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example"))})
	o := newOffice(t, d)
	upgrade := "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
	for _, addr := range []string{d.SIP.TLS[0], d.SIP.WSS[0]} {
		for range 50 {
			dial(t, addr) // says nothing
			half := dial(t, addr)
			if _, err := io.WriteString(half, "\x16\x03\x01\x02\x00\x01\x00"); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			secure(t, addr) // says nothing after the handshake
			if _, err := io.WriteString(secure(t, addr), upgrade); err != nil {
				t.Fatal(err)
			}
		}
	}
	// One that never reads what it asks for.
	deaf := secure(t, d.SIP.TLS[0])
	go func() {
		options := "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:a@a>\r\n" +
			"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
		for {
			if _, err := io.WriteString(deaf, strings.Repeat(options, 100)); err != nil {
				return
			}
		}
	}()
	for _, transport := range []string{"tls", "wss"} {
		phone := peer.StartPhone(t, secureAccount(o, o.phones[0], transport, ca.trusting()))
		if resp := phone.Register(t, 600); resp.Status() != 200 {
			t.Errorf("over %s: %s", transport, resp)
		}
		wantSync(t, o, o.phones[0], "delivered")
	}
	if pending := metric(t, d, `dialtone_sip_tls_handshakes_pending{transport="tls"}`); pending < 50 {
		t.Errorf("%v handshakes are under way", pending)
	}
}

// secure is a connection whose handshake is done. It is closed with the test, without
// a farewell.
func secure(t testing.TB, addr string) net.Conn {
	t.Helper()
	c := tls.Client(dial(t, addr), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // not what is tested
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWebSocketRefusals: what is no WebSocket of SIP's gets an answer, and no service.
func TestWebSocketRefusals(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.ECDSA, "pbx.example"))})
	const request = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
	for name, tc := range map[string]struct {
		text   string
		status int
	}{
		"right":            {request + "Sec-WebSocket-Protocol: sip\r\n\r\n", 101},
		"no subprotocol":   {request + "\r\n", 400},
		"a web page":       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		"an older version": {strings.Replace(request, "13", "7", 1) + "\r\n", 426},
	} {
		c := secure(t, d.SIP.WSS[0])
		if _, err := io.WriteString(c, tc.text); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tc.status {
			t.Errorf("%s: %s, want %d", name, resp.Status, tc.status)
		}
	}
	// A frame that is not masked ends the connection, with a reason.
	c := secure(t, d.SIP.WSS[0])
	if _, err := io.WriteString(c, request+"Sec-WebSocket-Protocol: sip\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	if resp, err := http.ReadResponse(in, nil); err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", resp, err)
	}
	if _, err := io.WriteString(c, "\x81\x04\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(in)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || string(got) != "\x88\x02\x03\xea" {
		t.Errorf("%q %v", got, err)
	}
}

// TestTLSKeepalive: a phone's ping is answered over TLS as over TCP.
func TestTLSKeepalive(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.ECDSA, "pbx.example"))})
	c := secure(t, d.SIP.TLS[0])
	if _, err := io.WriteString(c, "\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	pong := make([]byte, 2)
	if _, err := io.ReadFull(c, pong); err != nil || string(pong) != "\r\n" {
		t.Errorf("%q %v", pong, err)
	}
}
