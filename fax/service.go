package fax

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/record"
)

// Config is what the service needs.
type Config struct {
	Store   *store.Store
	Limiter *Limiter
	// Dialer makes the calls of faxes that are sent; nil sends none.
	Dialer Dialer
	// Ready says whether calls can be made: not while the daemon starts, nor once it stops.
	// Nil is always.
	Ready func() bool
	// Notify tells of a fax: fax.received and the like. It must not wait; may be nil.
	Notify func(Event)
	// MailDomain stands behind the @ of Message-IDs.
	MailDomain string
	Log        *slog.Logger
	Now        func() time.Time
	Registerer prometheus.Registerer
	// Ghostscript turns PDF into pages; empty says that there is none.
	Ghostscript string
}

// Event names of faxes, as webhooks know them.
const (
	EventReceiving = "fax.receiving"
	EventReceived  = "fax.received"  // whole, partial or failed
	EventQueued    = "fax.queued"    // also again, before another attempt
	EventSending   = "fax.sending"   // for each page
	EventSent      = "fax.delivered" // whole
	EventFailed    = "fax.failed"    // not, partial, or canceled
)

// Event is something that happened to a fax.
type Event struct {
	Name string
	Fax  record.Fax
}

// Service receives and sends faxes.
type Service struct {
	config  Config
	log     *slog.Logger
	metrics *metrics
	wg      sync.WaitGroup
	ctx     context.Context //nolint:containedctx // the life of the service, which its sessions share
	stop    context.CancelFunc
	queue   queue
	bench   chan struct{} // one document is prepared at a time
	untold  untold
	// receiving is how many faxes are being received.
	receiving atomic.Int64

	patience patience
	look     time.Duration // how often what could not be done is tried again
}

// What a full disk is waited for, and how often is looked for what waits besides: faxes
// that are mailed, and those that could not be told.
const (
	fullDisk  = 45 * time.Second
	tryDisk   = 2 * time.Second
	lookAgain = 30 * time.Second
)

// New makes the service. Serve runs it.
func New(c Config) *Service {
	ctx, stop := context.WithCancel(context.Background())
	s := &Service{config: c, log: c.Log, metrics: newMetrics(c.Registerer), ctx: ctx, stop: stop}
	s.queue.wake = make(chan struct{}, 1)
	s.bench = make(chan struct{}, 1)
	s.patience, s.look = patience{fullDisk, tryDisk}, lookAgain
	return s
}

// Serve sends what waits, until ctx is done. Then it waits for the faxes that are on their
// way: their calls have ended by then.
func (s *Service) Serve(ctx context.Context) error {
	err := s.sendWaiting(ctx)
	s.stop()
	s.wg.Wait()
	return err
}

func (s *Service) now() time.Time { return s.config.Now().UTC() }

// tell tells of a fax.
func (s *Service) tell(name string, f *record.Fax) {
	if s.config.Notify != nil {
		s.config.Notify(Event{name, *f})
	}
}
