// Command sipload makes registration load on this machine and prints a report as
// JSON; see package load.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"dialtone/test/load"
)

type commands struct {
	Register registerCommand `cmd:"" help:"Register at a constant rate."`
	Storm    stormCommand    `cmd:"" help:"Boot all phones and wait until they are registered."`
	Churn    churnCommand    `cmd:"" help:"Register, refresh, unregister and move by chance."`
	Flood    floodCommand    `cmd:"" help:"Send what no phone would."`
	Echo     echoCommand     `cmd:"" help:"Serve canned answers: the floor."`
	Relay    relayCommand    `cmd:"" help:"Relay RTP between phones."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	k := kong.Parse(&c, kong.Name("sipload"), kong.Description("SIP registration load, loopback only."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(os.Stdout, (*io.Writer)(nil)))
	k.FatalIfErrorf(k.Run())
}

// fleet are the flags of everything with phones.
type fleet struct {
	Target    netip.AddrPort `arg:"" help:"Address and port of the server, on the loopback."`
	Phones    int            `short:"n" default:"1000" help:"Number of phones."`
	User      string         `default:"user%06d" help:"User; %d is the phone's number from 0."`
	Password  string         `default:"Bench-%s-Key" help:"Password; %s is the user."`
	Domain    string         `default:"127.0.0.1" help:"Domain; %d is the phone's number divided by --per-domain."`
	PerDomain int            `default:"0" help:"Phones in one domain; 0 for all."`
	Accounts  string         `type:"existingfile" help:"File with user,domain,password in each line, instead of the patterns."`
	Sockets   int            `default:"16" help:"Sockets the phones share."`
	Addresses int            `default:"1" help:"Source addresses, 127.0.0.1 upwards."`
	Workers   int            `default:"1" help:"Threads."`
	Expires   int            `default:"3600" help:"Seconds asked for."`
	Seed      uint64         `default:"1" help:"Of all chance."`
	Unchecked bool           `help:"Do not look for the contact in a 200."`
}

func (f *fleet) open() (*load.Fleet, error) {
	accounts, err := f.accounts()
	if err != nil {
		return nil, err
	}
	return load.New(load.Config{
		Target: f.Target, Accounts: accounts, Sockets: f.Sockets, Addresses: f.Addresses,
		Workers: f.Workers, Expires: f.Expires, Seed: f.Seed, Unchecked: f.Unchecked,
	})
}

func (f *fleet) accounts() ([]load.Account, error) {
	if f.Accounts == "" {
		if f.Phones < 1 || f.Phones > load.MaxPhones {
			return nil, fmt.Errorf("cannot make %d phones: %w", f.Phones, load.ErrBound)
		}
		p := load.Pattern{User: f.User, Domain: f.Domain, Password: f.Password, PerDomain: f.PerDomain}
		return p.Accounts(f.Phones), nil
	}
	file, err := os.Open(f.Accounts)
	if err != nil {
		return nil, fmt.Errorf("cannot read accounts: %w", err)
	}
	defer func() { _ = file.Close() }()
	return load.ReadAccounts(file)
}

// report runs something with a fleet and prints what it came to.
func (f *fleet) report(out io.Writer, run func(*load.Fleet) (load.Report, error)) error {
	phones, err := f.open()
	if err != nil {
		return err
	}
	defer phones.Close()
	r, err := run(phones)
	return errors.Join(err, printJSON(out, r))
}

// pace are the flags of a constant rate.
type pace struct {
	Rate     float64       `default:"1000" help:"Registrations a second."`
	Duration time.Duration `default:"10s" help:"How long new ones begin."`
	Total    int           `default:"0" help:"How many begin at most; 0 for as many as time allows."`
	Drain    time.Duration `default:"32s" help:"How long answers are awaited afterwards."`
}

func (p pace) plan() load.Plan {
	return load.Plan{Rate: p.Rate, Duration: p.Duration, Total: p.Total, Drain: p.Drain}
}

type registerCommand struct {
	fleet
	pace
	Refresh bool `help:"With the nonce the phone has: one request instead of two."`
}

// Run registers.
func (c *registerCommand) Run(ctx context.Context, out io.Writer) error {
	return c.report(out, func(f *load.Fleet) (load.Report, error) {
		plan := c.plan()
		plan.Refresh = c.Refresh
		return f.Register(ctx, plan)
	})
}

type stormCommand struct {
	fleet
	Spread   time.Duration `default:"0" help:"Phones boot within this time; 0 is at once."`
	Limit    time.Duration `default:"5m" help:"Of the whole run."`
	Retry    time.Duration `default:"30s" help:"Wait after a failure without Retry-After."`
	Attempts int           `default:"10" help:"Registrations a phone begins before it gives up."`
	Jitter   float64       `default:"0.5" help:"Share by which a wait is lengthened at most."`
}

// Run boots.
func (c *stormCommand) Run(ctx context.Context, out io.Writer) error {
	return c.report(out, func(f *load.Fleet) (load.Report, error) {
		return f.Storm(ctx, load.StormPlan{
			Spread: c.Spread, Limit: c.Limit, Retry: c.Retry, Attempts: c.Attempts, Jitter: c.Jitter,
		})
	})
}

type churnCommand struct {
	fleet
	pace
	Register   int `default:"1" help:"Weight of registering anew."`
	Renew      int `default:"1" help:"Weight of refreshing."`
	Unregister int `default:"1" help:"Weight of unregistering."`
	Rebind     int `default:"1" help:"Weight of moving to another port."`
}

// Run churns.
func (c *churnCommand) Run(ctx context.Context, out io.Writer) error {
	return c.report(out, func(f *load.Fleet) (load.Report, error) {
		return f.Churn(ctx, load.ChurnPlan{
			Plan: c.plan(), Register: c.Register, Renew: c.Renew, Unregister: c.Unregister, Rebind: c.Rebind,
		})
	})
}

type floodCommand struct {
	Target    netip.AddrPort `arg:"" help:"Address and port of the server, on the loopback."`
	Kind      string         `enum:"garbage,strangers,guesses" default:"strangers" help:"garbage, strangers or guesses."`
	Domain    string         `help:"Domain of the REGISTERs; the target's address by default."`
	Rate      float64        `default:"1000" help:"Datagrams a second."`
	Duration  time.Duration  `default:"10s" help:"How long."`
	Addresses int            `default:"1" help:"Spoofed source addresses, 127.0.0.1 upwards."`
	Seed      uint64         `default:"1" help:"Of all chance."`
}

// Run floods.
func (c *floodCommand) Run(ctx context.Context, out io.Writer) error {
	r, err := load.Flood(ctx, load.FloodPlan{
		Target: c.Target, Kind: load.FloodKind(c.Kind), Domain: c.Domain,
		Rate: c.Rate, Duration: c.Duration, Addresses: c.Addresses, Seed: c.Seed,
	})
	if err != nil {
		return err
	}
	return printJSON(out, r)
}

type echoCommand struct {
	Listen    netip.AddrPort `arg:"" optional:"" default:"127.0.0.1:0" help:"Address and port; port 0 takes a free one."`
	Batched   bool           `help:"recvmmsg and sendmmsg instead of a system call for each datagram."`
	Challenge int            `default:"0" help:"Octets of the 401."`
	Success   int            `default:"0" help:"Octets of the 200."`
}

// Run serves; the first line of output is the address.
func (c *echoCommand) Run(ctx context.Context, out io.Writer) error {
	e := load.Echo{Listen: c.Listen, Batched: c.Batched, Challenge: c.Challenge, Success: c.Success}
	return load.ServeEcho(ctx, e, func(at netip.AddrPort) { _, _ = fmt.Fprintln(out, at) })
}

type relayCommand struct {
	Phones netip.AddrPort `arg:"" help:"Where all phones hear."`
	Calls  int            `default:"100" help:"Calls, of two phones each."`
	Bare   bool           `help:"With a loop that does nothing else, the floor, instead of the daemon's engine."`
	Music  bool           `help:"Play music instead, to one phone of each call."`
}

// Run relays; the first line of output is the ports, two for each call.
func (c *relayCommand) Run(ctx context.Context, out io.Writer) error {
	relay := load.RelayEngine
	switch {
	case c.Music && c.Bare:
		relay = load.MusicBare
	case c.Music:
		relay = load.MusicEngine
	case c.Bare:
		relay = load.RelayBare
	}
	return relay(ctx, c.Calls, c.Phones, func(ports []netip.AddrPort) { _ = json.NewEncoder(out).Encode(ports) })
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
