package fax

import (
	"context"
	"errors"
	"sync"
	"time"

	"dialtone/store/record"
)

// Bounds of what is sent at a time.
const (
	maxSending        = 200 // faxes of all accounts
	maxAccountSending = 20
	// lookEvery is how often at most the queue is looked through.
	lookEvery = 500 * time.Millisecond
	// idleLook is how often the queue is looked through when nothing was heard of.
	idleLook = 30 * time.Second
	// readyLook is how often is looked whether calls can be made.
	readyLook = time.Second
)

// queue is what is being sent. To one number one fax goes at a time.
type queue struct {
	wake chan struct{}

	mu   sync.Mutex
	jobs map[string]*job // by fax
}

// job is a fax that is being sent.
type job struct {
	account record.ID
	to      string
	done    chan struct{} // closed when it is no job any more

	mu       sync.Mutex
	session  *Session // nil before the call is answered
	stop     context.CancelFunc
	canceled bool
	settled  bool // too late to be canceled
}

// begin gives a job the session that may be canceled.
func (j *job) begin(s *Session) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.session = s
	if j.canceled {
		s.Cancel()
	}
}

// cancel calls the fax off; false when its attempt is over already.
func (j *job) cancel() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.settled {
		return false
	}
	j.canceled = true
	if j.session != nil {
		j.session.Cancel()
	} else {
		j.stop()
	}
	return true
}

// settle says that the attempt is over, and whether the fax was called off.
func (j *job) settle() (canceled bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.settled = true
	return j.canceled
}

// job is that of a fax of an account, nil when it is not being sent.
func (q *queue) job(account record.ID, id string) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j := q.jobs[id]; j != nil && j.account == account {
		return j
	}
	return nil
}

// take makes a job of a fax, unless it is one, another goes to the same number, or there
// are too many.
func (q *queue) take(f *record.Fax, stop context.CancelFunc) (j *job, engaged bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.jobs == nil {
		q.jobs = map[string]*job{}
	}
	if len(q.jobs) >= maxSending || q.jobs[f.ID] != nil {
		return nil, false
	}
	account := 0
	for _, other := range q.jobs {
		if other.account != f.Account {
			continue
		}
		if other.to == f.To {
			return nil, true
		}
		account++
	}
	if account >= maxAccountSending {
		return nil, false
	}
	j = &job{account: f.Account, to: f.To, stop: stop, done: make(chan struct{})}
	q.jobs[f.ID] = j
	return j, false
}

func (q *queue) done(id string) {
	q.mu.Lock()
	close(q.jobs[id].done)
	delete(q.jobs, id)
	q.mu.Unlock()
	poke(q.wake)
}

// sendWaiting sends what is due, until ctx is done.
func (s *Service) sendWaiting(ctx context.Context) error {
	again := time.NewTicker(s.look)
	defer again.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
			s.tellLate()
			s.forgetMailed()
			continue
		case <-s.queue.wake:
		case <-timer.C:
		}
		timer.Reset(max(s.startDue(ctx), lookEvery))
		select { // not more often than that
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
	}
}

// startDue starts the faxes that are due, and says how long until the next one is.
func (s *Service) startDue(ctx context.Context) time.Duration {
	switch {
	case s.config.Dialer == nil:
		return idleLook
	case s.config.Ready != nil && !s.config.Ready():
		return readyLook // an attempt would be wasted
	}
	open, err := s.config.Store.OpenFaxes()
	if err != nil {
		s.log.Error("cannot look for faxes to send", "err", err)
		return idleLook
	}
	next := idleLook
	for i := range open {
		f := &open[i]
		if f.State != record.FaxQueued {
			continue
		}
		if wait := f.NextAttemptAt.Sub(s.now()); wait > 0 {
			next = min(next, wait)
			continue
		}
		s.start(ctx, f)
	}
	return next
}

// start sends a fax in a goroutine of its own.
func (s *Service) start(ctx context.Context, f *record.Fax) {
	ctx, stop := context.WithCancel(ctx)
	j, engaged := s.queue.take(f, stop)
	if j == nil {
		stop()
		if engaged && f.Reason != record.FaxDestination {
			s.waitForOther(f)
		}
		return
	}
	s.wg.Go(func() {
		defer stop()
		defer s.queue.done(f.ID)
		defer s.survive(f, j)
		s.send(ctx, f, j)
	})
}

// waitForOther says why a fax waits that is due.
func (s *Service) waitForOther(f *record.Fax) {
	err := s.change(f, func(f *record.Fax) {
		f.Reason, f.Detail = record.FaxDestination, "another fax goes to that number"
	})
	if err != nil && !errors.Is(err, errNotDue) {
		s.log.Error("why a fax waits cannot be written", "fax", f.ID, "err", err)
	}
}

// survive keeps a fault in one fax from the others.
func (s *Service) survive(f *record.Fax, j *job) {
	if r := recover(); r != nil {
		s.log.Error("fax failed", "fax", f.ID, "panic", r)
		s.settle(f, outcome{record.FaxInternal, "a fault of the daemon"}, j)
	}
}
