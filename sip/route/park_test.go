package route_test

import (
	"testing"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestParkSlots(t *testing.T) {
	w := newWorld()
	for dialled, want := range map[string][2]int{"*68": {1, 99}, "*6899": {99, 99}, "*6801": {1, 1}, "6805": {5, 9}} {
		f := route.Decide(w, phone("bob1"), dialled, noon).Feature
		if f == nil || [2]int{f.First, f.Last} != want {
			t.Errorf("%s: %+v, want slots %v", dialled, f, want)
		}
	}
}

// Nobody is led to a slot: parking is for people.
func TestForwardToPark(t *testing.T) {
	w := newWorld()
	w.users["user_ann"].Forwarding.Always = rule("6805")
	if got, want := say(route.Decide(w, phone("bob1"), "1001", noon)), "refuse 480 unreachable"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRingBack(t *testing.T) {
	outsider := route.Identity{Trunk: "prva_a", Number: "+13125550155", Name: "Zed"}
	tests := []struct {
		name   string
		change func(*world, *route.Parked)
		back   string
		then   string
	}{
		{"every line of the parker", func(*world, *route.Parked) {}, "ring ann1 ann2 for 1m0s", "refuse 404 not_found"},
		{"a line of nobody", func(_ *world, p *route.Parked) { p.User, p.Credential = "", "hall" }, "ring hall for 1m0s", "refuse 404 not_found"},
		{"a parker who is gone", func(w *world, p *route.Parked) { p.User, p.Credential = "user_gone", "gone" }, "refuse 480 not_registered", "refuse 404 not_found"},
		{"no forward is followed", func(w *world, _ *route.Parked) { w.users["user_ann"].Forwarding.Always = rule("1002") }, "ring ann1 ann2 for 1m0s", "refuse 404 not_found"},
		{"do not disturb", func(w *world, _ *route.Parked) { w.users["user_ann"].DoNotDisturb = true }, "refuse 480 do_not_disturb", "refuse 404 not_found"},
		{"a fallback user", fallback(record.Target{Type: record.TargetUser, ID: "user_bob"}), "ring ann1 ann2 for 1m0s", "ring bob1 for 1m0s"},
		{"a fallback outside", fallback(record.Target{Type: record.TargetExternal, Number: "+13125550177"}), "ring ann1 ann2 for 1m0s", outside("+13125550177")},
		{"a fallback that is gone", fallback(record.Target{Type: record.TargetRingGroup, ID: "rg_gone"}), "ring ann1 ann2 for 1m0s", "refuse 404 not_found"},
		{"an account that is gone", func(_ *world, p *route.Parked) { p.Account = "acct_gone" }, "refuse 403 forbidden", "refuse 404 not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			p := route.Parked{Account: office, Slot: 7, Who: outsider, User: "user_ann", Credential: "ann1"}
			tt.change(w, &p)
			if got := say(route.RingBack(w, p, noon)); got != tt.back {
				t.Errorf("back to the parker: %s, want %s", got, tt.back)
			}
			if got := say(route.ParkFallback(w, p, noon)); got != tt.then {
				t.Errorf("then: %s, want %s", got, tt.then)
			}
		})
	}
}

func fallback(target record.Target) func(*world, *route.Parked) {
	return func(w *world, _ *route.Parked) { w.accounts[office].ParkFallback = &target }
}

// The parker's phone shows who waits, not who parked, and that he was parked.
func TestRingBackShowsTheCaller(t *testing.T) {
	w := newWorld()
	for language, label := range map[string]string{"en": "Park 7: Zed", "fr": "Attente 7: Zed"} {
		w.accounts[office].Language = language
		d := route.RingBack(w, route.Parked{
			Account: office, Slot: 7, User: "user_ann", Who: route.Identity{Trunk: "prva_a", Number: "+13125550155", Name: "Zed"},
		}, noon)
		want := route.CallerID{Number: "+13125550155", Name: label}
		if got := d.Plan.Stages[0].Targets[0].Shown; got != want {
			t.Errorf("shown %+v, want %+v", got, want)
		}
	}
}
