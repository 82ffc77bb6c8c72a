package call_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dialtone/sip/call"
	"dialtone/sip/queue"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// house is an office with the queue Support, extension 1200 and the account's number,
// whose agents are bob and cid.
type house struct {
	*call.Office
	engine *queue.Engine
	queue  *record.CallQueue
	before func() // somebody keeps his place
	t      testing.TB
}

// late finds a manager that is made after its queues.
type late struct{ of **call.Office }

func (l late) Obstacle(user record.ID) call.Obstacle { return (*l.of).Obstacle(user) }

// lastMoment lets something happen just before a caller is to keep his place.
type lastMoment struct {
	*queue.Engine
	h *house
}

func (l lastMoment) KeepPlace(t call.QueueTicket, orders func(call.QueueOrder)) ([]record.QueueStep, bool) {
	if l.h.before != nil {
		l.h.before()
	}
	return l.Engine.KeepPlace(t, orders)
}

func newHouse(t *testing.T, edit func(h *house, q *record.CallQueue)) *house {
	t.Helper()
	h := &house{t: t}
	h.engine = queue.New(queue.Config{Phones: late{&h.Office}})
	t.Cleanup(h.engine.Close)
	h.Office = call.NewOffice(t, lastMoment{h.engine, h})
	q := record.NewCallQueue()
	q.Account, q.Name, q.Strategy = h.Account(), "Support", record.QueueLinear
	q.Members = []record.QueueMember{{User: h.User("bob")}, {User: h.User("cid")}}
	if edit != nil {
		edit(h, q)
	}
	h.update(func(tx *store.Tx) error {
		if err := tx.Create(q); err != nil {
			return err
		}
		e := record.NewExtension()
		e.Account, e.Number, e.Target = q.Account, "1200", record.Target{Type: record.TargetCallQueue, ID: q.ID}
		if err := tx.Create(e); err != nil {
			return err
		}
		n, err := store.Load[*record.Number](tx, h.number())
		if err != nil {
			return err
		}
		n.Target = &e.Target
		return tx.Replace(n, 0)
	})
	h.queue = q
	h.engine.Update(q)
	return h
}

func (h *house) number() (id record.ID) {
	h.Store().View(func(v *store.View) {
		n, _ := v.Number("+13125550100")
		id = n.ID
	})
	return id
}

func (h *house) update(do func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.Store().Update(h.t.Context(), do); err != nil {
		h.t.Fatal(err)
	}
}

// edit changes the queue, and tells the engine.
func (h *house) edit(edit func(q *record.CallQueue)) {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		q, err := store.Load[*record.CallQueue](tx, h.queue.ID)
		if err != nil {
			return err
		}
		edit(q)
		return tx.Replace(q, 0)
	})
	h.Store().View(func(v *store.View) { h.queue, _ = store.Get[*record.CallQueue](v, h.queue.ID) })
	h.engine.Update(h.queue)
}

// depth waits until so many wait.
func (h *house) depth(n int) {
	h.t.Helper()
	call.Eventually(h.t, "depth of the queue", func() bool { return h.engine.Depth(h.queue.ID) == n })
}

// from is who a phone is shown as calling.
func from(c *peer.PhoneCall) string {
	v, _, _ := strings.Cut(c.Invite().Get("From"), ";")
	return v
}

