package route_test

import (
	"fmt"
	"testing"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestInbound(t *testing.T) {
	ann := "ring ann1 ann2 for 1m0s"
	tests := []struct {
		name    string
		trunks  []record.ID
		dialled string
		called  []string
		want    string
		trunk   record.ID
	}{
		{"E.164", []record.ID{"prva_a"}, annNum, nil, ann, "prva_a"},
		{"without plus", []record.ID{"prva_a"}, annNum[1:], nil, ann, "prva_a"},
		{"national", []record.ID{"prva_a"}, annNum[2:], nil, ann, "prva_a"},
		{"in the To", []record.ID{"prva_a"}, "trunk-17", []string{"", "x", annNum}, ann, "prva_a"},
		{"Paris, national", []record.ID{"prva_p"}, "0142685300", nil, "ring paris1 for 1m0s", "prva_p"},
		{"Paris, without plus", []record.ID{"prva_p"}, "33142685300", nil, "ring paris1 for 1m0s", "prva_p"},
		{"a carrier two accounts share", []record.ID{"prva_o", "prva_b"}, annNum, nil, ann, "prva_b"},
		{"a group", []record.ID{"prva_a"}, mainNum, nil, "ring ann1 ann2 bob1 +13125550188" + fmt.Sprintf(both, "+13125550188") + " for 20s", "prva_a"},
		{"another account's number", []record.ID{"prva_o"}, annNum, nil, "refuse 404 not_found", "prva_o"},
		{"nobody's number", []record.ID{"prva_o", "prva_b"}, "+12125559999", nil, "refuse 404 not_found", ""},
		{"a number that leads nowhere", []record.ID{"prva_a"}, salesNo, nil, "refuse 404 not_found", "prva_a"},
		{"an extension", []record.ID{"prva_a"}, "1001", nil, "refuse 404 not_found", "prva_a"},
		{"a code", []record.ID{"prva_a"}, "*78", nil, "refuse 404 not_found", "prva_a"},
		{"an emergency number", []record.ID{"prva_a"}, "911", nil, "refuse 404 not_found", "prva_a"},
		{"a trunk that is gone", []record.ID{"prva_x"}, annNum, nil, "refuse 404 not_found", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := route.Caller{Trunks: tt.trunks, Called: tt.called, Number: "+14155550123"}
			d := route.Decide(newWorld(), c, tt.dialled, noon)
			got := say(d)
			if got != tt.want || d.From.Trunk != tt.trunk || d.Direction != record.CallInbound {
				t.Errorf("got  %s from %s\nwant %s from %s", got, d.From.Trunk, tt.want, tt.trunk)
			}
		})
	}
}

func TestInboundByTheNumbersTrunk(t *testing.T) {
	w := newWorld()
	w.NumberByID("num_ann").ProviderAccount = "prva_b"
	c := route.Caller{Trunks: []record.ID{"prva_a", "prva_b"}, Number: "+14155550123"}
	if d := route.Decide(w, c, annNum, noon); d.From.Trunk != "prva_b" {
		t.Errorf("came by %s", d.From.Trunk)
	}
}

func TestInboundCaller(t *testing.T) {
	tests := []struct {
		name   string
		number string
		shown  string
		caller string
		prefix string
		anon   bool
		want   route.CallerID
	}{
		{"E.164", "+14155550123", "", "Customer", "", false, route.CallerID{Number: "+14155550123", Name: "Customer"}},
		{"national", "4155550123", "", "", "", false, route.CallerID{Number: "+14155550123", Name: "+14155550123"}},
		{"without plus", "33142685399", "", "", "", false, route.CallerID{Number: "+33142685399", Name: "+33142685399"}},
		{"with a prefix", "4155550123", "", "Customer", "Support:", false, route.CallerID{Number: "+14155550123", Name: "Support: Customer"}},
		{"a short number", "611", "", "", "", false, route.CallerID{Number: "611", Name: "611"}},
		{"a name for a number", "alice", "", "Alice", "", false, route.CallerID{Name: "Alice"}},
		{"withheld by the carrier", "Anonymous", "", "Anonymous", "", false, route.CallerID{Private: true}},
		{"private", "+14155550123", "", "Customer", "", true, route.CallerID{Private: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.NumberByID("num_ann").CallerIDPrefix = tt.prefix
			c := route.Caller{Trunks: []record.ID{"prva_a"}, Number: tt.number, Name: tt.caller, Private: tt.anon}
			d := route.Decide(w, c, annNum, noon)
			if got := d.Plan.Stages[0].Targets[0].Shown; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
