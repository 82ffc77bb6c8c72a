package admin

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

// Queue is Queues.
func (f *fakes) Queue(queue record.ID) ([]QueueCaller, map[record.ID]AgentActivity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.waiting[queue]), maps.Clone(f.agents)
}

func (w *world) newQueue(name string, users ...record.ID) record.ID {
	w.t.Helper()
	members := make([]fieldsOf, len(users))
	for i, u := range users {
		members[i] = fieldsOf{"user": u, "penalty": i}
	}
	return w.post(w.at("/call_queues"), fieldsOf{"name": name, "members": members}).want(http.StatusCreated).id()
}

func (w *world) newUser(name string) record.ID {
	w.t.Helper()
	email := strings.ToLower(name) + "@example.com"
	return w.post(w.at("/users"), fieldsOf{"name": name, "email": email}).want(http.StatusCreated).id()
}

func TestCallQueues(t *testing.T) {
	w := newWorld(t)
	ann := w.newUser("Ann")
	q := w.post(w.at("/call_queues"), fieldsOf{"name": "Support"}).want(http.StatusCreated)
	want := map[string]any{
		"name": "Support", "strategy": "ringall", "members": []any{}, "timeout_seconds": 20.0, "wrap_up_seconds": 0.0,
		"ring_in_use": false, "max_length": 100.0, "max_wait_seconds": 0.0, "join_empty": true, "leave_when_empty": false,
		"announcements": nil, "callback": nil, "overflow": nil, "hold_music_clip": nil, "caller_id_prefix": "",
		"service_level_seconds": 20.0,
	}
	shown := q.json()
	for _, field := range []string{"id", "account", "created_at", "updated_at", "revision"} {
		delete(shown, field)
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("a new queue (-want +got):\n%s", diff)
	}
	path := w.at("/call_queues/" + string(q.id()))
	changed := w.patch(path, fieldsOf{
		"strategy": "wrandom", "members": []fieldsOf{{"user": ann, "penalty": 5}}, "announcements": fieldsOf{"frequency_seconds": 30},
		"callback": fieldsOf{"offer_after_seconds": 60}, "overflow": fieldsOf{"type": "external", "number": "+13125550100"},
	}).want(http.StatusOK)
	if !strings.Contains(changed.raw, `"announcements":{"frequency_seconds":30}`) {
		t.Errorf("changed queue %s", changed.raw)
	}
	for field, body := range map[string]fieldsOf{
		"strategy":                        {"strategy": "fair"},
		"members[0].user":                 {"members": []fieldsOf{{"user": "user_00000000000000000000000000"}}},
		"members[1].user":                 {"members": []fieldsOf{{"user": ann}, {"user": ann}}},
		"wrap_up_seconds":                 {"wrap_up_seconds": 601},
		"announcements.frequency_seconds": {"announcements": fieldsOf{"frequency_seconds": 5}},
		"callback.offer_after_seconds":    {"callback": fieldsOf{"offer_after_seconds": -1}},
		"agents":                          {"agents": []string{}},
		"overflow.number":                 {"overflow": fieldsOf{"type": "external", "number": "911"}},
	} {
		if got := w.patch(path, body).want(422); !strings.Contains(got.raw, `"field":"`+field+`"`) {
			t.Errorf("%s is blamed for %v", got.raw, body)
		}
	}
	w.post(w.at("/call_queues"), fieldsOf{"name": "SUPPORT"}).want(http.StatusConflict)
	w.post(w.at("/call_queues"), fieldsOf{}).want(422)
	w.delete(w.at("/users/" + string(ann))).want(http.StatusConflict)
	w.delete(path).want(http.StatusNoContent)
	w.get(path + "/state").want(http.StatusNotFound)
}