func TestQueue(t *testing.T) {
	h := newHouse(t, nil)
	ann, bob := h.Phone("ann"), h.Phone("bob")
	a := ann.Dial(t, "1200")
	b := call.Ringing(t, bob)
	ok := a.Await(t, 200)
	if who := ok.Get("P-Asserted-Identity"); !strings.Contains(who, `"Support" <sip:1200@`) {
		t.Errorf("who calls is shown %q", who)
	}
	if got := from(b); got != `"Support: Ann" <sip:1001@pbx.example>` {
		t.Errorf("the agent is shown %q", got)
	}
	a.Hears(t, call.MusicHertz)
	if list := h.Active(h.Account()); len(list) != 1 || list[0].State != call.StateQueued || list[0].AnsweredAt != nil {
		t.Errorf("active: %+v", list)
	}
	b.Reply(180)
	a.Hears(t, call.MusicHertz) // and no ringing tone
	b.Answer(t)
	call.Both(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	r := h.Record(t, 0)
	if r.Result != record.CallAnswered || r.To != "1200" || len(r.Queues) != 1 {
		t.Fatalf("record %+v", r)
	}
	p := r.Queues[0]
	if p.Queue != h.queue.ID || p.Agent != h.User("bob") || p.Result != record.QueueAnswered || len(p.Steps) < 2 {
		t.Errorf("passage %+v", p)
	}
	if q := h.Told(t, call.EventQueueJoined); q.Number != "1001" || q.Position != 1 || q.Name != "Support" {
		t.Errorf("joined: %+v", q)
	}
	if q := h.Told(t, call.EventQueueAnswered); q.Agent != h.User("bob") || q.Call != r.CallID {
		t.Errorf("answered: %+v", q)
	}
	h.Quiet()
}

// The second caller gets the agent when the first one is gone, and hears music until
// then; an agent who does not take a call is passed over.
func TestQueueWaits(t *testing.T) {
	h := newHouse(t, func(h *house, q *record.CallQueue) { q.Members = q.Members[:1] })
	carrier, ann, bob := h.Carrier(), h.Phone("ann"), h.Phone("bob")
	out := carrier.Dial(t, "+13125550100", `P-Asserted-Identity: "Zed" <sip:+13125550177@carrier.example>`)
	b := call.Ringing(t, bob)
	if got := from(b); got != `"Support: Zed" <sip:+13125550177@pbx.example>` {
		t.Errorf("the agent is shown %q", got)
	}
	b.Answer(t)
	out.Await(t, 200)
	a := ann.Dial(t, "1200")
	a.Await(t, 200)
	a.Hears(t, call.MusicHertz)
	h.depth(1)
	call.Both(t, out, b)
	out.Hangup(t)
	b.AwaitRequest(t, "BYE")
	b = call.Ringing(t, bob)
	b.Answer(t)
	call.Both(t, a, b)
	b.Hangup(t)
	a.AwaitRequest(t, "BYE")
	busy := func(s record.QueueStep) bool { return s.Step == record.StepWithCaller }
	if r := h.Record(t, 1); len(r.Queues) != 1 || !slices.ContainsFunc(r.Queues[0].Steps, busy) {
		t.Errorf("passages %+v", r.Queues)
	}
	h.Quiet()
}

func TestQueueNextAgent(t *testing.T) {
	for _, does := range []string{"busy", "declined", "redirects"} {
		t.Run(does, func(t *testing.T) {
			h := newHouse(t, nil)
			ann, bob, cid := h.Phone("ann"), h.Phone("bob"), h.Phone("cid")
			a := ann.Dial(t, "1200")
			b := call.Ringing(t, bob)
			switch does {
			case "busy":
				b.Reply(486)
			case "declined":
				b.Reply(603)
			default:
				b.Reply(302, "Contact: <sip:1001@"+call.Domain+">")
			}
			c := call.Ringing(t, cid)
			c.Answer(t)
			call.Both(t, a, c)
			a.Hangup(t)
			c.AwaitRequest(t, "BYE")
			h.Quiet()
		})
	}
}

// All ring; one answers, the other one's phone stops.
func TestQueueRingAll(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) { q.Strategy = record.QueueRingAll })
	ann, bob, cid := h.Phone("ann"), h.Phone("bob"), h.Phone("cid")
	a := ann.Dial(t, "1200")
	b, c := call.Ringing(t, bob), call.Ringing(t, cid)
	b.Reply(180)
	c.Answer(t)
	b.AwaitRequest(t, "CANCEL")
	call.Both(t, a, c)
	c.Hangup(t)
	a.AwaitRequest(t, "BYE")
	steps := map[record.ID]string{}
	for _, s := range h.Record(t, 0).Queues[0].Steps {
		steps[s.Agent] = s.Step
	}
	if steps[h.User("bob")] != record.StepCancelled || steps[h.User("cid")] != record.StepAnswered {
		t.Errorf("decisions %v", steps)
	}
	h.Quiet()
}

