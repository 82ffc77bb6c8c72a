package event

import (
	"sync"
	"time"

	"dialtone/sip/registrar"
)

// answers are what has become of NOTIFYs, until the worker takes note.
type answers struct {
	mu   sync.Mutex
	list []outcome // bounded by maxOutstanding
}

type outcome struct {
	sub    *subscription
	status int
	err    error
}

func (a *answers) add(o outcome) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, o)
}

func (a *answers) take() []outcome {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.list
	a.list = nil
	return list
}

// mark notes that a subscriber is to be told the state. s.mu is held, as in everything
// below.
func (s *Server) mark(sub *subscription, now time.Time) {
	if sub.released {
		return
	}
	if !sub.dirty {
		sub.dirty, sub.since = true, now
	}
	if sub.answered && !sub.stalled && !sub.outstanding && !sub.queued {
		sub.queued = true
		s.queue.push(sub)
		poke(s.wake)
	}
}

// compose writes a subscription's NOTIFY, if there still is something to tell.
func (s *Server) compose(sub *subscription, now time.Time) (o Outgoing, ok bool) {
	if sub.released || !sub.dirty || sub.outstanding || sub.stalled || !sub.answered {
		return o, false
	}
	if sub.flow.host == "" {
		s.faceless = append(s.faceless, sub)
		return o, false
	}
	sub.dirty, sub.outstanding = false, true
	sub.seq++
	if sub.seq-sub.kept >= keepEvery {
		s.save(sub.tag)
	}
	s.away++
	s.metrics.delay.Observe(now.Sub(sub.since).Seconds())
	o.Flow, o.Branch = sub.flow.full(), newBranch()
	o.Data = sub.appendNotify(make([]byte, 0, sub.size()), o.Branch, s.cfg.Product, now)
	o.Done = func(status int, err error) {
		s.answers.add(outcome{sub, status, err})
		poke(s.wake)
	}
	return o, true
}

// takeAnswers acts on what became of NOTIFYs (RFC 6665 section 4.2.2).
func (s *Server) takeAnswers(now time.Time) {
	for _, o := range s.answers.take() {
		s.away--
		o.sub.outstanding = false
		if o.sub.released {
			continue
		}
		s.took(o.sub, o, now)
	}
}

func (s *Server) took(sub *subscription, o outcome, now time.Time) {
	switch {
	case o.err != nil || o.status == 408:
		s.metrics.unreachable.Inc()
		s.unreachable(sub, now)
	case o.status/100 == 2:
		s.metrics.delivered.Inc()
		sub.retries = 0
		switch {
		case sub.dirty:
			s.mark(sub, now)
		case sub.ended != "":
			s.release(sub)
		}
	case passing(o.status) && sub.ended == "" && sub.retries < maxRetries:
		s.metrics.denied.Inc()
		if !sub.dirty {
			sub.dirty, sub.since = true, now
		}
		s.book.due.schedule(sub, minTime(sub.due, now.Add(firstRetry<<sub.retries)))
		sub.retries++
	default:
		s.metrics.denied.Inc()
		s.drop(sub)
	}
}

// passing tells whether a refusal may be over soon.
func passing(status int) bool {
	return status == 500 || status == 503 || status == 504 || status == 480 || status == 491
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// unreachable looks for another way to a subscriber; without one it waits for the phone
// to show up.
func (s *Server) unreachable(sub *subscription, now time.Time) {
	if sub.released {
		return
	}
	if sub.ended != "" {
		s.release(sub)
		return
	}
	if !sub.dirty {
		sub.dirty, sub.since = true, now
	}
	if b := s.newest(sub, now); b != nil && s.follow(sub, b) {
		s.mark(sub, now)
		return
	}
	s.stall(sub)
}

func (s *Server) stall(sub *subscription) {
	if !sub.stalled {
		sub.stalled = true
		s.unreached++
	}
}

func (s *Server) unstall(sub *subscription) {
	if sub.stalled {
		sub.stalled, sub.since = false, s.cfg.Now()
		s.unreached--
	}
}

// newest is the binding of a subscriber's phone, nil without one.
func (s *Server) newest(sub *subscription, now time.Time) (found *registrar.Binding) {
	if s.cfg.Bindings == nil {
		return nil
	}
	list := s.cfg.Bindings.Lookup(nil, []byte(sub.watcher.aor), now)
	for i := range list {
		if b := &list[i]; sub.belongs(b) && (found == nil || b.ExpiresAt.After(found.ExpiresAt)) {
			found = b
		}
	}
	return found
}

// belongs tells whether a binding is of the phone that subscribed: the same instance or
// contact, or, for a phone that makes connections, the same host.
func (s *subscription) belongs(b *registrar.Binding) bool {
	if s.instance != "" && !b.Instance.IsZero() {
		return s.instance == b.Instance.String()
	}
	return place(s.contact) == place(b.Contact) ||
		s.flow.transport != "udp" && s.flow.transport == b.Transport.String() && s.flow.remote.Addr() == b.Source.Addr()
}

// follow moves a subscription to a binding's flow, and tells whether it is another one.
func (s *Server) follow(sub *subscription, b *registrar.Binding) (moved bool) {
	way := flow{remote: b.Source, connection: b.Connection, transport: b.Transport.String(), listener: b.Listener}
	if way.lost() || way.same(&sub.flow) {
		return false
	}
	sub.flow = way
	s.save(sub.tag)
	return true
}

// terminate ends a subscription and tells its subscriber why, if he can be reached.
func (s *Server) terminate(sub *subscription, why reason, now time.Time) {
	if sub.ended != "" || sub.released {
		return
	}
	s.book.remove(sub)
	s.save(sub.tag)
	sub.ended = why
	if sub.stalled || !sub.answered && why == reasonTimeout { // nobody to tell
		s.release(sub)
		return
	}
	s.mark(sub, now)
}

func (s *Server) terminateAll(list []*subscription, why reason, now time.Time) {
	for _, sub := range append([]*subscription(nil), list...) {
		s.terminate(sub, why, now)
	}
}

// drop ends a subscription whose subscriber need not be told.
func (s *Server) drop(sub *subscription) {
	if sub.released {
		return
	}
	if sub.ended == "" {
		s.book.remove(sub)
		s.save(sub.tag)
	}
	s.release(sub)
}

// release forgets a subscription that has been removed.
func (s *Server) release(sub *subscription) {
	s.unstall(sub)
	s.book.release(sub)
	sub.released = true
	s.released = append(s.released, sub.tag)
	poke(s.wake)
}
