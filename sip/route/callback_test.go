package route_test

import (
	"strings"
	"testing"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestCallback(t *testing.T) {
	window := route.Window{Event: "emer_1", Number: annNum, Credential: "ann1", User: "user_ann"}
	shared := window
	shared.Earlier = []route.Window{{Event: "emer_0", Number: annNum, Credential: "bob1", User: "user_bob"}}
	tests := []struct {
		name   string
		window route.Window
		called string
		edit   func(*world)
		want   string // the targets of each stage
	}{
		{"to the phone, then to the user", window, annNum, nil, "ann1 | ann1 ann2"},
		{"do not disturb", window, annNum, func(w *world) { w.users["user_ann"].DoNotDisturb = true }, "ann1 | ann1 ann2"},
		{"forwarded", window, annNum, func(w *world) {
			w.users["user_ann"].Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1002"}
		}, "ann1 | ann1 ann2"},
		{"a national number", window, strings.TrimPrefix(annNum, "+1"), nil, "ann1 | ann1 ann2"},
		{"without plus", window, strings.TrimPrefix(annNum, "+"), nil, "ann1 | ann1 ann2"},
		{"a number nobody has", route.Window{Number: "+12125559999", Credential: "ann1"}, "+12125559999", nil, "ann1"},
		{"a credential on no line", route.Window{Number: annNum, Credential: "loose", AOR: "loose@office.test"}, annNum, nil, "loose"},
		{"a line that is gone", route.Window{Number: annNum, Credential: "gone", User: "user_ann"}, annNum, nil, "ann1 ann2"},
		{"two phones with one number", shared, annNum, nil, "ann1 bob1 | ann1 bob1 ann2"},
		{"the same phone twice", route.Window{Number: annNum, Credential: "ann1", Earlier: []route.Window{{Credential: "ann1"}}}, annNum, nil, "ann1"},
		{"nobody left", route.Window{Number: annNum, Credential: "gone"}, annNum, nil, ""},
		{"another number", window, mainNum, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			if tt.edit != nil {
				tt.edit(w)
			}
			c := route.Caller{Trunks: []record.ID{"prva_a"}, Number: "+13125550911", Window: func(account record.ID, number string) (route.Window, bool) {
				return tt.window, account == office && number == tt.window.Number
			}}
			d := route.Decide(w, c, tt.called, noon)
			var stages []string
			if d.Window != nil {
				for _, s := range d.Plan.Stages {
					var aors []string
					for _, target := range s.Targets {
						name, _, _ := strings.Cut(target.AOR, "@")
						aors = append(aors, name)
						if target.Single {
							t.Error("a second call would not ring")
						}
					}
					stages = append(stages, strings.Join(aors, " "))
				}
			}
			if got := strings.Join(stages, " | "); got != tt.want {
				t.Errorf("rings %q, want %q: %s", got, tt.want, say(d))
			}
			if d.Window != nil && (d.Kind != route.Ring || d.Account != office || d.Direction != record.CallInbound) {
				t.Errorf("decision %s", say(d))
			}
		})
	}
}