// An agent whose phone rang in vain has not answered, which is not being unreachable.
func TestQueueUnanswered(t *testing.T) {
	h := newHouse(t, func(h *house, q *record.CallQueue) { q.Members = q.Members[:1] })
	hasty := h.queue.Clone().(*record.CallQueue)
	hasty.TimeoutSeconds, hasty.Revision = 1, hasty.Revision+1
	h.engine.Update(hasty)
	ann, bob := h.Phone("ann"), h.Phone("bob")
	a := ann.Dial(t, "1200")
	b := call.Ringing(t, bob)
	b.Reply(180)
	b.AwaitRequest(t, "CANCEL")
	a.Await(t, 200)
	a.Hangup(t)
	var steps []string
	for _, s := range h.Record(t, 0).Queues[0].Steps {
		steps = append(steps, s.Step)
	}
	if !slices.Contains(steps, record.StepNoAnswer) || slices.Contains(steps, record.StepUnreachable) {
		t.Errorf("decisions %v", steps)
	}
	h.Quiet()
}

// An agent who declines, thinks better of it and picks the call up at another agent's
// phone leaves nobody behind in the queue.
func TestQueuePickedUpByWhoDeclined(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) { q.Strategy = record.QueueRingAll })
	ann, bob, cid := h.Phone("ann"), h.Phone("bob"), h.Phone("cid")
	a := ann.Dial(t, "1200")
	b, c := call.Ringing(t, bob), call.Ringing(t, cid)
	c.Reply(180)
	b.Reply(603)
	call.Eventually(t, "bob's word", func() bool {
		state, _ := h.engine.State(h.queue.ID)
		return len(state.Callers[0].Ringing) == 1
	})
	picks := bob.Dial(t, "**1003")
	c.AwaitRequest(t, "CANCEL")
	call.Both(t, a, picks)
	h.depth(0)
	a.Hangup(t)
	picks.AwaitRequest(t, "BYE")
	h.Quiet()
	state, _ := h.engine.State(h.queue.ID)
	for _, agent := range state.Agents {
		if agent.Activity == queue.Ringing {
			t.Errorf("still rung: %+v", agent)
		}
	}
}

func TestQueueAbandoned(t *testing.T) {
	h := newHouse(t, nil)
	ann, bob := h.Phone("ann"), h.Phone("bob")
	a := ann.Dial(t, "1200")
	b := call.Ringing(t, bob)
	b.Reply(180)
	a.Hears(t, call.MusicHertz)
	a.Hangup(t)
	b.AwaitRequest(t, "CANCEL")
	r := h.Record(t, 0)
	if r.Result != record.CallCancelled || r.Reason != record.ReasonAbandoned || r.Queues[0].Result != record.QueueAbandoned {
		t.Errorf("record %+v", r)
	}
	if q := h.Told(t, call.EventQueueAbandoned); q.Number != "1001" {
		t.Errorf("abandoned: %+v", q)
	}
	h.depth(0)
	h.Quiet()
}

// Who may not wait is told so, or led on.
func TestQueueRefuses(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) { q.MaxLength, q.Members = 1, q.Members[:1] })
	ann, carrier := h.Phone("ann"), h.Carrier()
	a := ann.Dial(t, "1200") // nobody is there
	a.Await(t, 200)
	h.depth(1)
	if got := carrier.Dial(t, "+13125550100").Final(t); got.Status() != 486 || !strings.Contains(got.Get("Reason"), "17") {
		t.Errorf("a full queue: %s", got)
	}
	if r := h.Record(t, 0); r.Reason != record.ReasonQueueFull || r.Queues[0].Result != record.QueueRefused {
		t.Errorf("record %+v", r)
	}
	h.edit(func(q *record.CallQueue) { q.Overflow = &record.Target{Type: record.TargetUser, ID: h.User("cid")} })
	cid := h.Phone("cid")
	out := carrier.Dial(t, "+13125550100")
	c := call.Ringing(t, cid)
	if strings.Contains(from(c), "Support") {
		t.Errorf("cid is shown %q", from(c))
	}
	c.Answer(t)
	out.Await(t, 200)
	call.Both(t, out, c)
	out.Hangup(t)
	a.Hangup(t)
	h.Quiet()
}

