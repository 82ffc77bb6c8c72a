package test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dialtone/test/peer"
)

// What every subscriber and trunk of the carrier has.
const (
	carrierDomain   = "carrier.example"
	carrierPassword = "Carrier7Horse9Battery"
)

// startCarrier runs Kamailio as the carrier a daemon's trunk leads to and returns its
// address. Modes are what its configuration tests for.
func startCarrier(t *testing.T, d *daemon, modes ...string) (addr string) {
	t.Helper()
	addr = "127.0.0.1:" + freeUDPPort(t)
	runCarrier(t, d, []string{"udp:" + addr}, append(modes, fmt.Sprintf("DAEMON=%q", "sip:"+d.SIP.UDP[0]))...)
	await(t, "carrier", func() error { return answersOptions(t, addr) })
	return addr
}

// startStreamCarrier is startCarrier for a trunk over tcp or tls, where it is at trunk;
// its subscribers are at addr.
func startStreamCarrier(t *testing.T, d *daemon, transport string, p pems) (addr, trunk string) {
	t.Helper()
	addr, trunk = "127.0.0.1:"+freeUDPPort(t), fmt.Sprintf("127.0.0.1:%d", freeTCPPort(t))
	daemons := map[string][]string{"tcp": d.SIP.TCP, "tls": d.SIP.TLS}[transport]
	modes := []string{fmt.Sprintf("STREAM=%q", transport), fmt.Sprintf("DAEMON=%q", "sip:"+daemons[0]+";transport="+transport)}
	if transport == "tls" {
		modes = append(modes, fmt.Sprintf("CERTIFICATE=%q", p.cert), fmt.Sprintf("KEY=%q", p.key))
	}
	runCarrier(t, d, []string{"udp:" + addr, transport + ":" + trunk}, modes...)
	await(t, "carrier", func() error { return answersOptions(t, addr) })
	return addr, trunk
}

// runCarrier runs Kamailio as a carrier of the daemon's, listening there.
func runCarrier(t *testing.T, d *daemon, listen []string, modes ...string) {
	t.Helper()
	path, err := exec.LookPath("kamailio")
	if err != nil {
		t.Fatalf("kamailio is not installed (Debian package kamailio): %v", err)
	}
	config, err := filepath.Abs(filepath.Join("testdata", "kamailio", "carrier.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(d.SIP.UDP[0])
	args := []string{"-f", config, "-DD", "-E", "-m", "64", "-M", "8", "-Y", t.TempDir(), "-A", "DAEMON_PORT=" + port}
	for _, l := range listen {
		args = append(args, "-l", l)
	}
	for _, m := range modes {
		args = append(args, "-A", m)
	}
	background(t, "kamailio", path, args...)
}

// background runs a program until the end of the test.
func background(t *testing.T, name, path string, args ...string) {
	t.Helper()
	out := &output{}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		gone := make(chan struct{})
		go func() { _ = cmd.Wait(); close(gone) }()
		select {
		case <-gone:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			<-gone
		}
		if t.Failed() {
			t.Logf("%s:\n%s", name, out)
		}
	})
}

// startRTPEngine runs rtpengine in userspace and returns what controls it.
func startRTPEngine(t *testing.T) (control string) {
	t.Helper()
	path, err := exec.LookPath("rtpengine")
	if err != nil {
		t.Fatalf("rtpengine is not installed (Debian package rtpengine-daemon): %v", err)
	}
	control = "127.0.0.1:" + freeUDPPort(t)
	background(t, "rtpengine", path, "--interface=127.0.0.1", "--listen-ng="+control, "--foreground", "--table=-1", "--log-stderr",
		"--port-min=42000", "--port-max=42999", "--num-threads=1")
	await(t, "rtpengine", func() error {
		c := dialUDP(t, control)
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Second))
		if _, err := c.Write([]byte("1 d7:command4:pinge")); err != nil {
			return err
		}
		_, err := c.Read(make([]byte, 64))
		return err
	})
	return control
}

// answersOptions asks a SIP server whether it is there.
func answersOptions(t *testing.T, addr string) error {
	t.Helper()
	c := dialUDP(t, addr)
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := c.Write([]byte(request("OPTIONS", "UDP", 1) + noBody)); err != nil {
		return err
	}
	n, err := c.Read(make([]byte, 4096))
	if err == nil && n == 0 {
		err = errors.New("empty")
	}
	return err
}

// telephone is a subscriber of the carrier's.
func telephone(t *testing.T, carrier, number string) *peer.Handset {
	t.Helper()
	h := peer.StartHandset(t, peer.Account{User: number, Password: carrierPassword, Domain: carrierDomain, Proxy: carrier, Transport: "udp"})
	if resp := h.Register(t, 600); resp.Status() != 200 {
		t.Fatalf("registration with the carrier: %s", resp)
	}
	return h
}

