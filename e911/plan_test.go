package e911

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestPlan(t *testing.T) {
	type want struct {
		source   string
		missing  []string
		to       []string
		callback string
	}
	everybody := []string{"desk@example.com account", "Guard@example.com both", "floor12@example.com location"}
	for _, tt := range []struct {
		name string
		edit func(*office, *route.Decision)
		want want
	}{
		{"all there", func(*office, *route.Decision) {}, want{"device", nil, everybody, "+13125550100"}},
		{"a handset", func(_ *office, d *route.Decision) { d.From.Device = "dev_dect" }, want{"base", nil, everybody, "+13125550100"}},
		{"the user's place", func(o *office, _ *route.Decision) {
			o.devices["dev_ann"].Location, o.users["user_ann"].Location = "", "loc_hq"
		}, want{"user", nil, everybody, "+13125550100"}},
		{"the account's place", func(o *office, _ *route.Decision) { o.devices["dev_ann"].Location = "" }, want{"account", nil, everybody, "+13125550100"}},
		{"no place", func(_ *office, d *route.Decision) { d.From.Location = "" }, want{"", []string{record.MissingLocation}, everybody[:1:1], "+13125550100"}},
		{"nothing at all", func(o *office, d *route.Decision) {
			o.account = nil
			d.From, d.Emergency.Ways, d.Emergency.Callback = route.Identity{}, nil, ""
		}, want{"", []string{record.MissingLocation, record.MissingCallback, record.MissingTrunk, record.MissingRecipients}, nil, ""}},
		{"a bare place", func(o *office, _ *route.Decision) {
			o.locations["loc_hq"] = &record.Location{Name: "Yard"}
		}, want{"device", []string{record.MissingAddress, record.MissingRoom}, []string{"desk@example.com account", "Guard@example.com account"}, "+13125550100"}},
		{"a trunk that is not for it", func(o *office, _ *route.Decision) {
			o.trunks["prva_1"].Trunk.Emergency = false
		}, want{"device", []string{record.MissingCapable}, everybody, "+13125550100"}},
		{"no reference", func(o *office, _ *route.Decision) {
			o.trunks["prva_1"].Trunk.LocationConveyance, o.locations["loc_hq"].CarrierReference = record.ConveyReference, ""
		}, want{"device", []string{record.MissingReference}, everybody, "+13125550100"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, d := newOffice(), decision(nil)
			tt.edit(o, d)
			if tt.name == "no place" {
				tt.want.to = []string{"desk@example.com account", "Guard@example.com account"}
			}
			c := NewPlan(accounts{o}, d, noon)
			got := want{source: c.Location.Source, missing: c.Missing, callback: c.CallbackNumber}
			for _, r := range c.Recipients {
				got.to = append(got.to, r.Address+" "+r.Source)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
			if c.ID == "" || c.Dialled != "9911" || c.Number != "911" || !c.StartedAt.Equal(noon) {
				t.Errorf("plan %+v", c)
			}
		})
	}
}

// accounts gives a nil account as no interface would.
type accounts struct{ *office }

func TestConvey(t *testing.T) {
	for _, tt := range []struct {
		name, convey, reference string
		plain                   bool
		headers                 []Header
		said                    record.EmergencyConveyed
	}{
		{"none", record.ConveyNone, "loc-4711", false, nil, record.EmergencyConveyed{Method: "none"}},
		{"the carrier's identifier", record.ConveyReference, "loc-4711", false, []Header{{"Geolocation", "loc-4711"}, {"Geolocation-Routing", "yes"}, {"Supported", "geolocation"}}, record.EmergencyConveyed{Method: "carrier_reference", Reference: "loc-4711"}},
		{"a URI", record.ConveyReference, "https://lis.example/x", false, []Header{{"Geolocation", "<https://lis.example/x>"}, {"Geolocation-Routing", "yes"}, {"Supported", "geolocation"}}, record.EmergencyConveyed{Method: "carrier_reference", Reference: "<https://lis.example/x>"}},
		{"no reference", record.ConveyReference, "", false, nil, record.EmergencyConveyed{Method: "none"}},
		{"by value", record.ConveyPIDFLO, "", false, []Header{{"Geolocation", "<cid:EVENT@dialtone.example>"}, {"Geolocation-Routing", "yes"}, {"Supported", "geolocation"}}, record.EmergencyConveyed{
			Method: "pidf_lo", Reference: "<cid:EVENT@dialtone.example>", Lines: []string{"233 N Michigan Ave", "Chicago IL 60601", "US", "FL 12, RM 12-44"},
		}},
		{"refused before", record.ConveyPIDFLO, "", true, nil, record.EmergencyConveyed{Method: "none", Refused: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, d := newOffice(), decision(nil)
			o.locations["loc_hq"].CarrierReference = tt.reference
			o.trunks["prva_1"].Trunk.LocationConveyance = tt.convey
			c := NewPlan(o, d, noon)
			c.ID = "EVENT"
			carried, said := conveyance(c, &d.Emergency.Ways[0], o.trunks["prva_1"], tt.plain, "dialtone.example")
			tt.said.Number, tt.said.Trunk, tt.said.TrunkName = "+13125550100", "prva_1", "Carrier"
			if diff := cmp.Diff(tt.said, said) + cmp.Diff(tt.headers, carried.Headers); diff != "" {
				t.Error(diff)
			}
			if (carried.Body != nil) != (said.Method == record.ConveyPIDFLO) {
				t.Errorf("body %+v", carried.Body)
			}
		})
	}
}
