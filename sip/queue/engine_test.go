package queue

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// in runs a test in virtual time.
func in(t *testing.T, what func(*testing.T, *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { what(t, newDesk(t)) })
}

// told checks the latest order of a caller.
func (d *desk) told(t *testing.T, ticket call.QueueTicket, want string) {
	t.Helper()
	synctest.Wait()
	if got := d.last(ticket); got != want {
		t.Errorf("caller %d was told %s, want %s", ticket, got, want)
	}
}

func TestWrapUp(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		q.WrapUpSeconds = 30
		first, second := d.wait(t, q, "first"), d.wait(t, q, "second")
		d.told(t, first, "[ann]")
		d.told(t, second, "none")
		d.takes(first, "ann")
		after(60)
		d.told(t, second, "none")
		d.Through(first)
		after(29)
		d.told(t, second, "none")
		if s, _ := d.State("q"); s.Agents[0].Activity != WrapUp || s.Agents[0].Calls != 1 {
			t.Errorf("the agent: %+v", s.Agents[0])
		}
		after(2)
		d.told(t, second, "[ann]")
		d.takes(second, "ann")
		d.Through(second)
		before := d.news("q")
		after(31)
		if s, _ := d.State("q"); s.Agents[0].Activity != Idle || d.news("q") == before {
			t.Errorf("after the wrap-up: %+v, told %d times more", s.Agents[0], d.news("q")-before)
		}
	})
}

func TestLogOfWrapUp(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		q.WrapUpSeconds = 30
		first, second := d.wait(t, q, "first"), d.wait(t, q, "second")
		d.takes(first, "ann")
		d.Through(first)
		after(31)
		want := []string{record.StepRinging, record.StepWithCaller, record.StepWrapUp, record.StepRang}
		if got := d.steps(second, "ann"); !slices.Equal(got, want) {
			t.Errorf("decisions %v, want %v", got, want)
		}
	})
}

// Every reason not to ring an agent is in the log.
func TestWhyNot(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "out", "pause", "call", "dnd", "off", "ann", "bob", "far")
		q.Members[7].Penalty = 1
		q.Strategy = record.QueueLinear
		d.Update(q)
		d.SetAgent("q", "out", Standing{State: record.AgentLoggedOut})
		d.SetAgent("q", "pause", Standing{State: record.AgentPaused, Reason: "lunch"})
		d.phones.set("call", call.ObstacleInUse)
		d.phones.set("dnd", call.ObstacleDisturb)
		d.phones.set("off", call.ObstacleUnreachable)
		c := d.wait(t, q, "c")
		d.told(t, c, "[ann]")
		want := map[record.ID]string{
			"out": "logged_out", "pause": "paused", "call": "in_use", "dnd": "do_not_disturb", "off": "unreachable",
			"ann": "rang", "bob": "order", "far": "penalty",
		}
		got := map[record.ID]string{}
		for _, s := range d.Log(c) {
			got[s.Agent] = s.Step
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		d.misses(c, "ann", call.MissDeclined)
		d.told(t, c, "[bob]")
		d.misses(c, "bob", call.MissNoAnswer)
		d.told(t, c, "[far]")
		after(6)
		d.misses(c, "far", call.MissUnreachable)
		d.told(t, c, "[ann]")
		if got, want := d.steps(c, "ann"), []string{"rang", "declined", "resting", "rang"}; !slices.Equal(got, want) {
			t.Errorf("ann: %v, want %v", got, want)
		}
		// what changes is noticed
		d.misses(c, "ann", call.MissBusy)
		d.told(t, c, "[bob]")
		d.SetAgent("q", "out", Standing{State: record.AgentAvailable})
		d.SetAgent("q", "bob", Standing{State: record.AgentPaused})
		d.told(t, c, "[bob]") // goes on
		d.misses(c, "bob", call.MissBusy)
		d.told(t, c, "[out]")
		d.phones.set("call", "")
		d.Changed(acme, "call")
		d.misses(c, "out", call.MissBusy)
		d.told(t, c, "[call]")
	})
}

// An agent of several queues gets who has waited longest, whichever queue he is in.
func TestFairOverQueues(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		var queues []*record.CallQueue
		for i := range 50 {
			queues = append(queues, newQueue(record.ID(fmt.Sprint("q", i)), "ann"))
		}
		first := d.wait(t, queues[0], "first")
		var waiting []call.QueueTicket
		for i := range 50 {
			after(1)
			waiting = append(waiting, d.wait(t, queues[(i*7)%50], "c"))
		}
		d.told(t, first, "[ann]")
		d.takes(first, "ann")
		d.Through(first)
		for i, c := range waiting {
			d.told(t, c, "[ann]")
			for _, later := range waiting[i+1:] {
				d.told(t, later, "none")
			}
			d.takes(c, "ann")
			d.Through(c)
		}
	})
}

