package call

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/registrar"
	"dialtone/sip/route"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
)

// Bindings are where phones are: a [registrar.Registrar].
type Bindings interface {
	// Lookup appends the live bindings of an AOR, user@domain in lower case.
	Lookup(dst []registrar.Binding, aor []byte, now time.Time) []registrar.Binding
}

// Trunks are the ways outside: a [trunk.Trunks].
type Trunks interface {
	// Destinations are where to send a call through a provider account, in the order
	// to try them.
	Destinations(ctx context.Context, id record.ID) ([]trunk.Destination, error)
	// Acquire takes one of the provider account's channels for a call out,
	// AcquireInbound for one that came in, AcquireEmergency even if there is none.
	Acquire(id record.ID) (release func(), err error)
	AcquireInbound(id record.ID) (release func(), err error)
	AcquireEmergency(id record.ID) (release func())
	// Failed tells that an address did not answer, so that others go first; Worked that
	// it did.
	Failed(id record.ID, address netip.AddrPort, reason string, wait time.Duration)
	Worked(id record.ID, address netip.AddrPort)
	// Recognise lists the provider accounts a source may be.
	Recognise(source netip.AddrPort) []record.ID
}

// Records are where ended calls go.
type Records interface {
	// Call keeps what a call was, with its messages. It must not wait.
	Call(r record.CallRecord, t record.CallTrace)
}

// Limits bound the calls at a time, emergency calls not among them. 0 is the default.
type Limits struct{ MaxCalls, PerAccount int }

// Config sets up a [Manager].
type Config struct {
	Endpoint *dialog.Endpoint
	// Dial gives the flow to an address no binding leads to: Dial of a [dialog.Carrier].
	Dial     func(ctx context.Context, transport string, to netip.AddrPort, serverName string) (dialog.Flow, error)
	Media    *media.Engine // nil: only emergency calls, without media of ours
	Trunks   Trunks
	Store    *store.Store
	Bindings Bindings
	Records  Records
	// LastCaller is who called a user last, from the records of before the start; nil
	// knows nobody. It may look at the disk.
	LastCaller func(ctx context.Context, account, user record.ID) string
	// Notify is told of what happens to calls. It must not wait.
	Notify func(Event)
	// Emergency plans emergency calls; nil sends no location.
	Emergency EmergencyPlan
	// Waiting entertains whoever is on hold or parked; nil shows a hold to his phone.
	Waiting Waiting
	// Slots are where calls are parked; nil: they cannot be.
	Slots Slots
	// Faxes receives faxes; nil: nobody does.
	Faxes Faxes
	// Archive keeps recordings; nil: calls are not recorded.
	Archive Archive
	// Queues say whom to ring for callers who wait, Clips play them music and Voice
	// speaks to them; without queues nobody waits, without clips he hears a beep now and
	// then, without a voice a tone.
	Queues Queues
	Clips  Clips
	Voice  Voice
	// Speaker tells people the number of a slot; nil plays a tone.
	Speaker Speaker
	Limits  Limits

	Log        *slog.Logger
	Now        func() time.Time      // nil: time.Now
	Registerer prometheus.Registerer // nil: no metrics
}

// Manager has the calls.
type Manager struct {
	config     Config
	dialogs    dialogs
	sounds     sounds // nil: no media of ours
	store      *store.Store
	log        *slog.Logger
	now        func() time.Time
	metrics    *metrics
	route      func(route.Directory, route.Caller, string, time.Time) route.Decision // route.Decide, or a test's
	recent     recent
	lamps      lamps
	recordings recordings
	handover   sync.Mutex
	minute     time.Duration // the unit of parking times

	ctx    context.Context //nolint:containedctx // the life of the calls
	cancel context.CancelFunc
	wg     sync.WaitGroup

	draining atomic.Bool

	mu      sync.Mutex
	calls   map[string]*Call
	legs    map[string]*leg   // by our tag
	strays  strays            // messages of legs not known yet
	load    map[record.ID]int // calls in the limits, by account; "" is all
	changed chan struct{}     // closed when a call ends; nil while nobody waits
}

// dialogs are where legs come from.
type dialogs interface {
	invite(ctx context.Context, o dialog.Outgoing) (dialogue, error)
}

type endpoint struct{ *dialog.Endpoint }

