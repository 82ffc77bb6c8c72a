package admin

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dialtone/store/record"
)

func TestTriState(t *testing.T) {
	w := newWorld(t)
	w.patch(w.at(""), fieldsOf{
		"timezone": "America/New_York", "fax_limit_inbound": 0, "primary_contact_name": "Ann",
		"provision_networks": []string{"192.0.2.0/24"}, "settings": fieldsOf{"audio": fieldsOf{"ring_volume": 3, "vad_enabled": true}},
		"feature_codes": fieldsOf{"park": "*70"}, "billing_address": address(),
	}).want(http.StatusOK)
	kept := w.patch(w.at(""), fieldsOf{"name": "New"}).want(http.StatusOK).json()
	for field, want := range map[string]any{"timezone": "America/New_York", "fax_limit_inbound": 0.0, "primary_contact_name": "Ann", "name": "New"} {
		if kept[field] != want {
			t.Errorf("%s is %v, want %v", field, kept[field], want)
		}
	}
	cleared := w.patch(w.at(""), fieldsOf{
		"timezone": nil, "fax_limit_inbound": nil, "primary_contact_name": nil, "provision_networks": nil,
		"settings": fieldsOf{"audio": fieldsOf{"ring_volume": nil}}, "feature_codes": fieldsOf{"park": nil, "voicemail": ""},
		"billing_address": fieldsOf{"city": "Boston"}, "extension_length": nil,
	}).want(http.StatusOK).json()
	for field, want := range map[string]any{"timezone": "UTC", "fax_limit_inbound": nil, "primary_contact_name": "", "extension_length": 4.0} {
		if cleared[field] != want {
			t.Errorf("%s is %v, want %v", field, cleared[field], want)
		}
	}
	audio := cleared["settings"].(map[string]any)["audio"].(map[string]any)
	if _, set := audio["ring_volume"]; set || audio["vad_enabled"] != true {
		t.Errorf("audio is %v", audio)
	}
	codes := cleared["feature_codes"].(map[string]any)
	if codes["park"] != "*68" || codes["voicemail"] != "" || codes["pickup"] != "**" {
		t.Errorf("feature codes are %v", codes)
	}
	if a := cleared["billing_address"].(map[string]any); a["city"] != "Boston" || a["street"] != "Main" {
		t.Errorf("billing address is %v", a)
	}
	if list, isList := cleared["provision_networks"].([]any); !isList || len(list) != 0 {
		t.Errorf("provision_networks is %v", cleared["provision_networks"])
	}
	w.patch(w.at(""), fieldsOf{"billing_address": nil, "name": nil}).want(422)
}

func address() fieldsOf {
	return fieldsOf{"house_number": "1", "street": "Main", "city": "New York", "state": "NY", "zip": "10001", "country": "US"}
}

func TestRevisions(t *testing.T) {
	w := newWorld(t)
	u := w.post(w.at("/users"), fieldsOf{"name": "Ann", "email": "ann@example.com"}).want(http.StatusCreated)
	path := u.header.Get("Location")
	tag := u.header.Get("ETag")
	if tag != fmt.Sprintf(`"%.0f"`, u.json()["revision"]) || path != w.at("/users/"+string(u.id())) {
		t.Fatalf("ETag %s, Location %s: %s", tag, path, u.raw)
	}
	if got := w.get(path).header.Get("ETag"); got != tag {
		t.Errorf("ETag %s, want %s", got, tag)
	}
	next := w.patch(path, fieldsOf{"name": "Anna"}, withHeader("If-Match", tag)).want(http.StatusOK).header.Get("ETag")
	if got := w.patch(path, fieldsOf{"name": "x"}, withHeader("If-Match", tag)).want(http.StatusPreconditionFailed).text("code"); got != codeStale {
		t.Errorf("code %q", got)
	}
	w.delete(path, withHeader("If-Match", tag)).want(http.StatusPreconditionFailed)
	if got := w.patch(path, fieldsOf{"name": "Anna"}, withHeader("If-Match", strings.Trim(next, `"`))).want(http.StatusOK).header.Get("ETag"); got != next {
		t.Errorf("a change of nothing moves the revision from %s to %s", next, got)
	}
	w.patch(path, fieldsOf{"name": "Ann"}, withHeader("If-Match", "*")).want(http.StatusOK)
	w.delete(path, withHeader("If-Match", "nonsense")).want(http.StatusPreconditionFailed)
	w.delete(path).want(http.StatusNoContent)
	w.delete(path).want(http.StatusNotFound)
}

