package test

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/e911/pidflo"
	"dialtone/test/peer"
)

// validate checks a location against the schemas of the RFCs.
func validate(t *testing.T, document []byte) {
	t.Helper()
	path, err := exec.LookPath("xmllint")
	if err != nil {
		t.Fatalf("xmllint is not installed (Debian package libxml2-utils): %v", err)
	}
	file := filepath.Join(t.TempDir(), "location.xml")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), path, "--nonet", "--noout", "--schema", "testdata/rfc/location.xsd", file).CombinedOutput(); err != nil {
		t.Errorf("the location is not as the RFCs have it: %v\n%s\n%s", err, out, document)
	}
}

// TestLocationSchemas: what we may write of a place is as the RFCs have it.
func TestLocationSchemas(t *testing.T) {
	files, err := filepath.Glob("../e911/pidflo/testdata/*.xml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		validate(t, b)
	}
}

// caller is a phone of some kind that calls for help.
type caller struct {
	credential object
	name       string // of who calls, as the mails have it
	device     string
}

// addCaller adds a device of a kind. A handset stands where its base is.
func (o *office) addCaller(t *testing.T, kind string) caller {
	t.Helper()
	c := caller{credential: o.credential(t, "help-"+strings.ReplaceAll(kind, "_", "-")), name: "Ward 7"}
	device := object{
		"type": kind, "name": c.name, "location": o.location,
		"lines": []object{{"credential": c.credential.id(), "domain": o.domainID, "label": c.name}},
	}
	switch kind {
	case "deskphone":
		device["mac"], device["model"] = fmt.Sprintf("80:5e:c0:aa:%02x:01", o.number), "T46U"
	case "dect_handset":
		base := o.d.create(t, o.path+"/devices", object{
			"type": "dect_base", "mac": fmt.Sprintf("80:5e:c0:aa:%02x:02", o.number), "model": "W70B", "location": o.location,
		})
		device["base"], device["slot"], device["ipei"] = base.id(), 1, fmt.Sprintf("02800%05d", o.number)
		delete(device, "location")
	}
	c.device = o.d.create(t, o.path+"/devices", device).id()
	return c
}

// expectsHelp sets a trunk for emergencies, a number to be called back at and recipients up.
func (o *office) expectsHelp(t testing.TB, host string, account, location []string) {
	t.Helper()
	o.d.create(t, o.path+"/provider_accounts", object{"name": "Carrier", "provider": "sip", "trunk": object{
		"hosts": []string{host}, "transport": "udp", "authentication": "ip", "emergency": true,
		"location_conveyance": "pidf_lo", "options_ping": false,
	}})
	callback := fmt.Sprintf("+121255501%02d", o.number%100)
	o.d.create(t, o.path+"/numbers", object{"number": callback, "target": object{"type": "user", "id": o.phones[1].user}})
	o.d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"emergency_recipients": account})
	o.d.want(t, http.StatusOK, http.MethodPatch, o.path+"/locations/"+o.location, object{
		"floor": "86", "room": `<8601> & "East"`, "primary_number": callback, "emergency_recipients": location,
	})
}

// sameFacts checks that a mail says what the INVITE said, and nothing else, of where the
// caller is and of the number to call back.
func sameFacts(t *testing.T, l letter, invite peer.Message) {
	t.Helper()
	place, document := location(t, invite)
	validate(t, document)
	lines := place.Civic.Lines()
	if inside := place.Civic.Inside(); inside != "" {
		lines = append(lines, inside)
	}
	facts := map[string]string{}
	for line := range strings.SplitSeq(l.text, "\n") {
		if label, value, ok := strings.Cut(line, ": "); ok {
			facts[label] = value
		}
	}
	_, number, _ := strings.Cut(invite.Get("P-Asserted-Identity"), "sip:")
	number, _, _ = strings.Cut(number, "@")
	for label, want := range map[string]string{
		"The carrier was told": "this address, in the call itself: " + strings.Join(lines, ", "),
		"Where":                "Head office, " + strings.Join(lines, ", "),
		"Callback number":      number,
	} {
		if facts[label] != want {
			t.Errorf("%s: %q, the INVITE says %q\n%s", label, facts[label], want, l.text)
		}
	}
	if place.Civic.ROOM != `<8601> & "East"` || place.Civic.HNO != "350" {
		t.Errorf("location %+v", place)
	}
	if !strings.Contains(strings.Join(invite.Header["Supported"], ","), "geolocation") || invite.Get("Priority") != "emergency" || invite.Get("Privacy") != "" {
		t.Errorf("headers %v", invite.Header)
	}
}

