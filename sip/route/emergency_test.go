package route_test

import (
	"testing"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestEmergency(t *testing.T) {
	tests := []struct {
		name    string
		from    record.ID
		dialled string
		edit    func(*world)
		want    string
	}{
		{"911", "ann1", "911", nil, "emergency emergency 911 US prva_b prva_a"},
		{"933", "ann1", "933", nil, "emergency test 933 US prva_b prva_a"},
		{"with a prefix", "ann1", "9-911", nil, "emergency emergency 911 US prva_b prva_a"},
		{"with a hidden number", "ann1", "*67911", nil, "emergency emergency 911 US prva_b prva_a"},
		{"escaped", "ann1", "%39%31%31", nil, "emergency emergency 911 US prva_b prva_a"},
		{"a service", "ann1", "urn:service:sos.fire", nil, "emergency emergency 911 US prva_b prva_a"},
		{"on no line", "loose", "911", nil, "emergency emergency 911 US prva_b prva_a"},
		{"the account's own number", "ann1", "5555", func(w *world) {
			w.accounts[office].EmergencyNumbers = []string{"5555"}
		}, "emergency emergency 5555 US prva_b prva_a"},
		{"in Paris", "paris1", "15", nil, "emergency emergency 15 FR prva_p"},
		{"911 in Paris", "paris1", "911", nil, "emergency emergency 112 FR prva_p"},
		{"a phone in France of an American account", "ann1", "17", func(w *world) {
			w.locations["loc_fr"] = &record.Location{Address: record.Address{Country: "FR"}}
			w.devices["dev_ann"].Location = "loc_fr"
		}, "emergency emergency 17 FR prva_b prva_a"},
		{"a handset at its base in France", "ann1", "17", func(w *world) {
			w.locations["loc_fr"] = &record.Location{Address: record.Address{Country: "FR"}}
			w.device("dev_base", office).Location = "loc_fr"
			w.devices["dev_ann"].Base = "dev_base"
		}, "emergency emergency 17 FR prva_b prva_a"},
		{"a trunk switched off is last", "ann1", "911", func(w *world) {
			w.ProviderAccount("prva_b").Enabled = false
		}, "emergency emergency 911 US prva_a prva_b"},
		{"without trunks", "ann1", "911", func(w *world) { w.trunks = nil }, "emergency emergency 911 US"},
		{"without an account", "ann1", "911", func(w *world) { w.accounts = nil }, "emergency emergency 911 "},
		{"an extension in the way", "bob1", "911", func(w *world) {
			w.accounts[office].ExtensionLength = 3
			w.extension("911", record.Target{Type: record.TargetUser, ID: "user_ann"})
		}, "emergency emergency 911 US prva_b prva_a"},
		{"a code in the way", "ann1", "*911", func(w *world) { w.accounts[office].FeatureCodes["dnd_on"] = "*911" }, "emergency emergency 911 US prva_b prva_a"},
		{"a slip", "ann1", "91191", nil, "refuse 484 not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			if tt.edit != nil {
				tt.edit(w)
			}
			if got := say(route.Decide(w, phone(tt.from), tt.dialled, noon)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEmergencyCallback(t *testing.T) {
	tests := []struct {
		name string
		edit func(*world)
		want string
	}{
		{"the account's", func(*world) {}, mainNum},
		{"the location's", func(w *world) { w.devices["dev_ann"].Location = "loc_hq" }, "+12125550111"},
		{"the user's", func(w *world) {
			w.devices["dev_ann"].Location, w.users["user_ann"].OutboundNumber = "loc_hq", "num_ann"
		}, annNum},
		{"the device's", func(w *world) {
			w.devices["dev_ann"].CallbackNumber, w.users["user_ann"].OutboundNumber = "+12125550122", "num_ann"
		}, "+12125550122"},
		{"none", func(w *world) { w.accounts[office].DefaultOutboundNumber = "" }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.locations["loc_hq"] = &record.Location{PrimaryNumber: "+12125550111"}
			tt.edit(w)
			c := phone("ann1")
			c.Private = true
			d := route.Decide(w, c, "911", noon)
			shown := d.Emergency.Ways[0].Shown
			if d.Emergency.Callback != tt.want || shown.Number != tt.want || shown.Private {
				t.Errorf("callback %q, shown %+v, want %q", d.Emergency.Callback, shown, tt.want)
			}
		})
	}
}
