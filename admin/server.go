package admin

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/internal/httpx"
	"dialtone/internal/netx"
	"dialtone/store"
)

// Connections of the administration's listener.
const (
	maxConns      = 4096
	maxConnsPerIP = 256
)

// Server is the administration's HTTP server. The exported fields are set before
// Listen and not changed afterwards. What is nil among the live parts leaves the
// operations that need it out of the API.
type Server struct {
	// Addr is host:port to listen on; port 0 takes a free one.
	Addr string
	// TLS, if set, serves HTTPS; its protocols should be h2 and http/1.1.
	TLS *tls.Config
	// Exempt are sources without a cap of their own on connections.
	Exempt func(netip.Addr) bool
	// Drain is how long running requests may take once the server stops.
	Drain time.Duration
	Store *store.Store
	Log   *slog.Logger // nil = no log
	// Gatherer is what /metrics shows; Registerer takes the API's own metrics.
	Gatherer   prometheus.Gatherer
	Registerer prometheus.Registerer
	// Version is the daemon's, for the description of the API.
	Version string
	// Ready says whether the daemon serves; nil is always.
	Ready func() bool
	// Now is the clock; nil for time.Now.
	Now func() time.Time

	// ProvisionURL is the base of provisioning URLs as the requesting host sees it,
	// without a trailing slash; PublicURL is that of this server.
	ProvisionURL, PublicURL func(r *http.Request) string

	// BaseDomain is the domain under which SIP domains are served by prefix, empty for none.
	BaseDomain string

	Phones        Phones
	Hashes        Hashes
	Registrations Registrations
	CheckSync     CheckSyncer
	Softphones    Softphones
	Bans          Bans
	Calls         Calls
	Parking       Parking
	Queues        Queues // nil: nobody waits
	Trunks        Trunks
	Emergency     Emergency
	Faxes         Faxes // nil: none are sent, and whoever wants to is told so
	Events        Events
	Mail          Mail // nil: no mail leaves, and whoever invites somebody is told the link
	// FirstLogin is the file with the first person's link; it is removed once that is used.
	FirstLogin string
	// Transcribe is told that a recording waits to be transcribed; nil for nobody.
	// Untranscribed is what such a recording says then.
	Transcribe    func()
	Untranscribed string

	log       *slog.Logger
	now       func() time.Time
	started   time.Time
	metrics   *metrics
	wrongKeys *netx.Limiter
	used      *used
	hashing   *argon2id.Params // what a password costs to hash; nil is argon, tests take less
	hasher    *hasher
	guesses   *guesses
	// permissions are the events each role may cause.
	permissions map[string][]string
	workshop    *workshop
	faxDesk     *workshop // places for faxes that are handed in
	proofs      *workshop // places for audit logs to be verified
	handler     http.Handler
	page        *webPage
	stopping    chan struct{} // closed when the server stops: endless answers end
	listener    *netx.Listener
	secure      *netx.TLSListener // nil without TLS
}

// initialize makes what the server works with, once.
func (s *Server) initialize() {
	if s.handler != nil {
		return
	}
	if s.log = s.Log; s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now = s.Now; s.now == nil {
		s.now = time.Now
	}
	s.started = s.now()
	s.metrics = newMetrics(s.Registerer)
	s.wrongKeys = netx.NewLimiter(netx.LimiterConfig{
		Burst: wrongKeyBurst, Every: wrongKeyEvery * time.Second, Sources: wrongSources, Now: s.now,
	})
	s.used = newUsed()
	s.hasher, s.guesses = newHasher(cmp.Or(s.hashing, argon())), newGuesses(s.Store.Key("limits of logins"), s.now)
	s.workshop, s.faxDesk, s.proofs = newWorkshop(), newWorkshop(), newWorkshop()
	s.stopping = make(chan struct{})
	s.page = newWebPage(s.started)
	s.handler = newRouter(s)
}

// Handler is the server's HTTP handler.
func (s *Server) Handler() http.Handler {
	s.initialize()
	return s.handler
}

// Listen opens the listener.
func (s *Server) Listen(ctx context.Context) (err error) {
	s.initialize()
	s.listener, err = netx.Listen(ctx, s.Addr, netx.Options{
		MaxConns: maxConns, PerSource: maxConnsPerIP, Exempt: s.Exempt, Log: s.log,
	})
	if err != nil {
		return fmt.Errorf("cannot serve the administration: %w", err)
	}
	var handshakes func() netx.TLSStats
	if s.TLS != nil {
		s.secure = netx.WrapTLS(s.listener, s.TLS, netx.TLSOptions{Log: s.log})
		handshakes = s.secure.Stats
	}
	netx.Measure(s.Registerer, "admin", nil, s.listener.Stats, handshakes)
	return nil
}

// Address is the address listened on, with the real port; after Listen.
func (s *Server) Address() net.Addr { return s.listener.Addr() }

// Serve serves until ctx ends, then drains. It listens unless Listen has been called.
func (s *Server) Serve(ctx context.Context) error {
	if s.listener == nil {
		if err := s.Listen(ctx); err != nil {
			return err
		}
	}
	// One byte more than the largest body may have, so that the API itself refuses it.
	srv := httpx.Std(httpx.Limits{MaxBody: maxImport + 1}, s.handler, s.log)
	srv.RegisterOnShutdown(func() { close(s.stopping) })
	var ln net.Listener = s.listener
	if s.secure != nil {
		ln = s.secure
	}
	return httpx.ServeStd(ctx, srv, ln, s.Drain)
}

// Close closes the listener of a server that is not going to serve.
func (s *Server) Close() error {
	if s.listener == nil {
		return nil
	}
	return s.listener.Close()
}
