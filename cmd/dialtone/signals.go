package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
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