func TestQueueState(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.newUser("Ann"), w.newUser("Bob")
	queue := w.newQueue("Support", ann, bob)
	path := w.at("/call_queues/" + string(queue))
	at := w.clock.now().UTC().Truncate(time.Second)
	w.fakes.waiting = map[record.ID][]QueueCaller{queue: {
		{Position: 1, Call: "call_1", Caller: "+13125550155", CallerName: "Zed", JoinedAt: at, Ringing: []record.ID{ann}},
		{Position: 2, Call: "call_2", JoinedAt: at, Callback: true},
	}}
	w.fakes.agents = map[record.ID]AgentActivity{ann: {Activity: AgentRinging, Calls: 3, LastCallAt: at}}
	idle := map[string]any{
		"user": string(bob), "name": "Bob", "penalty": 1.0, "state": "available", "reason": "", "activity": "idle", "calls": 0.0,
	}
	joined := at.Format(time.RFC3339)
	want := map[string]any{
		"queue": string(queue), "name": "Support", "waiting": 2.0,
		"callers": []any{
			map[string]any{
				"position": 1.0, "call": "call_1", "caller": "+13125550155", "caller_name": "Zed", "joined_at": joined,
				"ringing": []any{string(ann)}, "callback": false,
			},
			map[string]any{
				"position": 2.0, "call": "call_2", "caller": "", "caller_name": "", "joined_at": joined,
				"ringing": []any{}, "callback": true,
			},
		},
		"agents": []any{
			map[string]any{
				"user": string(ann), "name": "Ann", "penalty": 0.0, "state": "available", "reason": "", "activity": "ringing",
				"calls": 3.0, "last_call_at": joined,
			},
			idle,
		},
	}
	if diff := cmp.Diff(want, w.get(path+"/state").want(http.StatusOK).json()); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	page := w.get(path + "/agents?limit=1").want(http.StatusOK)
	if list := page.data(); len(list) != 1 || list[0]["user"] != string(ann) {
		t.Errorf("first page is %s", page.raw)
	}
	if list := w.get(path + "/agents?cursor=" + page.text("next")).data(); len(list) != 1 || list[0]["user"] != string(bob) {
		t.Errorf("second page is %v", list)
	}
	if diff := cmp.Diff(idle, w.get(path+"/agents/"+string(bob)).want(http.StatusOK).json()); diff != "" {
		t.Errorf("agent (-want +got):\n%s", diff)
	}
}

// An agent who is paused stays so through a restart, and the log tells who did it.
func TestQueueAgentChanges(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.newUser("Ann"), w.newUser("Bob")
	path := w.at("/call_queues/" + string(w.newQueue("Support", ann)) + "/agents/" + string(ann))
	paused := w.patch(path, fieldsOf{"state": "paused", "reason": "Lunch"}).want(http.StatusOK).json()
	if paused["state"] != "paused" || paused["reason"] != "Lunch" || paused["since"] == nil {
		t.Errorf("paused agent %v", paused)
	}
	w.restart()
	if got := w.get(path).want(http.StatusOK).json()["state"]; got != "paused" {
		t.Errorf("after a restart the agent is %v", got)
	}
	for field, body := range map[string]fieldsOf{
		"state":  {"state": "busy"},
		"reason": {"state": "available", "reason": "Lunch"},
		"pause":  {"state": "paused", "pause": true},
	} {
		if got := w.patch(path, body).want(422); !strings.Contains(got.raw, `"field":"`+field+`"`) {
			t.Errorf("%s is blamed for %v", got.raw, body)
		}
	}
	w.patch(path, fieldsOf{}).want(422)
	w.patch(strings.Replace(path, string(ann), string(bob), 1), fieldsOf{"state": "paused"}).want(http.StatusNotFound)
	w.send(w.newKey(w.account, "read"), http.MethodPatch, path, fieldsOf{"state": "available"}).want(http.StatusForbidden)
	if got := w.patch(path, fieldsOf{"state": "logged_out"}).want(http.StatusOK).json(); got["state"] != "logged_out" || got["reason"] != "" {
		t.Errorf("logged out agent %v", got)
	}
	log := w.get(w.at("/audit_entries?event=" + store.EventQueueAgentUpdate + "&outcome=success")).want(http.StatusOK)
	if list := log.data(); len(list) != 2 || !strings.Contains(log.raw, `"field":"state of `+string(ann)+`","before":"available","after":"paused"`) {
		t.Errorf("audit log %s", log.raw)
	}
}