// What was read can be sent back: fields nobody may set are taken when they say
// what is there.
func TestReadOnlyFields(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/credential_lists/" + string(o.list) + "/credentials/" + string(o.credential))
	read := w.get(path).json()
	w.patch(path, read).want(http.StatusOK)
	read["username"], read["id"] = "bob", "cred_x"
	if f := w.patch(path, read).want(422).fields(); f["username"] != record.CodeReadOnly || f["id"] != record.CodeReadOnly {
		t.Errorf("fields are %v", f)
	}
}

func TestIdempotency(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/credential_lists/" + string(o.list) + "/credentials")
	key := withHeader("Idempotency-Key", "5a1c")
	first := w.send(w.root, http.MethodPost, path, fieldsOf{"username": "bob"}, key).want(http.StatusCreated)
	w.restart()
	again := w.send(w.root, http.MethodPost, path, fieldsOf{"username": "bob"}, key).want(http.StatusCreated)
	if again.raw != first.raw || again.header.Get("Location") != first.header.Get("Location") || again.text("password") == "" {
		t.Errorf("again: %s\nfirst: %s", again.raw, first.raw)
	}
	if got := w.send(w.root, http.MethodPost, path, fieldsOf{"username": "eve"}, key).want(422).text("code"); got != codeMismatch {
		t.Errorf("code %q", got)
	}
	w.send(w.root, http.MethodPost, path, fieldsOf{"username": "bob"}, withHeader("Idempotency-Key", "other")).want(http.StatusConflict)
	other := w.newKey(w.account, "write")
	w.send(other, http.MethodPost, path, fieldsOf{"username": "bob"}, key).want(http.StatusConflict)
	w.send(w.root, http.MethodPost, path, fieldsOf{"username": "x"}, withHeader("Idempotency-Key", strings.Repeat("k", 256))).want(422)
	failed := withHeader("Idempotency-Key", "failed")
	w.send(w.root, http.MethodPost, path, fieldsOf{"username": "a b"}, failed).want(422)
	w.send(w.root, http.MethodPost, path, fieldsOf{"username": "carol"}, failed).want(http.StatusCreated)
}

// A list walked while it changes shows everything that was there all the time, once.
func TestPaging(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i := range 7 {
		u := w.post(w.at("/users"), fieldsOf{"name": "User", "email": fmt.Sprintf("u%d@example.com", i)}).want(http.StatusCreated)
		ids = append(ids, string(u.id()))
	}
	seen := map[string]int{}
	path := w.at("/users?limit=2")
	for n := 0; path != ""; n++ {
		page := w.get(path).want(http.StatusOK)
		for _, u := range page.data() {
			seen[u["id"].(string)]++
		}
		path = ""
		if next := page.text("next"); next != "" {
			path = w.at("/users?limit=2&cursor=" + next)
		} else if page.json()["next"] != nil {
			t.Errorf("next is %v", page.json()["next"])
		}
		if n == 1 {
			w.delete(w.at("/users/" + ids[0])).want(http.StatusNoContent)
			w.delete(w.at("/users/" + ids[3])).want(http.StatusNoContent) // where the cursor stands
			w.post(w.at("/users"), fieldsOf{"name": "Late", "email": "late@example.com"}).want(http.StatusCreated)
		}
	}
	for i, id := range ids {
		if seen[id] != 1 {
			t.Errorf("user %d was seen %d times", i, seen[id])
		}
	}
	for _, bad := range []string{"?limit=0", "?limit=101", "?limit=x", "?cursor=%21", "?cursor=", "?limit=1&limit=2", "?colour=red"} {
		w.get(w.at("/users" + bad)).want(422)
	}
	for _, list := range []string{"/audit_entries", "/provisioning_events", "/registration_failures", "/unknown_macs", "/registrations", "/devices"} {
		w.get(w.at(list + "?limit=1")).want(http.StatusOK)
		w.get(w.at(list + "?limit=0")).want(422)
		w.get(w.at(list + "?cursor=%21")).want(422)
	}
}

