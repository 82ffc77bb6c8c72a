package provision

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// When and how fast phones are told of changes.
const (
	// quiet is how long an account must not have changed, and patience how long its
	// phones wait for that.
	quiet    = 5 * time.Second
	patience = time.Minute
	// pace is the time between two phones of one account.
	pace = 100 * time.Millisecond
	// again is when phones that were in a call are looked at again.
	again = time.Minute

	// maxPending is how many changes may wait before everything is looked at again.
	maxPending = 10_000
	// maxPushes is how many accounts are served at once, and maxSending how many
	// phones are being told: one that does not answer takes half a minute.
	maxPushes  = 8
	maxSending = 256
	// sendTimeout is the time of one check-sync (RFC 3261 timer F is 32 s).
	sendTimeout = 40 * time.Second
)

// Notifier reaches phones over SIP.
type Notifier interface {
	// Registered says whether any line of the device is registered.
	Registered(device record.ID) bool
	// InCall says whether the device is in a call, and should not be disturbed.
	InCall(device record.ID) bool
	// CheckSync tells a registered device to fetch its configuration, and to reboot.
	CheckSync(ctx context.Context, device record.ID, reboot bool) error
}

// feed is a store.Subscription.
type feed interface {
	Next(ctx context.Context) (changes []store.Change, resync bool, err error)
}

// fleet is what resync needs to know of the phones; *Server is the one.
type fleet interface {
	// accounts lists all accounts.
	accounts() []record.ID
	// fetchers lists the devices of an account that have fetched a configuration,
	// nothing for an account that does not want its phones told.
	fetchers(account record.ID) []record.ID
	// outdated says whether a device fetched something else than it would now.
	outdated(device record.ID) bool
	// forget drops what is kept of a record that is gone.
	forget(id record.ID)
}

// resync follows the changes of the records and tells the phones whose file changed.
type resync struct {
	feed    feed
	fleet   fleet
	phones  Notifier
	metrics *metrics
	log     *slog.Logger

	due     map[record.ID]due
	pushing map[record.ID]bool
	pushed  chan pushed
	sending chan struct{} // a place for each check-sync on its way
}

// due is an account that has changed since its phones were told.
type due struct{ first, last time.Time }

func (d due) at() time.Time {
	at, latest := d.last.Add(quiet), d.first.Add(patience)
	if at.After(latest) {
		return latest
	}
	return at
}

// pushed is an account whose phones have been told.
type pushed struct {
	account record.ID
	missed  bool // some were in a call
}

func newResync(f feed, fl fleet, phones Notifier, m *metrics, log *slog.Logger) *resync {
	return &resync{
		feed: f, fleet: fl, phones: phones, metrics: m, log: log,
		due: map[record.ID]due{}, pushing: map[record.ID]bool{},
		pushed: make(chan pushed), sending: make(chan struct{}, maxSending),
	}
}

// run works until ctx ends or the feed does. It begins with all accounts: what
// changed just before a crash, or with a new version, has not been told.
func (r *resync) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	changed := make(chan []record.ID)
	work.Go(func() { r.follow(ctx, changed) })
	r.mark(r.fleet.accounts(), time.Now())
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case accounts, open := <-changed:
			if !open {
				return
			}
			r.mark(accounts, time.Now())
		case p := <-r.pushed:
			delete(r.pushing, p.account)
			if _, already := r.due[p.account]; p.missed && !already {
				later := time.Now().Add(again - quiet)
				r.due[p.account] = due{first: later, last: later}
			}
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		for _, account := range r.ready(time.Now()) {
			work.Go(func() { r.push(ctx, account) })
		}
		timer.Reset(r.wait(time.Now()))
	}
}

// follow turns changes into accounts until ctx or the feed ends.
func (r *resync) follow(ctx context.Context, changed chan<- []record.ID) {
	defer close(changed)
	for {
		changes, missed, err := r.feed.Next(ctx)
		if err != nil {
			if !errors.Is(err, store.ErrClosed) && ctx.Err() == nil {
				r.log.Error("cannot follow changes", "err", err)
			}
			return
		}
		accounts := r.touched(changes)
		if missed || accounts == nil {
			accounts = r.fleet.accounts()
		}
		select {
		case changed <- accounts:
		case <-ctx.Done():
			return
		}
	}
}

// touched are the accounts changes are in, nil for all of them. What nothing on a
// phone depends on is passed over.
func (r *resync) touched(changes []store.Change) []record.ID {
	accounts := []record.ID{}
	seen := map[record.ID]bool{}
	for _, c := range changes {
		kind, h := c.Record().Kind(), c.Record().Header()
		id := h.Account
		if kind == record.KindAccount {
			id = h.ID
		}
		if c.After == nil {
			r.fleet.forget(h.ID)
		}
		if !store.Configures(kind) {
			continue
		}
		if kind == record.KindPlatform {
			return nil
		}
		if !seen[id] {
			seen[id] = true
			accounts = append(accounts, id)
		}
	}
	return accounts
}

func (r *resync) mark(accounts []record.ID, now time.Time) {
	for _, a := range accounts {
		d, waiting := r.due[a]
		if !waiting || d.first.After(now) { // not waiting, or for calls to end
			d.first = now
		}
		d.last = now
		r.due[a] = d
	}
}

// ready takes the accounts whose time has come, as many as may be pushed at once.
func (r *resync) ready(now time.Time) []record.ID {
	var accounts []record.ID
	for a, d := range r.due {
		if len(r.pushing) == maxPushes {
			break
		}
		if !r.pushing[a] && !now.Before(d.at()) {
			accounts = append(accounts, a)
			r.pushing[a] = true
			delete(r.due, a)
		}
	}
	return accounts
}

// wait is how long nothing is due.
func (r *resync) wait(now time.Time) time.Duration {
	next := time.Hour
	if len(r.pushing) == maxPushes {
		return next // the end of a push wakes the loop
	}
	for a, d := range r.due {
		if !r.pushing[a] {
			next = min(next, d.at().Sub(now))
		}
	}
	return max(next, 0)
}
