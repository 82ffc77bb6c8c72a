package provision

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"dialtone/internal/httpx"
	"dialtone/internal/netx"
	"dialtone/store"
)

// Defaults and bounds of a server.
const (
	DefaultDrain     = 10 * time.Second
	DefaultMaxUpload = 1 << 20 // bytes

	maxHeader  = 3 << 10 // bytes of request line and headers; an idle connection keeps as many for the next
	maxConns   = 50_000
	perSource  = 8192 // a building behind one address
	maxUploads = 64   // at once

	bodyTime = 20 * time.Second // for reading what a phone stores, for each MB it may have
)

// A source may come with a wrong token wrongBurst times, and once more every
// wrongEvery; beyond, its wrong tokens are counted and not written down. Right ones
// are served as ever.
const (
	wrongBurst = 20
	wrongEvery = 10 * time.Second
	sources    = 16_384
)

// Server answers phones. Set the fields, call Initialize, then Serve.
type Server struct {
	// Listen is host:port; port 0 takes a free one.
	Listen string
	// TLS makes it HTTPS; nil is HTTP. The protocol to offer is HTTP/1.1.
	TLS *tls.Config
	// ClientCA knows whose certificates TLS asks for; nil is nobody's.
	ClientCA *netx.ClientCA
	Store    *store.Store
	// Renderer may be set after Initialize, which tells the port, and before Serve.
	Renderer Renderer
	// SameEverywhere says that files do not depend on which address of ours a phone
	// talks to, because the public URL and the SIP address are configured.
	SameEverywhere bool
	// Notifier tells phones to fetch again after changes; nil leaves them to their schedule.
	Notifier Notifier
	// News is told what phones do; nil for nobody.
	News News
	// Limits bound connections; what is zero has its default.
	Limits httpx.Limits
	// Drain is how long running requests may take at the end; 0 is DefaultDrain.
	Drain time.Duration
	// CacheBytes bounds the files kept ready; 0 is DefaultCacheBytes.
	CacheBytes int
	// MaxUpload bounds what a phone may store, in bytes; 0 is DefaultMaxUpload.
	MaxUpload  int
	Log        *slog.Logger
	Registerer prometheus.Registerer
	// Now is the clock; nil for time.Now.
	Now func() time.Time

	now      func() time.Time
	listener *netx.Listener
	secure   *netx.TLSListener // nil without TLS
	http     *fasthttp.Server
	metrics  *metrics
	cache    *cache
	scratch  scratch
	auth     *httpAuth
	bound    bound
	wrong    *netx.Limiter // sources with wrong tokens
	failures *netx.Limiter // sources whose requests failed: log lines
	uploads  chan struct{} // a place for each upload at once
	journal  *journal
}

// Initialize starts to listen. Connections wait for Serve.
func (s *Server) Initialize(ctx context.Context) (err error) {
	s.prepare()
	s.listener, err = netx.Listen(ctx, s.Listen, netx.Options{MaxConns: maxConns, PerSource: perSource, Log: s.Log})
	if err != nil {
		return err
	}
	if s.TLS != nil {
		s.secure = netx.WrapTLS(s.listener, s.TLS, netx.TLSOptions{Log: s.Log})
	}
	s.measure()
	return nil
}

// prepare makes everything that does not listen.
func (s *Server) prepare() {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.now = s.Now; s.now == nil {
		s.now = time.Now
	}
	s.Drain, s.MaxUpload = cmp.Or(s.Drain, DefaultDrain), cmp.Or(s.MaxUpload, DefaultMaxUpload)
	s.metrics = newMetrics(s.Registerer)
	s.cache = newCache(s.CacheBytes)
	s.auth = newHTTPAuth()
	s.wrong = netx.NewLimiter(netx.LimiterConfig{Burst: wrongBurst, Every: wrongEvery, Sources: sources, Now: s.now})
	s.failures = netx.NewLimiter(netx.LimiterConfig{Burst: wrongBurst, Every: wrongEvery, Sources: sources, Now: s.now})
	s.uploads = make(chan struct{}, maxUploads)
	s.journal = newJournal(s.Store, s.Log, s.metrics, &s.bound, s.now)
	s.journal.news = s.News
	limits := s.Limits
	limits.MaxHeader = cmp.Or(limits.MaxHeader, maxHeader)
	limits.Body = cmp.Or(limits.Body, bodyTime*time.Duration(max(1, s.MaxUpload>>20)))
	s.http = httpx.Fast(limits, s.handle, s.Log)
	// A body is read once it is known whose it is.
	s.http.StreamRequestBody = true
	s.http.DisablePreParseMultipartForm = true
	s.http.ErrorHandler = s.malformed
}

// Addr is the address listened on, with the real port.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close stops listening, for a server that is not going to Serve.
func (s *Server) Close() error { return s.listener.Close() }

// Serve answers until ctx ends and what has begun is finished and written down.
func (s *Server) Serve(ctx context.Context) error {
	var background sync.WaitGroup
	writing, written := context.WithCancel(context.WithoutCancel(ctx))
	defer background.Wait()
	defer written()
	background.Go(func() { s.journal.run(writing) })
	if s.Notifier != nil {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		feed := s.Store.Subscribe(maxPending)
		defer feed.Close()
		r := newResync(feed, s, s.Notifier, s.metrics, s.Log)
		background.Go(func() { r.run(ctx) })
	}
	var ln net.Listener = s.listener
	if s.secure != nil {
		ln = s.secure
	}
	return httpx.ServeFast(ctx, s.http, ln, s.Drain)
}
