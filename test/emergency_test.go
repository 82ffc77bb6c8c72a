package test

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/e911/pidflo"
	"dialtone/test/peer"
)

// What everybody is told first of a call of the office's first phone.
const (
	dialled911 = "EMERGENCY 911 call – Ada Front (1001) at Head office"
	dialled933 = "TEST 933 call – Ada Front (1001) at Head office"
)

// helpOffice is an office with recipients, a number to be called back at and a carrier: a
// handset that takes what the trunk sends.
func helpOffice(t testing.TB, d *daemon) (o *office, phone, carrier *peer.Handset) {
	t.Helper()
	o = newOffice(t, d)
	carrier = peer.StartHandset(t, peer.Account{User: "carrier", Password: "x", Domain: carrierDomain, Proxy: d.SIP.UDP[0], Transport: "udp"})
	d.create(t, o.path+"/provider_accounts", object{"name": "Carrier", "provider": "sip", "trunk": object{
		"hosts": []string{carrier.Addr().String()}, "transport": "udp", "authentication": "ip", "emergency": true,
		"location_conveyance": "pidf_lo", "options_ping": false,
	}})
	d.create(t, o.path+"/numbers", object{"number": "+12125550100", "target": object{"type": "user", "id": o.phones[1].user}})
	d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"emergency_recipients": []string{"desk@example.com", "Guard@example.com"}})
	d.want(t, http.StatusOK, http.MethodPatch, o.path+"/locations/"+o.location, object{
		"floor": "86", "room": "8601", "primary_number": "+12125550100", "emergency_recipients": []string{"guard@example.com", "floor86@example.com"},
	})
	return o, o.handset(t, 0, "udp"), carrier
}

var told = []string{"Guard@example.com", "desk@example.com", "floor86@example.com"}

// conveyed is the location in an INVITE.
func conveyed(t testing.TB, invite peer.Message) pidflo.Document {
	t.Helper()
	place, _ := location(t, invite)
	return place
}

// location is the location in an INVITE, and the document it stands in.
func location(t testing.TB, invite peer.Message) (place pidflo.Document, document []byte) {
	t.Helper()
	_, params, err := mime.ParseMediaType(invite.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		t.Fatalf("INVITE with Content-Type %q: %v", invite.Get("Content-Type"), err)
	}
	for parts := multipart.NewReader(strings.NewReader(invite.Body), params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("no location in\n%s", invite.Body)
		}
		if p.Header.Get("Content-Type") != pidflo.ContentType {
			continue
		}
		if id := p.Header.Get("Content-ID"); "<cid:"+strings.Trim(id, "<>")+">" != invite.Get("Geolocation") {
			t.Errorf("Geolocation %q, Content-ID %q", invite.Get("Geolocation"), id)
		}
		if document, err = io.ReadAll(p); err != nil {
			t.Fatal(err)
		}
		if place, err = pidflo.Read(document); err != nil {
			t.Fatal(err)
		}
		return place, document
	}
}

// checkTold checks the mails of a stage: one to each recipient, who are told the same.
func checkTold(t testing.TB, letters []letter, want ...string) {
	t.Helper()
	if len(letters) != len(told) {
		t.Fatalf("%d mails, want %d", len(letters), len(told))
	}
	ids := map[string]bool{}
	for i, l := range letters {
		if !strings.EqualFold(l.to, told[i]) {
			t.Errorf("told %s, want %s", l.to, told[i])
		}
		ids[l.header.Get("Message-Id")] = true
		if event := l.header.Get("X-Dialtone-Event"); !strings.HasPrefix(event, "emer_") || event != letters[0].header.Get("X-Dialtone-Event") {
			t.Errorf("event %q", event)
		}
		for _, text := range want {
			if !strings.Contains(l.text, text) {
				t.Errorf("%s is not told %q:\n%s", l.to, text, l.text)
			}
			if !strings.Contains(l.html, text) {
				t.Errorf("%s is not told %q in HTML", l.to, text)
			}
		}
	}
	if len(ids) != len(told) {
		t.Errorf("Message-IDs %v", ids)
	}
}

