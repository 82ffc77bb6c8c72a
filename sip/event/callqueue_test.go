package event

import (
	"strings"
	"testing"
	"testing/synctest"
)

// A queue's lamp blinks while somebody waits. What changes nothing on it is not sent.
func TestQueueLamp(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		w.names.set("1800", &Resource{Sources: []Source{Queue("qu_1")}, Name: "Support"})
		w.subscribed(t, "1800")
		caller := func(id string) Dialog { return Dialog{ID: id, CallID: id, State: Early, Number: "1003"} }
		for _, step := range []struct {
			name  string
			shown []Dialog
			want  string // part of the NOTIFY, empty for none
		}{
			{"one waits", []Dialog{caller("call_1")}, `id="call_1"`},
			{"the same one", []Dialog{caller("call_1")}, ""},
			{"another comes", []Dialog{caller("call_1"), caller("call_2")}, `id="call_2"`},
			{"the first is taken", []Dialog{caller("call_2")}, "<state>early</state>"},
			{"nobody waits", nil, "<state>terminated</state>"},
			{"still nobody", nil, ""},
		} {
			w.Show(Queue("qu_1"), step.shown...)
			synctest.Wait()
			sent := w.phones.take()
			if got := len(sent) == 1; got != (step.want != "") || got && !strings.Contains(sent[0].body, step.want) {
				t.Errorf("%s: %+v", step.name, sent)
			}
		}
		if len(w.states.bySource) != 0 {
			t.Errorf("left: %v", w.states.bySource)
		}
	})
}

// The lamp of an agent is lit, blinks or is dark as its records say, whatever is published.
func TestStandingLamp(t *testing.T) {
	within(t, nil, func(t *testing.T, w *world) {
		const key = "*451800*1001"
		stands := func(s State) { w.names.set(key, &Resource{Sources: []Source{"agent:x"}, Name: "Alice", Standing: s}) }
		stands(Confirmed)
		w.subscribed(t, key)
		for _, step := range []struct {
			standing State
			want     string
		}{
			{Early, "<state>early</state>"}, {Terminated, "<state>terminated</state>"}, {Confirmed, "<state>confirmed</state>"},
		} {
			stands(step.standing)
			w.Publish(ringing("d"), "agent:x")
			w.Reconfigured(ours)
			synctest.Wait()
			sent := w.phones.take()
			if len(sent) != 1 || !strings.Contains(sent[0].body, step.want) || strings.Count(sent[0].body, "<dialog ") != 1 {
				t.Errorf("%v: %+v", step.standing, sent)
			}
		}
	})
}