// Who has waited long enough goes on to the overflow, and hears music until it rings.
func TestQueueOverflow(t *testing.T) {
	h := newHouse(t, func(h *house, q *record.CallQueue) {
		q.MaxWaitSeconds, q.Members = 1, q.Members[:1]
		q.Overflow = &record.Target{Type: record.TargetUser, ID: h.User("cid")}
	})
	carrier, cid := h.Carrier(), h.Phone("cid")
	out := carrier.Dial(t, "+13125550100")
	out.Await(t, 200)
	out.Hears(t, call.MusicHertz)
	c := call.Ringing(t, cid)
	c.Reply(180)
	out.HearsElse(t, call.MusicHertz)
	c.Answer(t)
	call.Both(t, out, c)
	if q := h.Told(t, call.EventQueueOverflowed); q.Reason != record.ReasonQueueTimeout {
		t.Errorf("overflowed: %+v", q)
	}
	c.Hangup(t)
	out.AwaitRequest(t, "BYE")
	if r := h.Record(t, 0); r.Result != record.CallAnswered || r.Queues[0].Result != record.QueueOverflowed {
		t.Errorf("record %+v", r)
	}
	h.Quiet()
}

// Where there is no overflow the call ends.
func TestQueueTimeout(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) { q.MaxWaitSeconds = 1 })
	a := h.Phone("ann").Dial(t, "1200")
	a.Await(t, 200)
	a.AwaitRequest(t, "BYE")
	if r := h.Record(t, 0); r.Result != record.CallNoAnswer || r.Reason != record.ReasonQueueTimeout {
		t.Errorf("record %+v", r)
	}
	h.Quiet()
}

// Announcements interrupt the music, and the answer interrupts them.
func TestQueueAnnounces(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) {
		q.Announcements = &record.Announcements{FrequencySeconds: 600}
	})
	a := h.Phone("ann").Dial(t, "1200")
	a.Hears(t, call.MusicHertz)
	h.Announce()
	a.Hears(t, call.VoiceHertz)
	a.Hears(t, call.MusicHertz)
	b := h.bobComes()
	h.Announce()
	a.Hears(t, call.VoiceHertz)
	b.Answer(t)
	call.Both(t, a, b)
	a.Hangup(t)
	h.Quiet()
}

// bobComes registers bob's phone, which rings.
func (h *house) bobComes() *peer.PhoneCall {
	h.t.Helper()
	bob := h.Phone("bob")
	h.engine.Changed(h.Account(), h.User("bob"))
	return call.Ringing(h.t, bob)
}

// Key 1 lets a caller hang up and keep his place: an agent is rung, then he is.
func TestQueueCallback(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) { q.Callback = &record.CallbackOffer{} })
	carrier := h.Carrier()
	out := carrier.Dial(t, "+13125550100", `P-Asserted-Identity: "Zed" <sip:+13125550177@carrier.example>`)
	out.Hears(t, call.VoiceHertz) // the offer
	out.Digit('1')
	out.AwaitRequest(t, "BYE")
	if r := h.Record(t, 0); r.Result != record.CallForwarded || r.Queues[0].Result != record.QueueCallback {
		t.Errorf("record %+v", r)
	}
	h.depth(1)
	b := h.bobComes()
	if got := from(b); got != `"Support: Zed" <sip:+13125550177@pbx.example>` {
		t.Errorf("the agent is shown %q", got)
	}
	b.Answer(t)
	back := call.Ringing(t, carrier)
	if got := back.Invite().Get("From"); !strings.Contains(got, "+13125550100") {
		t.Errorf("who is called back is shown %q", got)
	}
	h.depth(0)
	back.Reply(180)
	back.Answer(t)
	call.Both(t, b, back)
	back.Hangup(t)
	b.AwaitRequest(t, "BYE")
	r := h.Record(t, 1)
	if r.Direction != record.CallOutbound || r.To != "+13125550177" || r.Result != record.CallAnswered || r.User != h.User("bob") {
		t.Errorf("record %+v", r)
	}
	if p := r.Queues[0]; p.Result != record.QueueAnswered || p.Agent != h.User("bob") {
		t.Errorf("passage %+v", p)
	}
	h.Told(t, call.EventQueueCallback)
	h.Told(t, call.EventQueueCalledBack)
	h.Quiet()
}

