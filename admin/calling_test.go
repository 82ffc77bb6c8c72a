package admin

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

func TestNumbers(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	n := w.post(w.at("/numbers"), fieldsOf{"number": "+1 (312) 555-0100", "target": fieldsOf{"type": "device_line", "id": o.device, "line": 1}}).want(http.StatusCreated)
	if n.text("number") != "+13125550100" || n.json()["outbound_enabled"] != true {
		t.Errorf("number is %s", n.raw)
	}
	path := w.at("/numbers/" + string(n.id()))
	outside := w.patch(path, fieldsOf{"target": fieldsOf{"type": "external", "number": "+13125550199"}}).want(http.StatusOK)
	want := map[string]any{"type": "external", "number": "+13125550199"}
	if diff := cmp.Diff(want, outside.json()["target"]); diff != "" {
		t.Errorf("a target of another type (-want +shown):\n%s", diff)
	}
	if got := w.get(w.at("/numbers?number=%2B13125550100")).want(http.StatusOK).data(); len(got) != 1 {
		t.Errorf("found by number: %v", got)
	}
	other := w.newAccount("Other")
	w.post("/v1/accounts/"+string(other)+"/numbers", fieldsOf{"number": "+13125550100"}).want(http.StatusConflict)
	w.patch(w.at(""), fieldsOf{"default_outbound_number": n.id()}).want(http.StatusOK)
	w.delete(path).want(http.StatusConflict)
	w.patch(w.at(""), fieldsOf{"default_outbound_number": nil}).want(http.StatusOK)
	w.delete(path).want(http.StatusNoContent)
	for _, bad := range []fieldsOf{
		{"number": "911"},
		{"number": "+13125550101", "target": fieldsOf{"type": "call_queue", "id": "qu_1"}},
		{"number": "+13125550101", "delete_documents": true},
		{"number": "+13125550101", "target": fieldsOf{"type": "user", "id": "user_00000000000000000000000000"}},
	} {
		w.post(w.at("/numbers"), bad).want(422)
	}
}

