package route_test

import (
	"testing"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestFaxDestination(t *testing.T) {
	for _, tt := range []struct{ region, dialled, want string }{
		{"US", "+13125550199", "+13125550199"},
		{"US", "(312) 555-0199", "+13125550199"},
		{"US", "1-312-555-0199", "+13125550199"},
		{"US", "011 33 1 23 45 67 89", "+33123456789"},
		{"FR", "01 23 45 67 89", "+33123456789"},
		{"US", "1001", ""},
		{"US", "5550199", ""},
		{"US", "411", ""},
		{"US", "ann", ""},
		{"US", "", ""},
	} {
		if got, ok := route.FaxNumber(tt.region, tt.dialled); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s in %s is %q, %v, want %q", tt.dialled, tt.region, got, ok, tt.want)
		}
	}
}

func TestDecideFax(t *testing.T) {
	for _, tt := range []struct {
		name, dialled, want, direction string
	}{
		{"outside", "+13125550199", "trunk", record.CallOutbound},
		{"a user", "1001", "ring", record.CallInternal},
		{"an emergency number", "911", "refuse", record.CallInternal},
		{"988", "988", "refuse", record.CallInternal},
		{"a feature code", "*78", "refuse", record.CallInternal},
		{"nothing", "", "refuse", record.CallInternal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			account := w.NumberByID("num_ann").Account
			d := route.DecideFax(w, account, "num_ann", tt.dialled, noon)
			if d.Kind.String() != tt.want || d.Direction != tt.direction {
				t.Errorf("%s, %s", d.Kind, d.Direction)
			}
			if d.Kind == route.Trunk {
				if shown := d.Plan.Stages[0].Targets[0].Ways[0].Shown; shown.Own != "num_ann" {
					t.Errorf("shows %+v", shown)
				}
			}
		})
	}
}

// A number for faxes leads to a machine of ours, directly and as a target.
func TestFaxNumber(t *testing.T) {
	w := newWorld()
	n := w.NumberByID("num_ann")
	n.Target, n.FaxEnabled = nil, true
	c := route.Caller{Trunks: []record.ID{"prva_a"}, Number: "+14155550123"}
	if d := route.Decide(w, c, annNum, noon); d.Kind != route.Fax || d.Fax != "num_ann" {
		t.Errorf("%s %s", d.Kind, d.Fax)
	}
	n.FaxEnabled = false
	if d := route.Decide(w, c, annNum, noon); d.Kind != route.Refuse {
		t.Errorf("not enabled: %s", d.Kind)
	}
}