func TestQueueStatistics(t *testing.T) {
	w := newWorld(t)
	w.patch(w.at(""), fieldsOf{"timezone": "America/New_York"}).want(http.StatusOK)
	ann := w.newUser("Ann")
	queue := w.newQueue("Support", ann)
	path := w.at("/call_queues/" + string(queue) + "/statistics")
	midnight := time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC) // in New York
	passed := func(at time.Time, wait int, result string) {
		t.Helper()
		err := w.store.Update(t.Context(), func(tx *store.Tx) error {
			p := record.QueuePassage{Queue: queue, JoinedAt: at, WaitSeconds: wait, Result: result}
			if result == record.QueueAnswered {
				p.Agent, p.Steps = ann, []record.QueueStep{{Agent: ann, Step: record.StepRang}}
			}
			return tx.AppendCall(record.CallRecord{
				Account: w.account, StartedAt: at, EndedAt: at.Add(time.Duration(wait+60) * time.Second), Queues: []record.QueuePassage{p},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	passed(midnight.Add(-time.Minute), 10, record.QueueAnswered)
	passed(midnight, 30, record.QueueAnswered)
	passed(midnight.Add(time.Hour), 5, record.QueueAbandoned)
	w.restart()

	days := w.get(path).want(http.StatusOK)
	total := days.json()["total"].(map[string]any)
	for field, want := range map[string]float64{
		"offered": 3, "answered": 2, "answered_in_time": 1, "abandoned": 1, "average_answered_wait_seconds": 20,
		"average_abandoned_wait_seconds": 5, "average_talk_seconds": 60, "longest_wait_seconds": 30,
	} {
		if total[field] != want {
			t.Errorf("%s is %v, want %v", field, total[field], want)
		}
	}
	starts := func(g *got) (list []string) {
		for _, p := range g.json()["periods"].([]any) {
			list = append(list, p.(map[string]any)["start"].(string))
		}
		return list
	}
	if got := starts(days); !slices.Equal(got, []string{"2026-02-28T05:00:00Z", "2026-03-01T05:00:00Z"}) {
		t.Errorf("days %q", got)
	}
	hours := w.get(path + "?by=hour&from=2026-03-01T05:30:00Z&to=2026-03-01T06:01:00Z").want(http.StatusOK)
	if got := starts(hours); !slices.Equal(got, []string{"2026-03-01T05:00:00Z", "2026-03-01T06:00:00Z"}) {
		t.Errorf("hours %q", got)
	}
	if agents := days.json()["agents"].([]any); len(agents) != 1 || agents[0].(map[string]any)["answered"] != 2.0 || agents[0].(map[string]any)["name"] != "Ann" {
		t.Errorf("agents %v", agents)
	}
	for _, query := range []string{"?by=week", "?from=yesterday", "?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "?from=2024-01-01T00:00:00Z", "?by=hour&from=2026-01-01T00:00:00Z", "?limit=1"} {
		w.get(path + query).want(422)
	}
}

// The stream begins with every queue and tells all of one that changes.
func TestQueueEvents(t *testing.T) {
	w := newWorld(t)
	queue := w.newQueue("Support", w.newUser("Ann"))
	many := make([]QueueCaller, maxEventCallers+1)
	for i := range many {
		many[i] = QueueCaller{Position: i + 1, Call: fmt.Sprint("call_", i+1)}
	}
	w.fakes.waiting = map[record.ID][]QueueCaller{queue: many}
	hub := &Hub{}
	w.server.Events = hub
	srv := httptest.NewServer(w.server.Handler())
	t.Cleanup(srv.Close)
	stream := w.watch(srv.URL, w.newKey(w.account, "read"), "")
	stream.want("snapshot", `"call_queues":[{"queue":"`+string(queue)+`","name":"Support","waiting":101,`)
	hub.Publish(w.account, QueueEvent(w.store, w.fakes, queue))
	kind, data := stream.next()
	if kind != EventQueue || strings.Count(data, `"position"`) != maxEventCallers || !strings.Contains(data, `"waiting":101`) {
		t.Errorf("event %s %s", kind, data)
	}
	w.delete(w.at("/call_queues/" + string(queue))).want(http.StatusNoContent)
	hub.Publish(w.account, QueueEvent(w.store, w.fakes, queue))
	stream.want(EventQueueRemoved, `"queue":"`+string(queue)+`"`)
	hub.Close()
}
