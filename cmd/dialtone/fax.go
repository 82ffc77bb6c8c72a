package main

import (
	"context"
	"os/exec"
	"sync/atomic"
	"time"

	"dialtone/fax"
	"dialtone/sip"
	"dialtone/store"
	"dialtone/store/record"
)

// faxes are the daemon's fax machines and the accounts' limits.
type faxes struct {
	*fax.Service
	*fax.Limiter
}

// faxDialer makes calls for faxes once the edge is there.
type faxDialer struct{ edge atomic.Pointer[sip.Server] }

// Dial calls for a fax.
func (f *faxDialer) Dial(ctx context.Context, c fax.Call) (fax.Line, error) {
	edge := f.edge.Load()
	if edge == nil {
		return nil, &fax.CallError{Reason: record.FaxUnreachable, Detail: "the daemon is starting", Upstream: true}
	}
	return edge.FaxDialer().Dial(ctx, c)
}

// openFaxes begins to receive and send faxes, and tells of those a stopped daemon was
// receiving. The function it returns ends that, once all calls have ended.
func (d *daemon) openFaxes() (closing func() error, err error) {
	limiter, err := fax.NewLimiter(fax.LimitConfig{
		Ledger: d.store, Limit: d.faxLimit, Now: time.Now, Notify: d.faxLimitReached, Registerer: d.metrics,
	})
	if err != nil {
		return nil, err
	}
	ghostscript, _ := exec.LookPath("gs") // without it PDF is refused, with a reason
	d.faxes = faxes{fax.New(fax.Config{
		Store: d.store, Limiter: limiter, Dialer: &d.faxDialer, Ready: d.ready.Load, Notify: d.faxHappened, MailDomain: mailDomain(d.cfg.Mail.From),
		Log: d.log, Now: time.Now, Registerer: d.metrics, Ghostscript: ghostscript,
	}), limiter}
	if err := d.faxes.Recover(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- d.faxes.Serve(ctx) }()
	return func() error {
		cancel()
		return <-served
	}, nil
}

// faxLimit is what an account may receive or send within an hour; nil for any number.
func (d *daemon) faxLimit(account record.ID, direction fax.Direction) (limit *int) {
	d.store.View(func(v *store.View) {
		a, ok := store.Get[*record.Account](v, account)
		switch {
		case !ok:
		case direction == fax.Inbound:
			limit = a.FaxLimitInbound
		default:
			limit = a.FaxLimitOutbound
		}
	})
	return limit
}

// faxHappened hands what happens to faxes to who watches, and to webhooks.
func (d *daemon) faxHappened(e fax.Event) { d.tell(e.Fax.Account, e.Name, e.Fax) }

// faxLimitEvent is what is told of a limit.
type faxLimitEvent struct {
	Direction  fax.Direction `json:"direction"`
	Limit      int           `json:"limit"`
	Used       int           `json:"used"`
	NextFreeAt time.Time     `json:"next_free_at,omitzero"`
}

// Events of limits, as webhooks know them.
const (
	eventFaxLimitNear     = "fax.limit_near"
	eventFaxLimitExceeded = "fax.limit_exceeded"
)

// faxLimitReached tells of a limit that is nearly or wholly used.
func (d *daemon) faxLimitReached(e fax.LimitEvent) {
	name := eventFaxLimitNear
	if e.Exceeded {
		name = eventFaxLimitExceeded
	}
	told := faxLimitEvent{Direction: e.Direction, Used: e.Use.Used, NextFreeAt: e.Use.NextFree}
	if e.Use.Limit != nil {
		told.Limit = *e.Use.Limit
	}
	d.log.Warn("fax limit", "event", name, "account", e.Account, "direction", e.Direction, "used", told.Used, "limit", told.Limit)
	d.tell(e.Account, name, told)
}