func TestPriority(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		d.phones.set("ann", call.ObstacleInUse)
		usual := d.wait(t, q, "usual")
		after(1)
		urgent, _ := d.Join(q, call.QueueCaller{Priority: 1}, func(call.QueueOrder) {})
		after(1)
		earlier, _ := d.Join(q, call.QueueCaller{JoinedAt: time.Now().Add(-time.Minute)}, func(call.QueueOrder) {})
		for i, c := range []call.QueueTicket{urgent, earlier, usual} {
			if got := d.Position(c); got != i+1 {
				t.Errorf("caller %d is number %d", i, got)
			}
		}
	})
}

func TestJoinRefused(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann", "bob")
		q.MaxLength, q.JoinEmpty = 2, false
		d.phones.set("ann", call.ObstacleInUse)
		d.phones.set("bob", call.ObstacleInUse)
		d.wait(t, q, "a")
		b := d.wait(t, q, "b")
		if _, why := d.join(q, "c"); why != record.ReasonQueueFull {
			t.Errorf("a full queue: %q", why)
		}
		d.Leave(b, call.LeaveAbandoned)
		d.SetAgent("q", "ann", Standing{State: record.AgentLoggedOut})
		d.SetAgent("q", "bob", Standing{State: record.AgentPaused})
		c := d.wait(t, q, "c") // somebody may come back
		d.Leave(c, call.LeaveEnded)
		d.SetAgent("q", "bob", Standing{State: record.AgentLoggedOut})
		if _, why := d.join(q, "d"); why != record.ReasonQueueEmpty {
			t.Errorf("an empty queue: %q", why)
		}
		if _, why := d.Join(q, call.QueueCaller{Priority: 1}, func(call.QueueOrder) {}); why != "" {
			t.Errorf("somebody with priority: %q", why)
		}
	})
}

func TestOverflow(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		q.MaxWaitSeconds, q.LeaveWhenEmpty = 60, true
		d.phones.set("ann", call.ObstacleInUse)
		late := d.wait(t, q, "late")
		after(50)
		next := d.wait(t, q, "next")
		after(9)
		d.told(t, late, "none")
		after(1)
		d.told(t, late, record.ReasonQueueTimeout)
		d.told(t, next, "none")
		if d.Position(late) != 0 || d.Position(next) != 1 {
			t.Error("who overflows is still in the queue")
		}
		d.SetAgent("q", "ann", Standing{State: record.AgentLoggedOut})
		d.told(t, next, record.ReasonQueueEmpty)
		if n := d.Depth("q"); n != 0 {
			t.Errorf("%d wait", n)
		}
	})
}

// Nobody is taken away from a phone that rings for him.
func TestOverflowWaitsForTheRing(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		q.MaxWaitSeconds = 10
		c := d.wait(t, q, "c")
		after(15)
		d.told(t, c, "[ann]")
		d.misses(c, "ann", call.MissNoAnswer)
		d.told(t, c, record.ReasonQueueTimeout)
	})
}

// Who gives up frees the agents that ring for him.
func TestAbandon(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann", "bob")
		first, second := d.wait(t, q, "first"), d.wait(t, q, "second")
		d.told(t, first, "[ann bob]")
		attempt := d.attempt(first)
		after(7)
		d.Leave(first, call.LeaveAbandoned)
		d.told(t, second, "[ann bob]")
		d.Missed(first, attempt, "ann", call.MissNoAnswer) // late news of nobody
		d.Answered(first, attempt, "bob")
		steps := d.Answered(second, d.attempt(second), "bob")
		s, _ := d.State("q")
		if s.Agents[0].Activity != Idle || s.Agents[1].Activity != Talking {
			t.Errorf("agents %+v", s.Agents)
		}
		if got, want := about(steps, "ann"), []string{"ringing", "rang", "cancelled"}; !slices.Equal(got, want) {
			t.Errorf("ann: %v, want %v", got, want)
		}
	})
}

// Who is to be called back keeps the place, and phones that rang meanwhile stop.
func TestKeepPlace(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		q.MaxWaitSeconds = 30
		first := d.wait(t, q, "first")
		d.told(t, first, "[ann]")
		old := d.attempt(first)
		d.phones.set("ann", call.ObstacleInUse)
		var orders []call.QueueOrder
		d.KeepPlace(first, func(o call.QueueOrder) { orders = append(orders, o) })
		d.Answered(first, old, "ann") // too late
		after(1)
		second := d.wait(t, q, "second")
		after(60)
		d.told(t, second, record.ReasonQueueTimeout)
		if d.Position(first) != 1 {
			t.Error("the place is lost")
		}
		d.phones.set("ann", "")
		d.Changed(acme, "ann")
		third := d.wait(t, q, "third")
		synctest.Wait()
		if len(orders) != 1 || orders[0].Ring[0] != "ann" {
			t.Fatalf("orders %+v", orders)
		}
		if s, _ := d.State("q"); !s.Callers[0].Callback || s.Callers[0].Ringing[0] != "ann" {
			t.Errorf("state %+v", s)
		}
		d.Answered(first, orders[0].Attempt, "ann")
		d.Leave(first, call.LeaveNotReached)
		d.told(t, third, "[ann]")
	})
}

