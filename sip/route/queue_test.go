package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/route"
	"dialtone/store/record"
)

// The codes of agents are about all queues of the caller's or one; a key for an agent
// calls him from everybody else's phone.
func TestQueueCodes(t *testing.T) {
	w := newWorld()
	codes := w.accounts[office].FeatureCodes
	codes[route.FeatureQueueLogin], codes[route.FeatureQueuePause] = "*45", "*46"
	for _, tt := range []struct {
		name    string
		from    record.ID
		dialled string
		want    string
		queue   record.ID
	}{
		{"in to all", "ann1", "*45", "feature queue_login()", ""},
		{"pause everywhere", "ann1", "*46", "feature queue_pause()", ""},
		{"in to one", "ann1", "*453001", "feature queue_login(3001)", "qu_1"},
		{"pause in one", "ann1", "*463001", "feature queue_pause(3001)", "qu_1"},
		{"the agent's own key", "ann1", "*453001*1001", "feature queue_login(3001*1001)", "qu_1"},
		{"the key on another phone", "bob1", "*453001*1001", "ring ann1 ann2 for 1m0s", ""},
		{"a key for nobody", "bob1", "*453001*1055", "refuse 404 not_found", ""},
		{"no queue", "ann1", "*451001", "refuse 404 not_found", ""},
		{"no extension", "ann1", "*459999", "refuse 404 not_found", ""},
		{"half a key", "ann1", "*453001*", "refuse 404 not_found", ""},
		{"another half", "ann1", "*45*1001", "refuse 404 not_found", ""},
		{"two users", "ann1", "*453001*1001*1002", "refuse 404 not_found", ""},
		{"on a line of nobody", "hall", "*45", "refuse 403 no_permission", ""},
		{"on no line", "loose", "*45", "refuse 403 no_permission", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := route.Decide(w, phone(tt.from), tt.dialled, noon)
			if got := say(d); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if d.Feature != nil && d.Feature.Queue != tt.queue {
				t.Errorf("queue %q, want %q", d.Feature.Queue, tt.queue)
			}
		})
	}
}

// A queue is reached by whatever leads to it, and leads on where its overflow says; never
// back to where the call has been.
func TestQueueTargets(t *testing.T) {
	toQueue := &record.Target{Type: record.TargetCallQueue, ID: "qu_1"}
	overflow := func(t record.Target) *route.Hop { return &route.Hop{Target: &t, Queue: "qu_1"} }
	follow := func(w *world, hop *route.Hop) route.Decision {
		d := route.Decide(w, phone("bob1"), "3001", noon)
		d.Plan = &route.Plan{OnNoAnswer: hop}
		return route.Follow(w, d, route.NoAnswer, noon)
	}
	for _, tt := range []struct {
		name   string
		decide func(w *world) route.Decision
		want   string
	}{
		{"a number", func(w *world) route.Decision {
			w.numbers[0].Target = toQueue
			return route.Decide(w, route.Caller{Trunks: []record.ID{"prva_a"}, Number: "+13125550155"}, mainNum, noon)
		}, "queue qu_1"},
		{"a forward", func(w *world) route.Decision {
			w.users["user_ann"].Forwarding.Always = rule("3001")
			return route.Decide(w, phone("bob1"), "1001", noon)
		}, "queue qu_1"},
		{"a group's overflow", func(w *world) route.Decision {
			w.groups["rg_sales"].Overflow = toQueue
			return route.Follow(w, route.Decide(w, phone("eve1"), "2000", noon), route.NoAnswer, noon)
		}, "queue qu_1"},
		{"overflow to a user", func(w *world) route.Decision {
			return follow(w, overflow(record.Target{Type: record.TargetUser, ID: "user_eve"}))
		}, "ring eve1 for 1m0s"},
		{"overflow outside", func(w *world) route.Decision {
			return follow(w, overflow(record.Target{Type: record.TargetExternal, Number: "+13125550177"}))
		}, outside("+13125550177")},
		{"overflow to itself", func(w *world) route.Decision { return follow(w, overflow(*toQueue)) }, "refuse 480 no_answer"},
		{"no overflow", func(w *world) route.Decision { return follow(w, nil) }, "refuse 480 no_answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := say(tt.decide(newWorld())); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	w := newWorld()
	d := follow(w, overflow(record.Target{Type: record.TargetUser, ID: "user_eve"}))
	if len(d.Diversions) != 1 || d.Diversions[0].Queue != "qu_1" || d.Diversions[0].Name != "Support" || d.Queue != "" {
		t.Errorf("diversions %+v, queue %q", d.Diversions, d.Queue)
	}
}

// Who is called back sees the number that is to be shown, in each trunk's form, and the
// call prefers that number's trunk.
func TestCallBack(t *testing.T) {
	w := newWorld()
	w.trunks[0].Trunk.NumberFormat = record.FormatNational
	w.NumberByID("num_sales").ProviderAccount = "prva_b"
	for _, tt := range []struct {
		name, dialled string
		shown         record.ID
		want          []string // trunk and number shown
	}{
		{"a number of the account's", "+13125550155", "num_sales", []string{"prva_b " + salesNo, "prva_a " + salesNo[2:]}},
		{"another account's", "+13125550155", "num_other", []string{"prva_a " + mainNum[2:], "prva_b " + mainNum}},
		{"none", "+13125550155", "", []string{"prva_a " + mainNum[2:], "prva_b " + mainNum}},
		{"inside", "1002", "num_sales", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := route.CallBack(w, phone("ann1"), tt.dialled, tt.shown, noon)
			var got []string
			for _, way := range d.Plan.Stages[0].Targets[0].Ways {
				got = append(got, string(way.Trunk)+" "+way.Shown.Number)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