// trunk adds a provider account; fields are further ones of its trunk.
func (o *office) trunk(t *testing.T, name string, hosts []string, fields object) (id string) {
	t.Helper()
	trunk := object{"hosts": hosts, "transport": "udp", "authentication": "ip"}
	for k, v := range fields {
		trunk[k] = v
	}
	return o.d.create(t, o.path+"/provider_accounts", object{"name": name, "provider": "sip", "trunk": trunk}).id()
}

// line adds a number that rings a phone's user.
func (o *office) line(t *testing.T, number string, p *deskPhone) (id string) {
	t.Helper()
	return o.d.create(t, o.path+"/numbers", object{"number": number, "target": object{"type": "user", "id": p.user}}).id()
}

// awaitTrunk waits for what the API says of a provider account.
func (o *office) awaitTrunk(t *testing.T, id, status string) object {
	t.Helper()
	var got object
	await(t, "trunk "+status, func() error {
		if got = o.d.get(t, o.path+"/provider_accounts/"+id); got.str("status") != status {
			return fmt.Errorf("%s: %s", got.str("status"), got.str("status_reason"))
		}
		return nil
	})
	return got
}

// patch changes a record.
func (o *office) patch(t *testing.T, path string, body object) {
	t.Helper()
	o.d.want(t, http.StatusOK, http.MethodPatch, o.path+path, body)
}

// withDigest are the fields of a trunk that authenticates.
func withDigest(how string) object {
	return object{"authentication": how, "username": "pbx1", "password": carrierPassword, "realm": carrierDomain}
}