// A place is not kept for ever.
func TestKeptPlaceExpires(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		d.phones.set("ann", call.ObstacleInUse)
		c := d.wait(t, q, "c")
		var orders []call.QueueOrder
		d.KeepPlace(c, func(o call.QueueOrder) { orders = append(orders, o) })
		after(int(PlaceLife/time.Second) + 5)
		if len(orders) != 1 || orders[0].Overflow != record.ReasonQueueTimeout {
			t.Errorf("orders %+v", orders)
		}
	})
}

// A queue that is deleted serves who is in it.
func TestDeletedQueue(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		first, second := d.wait(t, q, "first"), d.wait(t, q, "second")
		d.Remove("q")
		d.takes(first, "ann")
		d.Through(first)
		d.told(t, second, "[ann]")
		d.takes(second, "ann")
		if _, ok := d.State("q"); !ok {
			t.Error("the queue is gone before its caller")
		}
		d.Through(second)
		if _, ok := d.State("q"); ok {
			t.Error("the queue is still there")
		}
		if len(d.offices) != 0 || len(d.lines) != 0 || len(d.tickets) != 0 {
			t.Errorf("left: %v %v %v", d.offices, d.lines, d.tickets)
		}
	})
}

// Who joins a queue that was deleted a moment ago is served, and nothing stays behind.
func TestJoinDeletedQueue(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		d.Update(q)
		d.Remove("q")
		var order call.QueueOrder
		c, _ := d.Join(q, call.QueueCaller{}, func(o call.QueueOrder) { order = o })
		if len(order.Ring) != 1 || order.Ring[0] != "ann" {
			t.Fatalf("order %+v", order)
		}
		d.Answered(c, order.Attempt, "ann")
		d.Through(c)
		if len(d.lines) != 0 || len(d.offices) != 0 {
			t.Errorf("left: %v %v", d.lines, d.offices)
		}
	})
}

// New settings hold from the next decision on; agents keep what they did.
func TestUpdate(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann", "bob")
		q.Strategy = record.QueueLinear
		first := d.wait(t, q, "first")
		d.takes(first, "ann")
		d.Through(first)
		changed := *q
		changed.Revision, changed.Strategy = 2, record.QueueFewestCalls
		changed.Members = append([]record.QueueMember{}, q.Members...)
		changed.Members = append(changed.Members, record.QueueMember{User: "cid"})
		d.Update(&changed)
		d.Update(q) // news of yesterday
		second := d.wait(t, q, "second")
		d.told(t, second, "[bob]")
		if s, _ := d.State("q"); len(s.Agents) != 3 || s.Agents[0].Calls != 1 {
			t.Errorf("agents %+v", s.Agents)
		}
	})
}

// Phones that come back without a word are found.
func TestLooksAgain(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		d.phones.set("ann", call.ObstacleUnreachable)
		c := d.wait(t, q, "c")
		after(60)
		d.phones.set("ann", "")
		after(6)
		d.told(t, c, "[ann]")
		if n := len(d.Log(c)); n != 2 {
			t.Errorf("%d decisions noted: %v", n, d.Log(c))
		}
	})
}

func TestRingInUse(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		q := newQueue("q", "ann")
		q.RingInUse = true
		d.phones.set("ann", call.ObstacleInUse)
		first, second := d.wait(t, q, "first"), d.wait(t, q, "second")
		d.told(t, first, "[ann]")
		d.takes(first, "ann")
		after(6)
		d.told(t, second, "none") // never two callers of queues at once
	})
}

func TestUnknown(t *testing.T) {
	in(t, func(t *testing.T, d *desk) {
		d.Missed(7, 1, "ann", call.MissBusy)
		d.Answered(7, 1, "ann")
		d.Through(7)
		d.Leave(7, call.LeaveAbandoned)
		d.KeepPlace(7, nil)
		d.Changed(acme, "ann")
		d.SetAgent("q", "ann", Standing{})
		d.Remove("q")
		if _, ok := d.State("q"); ok || d.Position(7) != 0 || d.Log(7) != nil || d.Depth("q") != 0 {
			t.Error("what is not there is known")
		}
	})
}