// Who wants to be called back at the very moment the queue sends him away goes on to its
// overflow: he is not promised what will not come.
func TestQueueCallbackTooLate(t *testing.T) {
	h := newHouse(t, func(h *house, q *record.CallQueue) {
		q.Members, q.Callback = q.Members[:1], &record.CallbackOffer{}
		q.Overflow = &record.Target{Type: record.TargetUser, ID: h.User("cid")}
	})
	h.before = func() {
		q := h.queue.Clone().(*record.CallQueue)
		q.Members, q.LeaveWhenEmpty, q.Revision = nil, true, q.Revision+1
		h.engine.Update(q)
	}
	carrier, cid := h.Carrier(), h.Phone("cid")
	out := carrier.Dial(t, "+13125550100", `P-Asserted-Identity: <sip:+13125550177@carrier.example>`)
	out.Hears(t, call.VoiceHertz)
	out.Digit('1')
	c := call.Ringing(t, cid)
	c.Answer(t)
	call.Both(t, out, c)
	out.Hangup(t)
	if r := h.Record(t, 0); len(r.Queues) != 1 || r.Queues[0].Result != record.QueueOverflowed {
		t.Errorf("passages %+v", r.Queues)
	}
	h.Quiet()
}

// Who is called back and does not answer is told of; no agent rings for him again.
func TestQueueCallbackFails(t *testing.T) {
	h := newHouse(t, func(_ *house, q *record.CallQueue) { q.Callback = &record.CallbackOffer{} })
	carrier := h.Carrier()
	out := carrier.Dial(t, "+13125550100", `P-Asserted-Identity: <sip:+13125550177@carrier.example>`)
	out.Hears(t, call.VoiceHertz)
	out.Digit('1')
	h.Told(t, call.EventQueueCallback)
	out.Hangup(t) // while he is told that he will be called back
	h.Record(t, 0)
	h.depth(1)
	b := h.bobComes()
	b.Answer(t)
	call.Ringing(t, carrier).Reply(486)
	b.AwaitRequest(t, "BYE")
	h.Told(t, call.EventQueueCallbackFailed)
	h.depth(0)
	if r := h.Record(t, 1); r.Result != record.CallBusy {
		t.Errorf("record %+v", r)
	}
	h.Quiet()
}

// An agent who has a call is not rung, nor one who does not want to be disturbed.
func TestQueueBusyAgents(t *testing.T) {
	h := newHouse(t, nil)
	ann, bob, cid, carrier := h.Phone("ann"), h.Phone("bob"), h.Phone("cid"), h.Carrier()
	h.Change(t, "cid", func(u *record.User) { u.DoNotDisturb = true })
	a, b := call.Talk(t, ann, "1002", bob)
	out := carrier.Dial(t, "+13125550100")
	out.Hears(t, call.MusicHertz)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	b = call.Ringing(t, bob)
	b.Answer(t)
	call.Both(t, out, b)
	out.Hangup(t)
	steps := map[record.ID][]string{}
	for _, s := range h.Record(t, 1).Queues[0].Steps {
		steps[s.Agent] = append(steps[s.Agent], s.Step)
	}
	if got := steps[h.User("bob")]; !slices.Equal(got, []string{record.StepInUse, record.StepRang, record.StepAnswered}) {
		t.Errorf("bob: %v", got)
	}
	if got := steps[h.User("cid")]; got[0] != record.StepDisturb {
		t.Errorf("cid: %v", got)
	}
	_ = cid
	h.Quiet()
}