func (e endpoint) invite(ctx context.Context, o dialog.Outgoing) (dialogue, error) {
	l, err := e.Invite(ctx, o)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// New makes a manager. Its Invite and Trace belong into the endpoint's configuration.
func New(cfg Config) *Manager {
	m := &Manager{
		config: cfg, dialogs: endpoint{cfg.Endpoint}, store: cfg.Store, log: cfg.Log, now: cfg.Now, minute: time.Minute,
		metrics: newMetrics(cfg.Registerer),
		route:   route.Decide,
		calls:   map[string]*Call{}, legs: map[string]*leg{}, load: map[record.ID]int{},
	}
	if cfg.Media != nil {
		m.sounds = engine{cfg.Media}
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	if m.config.Limits.MaxCalls <= 0 {
		m.config.Limits.MaxCalls = defaultMaxCalls
	}
	if m.config.Limits.PerAccount <= 0 {
		m.config.Limits.PerAccount = defaultPerAccount
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Invite takes a new INVITE: it is the endpoint's Invite.
func (m *Manager) Invite(l *dialog.Leg) {
	named := ""
	if r := l.Replaces(); r != nil {
		named = r.ID()
	}
	m.take(l, named)
}

// take begins a call with a dialog that came in. named is our tag of the dialog it is to
// take the place of (RFC 3891), empty for none.
func (m *Manager) take(d dialogue, named string) {
	l := &leg{dialogue: d, role: record.LegCaller}
	m.start(l, func(c *Call) {
		if named != "" {
			c.replace(l, named)
			return
		}
		c.invite(l)
	})
}

// start makes a call with its first leg and lets it run, beginning with first.
func (m *Manager) start(l *leg, first func(*Call)) {
	c := m.newCall()
	c.caller = l
	c.add(l)
	m.register(l)
	m.mu.Lock()
	m.calls[c.id] = c
	m.mu.Unlock()
	m.metrics.active.Inc()
	c.post(first)
	l.SetSink(l.sink)
	m.wg.Go(c.run)
}

func (m *Manager) register(l *leg) {
	m.metrics.legs.Inc()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.legs[l.ID()] = l
	for _, message := range m.strays.take(l.ID()) {
		l.owner.Load().trace.add(message)
	}
}

func (m *Manager) unregister(l *leg) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.legs[l.ID()] == l {
		delete(m.legs, l.ID())
		m.metrics.legs.Dec()
	}
}

// leg is the leg with that tag of ours, nil without one.
func (m *Manager) leg(tag string) *leg {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.legs[tag]
}

// Len is how many calls there are.
func (m *Manager) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.calls)
}

// forget removes a call that is over.
func (m *Manager) forget(c *Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.calls, c.id)
	if m.changed != nil {
		close(m.changed)
		m.changed = nil
	}
}

// trunksOf are the provider accounts a leg from outside may be of.
func (m *Manager) trunksOf(l *leg) []record.ID {
	o := l.Origin()
	if o.User != nil || o.Trunk == "" {
		return nil
	}
	if m.config.Trunks != nil {
		if list := m.config.Trunks.Recognise(l.Flow().Remote); len(list) > 0 {
			return list
		}
	}
	return []record.ID{o.Trunk}
}

// admit counts a call of an account against the limits; an emergency call is not asked.
func (m *Manager) admit(account record.ID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.load[""] >= m.config.Limits.MaxCalls || m.load[account] >= m.config.Limits.PerAccount {
		m.metrics.limited.Inc()
		return false
	}
	m.load[""]++
	m.load[account]++
	return true
}

func (m *Manager) release(account record.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load[""]--
	if m.load[account]--; m.load[account] <= 0 {
		delete(m.load, account)
	}
}

// Drain refuses new calls, emergency calls not among them, and waits until there is no
// call left or ctx is done. It says how many are left.
func (m *Manager) Drain(ctx context.Context) (left int) {
	m.draining.Store(true)
	for {
		m.mu.Lock()
		left = len(m.calls)
		if m.changed == nil {
			m.changed = make(chan struct{})
		}
		changed := m.changed
		m.mu.Unlock()
		if left == 0 {
			return 0
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return left
		}
	}
}

// Close ends every call and waits for them and their recordings. The endpoint still sends
// their BYEs.
func (m *Manager) Close() {
	m.draining.Store(true)
	m.mu.Lock()
	for _, c := range m.calls {
		c.post(func(c *Call) { c.end(endShutdown) })
	}
	m.mu.Unlock()
	m.wg.Wait()
	m.recordings.wg.Wait()
	m.cancel()
}
