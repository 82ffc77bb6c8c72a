package call

import (
	"context"
	"time"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// queueing is a caller who waits in a queue. The other seat is empty; agents are rung for
// him while he hears music, which stops when one has answered.
type queueing struct {
	of       *leg
	queue    *record.CallQueue // as it was when somebody was last rung
	decision route.Decision    // that led here
	ticket   QueueTicket
	refused  string // why he may not wait
	joined   time.Time
	music    media.Source // nil until it is found
	speaking bool         // something is being said instead of it
	offered  bool         // to be called back
	timer    *timer       // of the next announcement
	limit    *timer       // ends what is being said, if nothing tells that it was said
}

// Clips are the music of queues: a [media.Library].
type Clips interface {
	// Clip is a clip of an account; without one the account's own music. It may look at
	// the disk.
	Clip(account, clip record.ID) media.Source
}

// enqueue lets somebody wait in the queue a decision names.
func (c *Call) enqueue(of *leg, d route.Decision) {
	w, o := c.askQueue(of, d)
	if w == nil {
		c.end(o)
		return
	}
	c.queued(w)
}

// askQueue asks a queue whether somebody may wait there. Nil, with an outcome, where there is
// none.
func (c *Call) askQueue(of *leg, d route.Decision) (*queueing, outcome) {
	w := &queueing{of: of, decision: d, joined: c.m.now()}
	c.view(func(dir directory) { w.queue = dir.CallQueue(d.Queue) })
	switch {
	case w.queue == nil:
		return nil, refusal(404, "Not Found", record.ReasonNotFound)
	case c.m.config.Queues == nil || of.media == nil:
		return nil, refusal(480, "Temporarily Unavailable", record.ReasonUnreachable)
	}
	w.ticket, w.refused = c.m.config.Queues.Join(w.queue, w.caller(c), func(o QueueOrder) {
		c.post(func(c *Call) { c.queueOrdered(w, o) })
	})
	return w, outcome{}
}

// queued lets somebody wait who may, answered if he is not yet; who may not is led on.
func (c *Call) queued(w *queueing) {
	if c.record.AnsweredAt.IsZero() {
		c.decision = w.decision
	}
	if w.refused != "" {
		c.passed(w, record.QueueRefused, w.refused, "", nil)
		c.leadFromQueue(w, w.refused)
		return
	}
	c.queueing = w
	if err := c.answerQueued(w); err != nil {
		c.end(mediaRefusal(err))
		return
	}
	c.light(w.of, StateConfirmed)
	c.notifyQueue(EventQueueJoined, w, nil)
	c.findMusic(w)
	c.announceNext(w)
}

// caller is who waits, as the queue knows him.
func (w *queueing) caller(c *Call) QueueCaller {
	q := QueueCaller{Call: c.id, JoinedAt: w.joined}
	if !w.of.who.private {
		q.Number, q.Name = w.of.who.number, w.of.who.name
	}
	if w.decision.Window != nil { // the emergency centre may be calling back
		q.Priority = 1
	}
	return q
}

// answerQueued answers a caller so that he can hear music: what his call's record calls
// answered is an agent's answer. Who was answered before only sees where he is.
func (c *Call) answerQueued(w *queueing) error {
	of := w.of
	shown := []dialog.Header(nil)
	if of.who.trunk == "" { // inside alone
		shown = connected(w.shown(), of.Flow().Host)
	}
	if of.answered {
		of.media.Leave()
		c.nowShows(of, shown)
		return nil
	}
	description, err := []byte(nil), error(nil)
	switch {
	case of.told != nil: // he heard somebody who rang before
		of.media.Leave()
		description = of.media.Local()
	case c.offer != nil:
		description, err = of.media.Answer(media.AnswerOptions{})
	default:
		description, err = of.media.Offer(media.OfferOptions{})
		of.offersLate()
	}
	if err != nil {
		return err
	}
	return c.answerWith(of, description, shown...)
}

// shown is what phones show for the queue.
func (w *queueing) shown() *person {
	return &person{account: w.queue.Account, number: w.decision.To, name: w.queue.Name}
}

// findMusic plays the queue's music, else the account's, else a beep now and then.
func (c *Call) findMusic(w *queueing) {
	if c.m.config.Clips == nil {
		c.soothe(w, waitingTone())
		return
	}
	account, clip := w.queue.Account, w.queue.HoldMusicClip
	c.background(func(context.Context) func(*Call) {
		source := c.m.config.Clips.Clip(account, clip)
		return func(c *Call) { c.soothe(w, source) }
	})
}

// soothe plays music to who waits, now or once what is being said has been said.
func (c *Call) soothe(w *queueing, source media.Source) {
	if c.queueing != w {
		return
	}
	if source == nil {
		source = waitingTone()
	}
	w.music = source
	if !w.speaking {
		w.of.media.Play(source)
	}
	if codec, ok := w.of.media.Codec(); ok && source.Clip(codec) == nil {
		c.offerOurs(w.of)
	}
}

// queueOrdered does what the queue wants done for who waits.
func (c *Call) queueOrdered(w *queueing, o QueueOrder) {
	if c.queueing != w {
		return // he is gone, and the queue knows
	}
	w.queue = o.Settings
	if o.Overflow != "" {
		c.overflowed(w, o)
		return
	}
	a := &attempt{ticket: w.ticket, order: o, open: o.Ring}
	c.ringAgents(w.of, w.decision, a, func(c *Call, won *leg, _ outcome) { c.agentsRang(w, a, won) })
}

// agentsRang ends the ringing of agents: one of them talks to who waited, or he waits on.
func (c *Call) agentsRang(w *queueing, a *attempt, won *leg) {
	if won == nil {
		a.missed(c)
		return
	}
	c.dequeue(w)
	c.passed(w, record.QueueAnswered, "", won.who.user, a.answered(c, won))
	c.takenFromQueue(w.of, won)
	c.notifyQueue(EventQueueAnswered, w, won)
}

// dequeue ends the waiting; what the queue is told is another's business.
func (c *Call) dequeue(w *queueing) {
	c.queueing, c.played = nil, nil
	w.timer.stop()
	if w.of.media != nil {
		w.of.media.Stop()
	}
}

// takenFromQueue lets who waited talk to somebody who has answered.
func (c *Call) takenFromQueue(of, won *leg) {
	first := c.record.AnsweredAt.IsZero()
	if first {
		c.record.AnsweredAt = c.m.now()
	}
	c.seat(of, won, false)
	if first {
		c.notify(EventAnswered)
	}
}

// passed puts how somebody went through a queue into the call's record.
func (c *Call) passed(w *queueing, result, reason string, agent record.ID, steps []record.QueueStep) {
	if len(c.record.Queues) >= maxPassages {
		return
	}
	c.record.Queues = append(c.record.Queues, record.QueuePassage{
		Queue: w.queue.ID, Name: w.queue.Name, JoinedAt: w.joined, WaitSeconds: int(c.m.now().Sub(w.joined) / time.Second),
		Agent: agent, Result: result, Reason: reason, Steps: steps,
	})
}

// queuesInstead puts somebody into the place of one who waits in a queue.
func (c *Call) queuesInstead(old, l *leg) {
	w := c.queueing
	c.takeSeat(old, l)
	if r := c.ring; r != nil && r.from == old {
		r.from = l
	}
	if old.media != nil {
		old.media.Leave()
		old.media.Stop()
	}
	w.of, w.speaking = l, false
	l.holds = l.media.Held()
	l.media.Leave()
	c.findMusic(w)
	if l.who.trunk == "" {
		c.nowShows(l, connected(w.shown(), l.Flow().Host))
	} else {
		c.nowShows(l, nil)
	}
	c.light(l, StateConfirmed)
}
