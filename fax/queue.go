package fax

import (
	"context"
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

	mu       sync.Mutex
	session  *Session // nil before the call is answered
	stop     context.CancelFunc
	canceled bool
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

func (j *job) cancel() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.canceled = true
	if j.session != nil {
		j.session.Cancel()
		return
	}
	j.stop()
}

func (j *job) isCanceled() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.canceled
}

// cancel calls off a fax that is being sent. False when it is not.
func (q *queue) cancel(id string) bool {
	q.mu.Lock()
	j := q.jobs[id]
	q.mu.Unlock()
	if j == nil {
		return false
	}
	j.cancel()
	return true
}

// take makes a job of a fax, unless it is one, another goes to the same number, or there
// are too many.
func (q *queue) take(f *record.Fax, stop context.CancelFunc) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.jobs == nil {
		q.jobs = map[string]*job{}
	}
	if len(q.jobs) >= maxSending || q.jobs[f.ID] != nil {
		return nil
	}
	account := 0
	for _, j := range q.jobs {
		if j.account != f.Account {
			continue
		}
		if account++; account >= maxAccountSending || j.to == f.To {
			return nil
		}
	}
	j := &job{account: f.Account, to: f.To, stop: stop}
	q.jobs[f.ID] = j
	return j
}

func (q *queue) done(id string) {
	q.mu.Lock()
	delete(q.jobs, id)
	q.mu.Unlock()
	poke(q.wake)
}

// sendWaiting sends what is due, until ctx is done.
func (s *Service) sendWaiting(ctx context.Context) error {
	mailed := time.NewTicker(mailedEvery)
	defer mailed.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-mailed.C:
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
	if s.config.Dialer == nil {
		return idleLook
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
	j := s.queue.take(f, stop)
	if j == nil {
		stop()
		return
	}
	s.wg.Go(func() {
		defer stop()
		defer s.queue.done(f.ID)
		defer s.survive(f)
		s.send(ctx, f, j)
	})
}

// survive keeps a fault in one fax from the others.
func (s *Service) survive(f *record.Fax) {
	if r := recover(); r != nil {
		s.log.Error("fax failed", "fax", f.ID, "panic", r)
		s.retry(f, outcome{record.FaxInternal, "a fault of the daemon"})
		if err := s.put(f); err != nil {
			s.log.Error("outcome of fax cannot be written", "fax", f.ID, "err", err)
		}
	}
}
