package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"dialtone/configs"
	"dialtone/internal/httpx"
	"dialtone/internal/netx"
)

// acmeFolder keeps, in the data folder, the certificates of an ACME authority.
const acmeFolder = "acme"

// Bounds of the listener for an authority's checks over HTTP.
const (
	acmeConns     = 256
	acmePerSource = 32
	acmeDrain     = time.Second
)

// certificates are how the listeners speak TLS. The zero value speaks none.
type certificates struct {
	provision, admin, sip certificate

	clientCA *netx.ClientCA // of phones; nil: they are not asked
	sipCA    *netx.ClientCA // of phones over SIP; nil: they are not asked
	acme     *netx.ACME     // nil: no authority is asked
	checks   *netx.Listener // where the authority checks over HTTP, nil for nowhere
}

// certificate is how one listener speaks TLS.
type certificate struct {
	section string
	files   configs.CertFile
	asks    bool              // an ACME authority
	loaded  *netx.Certificate // of the files, nil without
}

// load reads the files.
func (c *certificates) load(cfg *configs.Config) (err error) {
	c.provision = certificate{section: "provision.tls", files: cfg.Provision.TLS.CertFile, asks: cfg.Provision.TLS.ACME.Enabled()}
	c.admin = certificate{section: "admin.tls", files: cfg.Admin.TLS.CertFile, asks: cfg.Admin.TLS.ACME.Enabled()}
	// Without files of its own SIP shows what the authority gives the HTTP listeners.
	shares := !cfg.SIP.TLSCert.Enabled() && len(cfg.SIP.TLS)+len(cfg.SIP.WSS) > 0 && cfg.ACME().Enabled()
	c.sip = certificate{section: "sip.tls_cert", files: cfg.SIP.TLSCert.CertFile, asks: shares}
	if file := cfg.Provision.TLS.ClientCA; file != "" {
		if c.clientCA, err = netx.LoadClientCA(file); err != nil {
			err = fmt.Errorf("provision.tls.client_ca: %w", err)
		}
	}
	if file := cfg.SIP.TLSCert.ClientCA; file != "" {
		var sipErr error
		if c.sipCA, sipErr = netx.LoadClientCA(file); sipErr != nil {
			err = errors.Join(err, fmt.Errorf("sip.tls_cert.client_ca: %w", sipErr))
		}
	}
	return errors.Join(c.provision.load(), c.admin.load(), c.sip.load(), err)
}

func (c *certificate) load() (err error) {
	if !c.files.Enabled() {
		return nil
	}
	if c.loaded, err = netx.LoadCertificate(c.files.Cert, c.files.Key); err != nil {
		return fmt.Errorf("%s: %w", c.section, err)
	}
	return nil
}

// open prepares for the authority; nothing is asked of it before run.
func (c *certificates) open(ctx context.Context, cfg *configs.Config, log *slog.Logger) (err error) {
	a := cfg.ACME()
	if !a.Enabled() {
		return nil
	}
	c.acme, err = netx.NewACME(netx.ACMEConfig{
		Dir: filepath.Join(cfg.DataDir, acmeFolder), Domains: a.Domains, Email: a.Email, Directory: a.Directory, Log: log,
	})
	if err != nil || a.HTTP == "" {
		return err
	}
	c.checks, err = netx.Listen(ctx, a.HTTP, netx.Options{MaxConns: acmeConns, PerSource: acmePerSource, Log: log})
	if err != nil {
		return fmt.Errorf("cannot serve checks of an ACME authority: %w", err)
	}
	return nil
}

// close lets go of what run would have let go of.
func (c *certificates) close() {
	if c.checks != nil {
		_ = c.checks.Close() // nobody is served
	}
}

