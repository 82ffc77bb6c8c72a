package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// timeLimit bounds a whole run.
const timeLimit = 15 * time.Minute

// options are the command line's.
type options struct {
	daemon   string
	out      string
	only     string
	rounds   int
	requests int
	conns    int
	devices  int
	idlers   int
	entries  int
}

// bench is one run.
type bench struct {
	options
	ctx     context.Context
	scratch string // temporary folder
	report  report
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := execute(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// execute runs the command named, the benchmarks without one.
func execute(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "canned":
			return serveCanned(ctx, args[1:])
		case "fetch":
			return fetchMany(ctx, args[1:])
		case "connect":
			return connectMany(ctx, args[1:])
		case "hold":
			return holdMany(ctx, args[1:])
		}
	}
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.daemon, "daemon", "bin/dialtone", "the daemon's binary")
	flags.StringVar(&o.out, "out", "bench-out", "folder for the samples")
	flags.StringVar(&o.only, "only", "", "parts to run, by comma; all when empty: "+strings.Join(partNames(), ","))
	flags.IntVar(&o.rounds, "rounds", 11, "rounds of each comparison, at least 3")
	flags.IntVar(&o.requests, "requests", 40_000, "requests to each server in a round")
	flags.IntVar(&o.conns, "conns", 16, "connections the requests come over")
	flags.IntVar(&o.devices, "devices", 100_000, "devices of the full store, in hundreds")
	flags.IntVar(&o.idlers, "idlers", 5_000, "idle connections")
	flags.IntVar(&o.entries, "entries", 1_000_000, "entries of the audit log")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.rounds < 3 {
		return errors.New("at least 3 rounds are needed for a median")
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	return run(ctx, o)
}

// part is one group of rows.
type part struct {
	name string
	run  func(*bench) error
}

func parts() []part {
	return []part{{"fetch", (*bench).fetch}, {"https", (*bench).https}, {"idle", (*bench).idle}, {"render", (*bench).render}, {"load", (*bench).load}, {"activity", (*bench).activity}}
}

func partNames() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

func run(ctx context.Context, o options) (err error) {
	b := &bench{options: o, ctx: ctx, report: newReport(o)}
	if b.scratch, err = os.MkdirTemp("", "dialtone-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.scratch)) }()
	chosen := strings.FieldsFunc(o.only, func(r rune) bool { return r == ',' })
	for _, name := range chosen {
		if !slices.Contains(partNames(), name) {
			return fmt.Errorf("there is no part %q; there are %s", name, strings.Join(partNames(), ", "))
		}
	}
	for _, p := range parts() {
		if len(chosen) > 0 && !slices.Contains(chosen, p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s ...\n", p.name)
		if err := p.run(b); err != nil {
			return fmt.Errorf("cannot measure %s: %w", p.name, err)
		}
	}
	b.report.print(os.Stdout)
	path, err := b.report.save(o.out)
	if err == nil {
		fmt.Printf("\nsamples: %s\n", path)
	}
	return err
}
