package admin

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// newFleet has a registered phone that has drifted, a base with a registered handset, and a plain softphone.
func newFleet(w *world) {
	w.t.Helper()
	o := w.newOffice() // Front desk, T46U, Alice
	place := w.post(w.at("/locations"), fieldsOf{"name": "HQ", "address": fieldsOf{
		"house_number": "1", "street": "Main", "city": "Chicago", "state": "IL", "zip": "60601", "country": "US",
	}}).want(http.StatusCreated).id()
	template := w.post(w.at("/button_templates"), fieldsOf{"name": "Desk"}).want(http.StatusCreated).id()
	w.patch(w.at("/devices/"+string(o.device)), fieldsOf{"button_template": template}).want(http.StatusOK)
	w.fetched(o.device, false)
	base := w.post(w.at("/devices"), fieldsOf{"mac": "805ec0aabbcc", "model": "W60B", "name": "Cell", "location": place}).want(http.StatusCreated).id()
	c := w.post(w.at("/credential_lists/"+string(o.list)+"/credentials"), fieldsOf{"username": "bob"}).want(http.StatusCreated).id()
	w.post(w.at("/devices"), fieldsOf{
		"type": "dect_handset", "ipei": "0123456789", "base": base, "slot": 1, "name": "Walk",
		"lines": []fieldsOf{{"credential": c, "domain": o.domain}},
	}).want(http.StatusCreated)
	w.post(w.at("/devices"), fieldsOf{"type": "softphone", "name": "Laptop"}).want(http.StatusCreated)
	for _, id := range []record.ID{o.credential, c} {
		w.fakes.registrations = append(w.fakes.registrations, Registration{AOR: "x@sip.example.com", Credential: id, ExpiresAt: w.clock.now().Add(time.Hour)})
	}
}

func TestFindingDevices(t *testing.T) {
	w := newWorld(t)
	newFleet(w)
	hq := w.get(w.at("/locations")).data()[0]["id"].(string)
	desk := w.get(w.at("/button_templates")).data()[0]["id"].(string)
	cell := w.get(w.at("/devices?type=dect_base")).data()[0]["id"].(string)
	for query, want := range map[string]string{
		"":                            "Front desk,Cell,Walk,Laptop",
		"text=front":                  "Front desk",
		"text=ALICE":                  "Front desk",
		"text=alice%40example.com":    "Front desk",
		"text=t46u":                   "Front desk",
		"text=80-5E-C0-AA":            "Cell",
		"text=5ec0aabb":               "Cell",
		"text=01234":                  "Walk",
		"text=%3Cscript%3E":           "",
		"text=%3A":                    "",
		"type=softphone":              "Laptop",
		"status=provisioned":          "Front desk",
		"registration=registered":     "Front desk,Cell,Walk",
		"registration=not_registered": "Laptop",
		"drift=true":                  "Front desk",
		"drift=false":                 "Cell,Walk,Laptop",
		"location=" + hq:              "Cell,Walk",
		"location=none":               "Front desk,Laptop",
		"button_template=" + desk:     "Front desk",
		"base=" + cell:                "Walk",
		"button_template=none&drift=false&registration=registered&type=dect_base": "Cell",
	} {
		var names []string
		for _, d := range w.get(w.at("/devices?" + query)).want(http.StatusOK).data() {
			names = append(names, d["name"].(string))
		}
		if diff := cmp.Diff(want, strings.Join(names, ",")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	for _, query := range []string{"registration=maybe", "drift=1", "type=fax", "template=x"} {
		w.get(w.at("/devices?" + query)).want(422)
	}
	if d := w.get(w.at("/devices?text=front")).data()[0]; d["drift"] != true || d["config_hash"] == nil {
		t.Errorf("a listed device's drift is %v, its hash %v", d["drift"], d["config_hash"])
	} else if diff := cmp.Diff(map[string]any{
		"line": 1.0, "credential_list": w.get(w.at("/credential_lists")).data()[0]["id"], "username": "alice", "domain": "sip.example.com", "registered": true,
	}, d["line_states"].([]any)[0]); diff != "" {
		t.Error(diff)
	}
}
