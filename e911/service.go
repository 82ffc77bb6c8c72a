package e911

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// Times of the service.
const (
	// unsent is how long the first mail waits for the INVITE to leave, so that it can say
	// what was sent.
	unsent = time.Second
	// WindowLength is how long after a call for help its callback number leads to the phone
	// that called.
	WindowLength = 30 * time.Minute
	// minRetry and maxRetry bound the wait between two tries to write.
	minRetry = 50 * time.Millisecond
	maxRetry = 2 * time.Second
	// closing bounds how long Close waits for what is being written.
	closing = 5 * time.Second
)

// Config is what a service needs.
type Config struct {
	Store *store.Store
	// Slots is the path of the slot file.
	Slots string
	// Directory gives routing's view of the records for the time of fn.
	Directory func(fn func(route.Directory))
	// MailDomain is what stands behind the @ of Message-IDs and Content-IDs.
	MailDomain string
	// Notify is told of every stage that is on disk; it must not wait. Nil for nobody.
	Notify func(account record.ID, event string, data any)
	// Carriers are asked to take addresses, by provider; those without an API are not there.
	Carriers   map[string]Carrier
	Log        *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
	Now        func() time.Time      // nil: time.Now
}

// Service follows emergency calls. Its methods never wait but for Serve and Close, and none
// of those about calls fails.
type Service struct {
	config  Config
	store   *store.Store
	log     *slog.Logger
	now     func() time.Time
	slots   *slots // nil: there is no file, every call goes straight to its transaction
	metrics *metrics
	windows windows
	reached func(point string) // tests end the process there

	ctx    context.Context //nolint:containedctx // the life of what is being written
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu        sync.Mutex
	calls     map[string]*event    // by the call's identifier
	unwritten map[*event]time.Time // since when something of theirs waits for the disk
	closed    bool
}

// Open begins to follow calls, and writes what a stopped daemon left unwritten. It does not
// fail: what cannot be used is logged and done without, for no call may depend on it.
func Open(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{
		config: cfg, store: cfg.Store, log: cfg.Log, now: cfg.Now, calls: map[string]*event{}, reached: func(string) {},
		unwritten: map[*event]time.Time{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.metrics = newMetrics(cfg.Registerer, s)
	var left []leftover
	var err error
	if s.slots, left, err = openSlots(cfg.Slots); err != nil {
		s.log.Error("emergency calls are not safe from a crash before they are written", "err", err)
	}
	if err := s.windows.load(s.store); err != nil {
		s.log.Error("calls back from emergency centres are not recognised", "err", err)
	}
	if err := s.reconcile(left); err != nil {
		s.log.Error("cannot look at the emergency calls of before the start", "err", err)
	}
	return s
}

// Close waits a while for what is being written. What is left is in the slots.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, e := range s.calls {
		e.timer.Stop()
	}
	s.mu.Unlock()
	timer := time.AfterFunc(closing, s.cancel)
	s.wg.Wait()
	timer.Stop()
	s.cancel()
	return s.slots.shut()
}

// Began is told of a call for help, by its identifier, before its first INVITE leaves. aor is
// the caller's address of record.
func (s *Service) Began(call string, d *route.Decision, aor string) {
	s.finish(call)
	c := s.plan(d)
	c.CallID = call
	if c.Caller.AOR == "" {
		c.Caller.AOR = aor
	}
	s.metrics.began(c.Test)
	e := &event{s: s, call: c, slot: s.slots.take()}
	e.keep()
	s.reached("slot")
	s.windows.open(c, d, s.number, s.now().Add(WindowLength))
	e.timer = time.AfterFunc(unsent, func() { e.tell(func(*record.EmergencyCall) string { return "" }) })
	s.mu.Lock()
	s.calls[call] = e
	s.mu.Unlock()
	if e.slot < 0 {
		s.metrics.overflow.Inc()
		e.tell(func(*record.EmergencyCall) string { return "" })
	}
}

// plan is the call's plan; a fault in it leaves what the decision alone says.
func (s *Service) plan(d *route.Decision) (c *record.EmergencyCall) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("fault in an emergency plan", "panic", r)
			c = barePlan(d, s.now())
			s.store.View(func(v *store.View) {
				if a, ok := v.Account(c.Account); ok {
					for _, address := range a.EmergencyRecipients {
						c.Recipients = append(c.Recipients, record.EmergencyRecipient{Address: address, Source: recipientOfAccount, Language: a.Language})
					}
				}
			})
		}
	}()
	s.config.Directory(func(dir route.Directory) { c = NewPlan(dir, d, s.now()) })
	return c
}

