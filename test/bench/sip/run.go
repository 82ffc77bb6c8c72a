package sip

import (
	"context"
	"fmt"
	"io"
	"time"

	"dialtone/test/load"
)

// Options of a run. Zero values are the defaults.
type Options struct {
	Daemon   string        // program dialtone
	Sipload  string        // program test/load/cmd/sipload
	Scratch  string        // empty folder
	Rounds   int           // of each comparison; default 3
	Rate     float64       // registrations a second; default 1000, then five times that
	Window   time.Duration // of one measurement; default 3 s
	Users    int           // that register at the rate; default 10,000
	Bindings int           // whose memory is measured; default 200,000
	Storm    int           // phones that boot at once; default 100,000, at most Bindings
	Progress io.Writer     // a line for each step; nil for none
}

func (o Options) withDefaults() Options {
	number := func(v *int, normal int) {
		if *v == 0 {
			*v = normal
		}
	}
	number(&o.Rounds, 3)
	number(&o.Users, 10_000)
	number(&o.Bindings, 200_000)
	number(&o.Storm, 100_000)
	o.Storm = min(o.Storm, o.Bindings)
	if o.Rate == 0 {
		o.Rate = 1000
	}
	if o.Window == 0 {
		o.Window = 3 * time.Second
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return o
}

// run is one run.
type run struct {
	Options
	Result
	ctx context.Context
}

func newRun(ctx context.Context, o Options) *run {
	return &run{
		ctx: ctx, Options: o.withDefaults(),
		Result: Result{Samples: map[string][]float64{}, Loads: map[string][]load.Report{}},
	}
}

// Register compares the CPU time of registrations.
func Register(ctx context.Context, o Options) (Result, error) {
	r := newRun(ctx, o)
	err := r.register()
	return r.Result, err
}

// Bindings measures a storm, the memory of bindings and a restart with them.
func Bindings(ctx context.Context, o Options) (Result, error) {
	r := newRun(ctx, o)
	err := r.bindings()
	return r.Result, err
}

func (r *run) say(format string, args ...any) { _, _ = fmt.Fprintf(r.Progress, format+"\n", args...) }

// fleet is phones of the users from..end.
func (r *run) fleet(s *server, from, end int) (*load.Fleet, error) {
	const sockets = 64
	return load.New(load.Config{
		Target: s.at, Accounts: pattern().Accounts(end)[from:], Sockets: sockets,
		Unchecked: s.name == "echo" || s.name == "echo-batched",
	})
}