func TestQueueTransfers(t *testing.T) {
	t.Run("blind", func(t *testing.T) {
		h := newHouse(t, nil)
		ann, cid, carrier := h.Phone("ann"), h.Phone("cid"), h.Carrier()
		h.update(func(tx *store.Tx) error { // the number is cid's again
			n, err := store.Load[*record.Number](tx, h.number())
			if err != nil {
				return err
			}
			n.Target = &record.Target{Type: record.TargetUser, ID: h.User("ann")}
			return tx.Replace(n, 0)
		})
		out := carrier.Dial(t, "+13125550100")
		a := call.Ringing(t, ann)
		a.Answer(t)
		out.Await(t, 200)
		if status := a.Refer(t, "sip:1200@"+call.Domain); status != 202 {
			t.Fatalf("REFER answered %d", status)
		}
		if got := a.AwaitTransfer(t); got != "200 OK" {
			t.Errorf("told %q", got)
		}
		out.Hears(t, call.MusicHertz)
		a.Hangup(t)
		c := call.Ringing(t, cid)
		c.Answer(t)
		call.Both(t, out, c)
		c.Hangup(t)
		out.AwaitRequest(t, "BYE")
		h.Quiet()
	})
	t.Run("attended", func(t *testing.T) {
		h := newHouse(t, nil)
		ann, cid := h.Phone("ann"), h.Phone("cid")
		a, c := call.Talk(t, ann, "1003", cid)
		a2 := ann.Dial(t, "1200")
		a2.Await(t, 200)
		h.depth(1)
		if status := a.ReferTo(t, a2); status != 202 {
			t.Fatalf("REFER answered %d", status)
		}
		a.AwaitTransfer(t)
		c.Hears(t, call.MusicHertz)
		a.Hangup(t)
		b := h.bobComes()
		b.Answer(t)
		call.Both(t, c, b)
		c.Hangup(t)
		h.Quiet()
	})
}

// A group nobody answers leads to the queue, and the caller hears music then.
func TestGroupOverflowsToQueue(t *testing.T) {
	h := newHouse(t, nil)
	carrier, ann := h.Carrier(), h.Phone("ann")
	h.update(func(tx *store.Tx) error {
		g := record.NewRingGroup()
		g.Account, g.Name = h.Account(), "Front"
		g.Members = []record.Target{{Type: record.TargetUser, ID: h.User("ann")}}
		g.Overflow = &record.Target{Type: record.TargetCallQueue, ID: h.queue.ID}
		if err := tx.Create(g); err != nil {
			return err
		}
		n, err := store.Load[*record.Number](tx, h.number())
		if err != nil {
			return err
		}
		n.Target = &record.Target{Type: record.TargetRingGroup, ID: g.ID}
		return tx.Replace(n, 0)
	})
	out := carrier.Dial(t, "+13125550100")
	a := call.Ringing(t, ann)
	a.Reply(183)
	a.Reply(486)
	out.Await(t, 200)
	out.Hears(t, call.MusicHertz)
	b := h.bobComes()
	b.Answer(t)
	call.Both(t, out, b)
	b.Hangup(t)
	out.AwaitRequest(t, "BYE")
	h.Quiet()
}

// A parked call nobody takes goes to the queue the account names.
func TestParkFallsBackToQueue(t *testing.T) {
	h := newHouse(t, func(h *house, q *record.CallQueue) { q.Members = q.Members[1:] })
	h.update(func(tx *store.Tx) error {
		a, err := store.Load[*record.Account](tx, h.Account())
		if err != nil {
			return err
		}
		a.ParkFallback = &record.Target{Type: record.TargetCallQueue, ID: h.queue.ID}
		return tx.Replace(a, 0)
	})
	ann, bob := h.Phone("ann"), h.Phone("bob")
	a, b := call.Talk(t, ann, "1002", bob)
	if status := b.Refer(t, "sip:*687@"+call.Domain); status != 202 {
		t.Fatalf("REFER answered %d", status)
	}
	b.AwaitTransfer(t)
	b.Hangup(t)
	call.Ringing(t, bob).Reply(486)
	h.depth(1)
	a.Hears(t, call.MusicHertz)
	c := call.Ringing(t, h.cidComes())
	if got := from(c); got != `"Support: Ann" <sip:1001@pbx.example>` {
		t.Errorf("the agent is shown %q", got)
	}
	c.Answer(t)
	call.Both(t, a, c)
	c.Hangup(t)
	a.AwaitRequest(t, "BYE")
	h.Quiet()
}

