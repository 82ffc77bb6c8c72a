package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"dialtone/configs"
	"dialtone/internal/netx"
)

// watchSignals ends the context with the first SIGTERM or SIGINT, and the process with
// the second; SIGHUP reloads. release stops watching.
func (d *daemon) watchSignals(ctx context.Context) (_ context.Context, release func()) {
	ctx, stop := context.WithCancel(ctx)
	stops, reloads := make(chan os.Signal, 2), make(chan os.Signal, 1)
	signal.Notify(stops, syscall.SIGTERM, syscall.SIGINT)
	signal.Notify(reloads, syscall.SIGHUP)
	quit := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-quit:
				return
			case <-reloads:
				d.reload()
			case s := <-stops:
				if ctx.Err() != nil {
					d.log.Warn("stopping at once", "signal", s.String())
					os.Exit(exitFailed)
				}
				stop()
			}
		}
	})
	return ctx, func() {
		signal.Stop(stops)
		signal.Stop(reloads)
		close(quit)
		watching.Wait()
		stop()
	}
}

// reload reads the configuration again and takes over the log level and the
// certificates. Whatever is wrong leaves what was there.
func (d *daemon) reload() {
	cfg, err := d.source.load(d.terminal.environ)
	if err == nil {
		d.level.Set(cfg.Log.Level)
		err = d.certs.reload(cfg)
	}
	if err != nil {
		d.log.Error("cannot reload the configuration; what was there stays", "err", err)
		return
	}
	d.log.Info("configuration reloaded", "level", d.level.Level().String())
}

// certificates are those of the HTTP listeners.
type certificates struct{ provision, admin certificate }

// certificate is that of one listener, nil without TLS.
type certificate struct {
	section string
	files   configs.CertFile
	loaded  *netx.Certificate
}

func (c *certificates) load(cfg *configs.Config) error {
	c.provision = certificate{section: "provision.tls", files: cfg.Provision.TLS.CertFile}
	c.admin = certificate{section: "admin.tls", files: cfg.Admin.TLS.CertFile}
	return errors.Join(c.provision.load(), c.admin.load())
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

// scheme is that of the listener's URLs.
func (c *certificate) scheme() string {
	if c.loaded == nil {
		return "http"
	}
	return "https"
}

// server is the listener's TLS with those protocols, nil without.
func (c *certificate) server(protocols ...string) *tls.Config {
	if c.loaded == nil {
		return nil
	}
	return c.loaded.Config(protocols...)
}

// reload reads the files again.
func (c *certificates) reload(cfg *configs.Config) error {
	return errors.Join(c.provision.reload(cfg.Provision.TLS.CertFile), c.admin.reload(cfg.Admin.TLS.CertFile))
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
