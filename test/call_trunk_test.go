package test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

// TestCarrierOverStreams: calls out and in through Kamailio over TCP and TLS, hung up by
// either side. A carrier whose certificate nobody vouches for is not talked to, and the API
// says why.
func TestCarrierOverStreams(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{
		config: secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example")), env: []string{"SSL_CERT_FILE=" + ca.file},
	})
	for i, transport := range []string{"tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			carrier, trunk := startStreamCarrier(t, d, transport, ca.issue(t, t.TempDir(), x509.RSA, "carrier.example"))
			o := newOffice(t, d)
			number := fmt.Sprintf("+1312555030%d", i)
			o.patch(t, "", object{"default_outbound_number": o.line(t, number, o.phones[1])})
			o.awaitTrunk(t, o.trunk(t, "Carrier", []string{trunk}, object{"transport": transport}), "ok")
			ada, ben, far := o.handset(t, 0, "udp"), o.handset(t, 1, "tcp"), telephone(t, carrier, "+14155550123")

			a := ada.Dial(t, "4155550123")
			b := ringing(t, far)
			b.Answer(t)
			a.Await(t, 200)
			hearEachOther(t, a, b)
			b.Hangup(t)
			a.AwaitRequest(t, "BYE")

			a = far.Dial(t, number)
			b = ringing(t, ben)
			b.Answer(t)
			a.Await(t, 200)
			hearEachOther(t, a, b)
			b.Hangup(t)
			a.AwaitRequest(t, "BYE")
			o.awaitCalls(t, 2, func(c object) error {
				for _, l := range c.list("legs") {
					if l.str("trunk") != "" && l.str("transport") == transport && strings.HasPrefix(outcomeOf(c), "answered normal 200 callee") {
						return nil
					}
				}
				return fmt.Errorf("record %v", c)
			})
		})
	}
	t.Run("untrusted", func(t *testing.T) {
		t.Parallel()
		p := newAuthority(t, "Other").issue(t, t.TempDir(), x509.ECDSA, "carrier.example")
		cert, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			t.Fatal(err)
		}
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var taken atomic.Bool
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				if n, err := c.Read(make([]byte, 1)); n > 0 && err == nil {
					taken.Store(true)
				}
				_ = c.Close()
			}
		}()
		o := newOffice(t, d)
		id := o.trunk(t, "Impostor", []string{l.Addr().String()}, object{"transport": "tls", "options_interval": 10})
		if got := o.awaitTrunk(t, id, "unreachable").str("status_reason"); got != "its certificate is not trusted" {
			t.Errorf("reason %q", got)
		}
		if taken.Load() {
			t.Error("the impostor was sent something")
		}
	})
}

// zone answers the questions of a name server from records in the presentation format.
func zone(t *testing.T, records ...string) {
	t.Helper()
	known := map[string][]dns.RR{}
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		h := rr.Header()
		key := h.Name + dns.TypeToString[h.Rrtype]
		known[key] = append(known[key], rr)
	}
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:53")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		a.Answer = known[strings.ToLower(q.Question[0].Name)+dns.TypeToString[q.Question[0].Qtype]]
		_ = w.WriteMsg(a)
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	file := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(file, []byte("nameserver 127.0.0.1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(file, "/etc/resolv.conf", "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount("/etc/resolv.conf", 0) })
}

// TestTrunkByName: a carrier known by name alone is found as RFC 3263 says, by NAPTR, SRV
// and A; of its servers the preferred one is silent, the next refuses for now and the
// third takes the call. A call in from any of them is the carrier's.
func TestTrunkByName(t *testing.T) {
	t.Parallel()
	if !inOwnNet(t) {
		return
	}
	silent, busy, good := freeUDPPort(t), freeUDPPort(t), freeUDPPort(t)
	zone(
		t,
		`carrier.test. 300 IN NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.carrier.test.`,
		`carrier.test. 300 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.edge.carrier.test.`,
		"_sip._udp.carrier.test. 300 IN SRV 1 0 9 nowhere.carrier.test.",
		"_sip._udp.edge.carrier.test. 300 IN SRV 30 0 "+good+" c.carrier.test.",
		"_sip._udp.edge.carrier.test. 300 IN SRV 10 0 "+silent+" a.carrier.test.",
		"_sip._udp.edge.carrier.test. 300 IN SRV 20 0 "+busy+" b.carrier.test.",
		"a.carrier.test. 300 IN A 127.0.0.1", "b.carrier.test. 300 IN A 127.0.0.1", "c.carrier.test. 300 IN A 127.0.0.1",
	)
	mute, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:"+silent)
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	d := start(t, options{})
	runCarrier(t, d, []string{"udp:127.0.0.1:" + good}, fmt.Sprintf("DAEMON=%q", "sip:"+d.SIP.UDP[0]))
	await(t, "carrier", func() error { return answersOptions(t, "127.0.0.1:"+good) })
	o := newOffice(t, d)
	refuses := cast(t, "carrier", scenario(t, "refused", "callee", o.actor(1).With("Says", 503)), "u1", "127.0.0.1:"+good, busy)
	bound(t, busy)
	o.patch(t, "", object{"default_outbound_number": o.line(t, "+13125550100", o.phones[1])})
	id := o.trunk(t, "By name", []string{"carrier.test"}, object{"options_ping": false})
	o.awaitTrunk(t, id, "ok")
	ada, ben, far := o.handset(t, 0, "udp"), o.handset(t, 1, "udp"), telephone(t, "127.0.0.1:"+good, "+14155550123")
	a := ada.Dial(t, "4155550123")
	b := ringing(t, far)
	b.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, b)
	if uri := b.Invite().Get("To"); !strings.Contains(uri, "@carrier.test>") {
		t.Errorf("To %q", uri)
	}
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	refuses.wait(t)

	in := far.Dial(t, "+13125550100")
	b = ringing(t, ben)
	b.Answer(t)
	in.Await(t, 200)
	hearEachOther(t, in, b)
	in.Hangup(t)
	b.AwaitRequest(t, "BYE")
	o.awaitCalls(t, 2, func(c object) error {
		if got := outcomeOf(c); got != "answered normal 200 caller" {
			return fmt.Errorf("record %q", got)
		}
		return nil
	})
	lost := o.trunk(t, "Nowhere", []string{"nowhere.carrier.test"}, nil)
	await(t, "what is wrong with the other", func() error {
		got := o.d.get(t, o.path+"/provider_accounts/"+lost)
		if got.str("status") != "unreachable" || got.str("status_reason") != "no address of nowhere.carrier.test can be found" {
			return fmt.Errorf("%s: %s", got.str("status"), got.str("status_reason"))
		}
		return nil
	})
}
