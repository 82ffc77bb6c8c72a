package route_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dialtone/sip/route"
	"dialtone/store/record"
)

// say is a decision in one line: kind, status or what rings, and where it goes on.
func say(d route.Decision) string {
	var b strings.Builder
	b.WriteString(d.Kind.String())
	switch d.Kind {
	case route.Refuse:
		fmt.Fprintf(&b, " %d %s", d.Refusal.Status, d.Refusal.Reason)
	case route.Emergency:
		fmt.Fprintf(&b, " %s %s %s", d.Emergency.Class, d.Emergency.Number, d.Emergency.Region)
		for _, w := range d.Emergency.Ways {
			fmt.Fprintf(&b, " %s", w.Trunk)
		}
	case route.Queue:
		fmt.Fprintf(&b, " %s", d.Queue)
	case route.Feature, route.Park:
		fmt.Fprintf(&b, " %s(%s)", d.Feature.Name, d.Feature.Argument)
		sayTargets(&b, d.Feature.Pickup)
	case route.Ring, route.Trunk:
		for i, s := range d.Plan.Stages {
			if i > 0 {
				b.WriteString(" then")
			}
			sayTargets(&b, s.Targets)
			fmt.Fprintf(&b, " for %s", s.Timeout)
		}
		for name, hop := range map[string]*route.Hop{"busy": d.Plan.OnBusy} {
			if hop != nil {
				fmt.Fprintf(&b, " %s→%s", name, hop.Destination)
			}
		}
	}
	return b.String()
}

func sayTargets(b *strings.Builder, list []route.Target) {
	for _, t := range list {
		if t.Outside == "" {
			fmt.Fprintf(b, " %s", strings.TrimSuffix(t.AOR, "@office.test"))
			continue
		}
		fmt.Fprintf(b, " %s via", t.Outside)
		for _, w := range t.Ways {
			fmt.Fprintf(b, " %s(%s)", w.Trunk, w.Number)
		}
	}
}

const both = " via prva_a(%[1]s) prva_b(%[1]s)"

func outside(number string) string {
	return "trunk " + number + fmt.Sprintf(both, number) + " for 3m0s"
}

