package admin

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

func TestMe(t *testing.T) {
	w := newWorld(t)
	b, id := w.userLogsIn("ann@example.com")
	w.post(w.at("/numbers"), fieldsOf{"number": "+13125550100", "fax_recipients": []string{"boss@example.com"}}).want(http.StatusCreated)
	if me := b.send(http.MethodGet, w.at("/me"), nil).want(http.StatusOK).json(); me["id"] != string(id) || me["login"] != personActive {
		t.Errorf("he is %v", me)
	}
	got := b.send(http.MethodPatch, w.at("/me"), fieldsOf{
		"do_not_disturb": true, "call_waiting": false, "language": "fr", "simultaneous_ring": []fieldsOf{{"type": "external", "number": "+13125550111"}},
		"forwarding": fieldsOf{"busy": fieldsOf{"enabled": true, "destination": "1009"}},
	}).want(http.StatusOK).json()
	if got["do_not_disturb"] != true || got["language"] != "fr" {
		t.Errorf("changed to %v", got)
	}
	f := b.send(http.MethodPatch, w.at("/me"), fieldsOf{"name": "Boss", "email": "boss@example.com", "primary_extension": nil, "location": nil, "pet": "cat"}).want(422).fields()
	for _, field := range []string{"name", "email", "primary_extension", "location"} {
		if f[field] != record.CodeReadOnly {
			t.Errorf("%s is %q", field, f[field])
		}
	}
	b.send(http.MethodPatch, w.at("/me"), fieldsOf{"pet": "cat"}).want(422)
	b.send(http.MethodPatch, w.at("/me"), fieldsOf{"do_not_disturb": false}, withHeader("If-Match", `"1"`)).want(http.StatusPreconditionFailed)

	numbers := b.send(http.MethodGet, w.at("/numbers"), nil).want(http.StatusOK).data()
	if len(numbers) != 1 || numbers[0]["number"] != "+13125550100" || len(numbers[0]["fax_recipients"].([]any)) != 0 {
		t.Errorf("numbers are %v", numbers)
	}
	other := w.post(w.at("/users"), fieldsOf{"name": "O", "email": "o@example.com"}).want(http.StatusCreated).id()
	mine := w.ended(func(c *record.CallRecord) { c.Legs = []record.CallLeg{{Role: record.LegCaller, User: id}} })
	w.ended(func(c *record.CallRecord) { c.Legs = []record.CallLeg{{Role: record.LegCaller, User: other}} })
	if calls := b.send(http.MethodGet, w.at("/me/calls"), nil).want(http.StatusOK).data(); len(calls) != 1 || calls[0]["id"] != mine {
		t.Errorf("calls are %v", calls)
	}
	for _, path := range []string{"/users/" + string(other), "/users", "/calls", "/devices", "/audit_entries", "/recordings", ""} {
		b.send(http.MethodGet, w.at(path), nil).want(http.StatusForbidden)
	}
	if e := w.entries(w.account, "me.update", 1)[0]; e.Actor.Type != record.ActorUser || e.Actor.ID != id {
		t.Errorf("actor is %+v", e.Actor)
	}
	w.get(w.at("/me")).want(http.StatusForbidden)
}

// The checklist ticks itself from how things stand.
func TestChecklist(t *testing.T) {
	w := newWorld(t)
	done := func() (keys []string) {
		t.Helper()
		all := []string{}
		for _, c := range w.get(w.at("/checklist")).want(http.StatusOK).data() {
			all = append(all, c["key"].(string))
			if c["done"] == true {
				keys = append(keys, c["key"].(string))
			}
		}
		if diff := cmp.Diff([]string{"domain", "list", "phone", "location", "recipients", "trunk", "test_call"}, all); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		return keys
	}
	want := func(keys ...string) {
		t.Helper()
		if got := done(); !slices.Equal(got, keys) {
			t.Errorf("done are %v, want %v", got, keys)
		}
	}
	want()
	o := w.newOffice()
	want("domain", "list")
	w.fakes.registrations = []Registration{{Credential: o.credential}}
	want("domain", "list", "phone")
	place := w.post(w.at("/locations"), fieldsOf{"name": "HQ", "address": address()}).want(http.StatusCreated).id()
	want("domain", "list", "phone")
	w.patch(w.at("/devices/"+string(o.device)), fieldsOf{"location": place}).want(http.StatusOK)
	want("domain", "list", "phone", "location")
	w.patch(w.at("/locations/"+string(place)), fieldsOf{"emergency_recipients": []string{"guard@example.com"}}).want(http.StatusOK)
	want("domain", "list", "phone", "location", "recipients")
	w.post(w.at("/provider_accounts"), fieldsOf{"name": "Carrier", "provider": "sip", "trunk": fieldsOf{"hosts": []string{"sip.example.com"}}}).want(http.StatusCreated)
	want("domain", "list", "phone", "location", "recipients", "trunk")
	err := w.store.Update(t.Context(), func(tx *store.Tx) error {
		return tx.PutEmergencyTest(w.account, record.EmergencyTest{Device: o.device, Event: "x", At: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	want("domain", "list", "phone", "location", "recipients", "trunk", "test_call")
}