// TestCarrier: calls out and in through Kamailio, by address, digest and registration:
// heard both ways, with the number that each setting says is shown.
func TestCarrier(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	for i, c := range []struct {
		name, status string
		fields       object
		modes        []string
	}{
		{"address", "ok", object{}, nil},
		{"digest", "ok", withDigest("digest"), []string{"DIGEST"}},
		{"registration", "registered", withDigest("registration"), []string{"DIGEST", `REGISTERED="pbx1"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			carrier := startCarrier(t, d, c.modes...)
			o := newOffice(t, d)
			number := func(n int) string { return fmt.Sprintf("+1312555%d%03d", i, 100+n) }
			trunk := o.trunk(t, "Carrier", []string{carrier}, c.fields)
			o.awaitTrunk(t, trunk, c.status)
			ada, ben, far := o.handset(t, 0, "udp"), o.handset(t, 1, "udp"), telephone(t, carrier, "+14155550123")

			// Out: the account's number, then the user's, then the device's is shown.
			var shown []string
			for n, set := range []func(id string){
				func(id string) { o.patch(t, "", object{"default_outbound_number": id}) },
				func(id string) { o.patch(t, "/users/"+o.phones[0].user, object{"outbound_number": id}) },
				func(id string) { o.patch(t, "/devices/"+o.phones[0].id, object{"outbound_number": id}) },
			} {
				set(o.line(t, number(n), o.phones[1]))
				shown = append(shown, number(n))
				dialled := []string{"+14155550123", "14155550123", "4155550123"}[n]
				a := ada.Dial(t, dialled)
				b := ringing(t, far)
				b.Reply(183)
				a.Aim(a.Await(t, 183).Body) // early media
				b.Tone(950)
				a.Hears(t, 950)
				b.Answer(t)
				a.Await(t, 200)
				hearEachOther(t, a, b)
				if from, pai := b.Invite().Get("From"), b.Invite().Get("P-Asserted-Identity"); !strings.Contains(from, shown[n]) || !strings.Contains(pai, shown[n]) {
					t.Errorf("shown %q and %q, want %s", from, pai, shown[n])
				}
				if got := o.d.get(t, o.path+"/provider_accounts/"+trunk); got["active_calls"] != 1.0 {
					t.Errorf("trunk during a call: %v", got)
				}
				b.Hangup(t)
				a.AwaitRequest(t, "BYE")
			}
			hidden := ada.Dial(t, "*674155550123")
			b := ringing(t, far)
			if from, privacy := b.Invite().Get("From"), b.Invite().Get("Privacy"); strings.Contains(from, "1312") || privacy == "" {
				t.Errorf("a private call shows %q, Privacy %q", from, privacy)
			}
			b.Reply(486)
			if m := hidden.Final(t); m.Status() != 486 {
				t.Errorf("busy: %s", m)
			}

			// In.
			a := far.Dial(t, number(1))
			b = ringing(t, ben)
			if from := b.Invite().Get("From"); !strings.Contains(from, "4155550123") {
				t.Errorf("Ben sees %q", from)
			}
			b.Reply(180)
			b.Answer(t)
			a.Await(t, 200)
			hearEachOther(t, a, b)
			a.Hangup(t)
			b.AwaitRequest(t, "BYE")
			if m := far.Dial(t, "+13125559999").Final(t); m.Status() != 404 {
				t.Errorf("a number nobody has: %s", m)
			}
			o.awaitOutcomes(t, "rejected not_found 404", "answered normal 200 caller", "busy user_busy 486", "answered normal 200 callee", "answered normal 200 callee", "answered normal 200 callee")
		})
	}
}

// TestTrunkFailover: a host that is silent and one that answers 503 are passed over, and
// the API says of a trunk that is nothing but silent that it cannot be reached.
func TestTrunkFailover(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	good := startCarrier(t, d)
	silent := "127.0.0.1:" + freeUDPPort(t)
	mute, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", silent) // says nothing, not even that nobody is there
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	busyPort := freeUDPPort(t)
	busy := cast(t, "carrier", scenario(t, "refused", "callee", o.actor(1).With("Says", 503)), "u1", good, busyPort)
	bound(t, busyPort)
	o.patch(t, "", object{"default_outbound_number": o.line(t, "+13125550100", o.phones[1])})
	o.trunk(t, "Three", []string{silent, "127.0.0.1:" + busyPort, good}, object{"options_ping": false})
	ada, far := o.handset(t, 0, "udp"), telephone(t, good, "+14155550123")
	a := ada.Dial(t, "4155550123")
	b := ringing(t, far)
	b.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	busy.wait(t)
	o.awaitOutcomes(t, "answered normal 200 caller")

	again := ada.Dial(t, "4155550123") // those that failed are not asked first again
	b = ringing(t, far)
	b.Reply(603)
	if m := again.Final(t); m.Status() != 603 {
		t.Errorf("declined: %s", m)
	}
	lost := o.trunk(t, "Silent", []string{silent}, object{"options_interval": 10})
	if got := o.awaitTrunk(t, lost, "unreachable"); got.str("status_reason") == "" {
		t.Errorf("no reason: %v", got)
	}
}

// TestTrunkLimits: a trunk has so many channels, and two accounts that share a carrier
// are told apart by the number called.
func TestTrunkLimits(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	carrier := startCarrier(t, d)
	first, second := newOffice(t, d), newOffice(t, d)
	for i, o := range []*office{first, second} {
		o.patch(t, "", object{"default_outbound_number": o.line(t, fmt.Sprintf("+1312555020%d", i), o.phones[1])})
		o.awaitTrunk(t, o.trunk(t, "Shared", []string{carrier}, object{"max_channels": 1}), "ok")
	}
	far := telephone(t, carrier, "+14155550123")
	for i, o := range []*office{first, second} {
		ben := o.handset(t, 1, "udp")
		a := far.Dial(t, fmt.Sprintf("+1312555020%d", i))
		b := ringing(t, ben)
		b.Answer(t)
		a.Await(t, 200)
		refused := o.handset(t, 0, "udp").Dial(t, "4155550123")
		if m := refused.Final(t); m.Status() != 503 || m.Get("Retry-After") == "" {
			t.Errorf("beyond the channels: %s, Retry-After %q", m, m.Get("Retry-After"))
		}
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
		o.awaitOutcomes(t, "failed trunk_limit 503", "answered normal 200 caller")
	}
}

// TestEncryptedCarrier: a trunk's media are encrypted on the way to rtpengine and plain
// on our phone's side, out and in.
func TestEncryptedCarrier(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	carrier := startCarrier(t, d, fmt.Sprintf("RTPENGINE=%q", "udp:"+startRTPEngine(t)))
	o := newOffice(t, d)
	o.patch(t, "", object{"default_outbound_number": o.line(t, "+13125550100", o.phones[1])})
	o.awaitTrunk(t, o.trunk(t, "Carrier", []string{carrier}, object{"srtp": "mandatory"}), "ok")
	ada, ben, far := o.handset(t, 0, "udp"), o.handset(t, 1, "udp"), telephone(t, carrier, "+14155550123")
	a := ada.Dial(t, "4155550123")
	b := ringing(t, far)
	b.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	a = far.Dial(t, "+13125550100")
	b = ringing(t, ben)
	b.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	o.awaitCalls(t, 2, func(c object) error {
		encrypted := 0
		for _, l := range c.list("legs") {
			if l["srtp"] == true && l.str("trunk") != "" {
				encrypted++
			}
		}
		if encrypted != 1 || !strings.HasPrefix(outcomeOf(c), "answered normal 200") {
			return fmt.Errorf("record %v", c)
		}
		return nil
	})
}

// TestEncryptedToPlain: a phone that encrypts and one that does not hear each other,
// whoever calls.
func TestEncryptedToPlain(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	var phones []*peer.Baresip
	for i, encryption := range []string{"srtp-mand", ""} {
		p := o.phones[i]
		phones = append(phones, peer.StartBaresip(t, peer.Account{
			User: p.username, Password: p.password, Domain: o.domain, Proxy: d.SIP.TCP[0], Transport: "tcp", Tone: tones[i], Encryption: encryption,
		}))
		phones[i].Await(t, "REGISTER_OK")
	}
	for i, number := range []string{"1002", "1001"} {
		talk(t, phones[i], phones[1-i], number)
		awaitTone(t, "Ben's tone at Ada's", phones[0], tones[1])
		awaitTone(t, "Ada's tone at Ben's", phones[1], tones[0])
		phones[1].Command(t, "hangup", "")
		phones[0].Await(t, "CALL_CLOSED")
		phones[1].Await(t, "CALL_CLOSED")
	}
}
