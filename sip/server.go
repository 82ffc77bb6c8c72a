package sip

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"dialtone/e911/number"
	"dialtone/internal/netx"
	"dialtone/sip/admission"
	"dialtone/sip/call"
	"dialtone/sip/dialog"
	"dialtone/sip/digest"
	"dialtone/sip/event"
	"dialtone/sip/media"
	"dialtone/sip/park"
	"dialtone/sip/queue"
	"dialtone/sip/registrar"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
)

// registerTimeout bounds how long a REGISTER over a connection may wait for the disk.
const registerTimeout = 10 * time.Second

// jitter is the part of its time a registration may be cut short by, so that phones
// which booted together do not come back together.
const jitter = 0.1

// gather is the least time between two commits of a few registrations. At 1,000
// registrations a second a commit for each would cost more than all the rest, and no
// phone minds: the first retransmission comes after 500 ms (RFC 3261 17.1.2.1).
const gather = 20 * time.Millisecond

// Server is the SIP edge. Listen binds its sockets, Serve answers on them.
type Server struct {
	version      string
	serverHeader string // with its line break
	advertised   string
	maxExpires   int
	store        *store.Store
	log          *slog.Logger
	now          func() time.Time

	registrar   *registrar.Registrar
	nonces      *digest.Nonces
	tagKey      [32]byte
	bans        *admission.Table
	rates       *rates
	stale       *rates
	guesses     guesses
	overload    overload
	emergencies atomic.Pointer[number.Set]
	workers     sync.Pool // *worker
	rechecks    rechecks
	failures    *store.Queue[record.RegistrationFailure]
	seen        *store.Queue[seen]
	metrics     *metrics

	lanes    *lanes
	peers    peers
	streams  streams
	hands    *hands
	tags     tags
	clientCA *netx.ClientCA // nil: nobody is known by a certificate
	pending  invitations
	dialled  dialled
	past     pastFlows
	faces    faces
	roots    *x509.CertPool // whom trunks' certificates are checked against; nil is the system's
	drain    time.Duration
	life     context.Context //nolint:containedctx // that of the sockets
	end      context.CancelFunc

	media    *media.Engine
	music    *media.Library
	trunks   *trunk.Trunks
	endpoint *dialog.Endpoint
	calls    *call.Manager
	slots    *park.Lot
	queues   *queue.Engine
	history  *store.Queue[store.EndedCall]
	lamps    *event.Server
	notified func(call.Event)      // nil for nobody
	bound    func(registrar.Event) // nil for nobody

	queueNews    queueNews
	queueChanged func(account, queue record.ID) // nil for nobody

	requests *requests
	outgoing sync.WaitGroup // writes to and connections of our own

	udp       []*udpListener
	listeners []*streamListener // of TCP, TLS and WSS
	addrs     Addrs
}

// maxFailures bounds the registration failures that wait to be stored.
const maxFailures = 4096

// Listen binds the sockets and restores the bindings. Serve lets go of them.
func Listen(ctx context.Context, cfg Config) (_ *Server, err error) {
	s := newServer(cfg)
	defer func() {
		if err != nil {
			s.closeSockets()
		}
	}()
	if err := s.restore(); err != nil {
		return nil, fmt.Errorf("cannot restore bindings: %w", err)
	}
	if err := s.bind(ctx, cfg); err != nil {
		return nil, err
	}
	if err := s.newCalls(cfg); err != nil {
		return nil, err
	}
	if err := s.newLamps(cfg); err != nil {
		return nil, err
	}
	s.loadEmergencies()
	s.failures = store.NewQueue(cfg.Store, "registration_failures", maxFailures, putFailures)
	s.seen = store.NewQueue(cfg.Store, "registered_devices", maxSeen, putSeen)
	return s, nil
}

func newServer(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{
		version: cfg.Version, serverHeader: "Server: dialtone/" + cfg.Version + "\r\n",
		advertised: cfg.Advertised, maxExpires: max(cfg.MaxExpires, registrar.DefaultMaxExpires),
		store: cfg.Store, log: cfg.Log, now: cfg.Now, drain: cfg.Drain,
		nonces:   digest.NewNonces(digest.NonceConfig{Key: newKey()}),
		tagKey:   newKey(),
		bans:     admission.New(admission.Config{Allow: cfg.Allow}),
		rates:    newRates(maxPerSecond, time.Second),
		stale:    newRates(staleLoop, time.Minute),
		guesses:  newGuesses(),
		rechecks: rechecks{accounts: map[record.ID]bool{}, wake: make(chan struct{}, 1)},
		metrics:  newMetrics(cfg.Registerer),
		peers:    peers{count: map[netip.AddrPort]int{}},
		streams:  streams{byID: map[uint64]*stream{}},
		hands:    newHands(),
		tags:     tags{live: map[string]struct{}{}},
		pending:  invitations{count: map[invitation]int{}},
		past:     newPastFlows(),
		dialled:  dialled{open: map[trunkStream]*stream{}},

		clientCA: cfg.ClientCA,
		notified: cfg.Notify,
		bound:    cfg.Bound,
		requests: newRequests(),
	}
	s.lanes = newLanes(s)
	s.life, s.end = context.WithCancel(context.Background())
	s.workers.New = func() any { return &worker{edge: s} }
	s.gaugeBans(cfg.Registerer)
	s.gaugeLoad(cfg.Registerer)
	s.registrar = registrar.New(registrar.Config{
		Log: cfg.Store.Bindings(), MinExpires: cfg.MinExpires, MaxExpires: cfg.MaxExpires, Jitter: jitter, Gather: gather,
		Released: s.release, Metrics: cfg.Registerer,
	})
	return s
}