// TestEmergencyCall: 911 from a phone reaches the carrier with its place, and everybody who
// must know is mailed what the carrier was told: when it began, was answered and ended.
func TestEmergencyCall(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o, phone, carrier := helpOffice(t, d)
	call := phone.Dial(t, "9911")
	in := ringing(t, carrier)
	invite := in.Invite()
	if !strings.HasPrefix(invite.Start, "INVITE sip:911@") || !strings.Contains(invite.Get("P-Asserted-Identity"), "+12125550100") {
		t.Errorf("INVITE %q, %q", invite.Start, invite.Get("P-Asserted-Identity"))
	}
	place := conveyed(t, invite)
	if place.Civic.HNO != "350" || place.Civic.RD != "5th" || place.Civic.FLR != "86" || place.Civic.ROOM != "8601" {
		t.Errorf("location %+v", place)
	}
	said := strings.Join(append(place.Civic.Lines(), place.Civic.Inside()), ", ")
	checkTold(t, r.await(dialled911, 3), said, "+12125550100", "9911", "The call is being connected.")
	in.Answer(t)
	call.Await(t, 200)
	hearEachOther(t, call, in)
	checkTold(t, r.await(dialled911+" – answered", 3), said, "The call was answered")
	call.Hangup(t)
	in.AwaitRequest(t, "BYE")
	ended := r.await(dialled911+" – ended", 3)
	checkTold(t, ended, "The caller hung up.")
	first := r.taken(dialled911)[0]
	if ended[0].header.Get("References") != first.header.Get("Message-Id") {
		t.Errorf("References %q, first Message-ID %q", ended[0].header.Get("References"), first.header.Get("Message-Id"))
	}
	o.awaitHelp(t, "ended", 9)
	run := d.get(t, o.path+"/devices/"+o.phones[0].id+"/emergency_dry_run")
	if run.str("callback_number") != "+12125550100" || len(run.list("recipients")) != 3 || len(run.list("trunks")) != 1 {
		t.Errorf("dry run %v", run)
	}
}

// awaitHelp waits until the office's only emergency call has come to its outcome and all its
// mails are delivered.
func (o *office) awaitHelp(t *testing.T, outcome string, mails int) {
	t.Helper()
	await(t, "proof of delivery", func() error {
		calls := o.d.all(t, o.path+"/emergency_calls")
		if len(calls) != 1 || calls[0].str("outcome") != outcome {
			return fmt.Errorf("calls %v", calls)
		}
		n := 0
		for _, r := range calls[0].list("recipients") {
			if r.str("state") != "delivered" {
				return fmt.Errorf("recipient %v", r)
			}
			n += len(r.list("mails"))
		}
		if n != mails {
			return fmt.Errorf("%d mails, want %d", n, mails)
		}
		return nil
	})
}

// TestEmergencyRehearsal: who would be told is told, over the same way, that it is a test.
func TestEmergencyRehearsal(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	r.refused = []string{"desk@example.com"}
	d := start(t, options{config: r.config()})
	o, _, _ := helpOffice(t, d)
	made := d.create(t, o.path+"/emergency_test", object{"device": o.phones[0].id})
	if made.str("outcome") != "no_call" || len(made.list("recipients")) != 3 {
		t.Errorf("test %v", made)
	}
	r.await(dialled933, 2)
	await(t, "the state of each", func() error {
		states := map[string]string{}
		for _, p := range d.get(t, o.path+"/emergency_calls/"+made.id()).list("recipients") {
			states[p.str("address")] = p.str("state")
		}
		if states["desk@example.com"] != "failed" || states["Guard@example.com"] != "delivered" || states["floor86@example.com"] != "delivered" {
			return fmt.Errorf("states %v", states)
		}
		return nil
	})
	lint := d.all(t, o.path+"/lint")
	if len(lint) != 1 || lint[0].str("code") != "e911_status" {
		t.Errorf("findings %v", lint)
	}
}

// TestEmergencyTest: 933 goes the same way and is unmistakably a test.
func TestEmergencyTest(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o, phone, carrier := helpOffice(t, d)
	call := phone.Dial(t, "933")
	in := ringing(t, carrier)
	in.Answer(t)
	call.Await(t, 200)
	in.Hangup(t)
	checkTold(t, r.await(dialled933+" – ended", 3), "The emergency centre hung up.", "This was a test.")
	if list := r.taken("EMERGENCY"); len(list) != 0 {
		t.Errorf("a test raised %d alarms", len(list))
	}
	if list := o.d.get(t, o.path+"/emergency_coverage?state=tested").list("data"); len(list) != 1 || list[0].str("device") != o.phones[0].id {
		t.Errorf("coverage %v", list)
	}
	// The crisis line is nobody's business.
	call = phone.Dial(t, "988")
	in = ringing(t, carrier)
	in.Reply(603)
	call.Final(t)
	if list := r.taken(""); len(list) != 9 {
		t.Errorf("988 was told: %v", r.subjects())
	}
}

// TestEmergencyNotConnected: the trunk refuses the location, then the call.
func TestEmergencyNotConnected(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	_, phone, carrier := helpOffice(t, d)
	call := phone.Dial(t, "911")
	ringing(t, carrier).Reply(424)
	again := ringing(t, carrier)
	if again.Invite().Get("Geolocation") != "" || strings.Contains(again.Invite().Body, "pidf") {
		t.Errorf("the refused location is sent again:\n%s", again.Invite().Body)
	}
	again.Reply(503)
	if m := call.Final(t); m.Status() != 503 {
		t.Errorf("the caller got %q", m.Start)
	}
	checkTold(t, r.await(dialled911+" – NOT CONNECTED", 3), "NOT CONNECTED: no carrier took the call.", "because the carrier refused it", "Carrier: 424; Carrier: 503")
}

