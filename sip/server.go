package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"
	"golang.org/x/sync/errgroup"

	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// registerTimeout bounds how long a REGISTER may wait for the disk.
const registerTimeout = 10 * time.Second

// Server is the SIP edge. Listen binds its sockets, Serve answers on them.
type Server struct {
	version    string
	advertised string
	store      *store.Store
	log        *slog.Logger
	now        func() time.Time

	registrar   *registrar.Registrar
	nonces      *digest.Nonces
	verifiers   sync.Pool // *digest.Verifier
	failures    *store.Queue[record.RegistrationFailure]
	seen        *store.Queue[seen]
	metrics     *metrics
	connections *connections

	agent  *sipgo.UserAgent
	server *sipgo.Server
	client *sipgo.Client

	udp   []*packetConn
	tcp   []*listener
	addrs Addrs
}

// maxFailures bounds the registration failures that wait to be stored.
const maxFailures = 4096

// Listen binds the sockets and restores the bindings. Close the server, or Serve
// it, to let go of them.
func Listen(ctx context.Context, cfg Config) (_ *Server, err error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{
		version: cfg.Version, advertised: cfg.Advertised, store: cfg.Store, log: cfg.Log, now: cfg.Now,
		nonces:    digest.NewNonces(digest.NonceConfig{Key: nonceKey()}),
		verifiers: sync.Pool{New: func() any { return new(digest.Verifier) }},
		metrics:   newMetrics(cfg.Registerer),
	}
	s.registrar = registrar.New(registrar.Config{
		Log: cfg.Store.Bindings(), MinExpires: cfg.MinExpires, MaxExpires: cfg.MaxExpires, Metrics: cfg.Registerer,
	})
	s.connections = &connections{
		gone: func(id uint64) { s.registrar.ConnectionClosed(id, s.now()) },
		ids:  map[netip.AddrPort]uint64{},
	}
	defer func() {
		if err != nil {
			s.closeSockets()
		}
	}()
	if err := s.restore(); err != nil {
		return nil, err
	}
	if err := s.bind(ctx, cfg); err != nil {
		return nil, err
	}
	if err := s.newLibrary(); err != nil {
		return nil, err
	}
	s.failures = store.NewQueue(cfg.Store, "registration_failures", maxFailures, putFailures)
	s.seen = store.NewQueue(cfg.Store, "registered_devices", maxSeen, putSeen)
	return s, nil
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
	for _, addr := range cfg.UDP {
		c, err := listenUDP(ctx, addr, s.log)
		if err != nil {
			return err
		}
		s.udp = append(s.udp, c)
		s.addrs.UDP = append(s.addrs.UDP, addrPort(c.LocalAddr()))
	}
	for _, addr := range cfg.TCP {
		l, err := listenTCP(ctx, addr, s.connections, s.log)
		if err != nil {
			return err
		}
		s.tcp = append(s.tcp, l)
		s.addrs.TCP = append(s.addrs.TCP, addrPort(l.Addr()))
	}
	return nil
}

// newLibrary sets up the SIP library with our handlers.
func (s *Server) newLibrary() (err error) {
	if s.agent, err = newUserAgent(s.version); err != nil {
		return fmt.Errorf("cannot set up SIP: %w", err)
	}
	if s.server, err = sipgo.NewServer(s.agent, sipgo.WithServerLogger(slog.New(slog.DiscardHandler))); err != nil {
		return fmt.Errorf("cannot set up SIP server: %w", err)
	}
	if s.client, err = sipgo.NewClient(s.agent, sipgo.WithClientLogger(slog.New(slog.DiscardHandler))); err != nil {
		return fmt.Errorf("cannot set up SIP client: %w", err)
	}
	s.server.OnRegister(s.guard(s.onRegister))
	s.server.OnOptions(s.guard(s.onOptions))
	s.server.OnNoRoute(s.guard(s.onOther))
	return nil
}

// Addrs are the addresses the server listens on.
func (s *Server) Addrs() Addrs { return s.addrs }

// Serve answers until ctx ends, then lets go of the sockets. What has been answered
// is on disk.
func (s *Server) Serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { s.registrar.Serve(ctx); return nil })
	g.Go(func() error { return s.watch(ctx) })
	g.Go(func() error { return s.follow(ctx) })
	for _, c := range s.udp {
		g.Go(func() error { return ended(s.server.ServeUDP(c)) })
	}
	for _, l := range s.tcp {
		g.Go(func() error { return ended(s.server.ServeTCP(l)) })
	}
	g.Go(func() error {
		<-ctx.Done()
		s.closeSockets()
		return s.agent.Close()
	})
	err := g.Wait()
	s.failures.Close()
	s.seen.Close()
	return err
}

func (s *Server) closeSockets() {
	for _, c := range s.udp {
		c.Close()
	}
	for _, l := range s.tcp {
		l.Close()
	}
}

// ended is nil for a listener that was closed.
func ended(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// guard keeps a panic within one request.
func (s *Server) guard(handle sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("handler panicked", "method", req.Method, "panic", p, "stack", string(debug.Stack()))
			}
		}()
		handle(req, tx)
	}
}

func (s *Server) onRegister(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	ctx, cancel := context.WithTimeout(context.Background(), registerTimeout)
	defer cancel()
	var a answer
	if r, err := s.read(req); err != nil {
		a = answer{status: 400, reason: err.Error(), result: resultMalformed}
	} else {
		a = s.register(ctx, r)
	}
	s.metrics.requests.WithLabelValues(a.result).Inc()
	s.respond(req, tx, a)
}

func (s *Server) onOptions(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	s.respond(req, tx, answer{status: 200, reason: "OK"})
}

// onOther refuses what the edge does not take; an ACK is never answered.
func (s *Server) onOther(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	if req.IsAck() {
		return
	}
	s.respond(req, tx, answer{status: 405, reason: "Method Not Allowed"})
}

func (s *Server) respond(req *sipmsg.Request, tx sipmsg.ServerTransaction, a answer) {
	if err := tx.Respond(s.response(req, a)); err != nil {
		s.log.Debug("cannot respond", "method", req.Method, "src", req.Source(), "err", err)
	}
}