// newKey is a new key for each process. Which nonces were used is forgotten with it,
// so its nonces must be worthless then.
func newKey() (key [32]byte) {
	rand.Read(key[:]) // never fails (crypto/rand)
	return key
}

func putFailures(tx *store.Tx, list []record.RegistrationFailure) error {
	for _, f := range list {
		if err := tx.PutRegistrationFailure(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) bind(ctx context.Context, cfg Config) error {
	for i, addr := range cfg.UDP {
		if err := exclusive(ctx, addr); err != nil {
			return fmt.Errorf("cannot listen for SIP: %w", err)
		}
		l, err := s.listenUDP(ctx, addr, uint16(i))
		s.udp = append(s.udp, l)
		if err != nil {
			return err
		}
		s.addrs.UDP = append(s.addrs.UDP, l.sockets[0].conn.LocalAddr())
	}
	for _, l := range [...]struct {
		transport registrar.Transport
		addrs     []string
	}{{registrar.TCP, cfg.TCP}, {registrar.TLS, cfg.TLS}, {registrar.WSS, cfg.WSS}} {
		if err := s.listenStreams(ctx, l.transport, l.addrs, cfg.Certificates); err != nil {
			return err
		}
	}
	s.addrs.TCP, s.addrs.TLS, s.addrs.WSS = s.streamAddrs(registrar.TCP), s.streamAddrs(registrar.TLS), s.streamAddrs(registrar.WSS)
	s.measureStreams(cfg.Registerer)
	return nil
}

// Addrs are the addresses the server listens on.
func (s *Server) Addrs() Addrs { return s.addrs }

// Serve answers until ctx ends, then takes no more calls, waits for those there are,
// and lets go of the sockets. What has been answered is on disk.
func (s *Server) Serve(ctx context.Context) error {
	stopped := ctx
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, ctx := errgroup.WithContext(inner)
	g.Go(func() error { s.registrar.Serve(ctx); return nil })
	g.Go(func() error { s.watchLoad(ctx); return nil })
	g.Go(func() error { return s.watch(ctx) })
	g.Go(func() error { return s.follow(ctx) })
	g.Go(func() error { return s.recheck(ctx) })
	g.Go(func() error { return s.serveRequests(ctx) })
	for _, l := range s.udp {
		g.Go(func() error { return l.serve(ctx) })
	}
	for _, l := range s.lanes.list {
		g.Go(func() error { l.serve(ctx); return nil })
	}
	for _, l := range s.listeners {
		g.Go(func() error { return s.serveStream(ctx, l) })
	}
	g.Go(func() error { return s.media.Serve(ctx) })
	g.Go(func() error { s.music.Warm(); return nil })
	g.Go(func() error { s.lamps.Serve(ctx); return nil })
	g.Go(func() error { s.tellQueues(ctx); return nil })
	g.Go(func() error {
		trunks, stopTrunks := context.WithCancel(ctx)
		defer stopTrunks()
		context.AfterFunc(stopped, stopTrunks) // they take their registrations back while there are sockets
		return s.trunks.Serve(trunks)
	})
	g.Go(func() error {
		select {
		case <-stopped.Done():
			s.drainCalls()
			stop()
		case <-ctx.Done():
		}
		s.closeSockets()
		return nil
	})
	err := g.Wait()
	s.hands.close()
	s.outgoing.Wait()
	s.queues.Close()
	s.closeQueues()
	return err
}

// closeQueues writes what waits to be stored.
func (s *Server) closeQueues() {
	s.history.Close()
	s.failures.Close()
	s.seen.Close()
}

func (s *Server) closeSockets() {
	s.end()
	if s.media != nil {
		s.media.Close()
	}
	for _, l := range s.udp {
		l.close()
	}
	for _, l := range s.listeners {
		_ = l.Close()
	}
}

// recover keeps a panic within what caused it. It is deferred.
func (s *Server) recover(what string) {
	if p := recover(); p != nil {
		s.log.Error("panic", "in", what, "panic", p, "stack", string(debug.Stack()))
	}
}
