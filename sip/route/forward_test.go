package route_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/route"
	"dialtone/store/record"
)

func TestDecideUserWishes(t *testing.T) {
	tests := []struct {
		name string
		edit func(*world, *record.User) // of ann
		want string
	}{
		{"do not disturb", func(_ *world, u *record.User) { u.DoNotDisturb = true }, "refuse 480 do_not_disturb"},
		{"forward always", func(_ *world, u *record.User) { u.Forwarding.Always = rule("1003") }, "ring eve1 for 1m0s"},
		{"forward always before do not disturb", func(_ *world, u *record.User) {
			u.DoNotDisturb, u.Forwarding.Always = true, rule("1003")
		}, "ring eve1 for 1m0s"},
		{"a rule switched off", func(_ *world, u *record.User) {
			u.Forwarding.Always = &record.ForwardRule{Destination: "1003"}
		}, "ring ann1 ann2 for 1m0s"},
		{"forward outside", func(_ *world, u *record.User) { u.Forwarding.Always = rule("+13125550155") }, outside("+13125550155")},
		{"forward to the voicemail", func(_ *world, u *record.User) { u.Forwarding.Always = rule("*97") }, outside("+12125550199")},
		{"forward to a code", func(_ *world, u *record.User) { u.Forwarding.Always = rule("*78") }, "refuse 404 not_found"},
		{"forward to help", func(_ *world, u *record.User) { u.Forwarding.Always = rule("9-911") }, "refuse 403 forbidden"},
		{"forward to a user who wants no calls", func(w *world, u *record.User) {
			w.users["user_eve"].DoNotDisturb, u.Forwarding.Always = true, rule("1003")
		}, "refuse 480 do_not_disturb"},
		{"forward to itself", func(_ *world, u *record.User) { u.Forwarding.Always = rule("1001") }, "refuse 482 loop"},
		{"forward in a circle", func(w *world, u *record.User) {
			u.Forwarding.Always, w.users["user_eve"].Forwarding.Always = rule("1003"), rule("1001")
		}, "refuse 482 loop"},
		{"during opening hours", func(w *world, u *record.User) {
			w.schedules["sched_open"] = opening("09:00", "17:00")
			u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1003", Schedule: "sched_open"}
		}, "ring eve1 for 1m0s"},
		{"outside opening hours", func(w *world, u *record.User) {
			w.schedules["sched_open"] = opening("13:00", "17:00")
			u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1003", Schedule: "sched_open"}
		}, "ring ann1 ann2 for 1m0s"},
		{"by a schedule that is gone", func(_ *world, u *record.User) {
			u.Forwarding.Always = &record.ForwardRule{Enabled: true, Destination: "1003", Schedule: "sched_gone"}
		}, "ring ann1 ann2 for 1m0s"},
		{"ring time", func(_ *world, u *record.User) { u.RingSeconds = 30 }, "ring ann1 ann2 for 30s"},
		{"time until no answer", func(_ *world, u *record.User) { u.Forwarding.NoAnswer = rule("1003") }, "ring ann1 ann2 for 20s"},
		{"busy", func(_ *world, u *record.User) { u.Forwarding.Busy = rule("1003") }, "ring ann1 ann2 for 1m0s busy→1003"},
		{"no lines", func(w *world, u *record.User) { w.devices["dev_ann"].Lines = nil }, "refuse 480 not_registered"},
		{"no lines and a forward", func(w *world, u *record.User) {
			w.devices["dev_ann"].Lines, u.Forwarding.Unreachable = nil, rule("1003")
		}, "ring eve1 for 1m0s"},
		{"more that rings", func(_ *world, u *record.User) {
			u.SimultaneousRing = []record.Target{
				{Type: record.TargetExternal, Number: "+13125550155"},
				{Type: record.TargetUser, ID: "user_eve"},
				{Type: record.TargetDeviceLine, ID: "dev_hall", Line: 1},
				{Type: record.TargetUser, ID: "user_ann"},
			}
		}, "ring ann1 ann2 +13125550155" + fmt.Sprintf(both, "+13125550155") + " eve1 hall for 1m0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			tt.edit(w, w.users["user_ann"])
			if got := say(route.Decide(w, phone("bob1"), "1001", noon)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func opening(from, to string) *record.Schedule {
	return &record.Schedule{Timezone: "America/New_York", Weekly: []record.WeeklyRange{{Days: []string{"wed"}, From: from, To: to}}}
}

func TestFollow(t *testing.T) {
	tests := []struct {
		name    string
		edit    func(*world, *record.User) // of ann
		outcome []route.Outcome
		want    string
	}{
		{"busy, nowhere", nil, []route.Outcome{route.Busy}, "refuse 486 user_busy"},
		{"no answer, nowhere", nil, []route.Outcome{route.NoAnswer}, "refuse 480 no_answer"},
		{"unreachable, nowhere", nil, []route.Outcome{route.Unreachable}, "refuse 480 not_registered"},
		{"declined, nowhere", nil, []route.Outcome{route.Declined}, "refuse 603 declined"},
		{"busy", func(_ *world, u *record.User) { u.Forwarding.Busy = rule("1003") }, []route.Outcome{route.Busy}, "ring eve1 for 1m0s"},
		{"declined is busy", func(_ *world, u *record.User) { u.Forwarding.Busy = rule("1003") }, []route.Outcome{route.Declined}, "ring eve1 for 1m0s"},
		{"no answer", func(_ *world, u *record.User) { u.Forwarding.NoAnswer = rule("+13125550155") }, []route.Outcome{route.NoAnswer}, outside("+13125550155")},
		{"no answer, but no rule for it", func(_ *world, u *record.User) { u.Forwarding.Busy = rule("1003") }, []route.Outcome{route.NoAnswer}, "refuse 480 no_answer"},
		{"unreachable", func(_ *world, u *record.User) { u.Forwarding.Unreachable = rule("1003") }, []route.Outcome{route.Unreachable}, "ring eve1 for 1m0s"},
		{"twice", func(w *world, u *record.User) {
			u.Forwarding.NoAnswer, w.users["user_eve"].Forwarding.Busy = rule("1003"), rule("1009")
		}, []route.Outcome{route.NoAnswer, route.Busy}, "ring hall for 1m0s"},
		{"back to where it was", func(w *world, u *record.User) {
			u.Forwarding.NoAnswer, w.users["user_eve"].Forwarding.Busy = rule("1003"), rule("1001")
		}, []route.Outcome{route.NoAnswer, route.Busy}, "refuse 486 user_busy"},
		{"to somebody who wants no calls", func(w *world, u *record.User) {
			u.Forwarding.NoAnswer, w.users["user_eve"].DoNotDisturb = rule("1003"), true
		}, []route.Outcome{route.NoAnswer}, "refuse 480 do_not_disturb"},
		{"to a group and over", func(w *world, u *record.User) {
			u.Forwarding.NoAnswer = rule("2000")
			g := w.groups["rg_sales"]
			g.Members, g.Overflow = []record.Target{{Type: record.TargetUser, ID: "user_eve"}}, &record.Target{Type: record.TargetDeviceLine, ID: "dev_hall", Line: 1}
		}, []route.Outcome{route.NoAnswer, route.NoAnswer}, "ring hall for 1m0s"},
		{"over to a number", func(w *world, u *record.User) {
			u.Forwarding.NoAnswer = rule("2000")
			w.groups["rg_sales"].Overflow = &record.Target{Type: record.TargetExternal, Number: "+13125550155"}
		}, []route.Outcome{route.NoAnswer, route.Busy}, outside("+13125550155")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			if tt.edit != nil {
				tt.edit(w, w.users["user_ann"])
			}
			d := route.Decide(w, phone("bob1"), "1001", noon)
			for _, o := range tt.outcome {
				d = route.Follow(w, d, o, noon)
			}
			if got := say(d); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if d.To != "1001" || d.Extension != "ext_1001" {
				t.Errorf("called %s, %s", d.To, d.Extension)
			}
		})
	}
}

func TestForwardLimit(t *testing.T) {
	w := newWorld()
	const chain = 8
	for i := range chain {
		id := record.ID(fmt.Sprintf("user_c%d", i))
		u := record.NewUser()
		u.ID, u.Account = id, office
		u.Forwarding.Always = rule(fmt.Sprintf("400%d", i+1))
		w.users[id] = u
		w.extension(fmt.Sprintf("400%d", i), record.Target{Type: record.TargetUser, ID: id})
	}
	w.extension(fmt.Sprintf("400%d", chain), record.Target{Type: record.TargetUser, ID: "user_bob"})
	for start, want := range map[int]string{0: "refuse 480 loop", chain - 6: "refuse 480 loop", chain - 5: "ring bob1 for 1m0s"} {
		d := route.Decide(w, phone("ann1"), fmt.Sprintf("400%d", start), noon)
		if got := say(d); got != want {
			t.Errorf("from %d: got %s, want %s", start, got, want)
		}
	}
	w.users["user_ann"].Forwarding.Always = rule("1002")
	came := route.Caller{Trunks: []record.ID{"prva_a"}, Number: "+13125550155", Diverted: route.MaxDiversions}
	if got, want := say(route.Decide(w, came, annNum, noon)), "refuse 480 loop"; got != want {
		t.Errorf("diverted before: got %s, want %s", got, want)
	}
}

func TestForwardedCallerOutside(t *testing.T) {
	w := newWorld()
	w.users["user_ann"].Forwarding.Always = rule("+13125550177")
	w.ProviderAccount("prva_b").Trunk.OwnNumbersOnly = true
	w.ProviderAccount("prva_b").Trunk.NumberFormat = record.FormatE164NoPlus
	in := route.Caller{Trunks: []record.ID{"prva_a"}, Number: "+14155550123", Name: "Customer"}
	d := route.Decide(w, in, annNum, noon)
	diversion := route.Diversion{User: "user_ann", Number: annNum, Extension: "1001", Name: "ann", Reason: "unconditional", To: "+13125550177"}
	told := diversion
	told.Number = annNum[1:]
	want := []route.Way{
		{Trunk: "prva_a", Number: "+13125550177", Shown: route.CallerID{Number: "+14155550123", Name: "Customer"}, Diversions: []route.Diversion{diversion}},
		{Trunk: "prva_b", Number: "13125550177", Shown: route.CallerID{Number: annNum[1:], Own: "num_ann"}, Diversions: []route.Diversion{told}},
	}
	if diff := cmp.Diff(want, d.Plan.Stages[0].Targets[0].Ways); diff != "" {
		t.Error(diff)
	}
	if d.Direction != record.CallInbound || d.Number != "num_ann" || d.To != annNum {
		t.Errorf("direction %s, number %s, to %s", d.Direction, d.Number, d.To)
	}
}

func TestFollowKeepsDecisionsApart(t *testing.T) {
	w := newWorld()
	w.users["user_ann"].Forwarding.NoAnswer, w.users["user_ann"].Forwarding.Busy = rule("1003"), rule("1009")
	d := route.Decide(w, phone("bob1"), "1001", noon)
	first := route.Follow(w, d, route.NoAnswer, noon)
	second := route.Follow(w, d, route.Busy, noon)
	if len(d.Diversions) != 0 || len(first.Diversions) != 1 || first.Diversions[0].Reason != "no-answer" || second.Diversions[0].Reason != "user-busy" {
		t.Errorf("diversions %v, %v, %v", d.Diversions, first.Diversions, second.Diversions)
	}
}

func TestRedirect(t *testing.T) {
	w := newWorld()
	d := route.Decide(w, phone("bob1"), "1001", noon)
	by := d.Plan.Stages[0].Targets[0]
	for dialled, want := range map[string]string{
		"1003": "ring eve1 for 1m0s", "+13125550155": outside("+13125550155"), "911": "refuse 403 forbidden",
		"1001": "refuse 482 loop", "*78": "refuse 404 not_found", "": "refuse 404 not_found",
	} {
		got := route.Redirect(w, d, by, dialled, noon)
		if say(got) != want {
			t.Errorf("%q: got %s, want %s", dialled, say(got), want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name string
		got  []route.Outcome
		want route.Outcome
	}{
		{"nothing", nil, route.Unreachable},
		{"busy on every line that could be reached", []route.Outcome{route.Unreachable, route.Busy}, route.Busy},
		{"somebody was rung", []route.Outcome{route.NoAnswer, route.Busy}, route.NoAnswer},
		{"somebody declined", []route.Outcome{route.NoAnswer, route.Declined}, route.Declined},
		{"486", []route.Outcome{route.OutcomeOf(486, true)}, route.Busy},
		{"480 at once", []route.Outcome{route.OutcomeOf(480, false)}, route.Unreachable},
		{"480 after ringing", []route.Outcome{route.OutcomeOf(480, true)}, route.Declined},
		{"603", []route.Outcome{route.OutcomeOf(603, false)}, route.Declined},
		{"408 in silence", []route.Outcome{route.OutcomeOf(408, false)}, route.Unreachable},
		{"487", []route.Outcome{route.OutcomeOf(487, true)}, route.NoAnswer},
		{"503", []route.Outcome{route.OutcomeOf(503, true)}, route.Unreachable},
	}
	for _, tt := range tests {
		if got := route.Combine(tt.got...); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}