// number is an account's number by its identifier, E.164.
func (s *Service) number(id record.ID) (e164 string) {
	s.store.View(func(v *store.View) {
		if n, ok := store.Get[*record.Number](v, id); ok {
			e164 = n.Number
		}
	})
	return e164
}

// event is the one that is followed for a call, nil without.
func (s *Service) event(call string) *event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[call]
}

// Convey is what the INVITE to a trunk says about where the caller is. plain asks for an
// INVITE without location, because the trunk has refused it.
func (s *Service) Convey(call string, w *route.Way, t *record.ProviderAccount, plain bool) (carried Conveyance) {
	e := s.event(call)
	if e == nil {
		return Conveyance{}
	}
	e.change(func(c *record.EmergencyCall) {
		carried, c.Conveyed = conveyance(c, w, t, plain, s.config.MailDomain)
	})
	return carried
}

// Sent is told that an INVITE has left.
func (s *Service) Sent(call string) {
	s.reached("sent")
	if e := s.event(call); e != nil {
		e.tell(func(*record.EmergencyCall) string { return "" })
	}
}

// Failed is told that a trunk did not take the call, with its status (0: silence).
func (s *Service) Failed(call string, trunk record.ID, status int) {
	if e := s.event(call); e != nil {
		e.change(func(c *record.EmergencyCall) { s.attempt(c, trunk, status, false) })
	}
}

// Answered is told that a trunk took the call.
func (s *Service) Answered(call string, trunk record.ID) {
	e := s.event(call)
	if e == nil {
		return
	}
	e.tell(func(c *record.EmergencyCall) string {
		if !c.AnsweredAt.IsZero() {
			return ""
		}
		s.attempt(c, trunk, 200, true)
		c.Outcome, c.AnsweredAt = record.EmergencyAnswered, s.now().UTC()
		return record.StageAnswered
	})
}

// maxAttempts bounds the trunks that are remembered.
const maxAttempts = 50

func (s *Service) attempt(c *record.EmergencyCall, trunk record.ID, status int, answered bool) {
	a := record.EmergencyAttempt{Trunk: trunk, At: s.now().UTC(), Status: status, Answered: answered}
	s.store.View(func(v *store.View) {
		if p, ok := store.Get[*record.ProviderAccount](v, trunk); ok {
			a.Name = p.Name
		}
	})
	if len(c.Attempts) >= maxAttempts {
		c.Attempts = c.Attempts[1:]
	}
	c.Attempts = append(slices.Clip(c.Attempts), a)
}

// NotConnected is told that no trunk took the call.
func (s *Service) NotConnected(call string) {
	if e := s.event(call); e != nil {
		e.tell(func(c *record.EmergencyCall) string {
			return s.end(c, record.EmergencyNotConnected, record.HungUpBySystem)
		})
	}
}

// Ended is told that the call is over, by whom, and whether the caller gave up before
// anybody answered.
func (s *Service) Ended(call, hungUpBy string, gaveUp bool) {
	e := s.event(call)
	if e == nil {
		return
	}
	e.tell(func(c *record.EmergencyCall) string {
		switch {
		case c.Outcome == record.EmergencyAnswered:
			return s.end(c, record.EmergencyEnded, hungUpBy)
		case gaveUp:
			return s.end(c, record.EmergencyCancelled, record.HungUpByCaller)
		}
		return s.end(c, record.EmergencyNotConnected, hungUpBy)
	})
	s.finish(call)
}

// end closes a call once, and gives the stage to tell.
func (s *Service) end(c *record.EmergencyCall, outcome, by string) string {
	if c.Over() {
		return ""
	}
	c.Outcome, c.HungUpBy, c.EndedAt = outcome, by, s.now().UTC()
	since := c.StartedAt
	if !c.AnsweredAt.IsZero() {
		since = c.AnsweredAt
	}
	c.DurationSeconds = int(c.EndedAt.Sub(since) / time.Second)
	s.windows.prolong(c, c.EndedAt.Add(WindowLength))
	if outcome == record.EmergencyNotConnected {
		return record.StageFailed
	}
	return record.StageEnded
}

// finish follows a call no longer.
func (s *Service) finish(call string) {
	s.mu.Lock()
	e := s.calls[call]
	delete(s.calls, call)
	s.mu.Unlock()
	if e == nil {
		return
	}
	e.timer.Stop()
	e.tell(func(c *record.EmergencyCall) string { return s.end(c, record.EmergencyEnded, record.HungUpBySystem) })
}
