package call

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"dialtone/internal/stack"
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// Call is one call. Its goroutine alone touches what is below the mailbox; everything
// else posts to it.
type Call struct {
	id  string // the public identifier
	m   *Manager
	box *mailbox
	log *slog.Logger
	// info is what others may know of the call.
	info atomic.Pointer[Info]
	// tracing is guarded by itself: messages are told by the endpoint's goroutines.
	trace *trace

	ctx    context.Context //nolint:containedctx // the life of the call, which is an actor
	cancel context.CancelFunc
	wg     sync.WaitGroup // look-ups on the way

	legs []*leg
	made int // legs so far
	// caller and callee are the two seats: who waits for an answer or talks, and who
	// answered. A transfer puts others on them.
	caller, callee *leg
	ring           *ring         // nil unless somebody is being rung
	transfer       *transfer     // nil unless somebody is being transferred
	faxing         *faxing       // nil unless a fax machine of ours has the call
	passage        passage       // of a fax between two others
	dialling       *dialling     // nil unless a user keys in a transfer
	consultation   *consultation // nil unless a user asks somebody before he transfers
	parking        *parking      // nil unless somebody waits in a slot
	booth          *booth        // nil unless a phone was told a slot to park in
	queueing       *queueing     // nil unless somebody waits in a queue
	calling        *callback     // nil unless the call is to call somebody back who left a queue
	ends           *outcome      // how the call ends once something has been said; nil otherwise
	decision       route.Decision
	recorder       recorder
	emergency      bool
	urgent         atomic.Bool // it became an emergency call; for others to see
	offer          []byte      // what the caller offered

	record    record.CallRecord
	transfers int
	numbers   []int        // of the record's legs
	started   bool         // somebody was told of it
	rang      bool         // somebody was rung, and that was told
	moved     bool         // whom it was about talks in another call now
	merged    bool         // it became part of another call and has no record
	counted   bool         // in the limits
	played    func(*Call)  // what is next when a sound has ended
	why       dialog.Cause // what the party that hung up said; passed on
	over      bool
	written   bool // the record
	faults    int
	ended     outcome
}

func (m *Manager) newCall() *Call {
	now := m.now()
	id := record.NewCallID(now)
	ctx, cancel := context.WithCancel(m.ctx)
	c := &Call{id: id, m: m, box: newMailbox(), log: m.log.With("call", id), trace: &trace{}, ctx: ctx, cancel: cancel}
	c.record.CallID, c.record.StartedAt = id, now
	c.record.ID = id
	return c
}

// run handles what comes until the call is over. A panic ends this call only.
func (c *Call) run() {
	defer c.close()
	defer c.recover()
	stack.Grow()
	for !c.over {
		m, ok, overflow := c.box.next()
		switch {
		case overflow && c.emergency:
			c.log.Error("too many events in an emergency call: some are lost")
			c.box.forgive()
			if ok {
				c.handle(m)
			}
		case overflow:
			c.log.Error("too many events in a call")
			c.end(endInternal)
		case ok:
			c.handle(m)
		default:
			<-c.box.wake
		}
	}
}

func (c *Call) handle(m message) {
	if m.leg != nil && (m.leg.owner.Load() != c || m.leg.gone) {
		return
	}
	defer c.survive()
	m.do(c)
	c.followRecording()
	c.publish()
}

// maxFaults is how many faults of ours an emergency call outlives.
const maxFaults = 10

// survive lets an emergency call go on after a fault of ours; any other ends with it. What
// the call is may have come out in the very event that failed.
func (c *Call) survive() {
	r := recover()
	if r == nil {
		return
	}
	if !c.emergency || c.faults >= maxFaults {
		panic(r)
	}
	c.faults++
	c.fault(r)
	if c.ring != nil {
		c.ringOn(c.ring)
	}
	if c.over || c.ring != nil || c.caller == nil || c.caller.answered {
		return
	}
	if c.decision.Emergency == nil {
		c.end(endInternal)
		return
	}
	c.post(func(c *Call) { // it was about to ring
		if l := c.caller; l != nil && l.media == nil && c.offer == nil {
			c.takeOffer(l)
		}
		c.ringEmergency(c.caller)
	})
}

func (c *Call) fault(r any) {
	c.m.metrics.panics.Inc()
	c.log.Error("call failed", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
}

// recover ends a call whose goroutine panicked.
func (c *Call) recover() {
	r := recover()
	if r == nil {
		return
	}
	c.fault(r)
	defer func() { // ending it may meet the same fault: then each leg by itself
		if r := recover(); r != nil {
			c.fault(r)
			for _, l := range c.legs {
				c.m.abandon(l)
			}
		}
	}()
	c.over = false
	c.end(endInternal)
}

// post asks the call to do something. It never waits.
func (c *Call) post(do func(*Call)) { c.box.put(message{do: do}) }

// timer is a wish to be woken, which may be taken back.
type timer struct {
	t    *time.Timer
	done bool // touched by the call's goroutine only
}

func (t *timer) stop() {
	if t != nil {
		t.done = true
		t.t.Stop()
	}
}

// after does something in the call's goroutine later.
func (c *Call) after(d time.Duration, do func(*Call)) *timer {
	t := &timer{}
	t.t = time.AfterFunc(d, func() {
		c.post(func(c *Call) {
			if !t.done {
				t.done = true
				do(c)
			}
		})
	})
	return t
}

// background runs what may wait outside of the call's goroutine; what it returns is then
// done inside. It is over before the call is.
func (c *Call) background(work func(ctx context.Context) func(*Call)) {
	c.wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				c.post(func(*Call) { panic(r) })
			}
		}()
		if do := work(c.ctx); do != nil {
			c.post(do)
		}
	})
}

var errTooManyLegs = errors.New("too many dialogs in one call")

// add makes a leg the call's.
func (c *Call) add(l *leg) {
	l.owner.Store(c)
	c.legs = append(c.legs, l)
	l.number = c.made
	c.made++
}

// remove forgets a leg and frees what it holds. The dialog has ended or ends by itself.
func (c *Call) remove(l *leg) {
	if l.gone {
		return
	}
	l.gone = true
	c.forget(l)
	if l.dialogue != nil {
		c.recordLeg(l)
		c.m.unregister(l)
	}
	c.lampOff(l)
	c.m.through(l)
	if l.release != nil {
		l.release()
	}
	if l.media != nil {
		l.media.Close()
	}
}

// forget takes a leg off the call's list and seats.
func (c *Call) forget(l *leg) {
	for i, other := range c.legs {
		if other == l {
			c.legs = append(c.legs[:i:i], c.legs[i+1:]...)
			break
		}
	}
	if c.caller == l {
		c.caller = nil
	}
	if c.callee == l {
		c.callee = nil
	}
}

// other is who sits opposite of a leg, nil without anybody.
func (c *Call) other(l *leg) *leg {
	switch l {
	case c.caller:
		return c.callee
	case c.callee:
		return c.caller
	}
	return nil
}

// talking says whether two are connected.
func (c *Call) talking() bool {
	return c.caller != nil && c.callee != nil && c.caller.answered && c.callee.answered
}
