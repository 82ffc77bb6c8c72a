package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"dialtone/admin"
	"dialtone/configs"
	"dialtone/e911"
	"dialtone/internal/outbox"
	"dialtone/internal/recording"
	"dialtone/provision"
	"dialtone/provision/layout"
	"dialtone/provision/view"
	"dialtone/sip"
	"dialtone/store"

	_ "time/tzdata" // phones are told the rules of any time zone, whatever this machine has
)

// serveCommand runs the daemon.
type serveCommand struct {
	source
	Demo bool `help:"Create a demo account in an empty store, and print what to open, boot and dial."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(t *terminal) error {
	cfg, err := c.load(t.environ)
	if err != nil {
		return err
	}
	d := &daemon{cfg: cfg, demo: c.Demo, terminal: t, source: c.source}
	d.log, d.level = newLog(t.errors, cfg.Log)
	if err := d.certs.load(cfg); err != nil {
		return usageError{err}
	}
	ctx, release := d.watchSignals(context.Background())
	defer release()
	if err := d.run(ctx); err != nil {
		return err
	}
	d.log.Info("stopped")
	return nil
}

// daemon is everything that runs.
type daemon struct {
	cfg      *configs.Config
	source   source
	terminal *terminal
	demo     bool
	log      *slog.Logger
	level    *slog.LevelVar
	certs    certificates
	metrics  *prometheus.Registry
	ready    atomic.Bool

	store   *store.Store
	outbox  *outbox.Outbox
	postman admin.Mail // nil: no relay is configured
	texts   texts

	emergency  *e911.Service
	faxes      faxes
	faxDialer  faxDialer
	recordings *recording.Archive
	transcribe func() // tells that a recording waits; nil where nobody transcribes

	edge   *sip.Server
	phones *provision.Server
	view   *view.Builder
	api    *admin.Server
	hub    admin.Hub
}

// run is the daemon's life from top to bottom.
func (d *daemon) run(ctx context.Context) (err error) {
	limitMemory(d.log)
	d.metrics = newMetrics()

	// Inner ring: opened in this order, closed in reverse.
	d.store, err = store.Open(storeConfig(d.cfg, d.log, d.metrics)) //nolint:contextcheck // what it starts ends with Close
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	// Only whoever holds the store may touch what tells where its daemon listens.
	if err := forgetListeners(d.cfg.DataDir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forgetListeners(d.cfg.DataDir)) }()
	closeOutbox, err := d.openOutbox() //nolint:contextcheck // it sends until it is closed, after everything that tells it something
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeOutbox()) }()
	closeEmergency := d.openEmergency() //nolint:contextcheck // it follows calls until it is closed, after everything that places them
	defer func() { err = errors.Join(err, closeEmergency()) }()

	closeFaxes, err := d.openFaxes() //nolint:contextcheck // faxes end when their calls have
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeFaxes()) }()
	closeRecordings, err := d.openRecordings() //nolint:contextcheck // calls are recorded until they are over
	if err != nil {
		return err
	}
	defer closeRecordings()

	if err := d.certs.open(ctx, d.cfg, d.log); err != nil {
		return err
	}
	defer d.certs.close()
	d.certs.measure(d.metrics)

	// Outer ring: everything listens before anybody is told where.
	if err := d.listen(ctx); err != nil {
		return err
	}
	if err := admin.EnsurePlatformKey(ctx, d.store, filepath.Join(d.cfg.DataDir, platformKeyFile)); err != nil {
		return err
	}
	at := d.listeners()
	if err := at.write(d.cfg.DataDir); err != nil {
		return err
	}
	if err := d.welcome(ctx); err != nil {
		return err
	}
	d.log.Info("serving", "version", version, "provision", at.Provision, "admin", at.Admin,
		"udp", at.SIP.UDP, "tcp", at.SIP.TCP, "tls", at.SIP.TLS, "wss", at.SIP.WSS, "data", d.cfg.DataDir)
	return d.serve(ctx)
}

// storeConfig is how every command opens the store: what is kept how long holds for
// all of them.
func storeConfig(cfg *configs.Config, log *slog.Logger, metrics prometheus.Registerer) store.Config {
	r := cfg.Retention
	return store.Config{
		Dir: cfg.DataDir, Log: log, Registerer: metrics,
		Retention: store.Retention{
			Audit:                       r.Audit,
			ProvisioningEvents:          r.ProvisioningEvents,
			ProvisioningEventsPerDevice: r.ProvisioningEventsPerDevice,
			RegistrationFailuresPerUser: r.RegistrationFailuresPerUser,
			PhoneUploads:                r.PhoneUploadsPerKind,
			CallRecords:                 r.CallRecords,
			Recordings:                  r.Recordings,
			Faxes:                       r.Faxes,
			EmergencyCalls:              r.EmergencyCalls,
		},
	}
}

// listen binds the three faces: SIP first, because phones are told its ports.
func (d *daemon) listen(ctx context.Context) (err error) {
	cfg := d.cfg
	d.edge, err = sip.Listen(ctx, sip.Config{
		UDP: cfg.SIP.UDP, TCP: cfg.SIP.TCP, TLS: cfg.SIP.TLS, WSS: cfg.SIP.WSS, Certificates: d.certs.forSIP(), ClientCA: d.certs.sipCA, Advertised: cfg.SIP.Advertised,
		MinExpires: cfg.SIP.MinExpires, MaxExpires: cfg.SIP.MaxExpires, Allow: cfg.SIP.Allow,
		Media:   sip.Media{Address: cfg.Media.Address, Advertised: cfg.Media.Advertised, Ports: [2]int{int(cfg.Media.Ports.First), int(cfg.Media.Ports.Last)}},
		Archive: d.recordings, Faxes: d.faxes, Emergency: emergencies{d.emergency}, Notify: d.news, QueueChanged: d.queueChanged, Bound: d.bound, Drain: cfg.Drain, Version: version, Store: d.store, Log: d.log, Registerer: d.metrics,
	})
	if err != nil {
		return err
	}
	d.texts.edge.Store(d.edge)
	d.faxDialer.edge.Store(d.edge)
	d.phones = &provision.Server{
		Listen: cfg.Provision.Listen, TLS: d.certs.forPhones(cfg.Provision.TLS.OldPhones), ClientCA: d.certs.clientCA, Store: d.store,
		SameEverywhere: cfg.Provision.PublicURL != "" && cfg.SIP.Advertised != "",
		Notifier:       notifier{d.edge}, News: d.tell, Drain: cfg.Drain, MaxUpload: cfg.Retention.PhoneUploadBytes,
		Log: d.log, Registerer: d.metrics,
	}
	if err := d.phones.Initialize(ctx); err != nil {
		return fmt.Errorf("cannot serve phones: %w", err)
	}
	d.view = view.New(d.viewConfig())
	d.phones.Renderer = d.view
	live := &live{d}
	d.api = &admin.Server{
		Addr: cfg.Admin.Listen, TLS: d.certs.forPeople(), Drain: cfg.Drain, Store: d.store, Log: d.log,
		Gatherer: d.metrics, Registerer: d.metrics, Version: version, Ready: d.ready.Load,
		ProvisionURL: live.provisionURL, PublicURL: live.adminURL, BaseDomain: cfg.SIP.BaseDomain,
		Phones: d.view, Hashes: d.phones, Registrations: live, CheckSync: live, Softphones: live, Bans: live, Calls: live, Parking: live, Queues: live, Faxes: d.faxes.Service, Trunks: live, Emergency: d.emergency, Events: &d.hub,
		Mail: d.postman, FirstLogin: filepath.Join(d.cfg.DataDir, firstLoginFile),
		Transcribe: d.transcribe, Untranscribed: untranscribed(d.cfg),
	}
	return d.api.Listen(ctx)
}

// serve answers until ctx ends. Then readiness goes first, phones are drained, and the
// administration goes last: until then it tells that the daemon is not ready.
func (d *daemon) serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	api, stopAPI := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAPI()
	faces, stopFaces := context.WithCancel(context.WithoutCancel(ctx))
	defer stopFaces()

	g, failed := errgroup.WithContext(ctx)
	g.Go(func() error {
		<-failed.Done() // or told to stop
		d.ready.Store(false)
		d.log.Info("stopping", "drain", d.cfg.Drain)
		stopFaces()
		return nil
	})
	g.Go(func() error {
		defer stop()
		defer stopAPI()
		g, ctx := errgroup.WithContext(faces)
		g.Go(func() error { return d.edge.Serve(ctx) })
		g.Go(func() error { return d.phones.Serve(ctx) })
		g.Go(func() error { return d.certs.run(ctx, d.log) })
		return g.Wait()
	})
	g.Go(func() error { return d.api.Serve(api) })
	g.Go(func() error { paceCollector(ctx); return nil })
	d.ready.Store(true)
	return g.Wait()
}

// listeners are the addresses bound.
func (d *daemon) listeners() *listeners {
	bound := d.edge.Addrs()
	l := &listeners{
		Provision: reachable(tcpAddr(d.phones.Addr()))[0],
		Admin:     reachable(tcpAddr(d.api.Address()))[0],
		SIP: sipListeners{
			UDP: reachable(bound.UDP...), TCP: reachable(bound.TCP...), TLS: reachable(bound.TLS...), WSS: reachable(bound.WSS...),
		},
	}
	if at := d.certs.checksAt(); at != nil {
		l.ACME = reachable(tcpAddr(at))[0]
	}
	return l
}

// viewConfig is what every phone's file depends on besides the records.
func (d *daemon) viewConfig() view.Config {
	bound := d.edge.Addrs()
	c := view.Config{
		Secrets: d.store,
		URL:     d.cfg.Provision.PublicURL, Scheme: d.certs.provision.scheme(), Port: int(tcpAddr(d.phones.Addr()).Port()),
		SIP:     view.Listeners{Host: sipHost(d.cfg.SIP.Advertised, bound)},
		Expires: min(defaultExpires, d.cfg.SIP.MaxExpires), Uploads: true,
		Features: layout.Features{BLF: true, Intercom: true, Park: true, Recording: true, Queues: true},
	}
	if len(bound.UDP) > 0 {
		c.SIP.UDP = int(bound.UDP[0].Port())
	}
	if len(bound.TCP) > 0 {
		c.SIP.TCP = int(bound.TCP[0].Port())
	}
	if len(bound.TLS) > 0 {
		c.SIP.TLS = int(bound.TLS[0].Port())
	}
	return c
}

// defaultExpires is the life of a registration phones are told to ask for, in seconds.
const defaultExpires = 3600

// newMetrics is the daemon's registry with what Go and the system know.
func newMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "dialtone_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}