// A cursor of another list is refused: it would show a page of anything, or none.
func TestForeignCursor(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	lists := []string{
		"/v1/accounts", "/v1/audit_entries", "/v1/bans", w.at("/users"), w.at("/devices"), w.at("/locations"), w.at("/button_templates"),
		w.at("/registrations"), w.at("/registration_failures"), w.at("/unknown_macs"), w.at("/audit_entries"),
		w.at("/provisioning_events"), w.at("/devices/" + string(o.device) + "/provisioning_events"),
		w.at("/devices/" + string(o.device) + "/buttons"), w.at("/devices/" + string(o.device) + "/button_overrides"),
	}
	for name, text := range map[string]string{
		"extension": string(record.NewID(record.KindExtension, time.Now())), "half an id": "user_", "words": "anything at all",
		"no place": "1/2", "NUL": "\x00", "two parts": "a b", "long": strings.Repeat("z", 3000),
	} {
		cursor := base64.RawURLEncoding.EncodeToString([]byte(text))
		for _, list := range lists {
			if fields := w.get(list + "?cursor=" + cursor).want(422).fields(); fields["cursor"] != record.CodeInvalid {
				t.Errorf("%s to %s: %v", name, list, fields)
			}
		}
	}
}

func TestDeviceFilters(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	base := w.post(w.at("/devices"), fieldsOf{"mac": "805ec0000001", "model": "W70B"}).want(http.StatusCreated)
	if base.text("type") != "dect_base" {
		t.Errorf("a W70B is a %s", base.text("type"))
	}
	w.fetched(o.device, false)
	for query, want := range map[string]record.ID{
		"?mac=80:5E:C0:01:02:03": o.device, "?type=dect_base": base.id(), "?status=provisioned": o.device, "?status=pending-sync": base.id(),
	} {
		if list := w.get(w.at("/devices" + query)).want(http.StatusOK).data(); len(list) != 1 || list[0]["id"] != string(want) {
			t.Errorf("%s: %v", query, list)
		}
	}
	for _, bad := range []string{"?mac=x", "?type=fridge", "?status=gone"} {
		w.get(w.at("/devices" + bad)).want(422)
	}
}

func TestDefaultTemplate(t *testing.T) {
	w := newWorld(t)
	template := w.post(w.at("/button_templates"), fieldsOf{"name": "Desk"}).want(http.StatusCreated).text("id")
	w.patch(w.at(""), fieldsOf{"default_button_template": template}).want(http.StatusOK)
	if got := w.post(w.at("/devices"), fieldsOf{"mac": "805ec0000001"}).want(http.StatusCreated).text("button_template"); got != template {
		t.Errorf("template is %q", got)
	}
	if got := w.post(w.at("/devices"), `{"mac":"805ec0000002","button_template":null}`).want(http.StatusCreated).json()["button_template"]; got != nil {
		t.Errorf("template is %v", got)
	}
}

func TestMethods(t *testing.T) {
	w := newWorld(t)
	p := w.send(w.root, http.MethodPut, w.at("/users"), nil).want(http.StatusMethodNotAllowed)
	if got := p.header.Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow: %s", got)
	}
	w.send("", http.MethodPost, "/healthz", nil).want(http.StatusMethodNotAllowed)
	if h := w.send(w.root, http.MethodHead, w.at("/users"), nil).want(http.StatusOK); h.header.Get("Content-Type") != mediaJSON {
		t.Errorf("HEAD: %v", h.header)
	}
}

func TestPlain(t *testing.T) {
	w := newWorld(t)
	w.send("", http.MethodGet, "/healthz", nil).want(http.StatusOK)
	w.send("", http.MethodGet, "/readyz", nil).want(http.StatusOK)
	w.fakes.ready = false
	w.send("", http.MethodGet, "/readyz", nil).want(http.StatusServiceUnavailable)
	if i := w.send("", http.MethodGet, "/", nil, withHeader("Accept", mediaJSON)).want(http.StatusOK); i.text("openapi") != "/v1/openapi.json" {
		t.Errorf("index is %s", i.raw)
	}
	w.send("", http.MethodGet, "/index.html", nil).want(http.StatusNotFound)
}
