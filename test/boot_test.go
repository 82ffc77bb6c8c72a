package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// TestDeskPhone is the main way through the house: an administrator sets an office up
// through the API, phones boot with its provisioning URL, and a SIP client registers
// with what stands in the configuration.
func TestDeskPhone(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	ada, ben := o.phones[0], o.phones[1]

	// Files of a boot in their order, for each phone.
	for _, p := range o.phones {
		bootFiles(t, o, p)
	}
	account := config(t, o.url, ada).account(t)
	if account.User != ada.username || account.Password != ada.password || account.Domain != o.domain || account.Proxy != d.SIP.UDP[0] {
		t.Errorf("the phone is told %+v, its credential is %s %s at %s", account, ada.username, ada.password, d.SIP.UDP[0])
	}
	awaitProvisioned(t, o, ada, "108.86.0.75")

	// A real client registers with that.
	account.RegInterval = 5
	phone := peer.StartBaresip(t, account)
	phone.Await(t, "REGISTER_OK")
	r := o.awaitRegistered(t, ada)
	if r.str("device") != ada.id || r.str("transport") != "udp" || !strings.HasPrefix(r.str("user_agent"), "baresip") {
		t.Errorf("registration: %v", r)
	}
	if status := o.device(t, ada).str("registration_status"); status != "registered" {
		t.Errorf("registration_status %q", status)
	}

	// A change of its keys reaches it.
	d.want(t, http.StatusOK, http.MethodPatch, o.path+"/button_templates/"+o.template, object{"buttons": []object{
		{"position": 2, "type": "speed_dial", "label": "Night desk", "target": object{"destination": "1002"}},
	}})
	notify := phone.AwaitRequest(t, "NOTIFY")
	if event := notify.Get("Event"); event != "check-sync;reboot=false" {
		t.Errorf("Event %q", event)
	}
	if label := config(t, o.url, ada)["linekey.2.label"]; label != "Night desk" {
		t.Errorf("the key is labelled %q", label)
	}

	// On demand, with the result for each line.
	wantSync(t, o, ben, "not_registered")
	bens := peer.StartPhone(t, config(t, o.url, ben).account(t))
	if resp := bens.Register(t, 60); resp.Status() != 200 {
		t.Fatalf("registration of %s: %s", ben.username, resp)
	}
	wantSync(t, o, ben, "delivered")
	wantSync(t, o, ada, "error") // baresip knows no check-sync

	// A rotated URL is dead, the new one is not.
	old := o.url
	o.url = d.want(t, http.StatusOK, http.MethodPost, o.path+"/provisioning/rotate", object{"overlap_hours": 0}).str("url")
	if a := fetch(t, http.MethodGet, old+bare(ada.mac)+".cfg", ada.agent, nil); a.status != http.StatusNotFound {
		t.Errorf("the rotated URL: %s", a)
	}
	if got := config(t, o.url, ada)["static.auto_provision.server.url"]; got != o.url {
		t.Errorf("the phone is told the URL %q, want %q", got, o.url)
	}

	// Without the attachment nobody of the list may register.
	d.want(t, http.StatusNoContent, http.MethodDelete, o.path+"/credential_attachments/"+o.attached, nil)
	phone.Await(t, "REGISTER_FAIL")
	awaitFailure(t, o, "sip:"+ada.username+"@"+o.domain, "list_not_attached")
	if left := d.all(t, o.path+"/registrations"); len(left) != 0 {
		t.Errorf("still registered: %v", left)
	}
}

// bootFiles fetches what a phone asks for at its boot, and stores its local settings.
func bootFiles(t *testing.T, o *office, p *deskPhone) {
	t.Helper()
	common := map[string]string{"T46U": "y000000000108.cfg", "T54W": "y000000000096.cfg"}[p.model]
	local := bare(p.mac) + "-local.cfg"
	for _, f := range []struct {
		method, name string
		body         string
		status       int
	}{
		{http.MethodGet, bare(p.mac) + ".boot", "", 404},
		{http.MethodGet, "y000000000000.boot", "", 404},
		{http.MethodGet, common, "", 404},
		{http.MethodGet, bare(p.mac) + ".cfg", "", 200},
		{http.MethodGet, local, "", 404},
		{http.MethodPut, local, "#!version:1.0.0.1\nlang.gui = French\n", 200},
		{http.MethodGet, local, "", 200},
	} {
		a := fetch(t, f.method, o.url+f.name, p.agent, []byte(f.body))
		if a.status != f.status {
			t.Errorf("%s %s: %s, want %d", f.method, f.name, a, f.status)
		}
		if a.status == http.StatusNotFound && len(a.raw) > 0 {
			t.Errorf("%s %s: a refusal with the body %q", f.method, f.name, a.raw)
		}
	}
}

// awaitProvisioned waits until the API tells that the phone has fetched.
func awaitProvisioned(t *testing.T, o *office, p *deskPhone, firmware string) {
	t.Helper()
	await(t, "fetch of "+p.model, func() error {
		dev := o.device(t, p)
		if dev.str("status") != "provisioned" || dev.str("last_ip") != "127.0.0.1" || dev.str("firmware") != firmware || dev["drift"] != false {
			return fmt.Errorf("device: %v", dev)
		}
		return nil
	})
	served := 0
	for _, e := range o.d.all(t, o.path+"/devices/"+p.id+"/provisioning_events") {
		if e.str("result") == "served" && e.str("file") == bare(p.mac)+".cfg" {
			served++
		}
	}
	if served == 0 {
		t.Error("no provisioning event of the fetch")
	}
}

// wantSync asks for a check-sync of the phone's one line.
func wantSync(t *testing.T, o *office, p *deskPhone, result string) {
	t.Helper()
	got := o.d.want(t, http.StatusOK, http.MethodPost, o.path+"/devices/"+p.id+"/check_sync", object{"reboot": false})
	lines := got.list("lines")
	if len(lines) != 1 || lines[0]["line"] != 1.0 || lines[0].str("result") != result {
		t.Errorf("check-sync of %s: %v, want line 1 %s", p.model, got, result)
	}
}

// awaitFailure waits for a registration failure with the cause.
func awaitFailure(t *testing.T, o *office, aor, cause string) {
	t.Helper()
	await(t, "registration failure", func() error {
		list := o.d.all(t, o.path+"/registration_failures")
		for _, f := range list {
			if f.str("aor") == aor && f.str("cause") == cause && f.str("advice") != "" {
				return nil
			}
		}
		return fmt.Errorf("failures: %v", list)
	})
}

// TestRotationWithOverlap: phones on the old URL are handed the new one.
func TestRotationWithOverlap(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	ada := o.phones[0]
	config(t, o.url, ada)
	awaitProvisioned(t, o, ada, "108.86.0.75")
	old := o.url
	o.url = d.want(t, http.StatusOK, http.MethodPost, o.path+"/provisioning/rotate", object{"overlap_hours": 1}).str("url")
	if got := d.get(t, o.path+"/provisioning"); got["old_url_count"] != 1.0 {
		t.Errorf("on the old URL: %v", got)
	}
	if got := config(t, old, ada)["static.auto_provision.server.url"]; got != o.url {
		t.Errorf("over the old URL the phone is told %q, want %q", got, o.url)
	}
	config(t, o.url, ada)
	await(t, "phone off the old URL", func() error {
		if got := d.get(t, o.path+"/provisioning"); got["old_url_count"] != 0.0 {
			return fmt.Errorf("provisioning: %v", got)
		}
		return nil
	})
}
