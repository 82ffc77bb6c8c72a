package event

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"dialtone/sip/registrar"
	"dialtone/store/record"
)

const (
	// maxOutstanding is how many NOTIFYs wait for their answer at once.
	maxOutstanding = 32768
	// graceExpires is how much longer than granted a subscription lives, for a refresh
	// that is on its way.
	graceExpires = 5 * time.Second
	// maxRetries is how often a NOTIFY is tried again that a phone could not take, the
	// first time after firstRetry and then after twice the time before.
	maxRetries = 3
	firstRetry = 5 * time.Second
)

// Server answers SUBSCRIBE and notifies. Build it with New, then run Serve. All methods
// may be called concurrently.
type Server struct {
	cfg     Config
	metrics *metrics
	states  states
	wake    chan struct{} // capacity 1: there is something to do
	unkept  chan struct{} // capacity 1: there is something to write to disk
	fresh   chan struct{} // capacity 1: a new subscription is among it

	answers answers

	mu        sync.Mutex
	book      book
	queue     queue // subscriptions to notify
	restored  queue // those to notify without hurry
	pace      pace
	slowly    pace
	away      int // NOTIFYs that wait for their answer
	faceless  []*subscription
	released  []string // tags to forget
	reconfig  map[record.ID]struct{}
	unsaved   map[string]struct{} // tags of subscriptions to write to disk
	scratch   []Source
	unreached int // subscriptions that are stalled
}

// New builds a server with the subscriptions its log has kept.
func New(cfg Config) (*Server, error) {
	s := &Server{
		cfg: cfg.withDefaults(), metrics: newMetrics(cfg.Registerer), states: newStates(),
		wake: make(chan struct{}, 1), unkept: make(chan struct{}, 1), fresh: make(chan struct{}, 1),
		book: newBook(), reconfig: map[record.ID]struct{}{}, unsaved: map[string]struct{}{},
		pace: pace{rate: notifyRate, burst: notifyBurst}, slowly: pace{rate: restoreRate, burst: restoreBurst},
	}
	if err := s.restore(); err != nil {
		return nil, err
	}
	return s, nil
}

// Serve notifies until ctx ends. Subscriptions stay: their phones find them again after
// a restart.
func (s *Server) Serve(ctx context.Context) {
	var wg sync.WaitGroup
	if s.cfg.Kept != nil {
		wg.Go(func() { s.keep(ctx) })
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			wg.Wait()
			return
		case <-timer.C:
		case <-s.wake:
		}
		timer.Reset(s.work())
	}
}

// Len is how many subscriptions are active.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.book.byTag)
}

// Publish tells that sources have a dialog, or have it no more when it is terminated. It
// waits for nothing.
func (s *Server) Publish(d Dialog, sources ...Source) {
	s.states.put(d, sources)
	poke(s.wake)
}

// Show tells what dialogs a source has now, instead of all it had. It waits for nothing.
func (s *Server) Show(source Source, dialogs ...Dialog) {
	s.states.replace(source, dialogs)
	poke(s.wake)
}

// Reconfigured tells that an account's records have changed, "" those of all accounts.
func (s *Server) Reconfigured(account record.ID) {
	s.mu.Lock()
	s.reconfig[account] = struct{}{}
	s.mu.Unlock()
	poke(s.wake)
}

// Registered tells that a phone has registered, again or for the first time: its
// subscriptions follow it to where it is now.
func (s *Server) Registered(b *registrar.Binding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.book.watchers[b.AOR]
	if w == nil {
		return
	}
	for _, sub := range w.subs {
		if !sub.belongs(b) {
			continue
		}
		s.follow(sub, b)
		if sub.stalled && !sub.flow.lost() {
			s.unstall(sub)
			s.mark(sub, s.cfg.Now())
		}
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// work does what there is to do, and tells when to come again.
func (s *Server) work() (next time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			s.cfg.Log.Error("defect in notifying", "err", fmt.Sprint(p), "stack", string(debug.Stack()))
			next = time.Second
		}
	}()
	for {
		batch, faceless, released, wait := s.step(s.cfg.Now())
		for _, tag := range released {
			s.cfg.Tracker.Forget(tag)
		}
		if len(batch) > 0 {
			s.cfg.Sender.Send(batch)
		}
		s.face(faceless)
		if wait > 0 {
			return wait
		}
	}
}

