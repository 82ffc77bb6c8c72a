package dialog

import (
	"sync"

	"github.com/emiago/sipgo/sip"
)

// Leg is one INVITE usage with one peer, from the first INVITE to its end. Its
// methods never wait for the network.
type Leg struct {
	e        *Endpoint
	tag      string // ours, unique
	callID   string
	incoming bool
	origin   Origin
	request  *sip.Request // incoming: the INVITE
	replaces *Leg
	key      inviteKey // incoming
	setup    Outgoing  // outgoing
	target   *peer     // outgoing: where the first INVITE goes

	mu      sync.Mutex
	state   State
	over    bool // Ended is queued
	retired bool
	queue   []func() // what is to be done outside the lock
	working bool     // somebody works the queue off
	slow    bool     // it was over a connection before: what is queued may wait for that
	sink    func(Event)
	stash   []Event // events before there was a sink

	flow          Flow
	local, remote nameAddr
	user          string // of our Contact
	seq           uint32 // our last CSeq
	peer          *peer  // the dialog; outgoing: once answered
	forks         []*peer
	updates       bool // the peer takes UPDATE
	auth          authorizer
	// offerOut: an offer of ours is unanswered; offerIn: one of the peer's.
	offerOut, offerIn bool
	negotiated        bool   // the first offer has been answered
	localSDP          []byte // the last we sent

	in       *inbound  // open server INVITE transaction
	out      *inviting // open client INVITE transaction
	updating bool      // an UPDATE with an offer of ours is on its way
	answer   *answer   // a 2xx of ours without its ACK
	late     *peer     // outgoing without offer: whom Ack goes to
	lateSeq  uint32
	bye      func() // sends the BYE that waits for the ACK
	provisional
	wanted  *reoffer
	session session
	held    holding
	// lastInvite is the CSeq of the peer's last re-INVITE.
	lastInvite uint32
	referrer   int // implicit subscriptions so far
}

// ID is our tag of the dialog: unique.
func (l *Leg) ID() string { return l.tag }

// CallID is the Call-ID.
func (l *Leg) CallID() string { return l.callID }

// Incoming tells whether the peer sent the INVITE.
func (l *Leg) Incoming() bool { return l.incoming }

// Origin is who sent the INVITE; of an outgoing leg, its flow and trunk.
func (l *Leg) Origin() Origin { return l.origin }

// Request is the INVITE of an incoming leg, with our tag in To. It must not be changed.
func (l *Leg) Request() *sip.Request { return l.request }

// Replaces is the leg an incoming INVITE is to take the place of, nil for none. Those
// that name nobody were refused (RFC 3891 3).
func (l *Leg) Replaces() *Leg { return l.replaces }

// Flow is the way to the peer.
func (l *Leg) Flow() Flow {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flow
}

// State is where the leg stands.
func (l *Leg) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// RemoteTag is the peer's tag, empty while an outgoing leg has no answer. With
// CallID and ID it names the dialog to others (RFC 3891, RFC 4235).
func (l *Leg) RemoteTag() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.peer != nil:
		return l.peer.tag
	case len(l.forks) > 0:
		return l.forks[0].tag
	default:
		return ""
	}
}

// Offer is the SDP of an incoming INVITE, nil when it has none.
func (l *Leg) Offer() []byte {
	if l.request == nil {
		return nil
	}
	return sdpOf(l.request)
}

// Parts are the parts of an incoming INVITE's body.
func (l *Leg) Parts() []Part {
	if l.request == nil {
		return nil
	}
	return partsOf(l.request)
}

// SetSink says who gets the events. Those that came before are delivered first.
func (l *Leg) SetSink(sink func(Event)) {
	l.mu.Lock()
	defer l.unlock()
	l.sink = sink
	stash := l.stash
	l.stash = nil
	for _, ev := range stash {
		l.emit(ev)
	}
}

// later queues what is to be done outside the lock. l.mu is held.
func (l *Leg) later(f func()) { l.queue = append(l.queue, f) }

// emit queues an event. l.mu is held.
func (l *Leg) emit(ev Event) {
	if l.sink == nil {
		l.stash = append(l.stash, ev)
		return
	}
	sink := l.sink
	l.later(func() { sink(ev) })
}

// unlock ends a method of the owner's. What it queued is done by a goroutine, or at once
// over datagrams: sending those waits for nobody.
func (l *Leg) unlock() {
	start, stream := len(l.queue) > 0 && !l.working, l.slow || l.flow.stream()
	l.working = l.working || start
	l.mu.Unlock()
	switch {
	case !start:
	case stream:
		l.e.tasks.start(l.work)
	default:
		l.e.tasks.enter()
		defer l.e.tasks.done()
		l.work()
	}
}

// input handles what came from the network or a timer: f runs with the lock held,
// what it queues as unlock does it.
func (l *Leg) input(f func()) {
	l.e.tasks.enter()
	defer l.e.tasks.done()
	l.mu.Lock()
	func() {
		defer l.e.rescue("leg", func() { l.hangup(Cause{}, WhyInternal, nil) })
		f()
	}()
	start, stream := len(l.queue) > 0 && !l.working, l.slow || l.flow.stream()
	l.working = l.working || start
	l.mu.Unlock()
	switch {
	case !start:
	case stream:
		l.e.tasks.start(l.work)
	default:
		l.work()
	}
}

// work does what is queued, in order, until nothing is left.
func (l *Leg) work() {
	for {
		l.mu.Lock()
		if len(l.queue) == 0 {
			l.queue, l.working = nil, false
			l.mu.Unlock()
			return
		}
		f := l.queue[0]
		l.queue[0] = nil
		l.queue = l.queue[1:]
		l.mu.Unlock()
		l.run(f)
	}
}

// run does one thing. A panic ends the leg.
func (l *Leg) run(f func()) {
	defer l.e.rescue("event", func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.hangup(Cause{}, WhyInternal, nil)
	})
	f()
}

// isEarly tells whether the INVITE has no final response yet. l.mu is held.
func (l *Leg) isEarly() bool {
	return l.state == StateIncoming || l.state == StateCalling || l.state == StateEarly
}

// end makes this the end. l.mu is held.
func (l *Leg) end(remote bool, cause Cause, why Why) {
	if l.over {
		return
	}
	l.over, l.state = true, StateEnded
	l.session.stop()
	l.provisional.stop()
	l.wanted = nil
	l.refuseHeld()
	if l.in != nil && l.in.request != nil {
		_ = l.in.request.respond(sip.StatusRequestTerminated, "", "", nil, nil)
	}
	if l.out != nil && !l.out.initial && !l.out.cancelled {
		l.abandon(l.out)
	}
	l.emit(Ended{Remote: remote, Cause: cause, Why: why})
	if l.sink != nil { // nothing is left to tell, and who hears it is not kept
		l.sink = func(Event) {}
	}
	l.e.left(why)
	l.retire()
}

// retire lets go of the leg when it is over and no INVITE transaction is open.
// l.mu is held.
func (l *Leg) retire() {
	if l.retired || !l.over || l.out != nil || l.answer != nil || l.bye != nil {
		return
	}
	l.retired = true
	l.setup, l.localSDP = Outgoing{}, nil
	l.e.forget(l)
}

// settle does what waited for open transactions to end. l.mu is held.
func (l *Leg) settle() {
	if len(l.held.list) > 0 { // after what is being handled
		l.later(func() { l.input(func() { l.releaseHeld(false) }) })
	}
	l.reofferNow()
	l.retire()
}