func TestDecideDialled(t *testing.T) {
	tests := []struct {
		name    string
		from    record.ID
		dialled string
		want    string
	}{
		{"a user's lines", "bob1", "1001", "ring ann1 ann2 for 1m0s"},
		{"a user's other lines", "ann1", "1001", "ring ann2 for 1m0s"},
		{"the line itself", "bob1", "1002", "refuse 486 user_busy"},
		{"a device's line", "bob1", "1009", "ring hall for 1m0s"},
		{"with separators", "bob1", "10-01", "ring ann1 ann2 for 1m0s"},
		{"with parameters", "bob1", "1001;phone-context=office.test", "ring ann1 ann2 for 1m0s"},
		{"with a hash", "bob1", "1001#", "ring ann1 ann2 for 1m0s"},
		{"a user without lines", "bob1", "1004", "refuse 480 not_registered"},
		{"a group", "eve1", "2000", "ring ann1 ann2 bob1 +13125550188" + fmt.Sprintf(both, "+13125550188") + " for 20s"},
		{"an extension that leads outside", "bob1", "3000", outside("+13125550177")},
		{"an extension of a queue", "bob1", "3001", "queue qu_1"},
		{"an extension of a queue that is gone", "bob1", "3002", "refuse 404 not_found"},
		{"on no line, a queue", "loose", "3001", "queue qu_1"},
		{"an extension nobody has", "bob1", "1055", "refuse 404 not_found"},
		{"an inactive extension", "bob1", "1999", "refuse 404 not_found"},
		{"nothing", "bob1", "", "refuse 404 not_found"},
		{"a name", "bob1", "reception", "refuse 404 not_found"},

		{"E.164", "bob1", "+13125550155", outside("+13125550155")},
		{"ten digits", "bob1", "(312) 555-0155", outside("+13125550155")},
		{"eleven digits", "bob1", "13125550155", outside("+13125550155")},
		{"international", "bob1", "01133142685301", outside("+33142685301")},
		{"international the European way", "bob1", "0033142685301", outside("+33142685301")},
		{"abroad", "bob1", "+33 1 42 68 53 01", outside("+33142685301")},
		{"a global phone-context", "bob1", "5550155;phone-context=+1312", outside("+13125550155")},
		{"seven digits", "bob1", "5550155", "refuse 484 not_found"},
		{"no area code begins with 1", "bob1", "1125550155", "refuse 404 not_found"},
		{"no area code begins with 0", "bob1", "0125550155", "refuse 404 not_found"},
		{"too many digits", "bob1", "312555015512345", "refuse 404 not_found"},
		{"no country", "bob1", "+0", "refuse 484 not_found"},
		{"directory assistance", "bob1", "411", outside("411")},
		{"the crisis line", "bob1", "988", outside("988")},
		{"an own number", "eve1", "2125550101", "ring ann1 ann2 for 1m0s"},
		{"an own number that leads nowhere", "eve1", salesNo, "refuse 404 not_found"},
		{"another account's number", "eve1", "+12125550900", outside("+12125550900")},

		{"on no line, an extension", "loose", "1001", "ring ann1 ann2 for 1m0s"},
		{"on no line, a number", "loose", "+13125550155", "refuse 403 no_permission"},
		{"on no line, an own number", "loose", annNum, "refuse 403 no_permission"},
		{"on no line, the crisis line", "loose", "988", outside("988")},
		{"on no line, a code", "loose", "*78", "refuse 403 no_permission"},
		{"on no line, an extension that leads outside", "loose", "3000", outside("+13125550177")},

		{"Paris, national", "paris1", "01 42 68 53 01", "trunk +33142685301 via prva_p(+33142685301) for 3m0s"},
		{"Paris, to itself", "paris1", "0142685300", "refuse 480 not_registered"},
		{"Paris, a service number", "paris1", "3631", "trunk 3631 via prva_p(3631) for 3m0s"},
		{"Paris, abroad", "paris1", "0012125550100", "trunk +12125550100 via prva_p(+12125550100) for 3m0s"},

		{"forward", "bob1", "*721001", "feature forward_always_on(1001)"},
		{"forward outside", "bob1", "*723125550155", "feature forward_always_on(+13125550155)"},
		{"forward to help", "bob1", "*72911", "refuse 403 forbidden"},
		{"forward to nobody", "bob1", "*721", "refuse 484 not_found"},
		{"forward to nowhere", "bob1", "*72*78", "refuse 404 not_found"},
		{"forward without a destination", "bob1", "*72", "refuse 484 not_found"},
		{"forward again", "eve1", "*90", "feature forward_busy_on()"},
		{"no forward", "bob1", "*73", "feature forward_always_off()"},
		{"do not disturb", "bob1", "*78", "feature dnd_on()"},
		{"a code on a line of nobody", "hall", "*78", "refuse 403 no_permission"},
		{"call return", "bob1", "*69", "feature call_return()"},
		{"a code and too much", "bob1", "*781", "refuse 404 not_found"},
		{"pickup", "bob1", "**1001", "feature pickup(1001) ann1 ann2"},
		{"pickup of a group", "eve1", "**2000", "feature pickup(2000) ann1 ann2 bob1"},
		{"pickup of a queue", "bob1", "**3001", "feature pickup(3001) ann1 ann2 eve1"},
		{"pickup of nobody", "bob1", "**1077", "refuse 404 not_found"},
		{"voicemail", "bob1", "*97", outside("+12125550199")},
		{"park", "bob1", "*68", "park park()"},
		{"park in a slot", "bob1", "*6807", "park park(7)"},
		{"park in slot 0", "bob1", "*680", "refuse 404 not_found"},
		{"park on a line of nobody", "hall", "*687", "park park(7)"},
		{"on no line, park", "loose", "*687", "refuse 403 no_permission"},
		{"an extension of a slot", "bob1", "6801", "park park(1)"},
		{"an extension of slots", "bob1", "6805", "park park()"},
		{"on no line, an extension of slots", "loose", "6805", "refuse 480 unreachable"},
		{"park in no slot", "bob1", "*68100", "refuse 404 not_found"},
		{"no code", "bob1", "*55", "refuse 404 not_found"},
		{"a withheld number", "bob1", "*673125550155", outside("+13125550155")},
		{"a withheld nothing", "bob1", "*67", "refuse 484 not_found"},
	}
	w := newWorld()
	w.users["user_eve"].Forwarding.Busy = &record.ForwardRule{Destination: "1001"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := say(route.Decide(w, phone(tt.from), tt.dialled, noon)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestDecideStranger(t *testing.T) {
	d := route.Decide(newWorld(), route.Caller{Account: "acct_gone", Credential: "x"}, "1001", noon)
	if got, want := say(d), "refuse 403 forbidden"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecideWithoutTrunk(t *testing.T) {
	w := newWorld()
	for _, trunk := range w.trunks {
		trunk.Enabled = false
	}
	if got, want := say(route.Decide(w, phone("bob1"), "+13125550155", noon)), "refuse 480 no_trunk"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecideDirectionAndParties(t *testing.T) {
	w := newWorld()
	d := route.Decide(w, phone("ann1"), "1002", noon)
	if d.Direction != record.CallInternal || d.To != "1002" || d.Extension != "ext_1002" {
		t.Errorf("direction %s to %s extension %s", d.Direction, d.To, d.Extension)
	}
	want := route.Identity{Credential: "ann1", Device: "dev_ann", Line: 1, User: "user_ann", Extension: "1001", Name: "ann"}
	if d.From != want {
		t.Errorf("from %+v, want %+v", d.From, want)
	}
	if d := route.Decide(w, phone("ann1"), "3125550155", noon); d.Direction != record.CallOutbound || d.To != "+13125550155" {
		t.Errorf("direction %s to %s", d.Direction, d.To)
	}
}

func TestDecideSingle(t *testing.T) {
	w := newWorld()
	w.users["user_bob"].CallWaiting = false
	d := route.Decide(w, phone("ann1"), "2000", noon)
	for _, target := range d.Plan.Stages[0].Targets {
		if target.Single != (target.User == "user_bob") {
			t.Errorf("%s: single %t", target.AOR, target.Single)
		}
	}
}

func TestDecideCallerInside(t *testing.T) {
	tests := []struct {
		name string
		from record.ID
		edit func(*world, *route.Caller)
		want route.CallerID
	}{
		{"a user", "ann1", nil, route.CallerID{Number: "1001", Name: "ann"}},
		{"a line of nobody", "hall", nil, route.CallerID{Number: "1009", Name: "Hall"}},
		{"the lowest extension", "ann1", func(w *world, _ *route.Caller) {
			w.extension("0999", record.Target{Type: record.TargetUser, ID: "user_ann"})
		}, route.CallerID{Number: "0999", Name: "ann"}},
		{"the primary extension", "ann1", func(w *world, _ *route.Caller) {
			w.extension("0999", record.Target{Type: record.TargetUser, ID: "user_ann"})
			w.users["user_ann"].PrimaryExtension = "ext_1001"
		}, route.CallerID{Number: "1001", Name: "ann"}},
		{"an inactive primary extension", "ann1", func(w *world, _ *route.Caller) {
			w.users["user_ann"].PrimaryExtension = "ext_1999"
		}, route.CallerID{Number: "1001", Name: "ann"}},
		{"what a phone says of itself", "ann1", func(_ *world, c *route.Caller) { c.Number, c.Name = "911", "The President" }, route.CallerID{Number: "1001", Name: "ann"}},
		{"private", "ann1", func(_ *world, c *route.Caller) { c.Private = true }, route.CallerID{Private: true}},
		{"in somebody's behalf", "ann1", func(_ *world, c *route.Caller) {
			c.Behalf = &route.Identity{Trunk: "prva_a", Number: "+13125550155", Name: "Customer"}
		}, route.CallerID{Number: "+13125550155", Name: "Customer"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, c := newWorld(), phone(tt.from)
			if tt.edit != nil {
				tt.edit(w, &c)
			}
			d := route.Decide(w, c, "1002", noon)
			if got := d.Plan.Stages[0].Targets[0].Shown; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestDecideCallerOutside(t *testing.T) {
	foreign := &route.Identity{Trunk: "prva_b", Number: "+13125550155", Name: "Customer"}
	tests := []struct {
		name string
		edit func(*world, *route.Caller)
		want route.CallerID
	}{
		{"the account's", nil, route.CallerID{Number: mainNum, Own: "num_main"}},
		{"the user's", func(w *world, _ *route.Caller) { w.users["user_ann"].OutboundNumber = "num_ann" }, route.CallerID{Number: annNum, Own: "num_ann"}},
		{"the device's", func(w *world, _ *route.Caller) {
			w.users["user_ann"].OutboundNumber = "num_ann"
			w.devices["dev_ann"].OutboundNumber = "num_sales"
		}, route.CallerID{Number: salesNo, Own: "num_sales"}},
		{"one that may not be shown", func(w *world, _ *route.Caller) {
			w.devices["dev_ann"].OutboundNumber = "num_sales"
			w.NumberByID("num_sales").OutboundEnabled = false
		}, route.CallerID{Number: mainNum, Own: "num_main"}},
		{"another account's", func(w *world, _ *route.Caller) { w.devices["dev_ann"].OutboundNumber = "num_other" }, route.CallerID{Number: mainNum, Own: "num_main"}},
		{"the trunk's", func(w *world, _ *route.Caller) {
			w.accounts[office].DefaultOutboundNumber = ""
			w.NumberByID("num_sales").ProviderAccount = "prva_a"
		}, route.CallerID{Number: salesNo, Own: "num_sales"}},
		{"the trunk's user name", func(w *world, _ *route.Caller) {
			w.accounts[office].DefaultOutboundNumber = ""
			w.ProviderAccount("prva_a").Trunk.Username = "acme"
		}, route.CallerID{Number: "acme"}},
		{"with its name", func(w *world, _ *route.Caller) { w.NumberByID("num_main").CallerIDName = "Acme" }, route.CallerID{Number: mainNum, Name: "Acme", Own: "num_main"}},
		{"private", func(_ *world, c *route.Caller) { c.Private = true }, route.CallerID{Number: mainNum, Own: "num_main", Private: true}},
		{"without plus", func(w *world, _ *route.Caller) {
			w.ProviderAccount("prva_a").Trunk.NumberFormat = record.FormatE164NoPlus
		}, route.CallerID{Number: mainNum[1:], Own: "num_main"}},
		{"national", func(w *world, _ *route.Caller) {
			w.ProviderAccount("prva_a").Trunk.NumberFormat = record.FormatNational
		}, route.CallerID{Number: mainNum[2:], Own: "num_main"}},
		{"a transferred customer's", func(_ *world, c *route.Caller) { c.Behalf = foreign }, route.CallerID{Number: "+13125550155", Name: "Customer"}},
		{"a transferred customer's where it may not be shown", func(w *world, c *route.Caller) {
			c.Behalf = foreign
			w.ProviderAccount("prva_a").Trunk.OwnNumbersOnly = true
		}, route.CallerID{Number: mainNum, Own: "num_main"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, c := newWorld(), phone("ann1")
			if tt.edit != nil {
				tt.edit(w, &c)
			}
			d := route.Decide(w, c, "3125550199", noon)
			if got := d.Plan.Stages[0].Targets[0].Ways[0].Shown; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestDecideNumberPrefersItsTrunk(t *testing.T) {
	w := newWorld()
	w.NumberByID("num_main").ProviderAccount = "prva_b"
	want := "trunk +13125550155 via prva_b(+13125550155) prva_a(+13125550155) for 3m0s"
	if got := say(route.Decide(w, phone("bob1"), "3125550155", noon)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecideNationalFormat(t *testing.T) {
	tests := []struct{ from, trunk, dialled, want string }{
		{"bob1", "prva_a", "+13125550155", "3125550155"},
		{"bob1", "prva_a", "+33142685301", "01133142685301"},
		{"paris1", "prva_p", "+33142685301", "0142685301"},
		{"paris1", "prva_p", "+13125550155", "0013125550155"},
		{"bob1", "prva_a", "411", "411"},
	}
	for _, tt := range tests {
		w := newWorld()
		w.ProviderAccount(record.ID(tt.trunk)).Trunk.NumberFormat = record.FormatNational
		d := route.Decide(w, phone(record.ID(tt.from)), tt.dialled, noon)
		if got := d.Plan.Stages[0].Targets[0].Ways[0].Number; got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.dialled, got, tt.want)
		}
	}
}

func TestDecideGroups(t *testing.T) {
	tests := []struct {
		name string
		edit func(*world, *record.RingGroup)
		want string
	}{
		{"sequential", func(_ *world, g *record.RingGroup) {
			g.Strategy, g.TimeoutSeconds = record.RingSequential, 15
			g.Members = g.Members[:2]
		}, "ring ann1 ann2 for 15s then bob1 for 15s"},
		{"a member who wants no calls", func(w *world, g *record.RingGroup) {
			w.users["user_ann"].DoNotDisturb = true
			g.Members = g.Members[:2]
		}, "ring bob1 for 20s"},
		{"a member who forwards", func(w *world, g *record.RingGroup) {
			w.users["user_ann"].Forwarding.Always = rule("1003")
			g.Members = g.Members[:2]
		}, "ring ann1 ann2 bob1 for 20s"},
		{"nobody", func(_ *world, g *record.RingGroup) { g.Members = nil }, "refuse 480 not_registered"},
		{"nobody and an overflow", func(_ *world, g *record.RingGroup) {
			g.Members, g.Overflow = nil, &record.Target{Type: record.TargetUser, ID: "user_bob"}
		}, "ring bob1 for 1m0s"},
		{"an overflow to itself", func(_ *world, g *record.RingGroup) {
			g.Members, g.Overflow = nil, &record.Target{Type: record.TargetRingGroup, ID: g.ID}
		}, "refuse 482 loop"},
		{"groups within groups within themselves", func(w *world, g *record.RingGroup) {
			g.Members = []record.Target{{Type: record.TargetRingGroup, ID: g.ID}, {Type: record.TargetUser, ID: "user_bob"}}
		}, "ring bob1 for 20s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			tt.edit(w, w.groups["rg_sales"])
			if got := say(route.Decide(w, phone("eve1"), "2000", noon)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestDecideBounds(t *testing.T) {
	w := newWorld()
	for i := range 20 {
		var lines []record.Line
		for n := range record.MaxLines {
			lines = append(lines, record.Line{Line: n + 1, Credential: record.ID(fmt.Sprintf("many%d_%d", i, n)), User: "user_ann"})
		}
		w.device(record.ID(fmt.Sprintf("dev_many%d", i)), office, lines...)
	}
	if n := len(route.Decide(w, phone("bob1"), "1001", noon).Plan.Stages[0].Targets); n != 100 {
		t.Errorf("%d targets", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	w := newWorld()
	for _, dialled := range []string{"1001", "3125550155", "911", "+33142685301"} {
		b.Run(dialled, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				route.Decide(w, phone("bob1"), dialled, noon)
			}
		})
	}
}

func FuzzDecide(f *testing.F) {
	for _, s := range []string{"1001", "911", "*67911", "**1001", "*72", "+", "00", "011", "5550155;phone-context=+1312", "urn:service:sos", "%39%31%31", "\x00", "*6807", "+1", "tel:911"} {
		f.Add(s)
	}
	w := newWorld()
	f.Fuzz(func(t *testing.T, dialled string) {
		for _, c := range []route.Caller{phone("ann1"), phone("paris1"), phone("loose"), {Trunks: []record.ID{"prva_a", "prva_o"}, Number: dialled}, {}} {
			d := route.Decide(w, c, dialled, noon)
			for range 2 * route.MaxDiversions {
				if d.Kind == route.Refuse && d.Refusal.Status < 400 {
					t.Fatalf("refused without a status: %+v", d)
				}
				if (d.Kind == route.Ring || d.Kind == route.Trunk) != (d.Plan != nil) {
					t.Fatalf("kind %s, plan %v", d.Kind, d.Plan)
				}
				d = route.Follow(w, d, route.NoAnswer, noon.Add(time.Minute))
			}
		}
	})
}
