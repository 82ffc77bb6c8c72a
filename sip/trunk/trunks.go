package trunk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store/record"
)

// Config is what Trunks need.
type Config struct {
	Resolver  *Resolver
	Requester Requester
	// Password opens what a trunk authenticates with.
	Password func(*record.ProviderAccount) (string, error)
	Log      *slog.Logger // nil for none
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
}

// Trunks are the provider accounts at work. Safe for concurrent use.
type Trunks struct {
	resolver  *Resolver
	requester Requester
	password  func(*record.ProviderAccount) (string, error)
	log       *slog.Logger
	metrics   *metrics
	changed   chan struct{} // has room for one: Serve looks at accounts again
	sources   atomic.Pointer[sources]

	mu       sync.Mutex
	accounts map[record.ID]*account
}

// New has no accounts until the first Update.
func New(c Config) *Trunks {
	t := &Trunks{
		resolver: c.Resolver, requester: c.Requester, password: c.Password,
		log: cmp.Or(c.Log, slog.New(slog.DiscardHandler)), changed: make(chan struct{}, 1), accounts: map[record.ID]*account{},
	}
	t.metrics = newMetrics(c.Registerer, t.count)
	t.sources.Store(newSources(nil))
	return t
}

// Update takes all provider accounts there are, of every account. When it returns, sources given as addresses and
// networks are recognised and limits apply; names are looked up and registrations begun by Serve. What did not change
// goes on undisturbed.
func (t *Trunks) Update(list []*record.ProviderAccount) {
	t.mu.Lock()
	defer t.mu.Unlock()
	accounts := make(map[record.ID]*account, len(list))
	for _, r := range list {
		a := t.accounts[r.ID]
		if a == nil || a.record != r && (a.record.Revision != r.Revision || r.Revision == 0) {
			a = newAccount(r, a)
			a.limit.set(r.Trunk.MaxChannels, r.Trunk.CallsPerSecond, time.Now())
			t.literals(a)
			a.note(t.log, time.Now())
		}
		accounts[r.ID] = a
	}
	t.accounts = accounts
	t.publish()
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// literals takes the hosts that are addresses; they need no name server and nothing to wait for.
func (t *Trunks) literals(a *account) {
	for _, h := range a.hosts {
		if _, err := netip.ParseAddr(h.name); err == nil {
			_, _, _ = a.lookup(context.Background(), t.resolver, h) // an address cannot fail
		}
	}
}

// publish makes what Recognise reads; t.mu is held.
func (t *Trunks) publish() {
	list := make([]*account, 0, len(t.accounts))
	for _, a := range t.accounts {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *account) int { return record.CompareProviderAccounts(a.record, b.record) })
	t.sources.Store(newSources(list))
}

// republish is publish after a look-up.
func (t *Trunks) republish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.publish()
}

func (t *Trunks) account(id record.ID) *account {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.accounts[id]
}

// Recognise lists the provider accounts that are switched on and whose hosts or inbound sources a message may come
// from, in the accounts' order; several where accounts share a carrier. Ports count where a host names one. It takes
// no lock, and without a match allocates nothing.
func (t *Trunks) Recognise(source netip.AddrPort) []record.ID { return t.sources.Load().of(source) }

// Destinations lists where a call through the provider account may go, in the order to try, at least one. It waits for
// DNS only when a host was never found before. An account that is switched off has destinations too: an emergency call
// may be left with no other.
func (t *Trunks) Destinations(ctx context.Context, id record.ID) ([]Destination, error) {
	a := t.account(id)
	if a == nil {
		return nil, fmt.Errorf("cannot find trunk %q: %w", id, ErrUnknown)
	}
	if list := a.destinations(time.Now()); len(list) > 0 {
		return list, nil
	}
	_, changed := a.lookupAll(ctx, t.resolver)
	if changed {
		t.republish()
	}
	if list := a.destinations(time.Now()); len(list) > 0 {
		return list, nil
	}
	a.mu.Lock()
	err := a.missing
	a.mu.Unlock()
	if err == nil {
		err = ErrNoAddress
	}
	return nil, fmt.Errorf("cannot find trunk %q: %w", id, err)
}

// Failed notes that a call met nobody at an address: no answer, 408 or 5xx. wait is the Retry-After of a 503, 0
// without.
func (t *Trunks) Failed(id record.ID, address netip.AddrPort, reason string, wait time.Duration) {
	if a := t.account(id); a != nil {
		a.health.failed(address, reason, wait, time.Now())
	}
}

// Worked notes that a call was answered from an address, be it by a refusal below 500.
func (t *Trunks) Worked(id record.ID, address netip.AddrPort) {
	if a := t.account(id); a != nil {
		a.health.worked(address, time.Now())
		a.note(t.log, time.Now())
	}
}

// Acquire takes a channel for a call out, begun now. The error is ErrChannels, ErrRate or ErrUnknown. release gives
// the channel back, once however often it is called.
func (t *Trunks) Acquire(id record.ID) (release func(), err error) { return t.acquire(id, true) }

// AcquireInbound takes a channel for a call that comes in, which counts toward the calls at a time only.
func (t *Trunks) AcquireInbound(id record.ID) (release func(), err error) {
	return t.acquire(id, false)
}

func (t *Trunks) acquire(id record.ID, begin bool) (release func(), err error) {
	a := t.account(id)
	if a == nil {
		return nil, fmt.Errorf("cannot take a channel of trunk %q: %w", id, ErrUnknown)
	}
	release, err = a.limit.take(time.Now(), begin)
	switch {
	case errors.Is(err, ErrChannels):
		t.metrics.channels.Inc()
	case errors.Is(err, ErrRate):
		t.metrics.rate.Inc()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot take a channel of trunk %q: %w", id, err)
	}
	return release, nil
}

// AcquireEmergency counts a call that no limit may refuse.
func (t *Trunks) AcquireEmergency(id record.ID) (release func()) {
	if a := t.account(id); a != nil {
		return a.limit.force()
	}
	return func() {}
}

// Status tells how a provider account is.
func (t *Trunks) Status(id record.ID) (Status, bool) {
	a := t.account(id)
	if a == nil {
		return Status{}, false
	}
	now := time.Now()
	state, reason := a.note(t.log, now)
	_, since := a.status()
	s := Status{State: state, Reason: reason, Since: since, Channels: a.limit.count(), Hosts: a.hostStatus()}
	a.mu.Lock()
	if now.Before(a.until) {
		s.RegisteredUntil = a.until
	}
	a.mu.Unlock()
	return s, true
}

// count is how many accounts are in a state.
func (t *Trunks) count(state State) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, a := range t.accounts {
		if s, _ := a.judge(time.Now()); s == state {
			n++
		}
	}
	return n
}
