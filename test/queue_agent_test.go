package test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// queue makes a queue of the office's with an extension, whose agents are phones in order.
func (o *office) queue(t testing.TB, extension string, settings object, agents ...int) (path string) {
	t.Helper()
	members := make([]object, len(agents))
	for i, n := range agents {
		members[i] = object{"user": o.phones[n].user}
	}
	body := object{"name": "Queue " + extension, "members": members}
	for field, value := range settings {
		body[field] = value
	}
	q := o.d.create(t, o.path+"/call_queues", body)
	o.d.create(t, o.path+"/extensions", object{"number": extension, "target": object{"type": "call_queue", "id": q.id()}})
	return o.path + "/call_queues/" + q.id()
}

// code dials a feature code and waits until it has been confirmed.
func code(t testing.TB, h *peer.Handset, dialled string) {
	t.Helper()
	c := h.Dial(t, dialled)
	c.Await(t, 200)
	c.AwaitRequest(t, "BYE")
}

// agent is an agent of a queue as the API shows him.
func (o *office) agent(t testing.TB, queue string, phone int) object {
	t.Helper()
	return o.d.get(t, queue+"/agents/"+o.phones[phone].user)
}

// awaitQueue waits until a queue's state is right.
func (o *office) awaitQueue(t testing.TB, queue, what string, good func(object) bool) {
	t.Helper()
	await(t, what, func() error {
		if s := o.d.get(t, queue+"/state"); !good(s) {
			return fmt.Errorf("state %v", s)
		}
		return nil
	})
}

// passage is a call's only way through a queue.
func passage(c object) object {
	list, _ := c["queues"].([]any)
	if len(list) != 1 {
		return object{}
	}
	return object(list[0].(map[string]any))
}

// steps are what a queue decided about an agent.
func steps(passage object, agent string) (list string) {
	all, _ := passage["steps"].([]any)
	for _, s := range all {
		if one := s.(map[string]any); one["agent"] == agent {
			list += one["step"].(string) + " "
		}
	}
	return strings.TrimSpace(list)
}

// TestQueueAgentByCode: Ada waits while Ben has paused by code, Cleo is rung and talks to her; lamps,
// API and records tell all of it.
func TestQueueAgentByCode(t *testing.T) {
	t.Parallel()
	config := strings.Replace(baseConfig, `udp: ["127.0.0.1:0"]`, fmt.Sprintf(`udp: ["127.0.0.1:%s"]`, freeUDPPort(t)), 1)
	d := start(t, options{config: config})
	o, phones := trio(t, d)
	ada, ben, cleo := phones[0], phones[1], phones[2]
	queue := o.queue(t, "1800", object{"strategy": "linear"}, 1, 2)
	depth, agent := o.watch(t, 0, "1800"), o.watch(t, 2, "*451800*1002")
	depth.awaits(t, "terminated")
	agent.awaits(t, "confirmed")
	code(t, ben, "*46")
	agent.awaits(t, "early")
	if a := o.agent(t, queue, 1); a.str("state") != "paused" {
		t.Errorf("after *46 the agent is %v", a)
	}

	a := ada.Dial(t, "1800")
	c := ringing(t, cleo)
	if told := depth.awaits(t, "early"); !strings.Contains(told.Body, "sip:1001@") {
		t.Errorf("the queue's lamp was told\n%s", told.Body)
	}
	o.awaitQueue(t, queue, "waiting caller", func(s object) bool {
		list, _ := s["callers"].([]any)
		return s["waiting"] == 1.0 && len(list) == 1 && list[0].(map[string]any)["caller"] == "1001" &&
			fmt.Sprint(list[0].(map[string]any)["ringing"]) == fmt.Sprint([]any{o.phones[2].user})
	})
	c.Reply(180)
	c.Answer(t)
	a.Await(t, 200)
	depth.awaits(t, "terminated")
	hearEachOther(t, a, c)
	o.awaitQueue(t, queue, "agent who talks", func(s object) bool { return s["waiting"] == 0.0 })
	if got := o.agent(t, queue, 2).str("activity"); got != "talking" {
		t.Errorf("Cleo is %s", got)
	}
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	o.awaitCalls(t, 2, func(r object) error {
		p := passage(r)
		switch {
		case r.str("to") == "*46":
			return nil
		case p.str("result") != "answered", p.str("agent") != o.phones[2].user, steps(p, o.phones[1].user) != "paused",
			steps(p, o.phones[2].user) != "rang answered":
			return fmt.Errorf("record %v", r)
		}
		return nil
	})
	total, _ := d.get(t, queue+"/statistics")["total"].(map[string]any)
	if total["offered"] != 1.0 || total["answered"] != 1.0 || total["service_level_percent"] != 100.0 {
		t.Errorf("statistics %v", total)
	}

	d.kill()
	d = start(t, options{data: d.data, config: config})
	o.d = d
	agent.awaits(t, "early")
	depth.awaits(t, "terminated")
	if a := o.agent(t, queue, 1); a.str("state") != "paused" {
		t.Errorf("after a crash the agent is %v", a)
	}
	if total, _ := d.get(t, queue+"/statistics")["total"].(map[string]any); total["answered"] != 1.0 {
		t.Errorf("statistics after a crash %v", total)
	}
}