// step takes in what has happened and writes the next NOTIFYs. Those in faceless need to
// be told first who we are.
func (s *Server) step(now time.Time) (batch []Outgoing, faceless []*subscription, released []string, next time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takeAnswers(now)
	s.takeConfiguration(now)
	s.takeStates(now)
	s.takeDue(now)
	batch, next = s.batch(now)
	faceless, s.faceless = s.faceless, nil
	released, s.released = s.released, nil
	if len(faceless) > 0 {
		next = 0
	}
	s.metrics.subscriptions.Set(float64(len(s.book.byTag)))
	s.metrics.waiting.Set(float64(s.unreached))
	return batch, faceless, released, next
}

// takeStates writes the documents of what has changed anew and lines up who is told.
func (s *Server) takeStates(now time.Time) {
	s.scratch = s.states.take(s.scratch[:0])
	for _, source := range s.scratch {
		for _, r := range s.book.bySource[source] {
			s.refresh(r, now)
		}
	}
}

// refresh writes a resource's document; its subscribers are told if it is another.
func (s *Server) refresh(r *resource, now time.Time) {
	if !s.render(r) {
		return
	}
	for _, sub := range r.subs {
		s.mark(sub, now)
	}
}

// render writes a resource's document and tells whether it has changed.
func (s *Server) render(r *resource) bool {
	subject := r.subject
	if subject.dialogs = subject.standing(); subject.dialogs == nil {
		subject.dialogs = s.states.of(subject.about.Sources)
	}
	was := r.document
	r.document = r.of.write(&subject)
	return r.document != was
}

// takeConfiguration looks up again what the accounts' subscriptions mean.
func (s *Server) takeConfiguration(now time.Time) {
	for id := range s.reconfig {
		delete(s.reconfig, id)
		if id != "" {
			s.review(s.book.accounts[id], id, now)
			continue
		}
		for id, a := range s.book.accounts {
			s.review(a, id, now)
		}
	}
}

func (s *Server) review(a *account, id record.ID, now time.Time) {
	if a == nil {
		return
	}
	for w := range a.watchers {
		if !s.cfg.Directory.Allowed(id, w.aor, now) {
			s.terminateAll(w.subs, reasonRejected, now)
		}
	}
	for r := range a.resources {
		about, ok := s.cfg.Directory.Resolve(id, r.subject.name, trimBrackets(r.subject.host))
		if !ok || r.of.lamp && len(about.Sources) == 0 {
			s.terminateAll(r.subs, reasonNoResource, now)
			continue
		}
		if !about.equal(&r.subject.about) {
			s.book.unlink(r)
			r.subject.about = about
			s.book.link(r)
			s.refresh(r, now)
		}
	}
}

// takeDue ends what has expired and tries again what was put off.
func (s *Server) takeDue(now time.Time) {
	for len(s.book.due) > 0 && !s.book.due[0].due.After(now) {
		sub := s.book.due[0]
		if end := sub.expires.Add(graceExpires); end.After(now) {
			s.book.due.schedule(sub, end)
			if sub.dirty {
				s.mark(sub, now)
			}
			continue
		}
		s.terminate(sub, reasonTimeout, now)
	}
}

// face finds out what stands for us toward phones whose way was only read from disk, or
// has changed.
func (s *Server) face(list []*subscription) {
	for _, sub := range list {
		s.mu.Lock()
		way := sub.flow
		s.mu.Unlock()
		host, port, err := s.cfg.Sender.Facing(way.full())
		s.mu.Lock()
		if sub.flow.same(&way) {
			sub.flow.host, sub.flow.port = host, uint16(port)
			if err != nil || host == "" {
				s.unreachable(sub, s.cfg.Now())
			} else {
				s.mark(sub, s.cfg.Now())
			}
		} else {
			s.mark(sub, s.cfg.Now())
		}
		s.mu.Unlock()
	}
}