// run gets and renews certificates, and complains about those that are about to end,
// until ctx ends.
func (c *certificates) run(ctx context.Context, log *slog.Logger) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { netx.WatchExpiries(ctx, log, c.expiries); return nil })
	if c.checks != nil {
		// Before the authority is asked, so that it comes here first.
		srv := httpx.Std(httpx.Limits{}, c.acme.HTTPHandler(nil), log)
		g.Go(func() error { return httpx.ServeStd(ctx, srv, c.checks, acmeDrain) })
	}
	if c.acme != nil {
		g.Go(func() error { c.acme.Run(ctx); return nil })
	}
	return g.Wait()
}

// checksAt is where the authority checks over HTTP, nil for nowhere.
func (c *certificates) checksAt() net.Addr {
	if c.checks == nil {
		return nil
	}
	return c.checks.Addr()
}

// expiries are those of every certificate in use.
func (c *certificates) expiries() (all []netx.Expiry) {
	for _, one := range c.served() {
		all = append(all, one.expiries()...)
	}
	return all
}

// served are the listeners' certificates, and the authority's.
func (c *certificates) served() []shown {
	var all []shown
	for _, one := range []*certificate{&c.provision, &c.admin, &c.sip} {
		if one.loaded != nil {
			all = append(all, shown{one.section, one.loaded.Expiries})
		}
	}
	if c.acme != nil {
		all = append(all, shown{"acme", c.acme.Expiries})
	}
	return all
}

// shown is where certificates come from, and until when they are valid.
type shown struct {
	source   string // section of the configuration, or "acme"
	expiries func() []netx.Expiry
}

// enabled reports whether the listener speaks TLS.
func (c *certificate) enabled() bool { return c.loaded != nil || c.asks }

// scheme is that of the listener's URLs.
func (c *certificate) scheme() string {
	if c.enabled() {
		return "https"
	}
	return "http"
}

// forPhones is the TLS of the phones' HTTP listener, nil without.
func (c *certificates) forPhones(oldPhones bool) *tls.Config {
	profile := netx.ProfilePhone
	if oldPhones {
		profile = netx.ProfileOldPhone
	}
	return c.server(&c.provision, netx.ServerTLS{Profile: profile, ClientCA: c.clientCA, Protocols: []string{"http/1.1"}})
}

// forPeople is that of the administration's.
func (c *certificates) forPeople() *tls.Config {
	return c.server(&c.admin, netx.ServerTLS{Profile: netx.ProfileModern, Protocols: []string{"h2", "http/1.1"}})
}

// forSIP is that of SIP over TLS and WebSocket. Phones name no protocol, browsers one
// of HTTP's that need not be answered.
func (c *certificates) forSIP() *tls.Config {
	return c.server(&c.sip, netx.ServerTLS{Profile: netx.ProfilePhone, ClientCA: c.sipCA})
}

func (c *certificates) server(of *certificate, how netx.ServerTLS) *tls.Config {
	if !of.enabled() {
		return nil
	}
	how.Files = of.loaded
	if of.asks {
		how.ACME = c.acme
	}
	return how.Config()
}

// reload reads the files again. What cannot be read stays as it was.
func (c *certificates) reload(cfg *configs.Config) error {
	errs := []error{
		c.provision.reload(cfg.Provision.TLS.CertFile), c.admin.reload(cfg.Admin.TLS.CertFile), c.sip.reload(cfg.SIP.TLSCert.CertFile),
	}
	if c.clientCA != nil {
		if err := c.clientCA.Reload(); err != nil {
			errs = append(errs, fmt.Errorf("provision.tls.client_ca: %w", err))
		}
	}
	if c.sipCA != nil {
		if err := c.sipCA.Reload(); err != nil {
			errs = append(errs, fmt.Errorf("sip.tls_cert.client_ca: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (c *certificate) reload(files configs.CertFile) error {
	switch {
	case files != c.files:
		return fmt.Errorf("%s: other files take a restart", c.section)
	case c.loaded == nil:
		return nil
	}
	if err := c.loaded.Reload(); err != nil {
		return fmt.Errorf("%s: %w", c.section, err)
	}
	return nil
}