// TestEmergencyOnAFullDisk: with no room on the disk and a dead mail relay the call is set up
// at once; when both are well again everybody is told.
func TestEmergencyOnAFullDisk(t *testing.T) {
	r := deadRelay(t)
	disk := smallDisk(t, 96)
	d := start(t, options{config: r.config(), data: filepath.Join(disk, "data")})
	_, phone, carrier := helpOffice(t, d)
	filler := fillUp(t, disk)
	call := phone.Dial(t, "911")
	in := ringing(t, carrier)
	in.Answer(t)
	call.Await(t, 200)
	hearEachOther(t, call, in)
	call.Hangup(t)
	in.AwaitRequest(t, "BYE")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	r.serve()
	checkTold(t, r.await(dialled911+" – ended", 3), "The caller hung up.")
	if list := r.taken(dialled911); len(list) != 9 {
		t.Errorf("told %v", r.subjects())
	}
}

// TestEmergencyKilled: the daemon is killed as the carrier has the INVITE; after the restart
// everybody is told.
func TestEmergencyKilled(t *testing.T) {
	r := startRelay(t)
	disk := smallDisk(t, 96)
	d := start(t, options{config: r.config(), data: filepath.Join(disk, "data")})
	_, phone, carrier := helpOffice(t, d)
	filler := fillUp(t, disk) // nothing can be written
	phone.Dial(t, "911")
	ringing(t, carrier)
	d.kill()
	if len(r.taken("")) != 0 {
		t.Skip("the disk had room for the record")
	}
	for _, name := range []string{filler, filepath.Join(d.data, "listeners.json")} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	start(t, options{config: r.config(), data: d.data})
	checkTold(t, r.await(dialled911+" – RECOVERED", 3), "RECOVERED: the phone system stopped just after this call began", "350 5th Ave")
}

// TestEmergencyKilledLater: the daemon is killed once everybody has been told; after the
// restart they are told that the rest is unknown.
func TestEmergencyKilledLater(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	_, phone, carrier := helpOffice(t, d)
	phone.Dial(t, "911")
	ringing(t, carrier).Reply(180)
	checkTold(t, r.await(dialled911, 3), "The call is being connected.")
	d.kill()
	if err := os.Remove(filepath.Join(d.data, "listeners.json")); err != nil {
		t.Fatal(err)
	}
	start(t, options{config: r.config(), data: d.data})
	checkTold(t, r.await(dialled911+" – ended", 3), "restarted during the call")
}

// TestEmergencyCallback: after a call for help, somebody who calls the callback number gets
// the phone that called, past do not disturb, after a restart too.
func TestEmergencyCallback(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o, phone, carrier := helpOffice(t, d)
	d.want(t, http.StatusOK, http.MethodPatch, o.path+"/users/"+o.phones[0].user, object{"do_not_disturb": true})
	call := phone.Dial(t, "911")
	in := ringing(t, carrier)
	in.Answer(t)
	call.Await(t, 200)
	in.Hangup(t)
	r.await(dialled911+" – ended", 3)
	d.stop()
	d = start(t, options{config: r.config() + "\n", data: d.data})
	back := peer.StartHandset(t, o.sipAccount(d, 0, "udp"))
	if resp := back.Register(t, 600); resp.Status() != 200 {
		t.Fatalf("registration: %s", resp)
	}
	centre := peer.StartHandset(t, peer.Account{User: "+12125550911", Password: "x", Domain: carrierDomain, Proxy: d.SIP.UDP[0], Transport: "udp"})
	for _, p := range d.all(t, o.path+"/provider_accounts") {
		d.want(t, http.StatusOK, http.MethodPatch, o.path+"/provider_accounts/"+p.id(), object{"trunk": object{"hosts": []string{centre.Addr().String()}}})
	}
	o.d = d
	o.awaitTrunk(t, d.all(t, o.path+"/provider_accounts")[0].id(), "ok")
	out := centre.Dial(t, "2125550100")
	ringing(t, back).Answer(t)
	out.Await(t, 200)
	checkTold(t, r.await(dialled911+" – call back", 3), "It may be the emergency centre")
	out.Hangup(t)
}

// TestEmergencyAfterUnregistering: a phone whose registration has ended is not asked for its
// password when it calls for help; for anything else it is.
func TestEmergencyAfterUnregistering(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	_, phone, carrier := helpOffice(t, d)
	resp := phone.Register(t, 0)
	if resp.Status() != 200 {
		t.Fatalf("end of the registration: %s", resp)
	}
	var last, next int
	_, _ = fmt.Sscan(resp.Get("Cseq"), &last)
	call := phone.Dial(t, "911")
	in := ringing(t, carrier)
	in.Answer(t)
	if _, _ = fmt.Sscan(call.Await(t, 200).Get("Cseq"), &next); next != last+1 {
		t.Errorf("the phone was challenged: CSeq %d after %d", next, last)
	}
	call.Hangup(t)
	in.AwaitRequest(t, "BYE")
}
