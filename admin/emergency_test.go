package admin

import (
	"net/http"
	"testing"
	"time"

	"dialtone/e911"
	"dialtone/store"
	"dialtone/store/record"
)

// rehearsals stands for the emergency service.
type rehearsals struct{ w *world }

func (r rehearsals) DryRun(_, device record.ID) (*e911.DryRun, error) {
	return &e911.DryRun{Device: device, Number: "911", Missing: []string{record.MissingRoom}}, nil
}

func (r rehearsals) TestNotification(account, device record.ID) (string, error) {
	if device == "dev_none" {
		return "", e911.ErrNoLine
	}
	c := aHelp(account, r.w.clock.now())
	return c.ID, r.w.store.Update(r.w.t.Context(), func(tx *store.Tx) error { return tx.PutEmergencyCall(c) })
}

func (r rehearsals) Coverage(record.ID) ([]e911.Coverage, error) {
	var list []e911.Coverage
	for _, state := range []string{e911.CoverageNever, e911.CoverageMoved, e911.CoverageTested} {
		list = append(list, e911.Coverage{Device: record.NewID(record.KindDevice, r.w.clock.now()), State: state})
		r.w.clock.add(time.Second)
	}
	return list, nil
}

// Provision wants the location to wait for the carrier already.
func (r rehearsals) Provision(_, location record.ID) {
	r.w.store.View(func(v *store.View) {
		if l, ok := store.Get[*record.Location](v, location); !ok || l.E911Status != record.E911Pending {
			r.w.t.Errorf("the carrier is asked about %v", l)
		}
	})
}

func (r rehearsals) Lint(account record.ID) []e911.Finding {
	return []e911.Finding{{Code: e911.FindingNoRecipients, Resource: account, Name: "Acme", Detail: "nobody"}}
}

// aHelp is a test call with two recipients.
func aHelp(account record.ID, at time.Time) *record.EmergencyCall {
	return &record.EmergencyCall{
		ID: record.NewEmergencyID(at), Account: account, Test: true, Number: "933", Outcome: record.EmergencyNoCall, StartedAt: at.UTC(),
		Caller:     record.EmergencyCaller{Name: "Ann", Device: "dev_1"},
		Recipients: []record.EmergencyRecipient{{Address: "a@example.com", Source: "both", Language: "fr"}, {Address: "b@example.com", Source: "account", Language: "en"}},
	}
}