// cidComes registers cid's phone.
func (h *house) cidComes() *peer.Handset {
	h.t.Helper()
	cid := h.Phone("cid")
	h.engine.Changed(h.Account(), h.User("cid"))
	return cid
}

// A queue that is deleted drops nobody.
func TestDeletedQueueServes(t *testing.T) {
	h := newHouse(t, nil)
	out := h.Carrier().Dial(t, "+13125550100")
	out.Hears(t, call.MusicHertz)
	h.update(func(tx *store.Tx) error {
		n, err := store.Load[*record.Number](tx, h.number())
		if err == nil {
			n.Target = nil
			err = tx.Replace(n, 0)
		}
		var extension record.ID
		h.Store().View(func(v *store.View) {
			e, _ := v.ExtensionByNumber(h.Account(), "1200")
			extension = e.ID
		})
		if err == nil {
			err = tx.Delete(extension, 0)
		}
		if err == nil {
			err = tx.Delete(h.queue.ID, 0)
		}
		return err
	})
	h.engine.Remove(h.queue.ID)
	b := h.bobComes()
	b.Answer(t)
	call.Both(t, out, b)
	out.Hangup(t)
	h.Quiet()
	if _, ok := h.engine.State(h.queue.ID); ok {
		t.Error("the queue is still there")
	}
}

// Agents who log in or out or pause by codes are told so.
func TestAgentCodesSpeak(t *testing.T) {
	h := newHouse(t, nil)
	bob, user := h.Phone("bob"), h.User("bob")
	for _, tt := range []struct{ from, dialled, state string }{
		{record.AgentAvailable, "*45", record.AgentLoggedOut},
		{record.AgentLoggedOut, "*451200", record.AgentAvailable},
		{record.AgentAvailable, "*46", record.AgentPaused},
		{record.AgentPaused, "*46", record.AgentAvailable},
	} {
		dial := func() (state string) {
			h.update(func(tx *store.Tx) error {
				_, _, err := tx.SetQueueAgent(h.queue.ID, user, store.AgentState{State: tt.from})
				return err
			})
			b := bob.Dial(t, tt.dialled)
			b.Hears(t, call.VoiceHertz)
			b.AwaitRequest(t, "BYE")
			h.Store().View(func(v *store.View) { state = v.QueueAgent(h.queue, user).State })
			return state
		}
		got := dial()
		if got != tt.state { // seen once, on a busy machine: tell, and see whether it is so again
			t.Logf("%s from %s: %s, want %s; once more", tt.dialled, tt.from, got, tt.state)
			got = dial()
		}
		if got != tt.state {
			t.Errorf("%s from %s: %s, want %s", tt.dialled, tt.from, got, tt.state)
		}
	}
	h.Quiet()
}

// Whatever happens to calls in queues, in whatever order, nobody is left there but those
// who are to be called back.
func TestRandomQueueing(t *testing.T) {
	type phones = interface {
		Obstacle(record.ID) call.Obstacle
	}
	call.RandomQueues(t, func(p phones) call.Queues {
		e := queue.New(queue.Config{Phones: p})
		t.Cleanup(e.Close)
		return e
	}, func(rt *rapid.T, q call.Queues, id record.ID) {
		e := q.(*queue.Engine)
		defer e.Close()
		state, _ := e.State(id)
		for _, c := range state.Callers {
			if !c.Callback {
				rt.Fatalf("left: %+v", state)
			}
		}
		for _, a := range state.Agents {
			if a.Activity == queue.Talking || a.Activity == queue.InUse {
				rt.Fatalf("agents: %+v", state.Agents)
			}
		}
	})
}