// TestQueueAbandoned: who hangs up while he waits is told of, and who finds nobody goes on
// to the overflow.
func TestQueueAbandoned(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	ada, cleo := phones[0], phones[2]
	queue := o.queue(t, "1800", nil, 1)
	d.want(t, http.StatusOK, http.MethodPatch, queue+"/agents/"+o.phones[1].user, object{"state": "logged_out"})
	a := ada.Dial(t, "1800")
	a.Await(t, 200) // music
	o.awaitQueue(t, queue, "waiting caller", func(s object) bool { return s["waiting"] == 1.0 })
	a.Hangup(t)
	o.awaitCalls(t, 1, func(r object) error {
		if p := passage(r); r.str("reason") != "abandoned" || p.str("result") != "abandoned" || steps(p, o.phones[1].user) != "logged_out" {
			return fmt.Errorf("record %v", r)
		}
		return nil
	})
	d.want(t, http.StatusOK, http.MethodPatch, queue, object{
		"join_empty": false, "overflow": object{"type": "user", "id": o.phones[2].user},
	})
	a = ada.Dial(t, "1800")
	c := ringing(t, cleo)
	c.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, c)
	d.want(t, http.StatusConflict, http.MethodDelete, queue, nil) // an extension leads there
	a.Hangup(t)
	await(t, "statistics", func() error {
		total, _ := d.get(t, queue+"/statistics")["total"].(map[string]any)
		if total["offered"] != 2.0 || total["abandoned"] != 1.0 || total["refused"] != 1.0 {
			return fmt.Errorf("%v", total)
		}
		return nil
	})
}

// TestQueueKeys: keys for a queue and its agent stand in a phone's file and do what they
// show.
func TestQueueKeys(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	queue := o.queue(t, "1800", nil, 1)
	id := queue[strings.LastIndexByte(queue, '/')+1:]
	device := o.path + "/devices/" + o.phones[1].id
	d.want(t, http.StatusOK, http.MethodPatch, device, object{"button_overrides": []object{
		{"position": 5, "type": "blf_queue_agent", "target": object{"queue": id}},
		{"position": 6, "type": "blf_queue_depth", "target": object{"queue": id}},
	}})
	config := string(d.call(t, http.MethodGet, device+"/config", nil).raw)
	for _, line := range []string{
		"linekey.5.type = 16", "linekey.5.value = *451800*1002", "linekey.5.extension = *451800*1002", "linekey.6.value = 1800",
	} {
		if !strings.Contains(config, line+"\n") {
			t.Errorf("no %q in the phone's file", line)
		}
	}
	lamp := o.watch(t, 1, "*451800*1002")
	lamp.awaits(t, "confirmed")
	code(t, phones[1], "*451800*1002")
	lamp.awaits(t, "terminated")
	other := phones[0].Dial(t, "*451800*1002") // calls the agent
	ringing(t, phones[1]).Reply(486)
	other.Await(t, 486)
	await(t, "agent logged out", func() error {
		if a := o.agent(t, queue, 1); a.str("state") != "logged_out" {
			return errors.New(a.str("state"))
		}
		return nil
	})
}
