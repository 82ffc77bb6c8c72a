package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"dialtone/configs"
)

// checkCommand validates and probes.
type checkCommand struct{ source }

// Run prints one line per finding and fails when any of them is a failure.
func (c *checkCommand) Run(t *terminal) error {
	f := &findings{out: t.out}
	cfg, err := c.load(t.environ)
	if err != nil {
		f.problems("config", err)
		return errFindings
	}
	f.ok("config", "%s is valid", c.Config)
	probe(context.Background(), cfg, f)
	if f.failed {
		return errFindings
	}
	return nil
}

// probeTime bounds one look-up or connection.
const probeTime = 3 * time.Second

// probe looks at everything the configuration names.
func probe(ctx context.Context, cfg *configs.Config, f *findings) {
	running := runningDaemon(ctx, cfg)
	probeFolder(cfg.DataDir, f)
	probePorts(ctx, cfg, running, f)
	probeCertificates(cfg, time.Now(), f)
	probeNames(ctx, cfg, f)
	probeMail(ctx, cfg.Mail, f)
	f.ok("trunks", "none are configured")
}

// findings prints what a check finds, a line each.
type findings struct {
	out    io.Writer
	failed bool
}

func (f *findings) ok(what, format string, args ...any)   { f.line("ok", what, format, args) }
func (f *findings) warn(what, format string, args ...any) { f.line("warn", what, format, args) }

func (f *findings) fail(what, format string, args ...any) {
	f.failed = true
	f.line("fail", what, format, args)
}

func (f *findings) line(verdict, what, format string, args []any) {
	_, _ = fmt.Fprintf(f.out, "%-4s %s: %s\n", verdict, what, fmt.Sprintf(format, args...))
}

// problems is one finding for each problem of a configuration.
func (f *findings) problems(what string, err error) {
	var list configs.Errors
	if !errors.As(err, &list) {
		f.fail(what, "%v", err)
		return
	}
	for _, one := range list {
		f.fail(what, "%v", one)
	}
}
