package registrar

import (
	"context"
	"time"
)

// Result is the answer to a request. Reuse it: UpdateAsync overwrites it within
// its capacity.
type Result struct {
	// Bindings are all live bindings of the AOR, in order of registration: the
	// Contacts of the 200.
	Bindings []Binding
	// Superseded are connections that carried a binding which now runs over
	// another one; if nothing else uses them they can be closed.
	Superseded []uint64
}

// Waiter is told how an update ended, exactly once: nil when it is durable, else
// an error that is or wraps an [*Error]. It is called on the goroutine that
// commits, or on the caller's before UpdateAsync returns; it must not block nor
// call back into the registrar.
type Waiter interface {
	Registered(err error)
}

// Update applies req as one whole and returns when the change is durable. When
// ctx ends first the change stays and may become durable later.
func (r *Registrar) Update(ctx context.Context, req *Request, now time.Time) (Result, error) {
	var res Result
	w := make(channelWaiter, 1)
	r.UpdateAsync(req, now, &res, w)
	select {
	case err := <-w:
		if err != nil {
			return Result{}, err
		}
		return res, nil
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

type channelWaiter chan error

func (w channelWaiter) Registered(err error) { w <- err }

// UpdateAsync is Update for a caller who must not block. res is filled before
// UpdateAsync returns but is true only once w has been told nil; until then the
// caller leaves it alone. A refresh allocates nothing.
func (r *Registrar) UpdateAsync(req *Request, now time.Time, res *Result, w Waiter) {
	res.Bindings, res.Superseded = res.Bindings[:0], res.Superseded[:0]
	if done, err := r.update(req, now, res, w); done {
		w.Registered(err)
	}
}

// update tells whether the outcome is known at once.
func (r *Registrar) update(req *Request, now time.Time, res *Result, w Waiter) (done bool, err error) {
	if err := req.check(r.cfg.MaxBindings); err != nil {
		return true, err
	}
	if err := r.checkIntervals(req); err != nil {
		return true, err
	}
	if err := r.commits.admit(); err != nil {
		return true, err
	}
	id, at := hashCallID(req.CallID), unix(now)
	s, h := locate(r, req.AOR)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := lookUp(&s.aors, h, req.AOR)
	changes, err := a.plan(req, id, at)
	switch {
	case err != nil:
		return true, err
	case changes && req.Replayed:
		return true, ErrReplayed
	}
	ch := s.next.reset(w)
	if changes {
		a = r.own(s, h, a, req)
		r.apply(a, req, id, at, res, ch)
	}
	if a != nil {
		res.Bindings = a.appendLive(res.Bindings, at)
	}
	if changes {
		err = r.settle(s, a, ch)
	} else {
		err = r.commits.enqueue(ch) // what it shows may still be on its way to the disk
	}
	return err != nil, err
}

// hour is an expiry that is never too brief, in seconds (RFC 3261 10.3 step 7).
const hour = 3600

// checkIntervals refuses an expiry that is too brief.
func (r *Registrar) checkIntervals(req *Request) error {
	least := int64(min(r.cfg.MinExpires, hour))
	for i := range req.Contacts {
		c := &req.Contacts[i]
		if !c.removes(req) && r.asked(req, c) < least {
			return ErrIntervalTooBrief(r.cfg.MinExpires)
		}
	}
	return nil
}

// asked is the expiry a contact asks for.
func (r *Registrar) asked(req *Request, c *Contact) int64 {
	switch {
	case c.Expires >= 0:
		return c.Expires
	case req.Expires >= 0:
		return req.Expires
	default:
		return int64(r.cfg.DefaultExpires)
	}
}

// granted is the expiry a contact gets, in seconds.
func (r *Registrar) granted(req *Request, c *Contact) uint32 {
	n := min(r.asked(req, c), int64(r.cfg.MaxExpires))
	if r.cfg.Jitter > 0 {
		n -= int64(float64(n) * r.cfg.Jitter * r.cfg.Rand())
	}
	return uint32(max(n, int64(r.cfg.MinExpires)))
}

// apply does what plan allowed.
func (r *Registrar) apply(a *aor, req *Request, id callID, now uint32, res *Result, ch *change) {
	for i := len(a.bindings) - 1; i >= 0; i-- {
		a.bindings[i].touched = false
		switch {
		case !a.bindings[i].live(now):
			r.remove(a, i, Expired, ch)
		case req.Wildcard:
			r.remove(a, i, Unregistered, ch)
		}
	}
	for i := range req.Contacts {
		c := &req.Contacts[i]
		at := a.match(req, c, id, now)
		switch {
		case c.removes(req):
			if at >= 0 {
				r.remove(a, at, Unregistered, ch)
			}
		case at >= 0:
			r.refresh(a, at, req, c, id, now, res)
			ch.event(Refreshed, a.view(at))
		default:
			at = r.makeRoom(a, ch)
			r.refresh(a, at, req, c, id, now, res)
			ch.event(Registered, a.view(at))
		}
	}
}

// makeRoom appends an empty binding, evicting the stalest while a is full, and
// returns its index. A request has no more contacts than there may be bindings,
// so there is always one it has not touched.
func (r *Registrar) makeRoom(a *aor, ch *change) int {
	for len(a.bindings) >= r.cfg.MaxBindings {
		i := a.stalest()
		if i < 0 {
			break
		}
		r.remove(a, i, Evicted, ch)
		r.metrics.evictions.Inc()
	}
	r.metrics.bindings.Inc()
	if a.bindings == nil {
		a.bindings = make([]binding, 0, 1) // most AORs have one binding for ever
	}
	a.bindings = append(a.bindings, binding{})
	return len(a.bindings) - 1
}

// refresh overwrites binding i with contact c of req.
func (r *Registrar) refresh(a *aor, i int, req *Request, c *Contact, id callID, now uint32, res *Result) {
	b := &a.bindings[i]
	old := b.connection
	b.set(req, c, id, now, now+r.granted(req, c))
	if old == req.Connection {
		return
	}
	r.connect(a, req.Connection)
	if old != 0 {
		r.disconnect(a, old)
		res.Superseded = append(res.Superseded, old)
	}
}
