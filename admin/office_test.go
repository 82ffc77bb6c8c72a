package admin

import (
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// From an account to a phone that is registered, as an administrator does it.
func TestOffice(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	if len(o.password) != record.GeneratedPassword {
		t.Errorf("generated password has %d characters", len(o.password))
	}
	d := w.get(w.at("/devices/" + string(o.device))).want(http.StatusOK)
	for field, want := range map[string]any{
		"mac": "80:5e:c0:01:02:03", "type": "deskphone", "model": "T46U", "vendor": "yealink",
		"status": "pending-sync", "registration_status": "not_registered", "last_provisioned_at": nil,
		"drift": false, "fetched_hash": nil,
	} {
		if d.json()[field] != want {
			t.Errorf("%s is %v, want %v", field, d.json()[field], want)
		}
	}
	w.fakes.registrations = []Registration{{
		AOR: "alice@sip.example.com", Credential: o.credential, Contact: "sip:alice@192.0.2.9:5060",
		Source: netip.MustParseAddrPort("192.0.2.9:5060"), Transport: "udp", UserAgent: "Yealink SIP-T46U 108.86.0.75",
		RegisteredAt: w.clock.now(), ExpiresAt: w.clock.now().Add(time.Hour),
	}}
	if got := w.get(w.at("/devices/" + string(o.device))).json()["registration_status"]; got != "registered" {
		t.Errorf("registration_status is %v", got)
	}
	list := w.get(w.at("/registrations")).want(http.StatusOK).data()
	if len(list) != 1 || list[0]["device"] != string(o.device) || list[0]["source"] != "192.0.2.9:5060" {
		t.Errorf("registrations are %v", list)
	}
	w.post(w.at("/extensions"), fieldsOf{"number": "1001", "target": fieldsOf{"type": "user", "id": o.user}}).want(http.StatusCreated)
}

func TestReveal(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/credential_lists/" + string(o.list) + "/credentials/" + string(o.credential))
	if raw := w.get(path).want(http.StatusOK).raw; strings.Contains(raw, "password") {
		t.Errorf("reading a credential shows %s", raw)
	}
	r := w.send(w.newKey(w.account, "secrets"), http.MethodPost, path+"/reveal", nil).want(http.StatusOK)
	if r.text("password") != o.password || r.text("username") != "alice" {
		t.Errorf("revealed %s", r.raw)
	}
	if p := w.patch(path, fieldsOf{"password": "Correct-Horse-7"}).want(http.StatusOK); strings.Contains(p.raw, "Correct") {
		t.Errorf("a chosen password is shown: %s", p.raw)
	}
	if got := w.post(path+"/reveal", nil).text("password"); got != "Correct-Horse-7" {
		t.Errorf("password is %q", got)
	}
	fresh := w.patch(path, fieldsOf{"password": nil}).want(http.StatusOK).text("password")
	if got := w.post(path+"/reveal", nil).text("password"); got != fresh || fresh == "" {
		t.Errorf("password is %q, want %q", got, fresh)
	}
	if got := w.patch(path, fieldsOf{"password": "short"}).want(422).fields()["password"]; got != record.CodeWeakPassword {
		t.Errorf("code %q", got)
	}
}

func TestProvisioningToken(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/provisioning")
	before := w.get(path).want(http.StatusOK).json()
	if before["token"] != nil || before["generated"] != false || before["phone_admin_password"] == nil {
		t.Errorf("before: %v", before)
	}
	w.post(path+"/rotate", nil).want(http.StatusConflict)
	made := w.post(path+"/generate", nil).want(http.StatusCreated)
	token := made.text("token")
	if made.text("url") != "http://phones.example.com:8080/p/"+token+"/" || len(token) < 24 {
		t.Errorf("made %s", made.raw)
	}
	w.post(path+"/generate", nil).want(http.StatusConflict)
	hidden := w.send(w.newKey(w.account, "read"), http.MethodGet, path, nil).want(http.StatusOK).json()
	if hidden["token"] != nil || hidden["url"] != nil || hidden["phone_admin_password"] != nil || hidden["secrets_hidden"] != true {
		t.Errorf("without the scope secrets: %v", hidden)
	}
	w.fetched(o.device, false)
	rotated := w.post(path+"/rotate", fieldsOf{"overlap_hours": 24}).want(http.StatusOK)
	w.opens(rotated.text("token"), true)
	w.opens(token, true)
	after := w.get(path).json()
	if after["old_url_count"] != 1.0 || after["overlap_ends_at"] == nil {
		t.Errorf("after rotation: %v", after)
	}
	w.fetched(o.device, true)
	if got := w.get(path).json()["old_url_count"]; got != 1.0 {
		t.Errorf("%v devices on the old URL after a fetch over it", got)
	}
	w.fetched(o.device, false)
	if got := w.get(path).json()["old_url_count"]; got != 0.0 {
		t.Errorf("%v devices on the old URL after a fetch over the new one", got)
	}
	last := w.post(path+"/rotate", nil).want(http.StatusOK).text("token")
	w.opens(rotated.text("token"), false)
	w.opens(last, true)
	w.post(path+"/rotate", fieldsOf{"overlap_hours": 169}).want(422)
}

// fetched makes the device have fetched its configuration now.
func (w *world) fetched(device record.ID, old bool) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		return tx.PutState(device, w.account, func(s *record.DeviceState) {
			s.LastProvisionedAt, s.OldToken, s.FetchedHash = tx.Now(), old, 0xdef
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) opens(token string, want bool) {
	w.t.Helper()
	got := false
	w.store.View(func(v *store.View) { _, got = v.Token(record.DigestToken([]byte(token)), w.clock.now()) })
	if got != want {
		w.t.Errorf("token opens: %v, want %v", got, want)
	}
}

func TestDeviceParts(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/devices/" + string(o.device))
	w.post(path+"/button_overrides", fieldsOf{"position": 200, "type": "dnd"}).want(http.StatusCreated)
	keys := w.get(path + "/buttons").want(http.StatusOK).data()
	if len(keys) != 2 || keys[0]["source"] != "model_default" || keys[1]["verdict"] != "position_out_of_range_for_model" || keys[1]["reason"] == "" {
		t.Errorf("keys are %v", keys)
	}
	c := w.get(path + "/config").want(http.StatusOK)
	if !strings.Contains(c.raw, "account.1.user_name = alice\n") || !strings.Contains(c.raw, "account.1.password = ****\n") || strings.Contains(c.raw, o.password) {
		t.Errorf("config is %q", c.raw)
	}
	soft := w.post(w.at("/devices"), fieldsOf{"type": "softphone"}).want(http.StatusCreated).id()
	w.get(w.at("/devices/" + string(soft) + "/config")).want(http.StatusNotFound)
	lines := w.post(path+"/check_sync", nil).want(http.StatusOK).json()["lines"].([]any)
	if lines[0].(map[string]any)["result"] != SyncDelivered {
		t.Errorf("lines are %v", lines)
	}
	lines = w.post(path+"/check_sync", `{"reboot":true}`).want(http.StatusOK).json()["lines"].([]any)
	if lines[0].(map[string]any)["result"] != SyncNotRegistered {
		t.Errorf("lines are %v", lines)
	}
	w.fetched(o.device, false)
	d := w.get(path).json()
	if d["status"] != "provisioned" || d["fetched_hash"] != "0000000000000def" || d["drift"] != true {
		t.Errorf("device is %v", d)
	}
}

func TestRearm(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/devices/" + string(o.device))
	first := w.deviceToken(o.device)
	w.post(path+"/rearm", nil).want(http.StatusOK)
	if w.deviceToken(o.device) != first {
		t.Error("a phone that is not bound gets another URL")
	}
	w.bind(o.device)
	if d := w.post(path+"/rearm", nil).want(http.StatusOK).json(); d["bound"] != false {
		t.Errorf("device is %v", d)
	}
	second := w.deviceToken(o.device)
	w.post(path+"/rearm", nil).want(http.StatusOK)
	if second == first || w.deviceToken(o.device) != second {
		t.Error("armed again the phone has not got one new URL")
	}
	w.opens(first, true)
	w.opens(second, true)
	w.bind(o.device)
	w.post(path+"/rearm", `{"at_once":true}`).want(http.StatusOK)
	w.opens(first, false)
	w.opens(second, false)
	w.opens(w.deviceToken(o.device), true)
	w.post(path+"/rearm", `{"soon":true}`).want(422)
}

// bind notes that the device has used its own URL.
func (w *world) bind(id record.ID) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		d, err := store.Load[*record.Device](tx, id)
		if err != nil {
			return err
		}
		return tx.PutState(id, d.Account, func(s *record.DeviceState) { s.BoundEpoch = d.BindingEpoch + 1 })
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deviceToken(id record.ID) (token string) {
	w.store.View(func(v *store.View) {
		d, _ := store.Get[*record.Device](v, id)
		token = w.store.DeviceToken(d)
	})
	return token
}

func TestButtonOverrides(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/devices/" + string(o.device) + "/button_overrides")
	made := w.post(path, fieldsOf{"position": 3, "label": "Dial", "type": "speed_dial", "target": fieldsOf{"destination": "1001"}}).want(http.StatusCreated)
	if got := made.header.Get("Location"); got != path+"/3" {
		t.Errorf("Location %q", got)
	}
	w.post(path, fieldsOf{"position": 1, "module": 2, "suppressed": true}).want(http.StatusCreated)
	w.post(path, fieldsOf{"position": 3, "label": "Park", "type": "park"}).want(http.StatusCreated)
	w.post(path, fieldsOf{"position": 240, "type": "dnd"}).want(http.StatusCreated) // beyond the model: a verdict, no error
	list := w.get(path).want(http.StatusOK).data()
	if len(list) != 3 || list[0]["label"] != "Park" || list[2]["module"] != 2.0 {
		t.Errorf("overrides are %v", list)
	}
	p := w.patch(path+"/3", fieldsOf{"type": "transfer", "target": fieldsOf{"mode": "blind"}}).want(http.StatusOK).json()
	if p["label"] != "Park" || p["type"] != "transfer" {
		t.Errorf("patched %v", p)
	}
	if f := w.patch(path+"/3", fieldsOf{"label": "a\r\nb"}).want(422).fields(); f["label"] == "" {
		t.Errorf("fields are %v", f)
	}
	w.delete(path + "/1").want(http.StatusNotFound)
	w.delete(path + "/1?module=2").want(http.StatusNoContent)
	w.delete(path + "/1?module=2").want(http.StatusNotFound)
	w.delete(path + "/x").want(http.StatusNotFound)
	if f := w.post(path, fieldsOf{"position": 0, "type": "dnd"}).want(422).fields(); f["position"] == "" {
		t.Errorf("fields are %v", f)
	}
}

func TestAdopt(t *testing.T) {
	w := newWorld(t)
	w.unknown("805ec0aabbcc")
	if list := w.get(w.at("/unknown_macs")).want(http.StatusOK).data(); len(list) != 1 || list[0]["mac"] != "80:5e:c0:aa:bb:cc" {
		t.Fatalf("unknown phones are %v", list)
	}
	w.post(w.at("/unknown_macs/805ec0000000/adopt"), nil).want(http.StatusNotFound)
	w.post(w.at("/unknown_macs/nonsense/adopt"), nil).want(http.StatusNotFound)
	path := w.at("/unknown_macs/80-5e-c0-aa-bb-cc/adopt")
	key := withHeader("Idempotency-Key", "once")
	d := w.send(w.root, http.MethodPost, path, fieldsOf{"name": "Lobby"}, key).want(http.StatusCreated)
	if d.text("model") != "T54W" || d.text("name") != "Lobby" || d.text("type") != "deskphone" {
		t.Errorf("adopted %s", d.raw)
	}
	if got, want := d.header.Get("Location"), w.at("/devices/"+string(d.id())); got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	if list := w.get(w.at("/unknown_macs")).data(); len(list) != 0 {
		t.Errorf("still unknown: %v", list)
	}
	if again := w.send(w.root, http.MethodPost, path, fieldsOf{"name": "Lobby"}, key).want(http.StatusCreated); again.raw != d.raw {
		t.Errorf("again: %s", again.raw)
	}
	w.unknown("805ec0aabbdd")
	w.post(w.at("/devices"), fieldsOf{"mac": "805EC0AABBDD"}).want(http.StatusCreated)
	if list := w.get(w.at("/unknown_macs")).data(); len(list) != 0 {
		t.Errorf("still unknown after it was added: %v", list)
	}
}

func (w *world) unknown(mac string) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		return tx.PutUnknownMAC(record.UnknownMAC{MAC: mac, Account: w.account, Vendor: "yealink", Model: "T54W", SourceIP: "192.0.2.5"})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestSoftphone(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/devices/" + string(o.device) + "/softphone")
	plain := w.send(w.newKey(w.account, "read"), http.MethodGet, path, nil).want(http.StatusOK).json()
	if plain["user"] != "alice" || plain["server"] != "198.51.100.7" || plain["link"] != nil || plain["qr"] != nil {
		t.Errorf("without the scope secrets: %v", plain)
	}
	full := w.get(path).want(http.StatusOK)
	link, found := strings.CutPrefix(full.text("link"), "http://admin.example.com:8081")
	if !found || !strings.HasPrefix(full.text("qr"), "data:image/png;base64,") || strings.Contains(full.raw, o.password) {
		t.Fatalf("softphone is %s", full.raw)
	}
	w.send("", http.MethodHead, link, nil).want(http.StatusMethodNotAllowed)
	w.restart()
	opened := w.send("", http.MethodGet, link, nil, withHeader("Accept", "application/json")).want(http.StatusOK)
	if !strings.Contains(opened.raw, o.password) {
		t.Errorf("opened %s", opened.raw)
	}
	w.send("", http.MethodGet, link, nil).want(http.StatusNotFound)
	late, _ := strings.CutPrefix(w.get(path).text("link"), "http://admin.example.com:8081")
	w.clock.add(25 * time.Hour)
	w.send("", http.MethodGet, late, nil).want(http.StatusNotFound)
}

func TestPlatformKeyFile(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(w.dir, "platform.key")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("platform.key: %v, %v", info, err)
	}
	if err := EnsurePlatformKey(t.Context(), w.store, file); err != nil {
		t.Fatal(err)
	}
	if readKey(t, file) != w.root {
		t.Error("the second start replaces the key")
	}
}

func TestPlatform(t *testing.T) {
	w := newWorld(t)
	p := w.patch("/v1/platform", fieldsOf{"settings": fieldsOf{"audio": fieldsOf{"ring_volume": 4}}}).want(http.StatusOK)
	w.patch("/v1/platform", fieldsOf{"settings": fieldsOf{"audio": fieldsOf{"vad_enabled": true}}}, withHeader("If-Match", p.header.Get("ETag"))).want(http.StatusOK)
	got := w.get("/v1/platform").want(http.StatusOK).json()["settings"].(map[string]any)["audio"].(map[string]any)
	if got["ring_volume"] != 4.0 || got["vad_enabled"] != true {
		t.Errorf("settings are %v", got)
	}
	b := w.post("/v1/backup", nil).want(http.StatusOK)
	if !strings.HasPrefix(b.raw, "dialtone backup") {
		t.Errorf("backup starts with %q", b.raw[:20])
	}
}

// A softphone is not told of a listener there is not.
func TestSoftphoneWithoutListener(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	device := w.at("/devices/" + string(o.device))
	w.patch(device, fieldsOf{"overrides": fieldsOf{"network": fieldsOf{"transport": "tls"}}}).want(http.StatusOK)
	if got := w.get(device + "/softphone").want(http.StatusConflict).fields(); got["overrides.network.transport"] != store.ConflictState {
		t.Errorf("problem is %v", got)
	}
}