// TestEmergencyFromEveryDevice: real phones of each kind dial, Kamailio or sipp is the
// carrier and Postfix the relay: the call is set up, the location is as the RFCs have it, and
// each recipient gets one mail that says what the INVITE said.
func TestEmergencyFromEveryDevice(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	mails := startPostfix(t)
	d := start(t, options{config: mails.config(secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example")))})
	for i, c := range []struct {
		kind, dialled, number, subject string
		call                           func(t *testing.T, o *office, c caller, dialled string) peer.Message
	}{
		{"deskphone", "9911", "911", "EMERGENCY 911 call – Ward 7", callByBaresip("udp", "")},
		{"softphone", "911", "911", "EMERGENCY 911 call – Ward 7", callByBaresip("tls", "srtp-mand")},
		{"dect_handset", "933", "933", "TEST 933 call – Ward 7", callBySIPp},
	} {
		t.Run(c.kind, func(t *testing.T) {
			o := newOffice(t, d)
			everybody := []string{fmt.Sprintf("desk%d@example.com", i), fmt.Sprintf("guard%d@example.com", i), fmt.Sprintf("floor%d@example.com", i)}
			who := o.addCaller(t, c.kind)
			o.recipients = everybody
			invite := c.call(t, o, who, c.dialled)
			if want := "INVITE sip:" + c.number + "@"; !strings.HasPrefix(invite.Start, want) {
				t.Errorf("%q, want %q", invite.Start, want)
			}
			calls := o.d.all(t, o.path+"/emergency_calls")
			if len(calls) != 1 || calls[0]["caller"].(map[string]any)["device"] != who.device || calls[0].str("dialled") != c.dialled {
				t.Fatalf("calls %v", calls)
			}
			o.awaitHelp(t, "ended", 9)
			for _, to := range everybody {
				first := mails.await(to, c.subject)
				sameFacts(t, first, invite)
				mails.await(to, c.subject+" at Head office – ended")
				if list := mails.delivered(to, c.subject); len(list) != 3 {
					t.Errorf("%s got %d mails", to, len(list))
				}
			}
		})
	}
}

// callByBaresip calls from baresip through Kamailio.
func callByBaresip(transport, encryption string) func(*testing.T, *office, caller, string) peer.Message {
	return func(t *testing.T, o *office, c caller, dialled string) peer.Message {
		carrier := startCarrier(t, o.d)
		centre := telephone(t, carrier, "911")
		o.expectsHelp(t, carrier, o.recipients[:2], o.recipients[1:])
		proxy := map[string][]string{"udp": o.d.SIP.UDP, "tls": o.d.SIP.TLS}[transport][0]
		phone := peer.StartBaresip(t, peer.Account{
			User: c.credential.str("username"), Password: c.credential.str("password"), Domain: o.domain, Proxy: proxy,
			Transport: transport, Encryption: encryption, Tone: 440,
		})
		phone.Await(t, "REGISTER_OK")
		phone.Command(t, "dial", dialled)
		in := ringing(t, centre)
		in.Answer(t)
		phone.Await(t, "CALL_ESTABLISHED")
		in.Hears(t, 440)
		phone.Command(t, "hangup", "")
		in.AwaitRequest(t, "BYE")
		return in.Invite()
	}
}

// callBySIPp calls from sipp, not registered, to sipp.
func callBySIPp(t *testing.T, o *office, c caller, dialled string) peer.Message {
	port := freeUDPPort(t)
	o.expectsHelp(t, "127.0.0.1:"+port, o.recipients[:2], o.recipients[1:])
	callee, calling := o.actor(1), o.actor(0)
	calling["User"], calling["Password"] = c.credential.str("username"), c.credential.str("password")
	calling["Target"] = "sip:" + dialled + "@" + o.domain
	centre := cast(t, "centre", scenario(t, "answered", "callee", callee), "u1", o.d.SIP.UDP[0], port)
	bound(t, port)
	phone := cast(t, "phone", scenario(t, "answered", "caller", calling), "u1", o.d.SIP.UDP[0], "")
	phone.wait(t)
	centre.wait(t)
	return centre.received(t, "INVITE")
}

// received is the first request of a method that sipp got.
func (a *actor) received(t *testing.T, method string) peer.Message {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(a.dir, "messages.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range strings.Split(string(log), "message received [")[1:] {
		_, text, _ := strings.Cut(entry, "\n\n")
		text, _, _ = strings.Cut(text, "\n----------")
		if m, err := peer.ParseMessage(text); err == nil && m.Method() == method {
			return m
		}
	}
	t.Fatalf("no %s in\n%s", method, log)
	return peer.Message{}
}

// TestEmergencyLocationRefused: Kamailio refuses locations with 424, and gets the call without.
func TestEmergencyLocationRefused(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o := newOffice(t, d)
	carrier := startCarrier(t, d, "UNLOCATED")
	o.expectsHelp(t, carrier, told[:2], told[2:])
	phone, centre := o.handset(t, 0, "udp"), telephone(t, carrier, "911")
	call := phone.Dial(t, "911")
	in := ringing(t, centre)
	if in.Invite().Get("Geolocation") != "" || strings.Contains(in.Invite().Body, pidflo.ContentType) {
		t.Errorf("the location goes on:\n%s", in.Invite().Body)
	}
	in.Answer(t)
	call.Await(t, 200)
	hearEachOther(t, call, in)
	call.Hangup(t)
	checkTold(t, r.await(dialled911+" – ended", 3), "because the carrier refused it", "Carrier: 424; Carrier: connected")
}