// A provider account shows no secret, keeps what is not named, and forgets what is null.
func TestProviderAccounts(t *testing.T) {
	w := newWorld(t)
	path := w.at("/provider_accounts")
	p := w.post(path, fieldsOf{
		"name": "Telnyx", "provider": "telnyx", "credentials": fieldsOf{"api_key": "KEY0123", "public_key": "PUB"},
		"trunk": fieldsOf{"username": "me", "password": "hunter22"},
	}).want(http.StatusCreated)
	item := path + "/" + string(p.id())
	shown := w.get(item).want(http.StatusOK)
	if strings.Contains(p.raw+shown.raw, "hunter22") || strings.Contains(p.raw+shown.raw, "KEY0123") {
		t.Errorf("secrets are shown: %s", p.raw)
	}
	if diff := cmp.Diff([]any{"api_key", "public_key"}, shown.json()["credential_names"]); diff != "" || shown.json()["trunk_password_set"] != true {
		t.Errorf("provider account is %s", shown.raw)
	}
	stored := func() (a *record.ProviderAccount) {
		w.store.View(func(v *store.View) { a, _ = store.Get[*record.ProviderAccount](v, p.id()) })
		return a
	}
	password := func() string {
		t.Helper()
		text, err := w.store.TrunkPassword(stored())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	w.patch(item, fieldsOf{"trunk": fieldsOf{"max_channels": 10}}).want(http.StatusOK)
	if a := stored(); password() != "hunter22" || a.Trunk.MaxChannels != 10 || a.Trunk.Password != "" || a.Trunk.Hosts[0] != "sip.telnyx.com" {
		t.Errorf("after a change: %+v, password %q", a.Trunk, password())
	}
	w.patch(item, fieldsOf{"trunk": fieldsOf{"password": "other"}}).want(http.StatusOK)
	if password() != "other" {
		t.Errorf("password is %q", password())
	}
	if got := w.patch(item, fieldsOf{"trunk": fieldsOf{"password": nil}}).want(422).fields(); got["trunk.password"] != "required" {
		t.Errorf("digest without a password: %v", got)
	}
	w.patch(item, fieldsOf{"trunk": fieldsOf{"password": nil, "authentication": "ip"}, "credentials": nil}).want(http.StatusOK)
	if a := stored(); password() != "" || len(a.CredentialsSealed) != 0 {
		t.Errorf("secrets are kept: %+v", a)
	}
	entries := w.get(w.at("/audit_entries?event=provider_account.update")).want(http.StatusOK).raw
	if strings.Contains(entries, "hunter22") || strings.Contains(entries, `"other"`) || !strings.Contains(entries, `"field":"trunk_password","before":null,"after":"changed"`) {
		t.Errorf("audit log: %s", entries)
	}
	for field, bad := range map[string]fieldsOf{
		"provider":            {"name": "x", "provider": "acme", "trunk": fieldsOf{"hosts": []string{"a.example"}}},
		"trunk.hosts":         {"name": "x", "provider": "twilio"},
		"trunk.hosts[0]":      {"name": "x", "provider": "sip", "trunk": fieldsOf{"hosts": []string{"a b"}}},
		"credentials":         {"name": "x", "provider": "telnyx", "credentials": fieldsOf{"api key": "x"}},
		"credentials.api_key": {"name": "x", "provider": "telnyx", "credentials": fieldsOf{"api_key": ""}},
		"trunk.password":      {"name": "x", "provider": "telnyx", "trunk": fieldsOf{"username": "u", "password": "a\r\nb"}},
		"trunk.secret":        {"name": "x", "provider": "telnyx", "trunk": fieldsOf{"secret": "x"}},
	} {
		if got := w.post(path, bad).want(422).fields(); got[field] == "" {
			t.Errorf("%s: %v", field, got)
		}
	}
}

func TestTrunkStatus(t *testing.T) {
	w := newWorld(t)
	id := w.post(w.at("/provider_accounts"), fieldsOf{"name": "T", "provider": "telnyx"}).want(http.StatusCreated).id()
	item := w.at("/provider_accounts/" + string(id))
	if got := w.get(item).text("status"); got != TrunkUnknown {
		t.Errorf("at first the status is %s", got)
	}
	w.fakes.trunks = map[record.ID]TrunkStatus{id: {State: TrunkUnreachable, Reason: "no answer", Last: w.clock.now(), Calls: 2}}
	got := w.get(item)
	if got.text("status") != TrunkUnreachable || got.text("status_reason") != "no answer" || got.text("status_checked_at") == "" || got.json()["active_calls"] != 2.0 {
		t.Errorf("status is %s", got.raw)
	}
	if got := w.patch(item, fieldsOf{"enabled": false}).want(http.StatusOK).text("status"); got != TrunkDisabled {
		t.Errorf("status of a disabled one is %s", got)
	}
}

// A provider account has the domains that name it, and cannot go while there are any.
func TestProviderDomains(t *testing.T) {
	w := newWorld(t)
	w.newOffice()
	provider := w.post(w.at("/provider_accounts"), fieldsOf{"name": "T", "provider": "telnyx"}).want(http.StatusCreated).id()
	domain := w.post(w.at("/sip_domains"), fieldsOf{"domain": "t.example.com", "provider_account": provider}).want(http.StatusCreated).id()
	list := w.get(w.at("/sip_domains?provider_account=" + string(provider))).want(http.StatusOK).data()
	if len(list) != 1 || list[0]["id"] != string(domain) {
		t.Errorf("domains of the provider account: %v", list)
	}
	w.delete(w.at("/provider_accounts/" + string(provider))).want(http.StatusConflict)
}

func TestUserForwarding(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	user := w.at("/users/" + string(o.user))
	schedule := w.post(w.at("/schedules"), fieldsOf{"name": "Closed"}).want(http.StatusCreated)
	if schedule.text("timezone") != "UTC" {
		t.Errorf("schedule has not the account's time zone: %s", schedule.raw)
	}
	w.patch(user, fieldsOf{"forwarding": fieldsOf{"always": fieldsOf{"enabled": true, "destination": "+13125550199", "schedule": schedule.id()}}}).want(http.StatusOK)
	u := w.patch(user, fieldsOf{"forwarding": fieldsOf{"busy": fieldsOf{"enabled": true, "destination": "1002"}}}).want(http.StatusOK)
	want := map[string]any{
		"always":    map[string]any{"enabled": true, "destination": "+13125550199", "schedule": string(schedule.id())},
		"busy":      map[string]any{"enabled": true, "destination": "1002", "schedule": nil},
		"no_answer": nil, "unreachable": nil, "no_answer_seconds": 20.0,
	}
	if diff := cmp.Diff(want, u.json()["forwarding"]); diff != "" {
		t.Errorf("forwarding (-want +shown):\n%s", diff)
	}
	w.delete(w.at("/schedules/" + string(schedule.id()))).want(http.StatusConflict)
	w.patch(user, fieldsOf{"forwarding": fieldsOf{"always": nil}}).want(http.StatusOK)
	w.delete(w.at("/schedules/" + string(schedule.id()))).want(http.StatusNoContent)
	for field, bad := range map[string]fieldsOf{
		"forwarding.busy.destination":   {"forwarding": fieldsOf{"busy": fieldsOf{"destination": "911"}}},
		"forwarding.no_answer_seconds":  {"forwarding": fieldsOf{"no_answer_seconds": 1}},
		"simultaneous_ring[0].type":     {"simultaneous_ring": []fieldsOf{{"type": "ring_group", "id": "rg_1"}}},
		"simultaneous_ring[0].id":       {"simultaneous_ring": []fieldsOf{{"type": "user", "id": o.user}}},
		"forwarding.always.schedule":    {"forwarding": fieldsOf{"always": fieldsOf{"schedule": "sch_00000000000000000000000000"}}},
		"forwarding.sometimes":          {"forwarding": fieldsOf{"sometimes": fieldsOf{}}},
		"forwarding.always.destination": {"forwarding": fieldsOf{"always": fieldsOf{"enabled": true}}},
	} {
		if got := w.patch(user, bad).want(422).fields(); got[field] == "" {
			t.Errorf("%s: %v", field, got)
		}
	}
}

// A webhook's secret is shown when it is made, and never again.
func TestWebhooks(t *testing.T) {
	w := newWorld(t)
	path := w.at("/webhooks")
	made := w.post(path, fieldsOf{"url": "https://hooks.example.com/", "events": []string{"call.*", "call.emergency"}}).want(http.StatusCreated)
	secret := made.text("secret")
	item := path + "/" + string(made.id())
	if !strings.HasPrefix(secret, record.WebhookSecretPrefix) || strings.Contains(w.get(item).want(http.StatusOK).raw, "secret") {
		t.Errorf("secret is %q", secret)
	}
	w.patch(item, fieldsOf{"description": "x"}).want(http.StatusOK)
	again := w.patch(item, fieldsOf{"secret": nil}).want(http.StatusOK).text("secret")
	var stored string
	w.store.View(func(v *store.View) {
		if list := v.Webhooks(w.account, "call.ended"); len(list) == 1 {
			stored, _ = w.store.WebhookSecret(list[0])
		}
		if list := v.Webhooks(w.account, "fax.sent"); len(list) != 0 {
			t.Errorf("webhooks for another event: %v", list)
		}
	})
	if again == "" || again == secret || stored != again {
		t.Errorf("secrets are %q, %q, stored %q", secret, again, stored)
	}
	w.patch(item, fieldsOf{"secret": "chosen"}).want(422)
	w.patch(item, fieldsOf{"url": "http://169.254.169.254/latest"}).want(422)
	w.send(w.newKey(w.account, "read", "write"), http.MethodPost, path, fieldsOf{"url": "https://x.example/", "events": []string{"call.*"}}).want(http.StatusForbidden)
}