func TestEmergencyCalls(t *testing.T) {
	w := newWorld(t)
	c := aHelp(w.account, w.clock.now())
	row := func(tx *store.Tx) string {
		id, err := tx.PutOutbox(store.OutboxRow{Lane: store.OutboxEmergency, Account: w.account, Kind: "mail", ExpiresAt: tx.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	err := w.store.Update(t.Context(), func(tx *store.Tx) error {
		c.Mails = []record.EmergencyMail{
			{Address: "a@example.com", Stage: "started", Row: row(tx)},
			{Address: "b@example.com", Stage: "started", Row: row(tx)},
			{Address: "b@example.com", Stage: "callback.call_1", Row: ""},
		}
		return tx.PutEmergencyCall(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	first, err := w.store.OutboxRow(w.account, c.Mails[0].Row)
	if err != nil {
		t.Fatal(err)
	}
	err = w.store.Update(t.Context(), func(tx *store.Tx) error {
		return tx.SettleOutbox(*first, store.OutboxResult{State: store.OutboxDelivered, Code: 250, Text: "queued", Via: "relay:25"})
	})
	if err != nil {
		t.Fatal(err)
	}
	path := w.at("/emergency_calls")
	got := w.get(path + "/" + c.ID).want(http.StatusOK).json()
	people := got["recipients"].([]any)
	a, b := people[0].(map[string]any), people[1].(map[string]any)
	if a["state"] != "delivered" || b["state"] != "pending" || len(b["mails"].([]any)) != 2 {
		t.Errorf("recipients %v", people)
	}
	if mail := b["mails"].([]any)[1].(map[string]any); mail["stage"] != "callback" || mail["state"] != "failed" {
		t.Errorf("a mail that could not be written is shown as %v", mail)
	}
	for query, n := range map[string]int{"": 1, "?test=true": 1, "?test=false": 0, "?device=dev_1": 1, "?device=dev_2": 0, "?outcome=ended": 0} {
		if list := w.get(path + query).want(http.StatusOK).data(); len(list) != n {
			t.Errorf("%q lists %d", query, len(list))
		}
	}
	w.get(path + "?outcome=eaten").want(http.StatusUnprocessableEntity)
	w.get(path + "/emer_1").want(http.StatusNotFound)
	w.get("/v1/accounts/" + string(w.newAccount("Other")) + "/emergency_calls/" + c.ID).want(http.StatusNotFound)
	w.post(path+"/"+c.ID+"/retry", nil).want(http.StatusAccepted)
}

func TestEmergencyRehearsals(t *testing.T) {
	w := newWorld(t)
	made := w.post(w.at("/emergency_test"), fieldsOf{}).want(http.StatusCreated).json()
	if made["outcome"] != record.EmergencyNoCall || len(made["recipients"].([]any)) != 2 {
		t.Errorf("test %v", made)
	}
	w.post(w.at("/emergency_test"), nil).want(http.StatusCreated)
	w.post(w.at("/emergency_test"), fieldsOf{"device": "dev_none"}).want(http.StatusUnprocessableEntity)
	w.post(w.at("/emergency_test"), fieldsOf{"devise": "dev_none"}).want(http.StatusUnprocessableEntity)
	if list := w.get(w.at("/emergency_coverage?limit=2")).want(http.StatusOK).data(); len(list) != 2 {
		t.Errorf("coverage %v", list)
	}
	if list := w.get(w.at("/emergency_coverage?state=moved")).want(http.StatusOK).data(); len(list) != 1 {
		t.Errorf("coverage %v", list)
	}
	if list := w.get(w.at("/lint")).want(http.StatusOK).data(); len(list) != 1 || list[0]["code"] != e911.FindingNoRecipients {
		t.Errorf("lint %v", list)
	}
}

// TestE911Status: it is set by hand, and set back when the address is another.
func TestE911Status(t *testing.T) {
	w := newWorld(t)
	address := fieldsOf{"house_number": "1", "street": "Main", "city": "Albany", "state": "NY", "zip": "12207", "country": "US"}
	made := w.post(w.at("/locations"), fieldsOf{"name": "HQ", "address": address, "e911_status": "provisioned"}).want(http.StatusCreated).json()
	path := w.at("/locations/" + made["id"].(string))
	if made["e911_status"] != "provisioned" {
		t.Errorf("created %v", made["e911_status"])
	}
	if got := w.patch(path, fieldsOf{"name": "Home"}).want(http.StatusOK).json(); got["e911_status"] != "provisioned" {
		t.Errorf("after another name: %v", got["e911_status"])
	}
	if got := w.patch(path, fieldsOf{"floor": "2"}).want(http.StatusOK).json(); got["e911_status"] != "none" || got["e911_reason"] == "" {
		t.Errorf("after another floor: %v, %v", got["e911_status"], got["e911_reason"])
	}
	if got := w.patch(path, fieldsOf{"floor": "3", "e911_status": "failed", "e911_reason": "no such street"}).want(http.StatusOK).json(); got["e911_status"] != "failed" {
		t.Errorf("set by hand: %v", got["e911_status"])
	}
	if got := w.post(path+"/e911_retry", nil).want(http.StatusAccepted).json(); got["e911_status"] != "pending" || got["e911_reason"] != "" {
		t.Errorf("asked again: %v, %v", got["e911_status"], got["e911_reason"])
	}
	other := w.newAccount("Other")
	w.post("/v1/accounts/"+string(other)+"/locations/"+made["id"].(string)+"/e911_retry", nil).want(http.StatusNotFound)
	w.patch(path, fieldsOf{"e911_status": "perhaps"}).want(http.StatusUnprocessableEntity)
	w.patch(path, fieldsOf{"carrier_reference": "<https://lis.example/1>"}).want(http.StatusUnprocessableEntity)
}
