package test

import (
	"bufio"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// addQueue makes a queue of the second and the third phone's users, extension 1200.
func (o *office) addQueue(t testing.TB, more object) (id string) {
	t.Helper()
	q := object{"name": "Support", "members": []object{{"user": o.phones[1].user}, {"user": o.phones[2].user}}}
	for k, v := range more {
		q[k] = v
	}
	id = o.d.create(t, o.path+"/call_queues", q).id()
	o.d.create(t, o.path+"/extensions", object{"number": "1200", "target": object{"type": "call_queue", "id": id}})
	return id
}

// queueState is what a queue is like.
func (o *office) queueState(t testing.TB, id string) object {
	t.Helper()
	return o.d.get(t, o.path+"/call_queues/"+id+"/state")
}

// awaitDepth waits until so many wait in a queue.
func (o *office) awaitDepth(t testing.TB, id string, n int) (state object) {
	t.Helper()
	await(t, "callers in the queue", func() error {
		if state = o.queueState(t, id); len(state.list("callers")) != n {
			return fmt.Errorf("state %v", state)
		}
		return nil
	})
	return state
}

// hears waits until a phone hears something.
func hears(t testing.TB, c *peer.PhoneCall) {
	t.Helper()
	before := c.Packets()
	await(t, "sound", func() error {
		if n := c.Packets() - before; n < 10 {
			return fmt.Errorf("%d packets", n)
		}
		return nil
	})
}

// TestQueueRoundRobin: agents take turns, whoever is busy is left out, and the records
// tell who took which call.
func TestQueueRoundRobin(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	ada, ben, cleo := phones[0], phones[1], phones[2]
	id := o.addQueue(t, object{"strategy": "rrmemory"})
	for i, agent := range []*peer.Handset{ben, cleo, ben, cleo} {
		a := ada.Dial(t, "1200")
		b := ringing(t, agent)
		if from := b.Invite().Get("From"); !strings.HasPrefix(from, `"Support: Ada Front" <sip:1001@`) {
			t.Errorf("call %d: the agent is shown %q", i, from)
		}
		a.Await(t, 200)
		hears(t, a)
		b.Answer(t)
		hearEachOther(t, a, b)
		o.awaitDepth(t, id, 0)
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
	}
	o.awaitCalls(t, 4, func(c object) error {
		passages := c.list("queues")
		if len(passages) != 1 || passages[0].str("queue") != id || passages[0].str("result") != "answered" || c.str("result") != "answered" {
			return fmt.Errorf("record %v", c)
		}
		return nil
	})
	var takers []string
	for _, c := range slices.Backward(d.all(t, o.path+"/calls")) {
		takers = append(takers, c.list("queues")[0].str("agent"))
	}
	want := []string{o.phones[1].user, o.phones[2].user, o.phones[1].user, o.phones[2].user}
	if back := slices.Clone(want); !slices.Equal(takers, want) {
		if slices.Reverse(back); !slices.Equal(takers, back) {
			t.Errorf("taken by %v, want %v", takers, want)
		}
	}
}

// TestQueueRingAll: every agent rings and the first one to answer has the call; a pause
// and a log-out hold from the next call on; with nobody logged in nobody is let in.
func TestQueueRingAll(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	ada, ben, cleo := phones[0], phones[1], phones[2]
	id := o.addQueue(t, object{"strategy": "ringall", "join_empty": false})
	lamp := o.watch(t, 2, "1200")
	a := ada.Dial(t, "1200")
	b, c := ringing(t, ben), ringing(t, cleo)
	lamp.awaits(t, "early")
	if state := o.awaitDepth(t, id, 1); state.list("callers")[0].str("caller") != "1001" || state.list("agents")[0].str("activity") != "ringing" {
		t.Errorf("state %v", state)
	}
	if calls := d.all(t, o.path+"/active_calls"); len(calls) != 1 || calls[0].str("state") != "queued" {
		t.Errorf("active: %v", calls)
	}
	c.Answer(t)
	b.AwaitRequest(t, "CANCEL")
	hearEachOther(t, a, c)
	lamp.awaits(t, "terminated")
	if state := o.queueState(t, id); state.list("agents")[1].str("activity") != "talking" {
		t.Errorf("state %v", state)
	}
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")

	agent := o.path + "/call_queues/" + id + "/agents/" + o.phones[1].user
	d.want(t, http.StatusOK, http.MethodPatch, agent, object{"state": "paused", "reason": "lunch"})
	a = ada.Dial(t, "1200")
	c = ringing(t, cleo)
	c.Reply(486)
	a.Await(t, 200)
	hears(t, a)
	a.Hangup(t)
	o.awaitCalls(t, 2, func(r object) error {
		if r.str("reason") != "abandoned" && r.str("reason") != "normal" {
			return fmt.Errorf("record %v", r)
		}
		return nil
	})
	cleo.Dial(t, "*45").Await(t, 200) // logs out
	d.want(t, http.StatusOK, http.MethodPatch, agent, object{"state": "logged_out"})
	if got := ada.Dial(t, "1200").Final(t); got.Status() != 480 {
		t.Errorf("a queue without agents: %s", got)
	}
}

// TestQueueEvents: who watches an account is told of callers in queues, and what each
// queue is like.
func TestQueueEvents(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	id := o.addQueue(t, object{"max_wait_seconds": 1, "overflow": object{"type": "user", "id": o.phones[0].user}})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.Admin+"/v1/events?account="+o.id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	want := func(event string, parts ...string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() != "event: "+event || !lines.Scan() {
				continue
			}
			for _, part := range parts {
				if !strings.Contains(lines.Text(), part) {
					t.Errorf("event %s lacks %s: %s", event, part, lines.Text())
				}
			}
			return
		}
		t.Fatalf("no event %s: %v", event, lines.Err())
	}
	want("snapshot", `"call_queues":[{"queue":"`+id+`"`)
	for i := range 2 { // the agents are on the phone
		user := o.phones[i+1].user
		d.want(t, http.StatusOK, http.MethodPatch, o.path+"/call_queues/"+id+"/agents/"+user, object{"state": "paused"})
	}
	a := phones[1].Dial(t, "1200")
	want("call.queue.joined", `"queue":"`+id+`"`, `"caller":"1002"`, `"position":1`)
	want("call.queue.overflowed", `"reason":"queue_timeout"`)
	b := ringing(t, phones[0])
	b.Answer(t)
	hearEachOther(t, a, b)
	b.Hangup(t)
	want("call.ended", `"result":"overflowed"`)
}

// TestQueueKill: callers do not outlive a crash, what agents have said does.
func TestQueueKill(t *testing.T) {
	t.Parallel()
	config := strings.Replace(baseConfig, `udp: ["127.0.0.1:0"]`, fmt.Sprintf(`udp: ["127.0.0.1:%s"]`, freeUDPPort(t)), 1)
	d := start(t, options{config: config})
	o, phones := trio(t, d)
	id := o.addQueue(t, object{"strategy": "linear"})
	phones[1].Dial(t, "*451200").Await(t, 200)
	a := phones[0].Dial(t, "1200")
	ringing(t, phones[2]).Reply(486)
	a.Await(t, 200)
	o.awaitDepth(t, id, 1)
	d.kill()
	d = start(t, options{data: d.data, config: config})
	o.d = d
	state := o.awaitDepth(t, id, 0)
	if agents := state.list("agents"); agents[0].str("state") != "logged_out" || agents[1].str("state") != "available" {
		t.Errorf("agents %v", agents)
	}
	a = phones[0].Dial(t, "1200")
	c := ringing(t, phones[2])
	c.Answer(t)
	a.Await(t, 200)
	hearEachOther(t, a, c)
	a.Hangup(t)
}
