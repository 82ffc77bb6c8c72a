package sip

import (
	"fmt"
	"path/filepath"
	"time"

	"dialtone/test/load"
)

// The two kinds of work.
const (
	challenged = "challenged registration, MD5, durable"
	refreshed  = "refresh (one REGISTER), MD5, durable"
)

// contestant is a server with its fleet.
type contestant struct {
	*server
	fleet *load.Fleet
}

// register lets every server do the same work in turns.
func (r *run) register() error {
	all, err := r.contestants()
	defer func() {
		for _, c := range all {
			c.stop()
			if c.fleet != nil {
				c.fleet.Close()
			}
		}
	}()
	if err != nil {
		return err
	}
	for round := range r.Rounds {
		r.say("register: round %d of %d", round+1, r.Rounds)
		for _, turn := range r.turns() {
			for _, c := range all {
				if turn.rate > r.Rate && c.name == durable {
					continue // sqlite does not keep up
				}
				if err := r.measure(c, turn); err != nil {
					return err
				}
			}
		}
	}
	for _, turn := range r.turns() {
		r.compare(turn)
	}
	return nil
}

// turn is one kind of work at one rate.
type turn struct {
	work    string
	refresh bool
	rate    float64
}

func (r *run) turns() []turn {
	return []turn{{challenged, false, r.Rate}, {challenged, false, r.Rate * faster}, {refreshed, true, r.Rate}}
}

// faster is by how much the second comparison is: the cost of waking up fades.
const faster = 5

func (t turn) String() string { return fmt.Sprintf("%s, %g/s", t.work, t.rate) }

// compare adds the rows of a turn.
func (r *run) compare(t turn) {
	work := t.String()
	switch {
	case t.refresh: // no goal of its own: what a phone costs all day
		r.against(work, memory, "Kamailio in memory", 0)
		r.against(work, "echo-batched", "UDP echo", 0)
	default:
		r.against(work, memory, "Kamailio in memory", goalMemory)
		if t.rate == r.Rate {
			r.against(work, durable, "Kamailio written through", goalDurable)
		}
		r.against(work, "echo-batched", "UDP echo", goalEcho)
		r.against(work, "echo", "UDP echo, not batched", goalEcho)
	}
}

// Goals, as ratios.
const (
	goalMemory  = 0.5
	goalDurable = 0.25
	goalEcho    = 3
)

// contestants starts all servers, every user bound. The lengths of the floor's
// answers are those of the daemon.
func (r *run) contestants() (all []*contestant, err error) {
	add := func(s *server, err error) error {
		if err != nil {
			return err
		}
		c := &contestant{server: s}
		all = append(all, c)
		if c.fleet, err = r.fleet(s, 0, r.Users); err != nil {
			return err
		}
		return r.bind(c)
	}
	dir := filepath.Join(r.Scratch, "register")
	r.say("register: %d users", r.Users)
	if err := furnish(r.ctx, dir, r.Users); err != nil {
		return nil, err
	}
	if err := add(startDaemon(r.ctx, r.Daemon, dir)); err != nil {
		return all, err
	}
	sizes := r.Loads["dialtone bind"][0].Sizes
	const shared = 256
	for _, next := range []func() (*server, error){
		func() (*server, error) { return startKamailio(r.ctx, dir+"-memory", false, shared) },
		func() (*server, error) { return startKamailio(r.ctx, dir+"-durable", true, shared) },
		func() (*server, error) { return startEcho(r.Sipload, true, sizes) },
		func() (*server, error) { return startEcho(r.Sipload, false, sizes) },
	} {
		if err := add(next()); err != nil {
			return all, err
		}
	}
	return all, nil
}

// bind registers every phone of a fleet once.
func (r *run) bind(c *contestant) error {
	const limit = 2 * time.Minute
	report, err := c.fleet.Bind(r.ctx, 2*r.Rate, limit)
	if err != nil {
		return err
	}
	r.Loads[c.name+" bind"] = append(r.Loads[c.name+" bind"], report)
	if report.AllBoundMS == 0 {
		return fmt.Errorf("cannot bind %d phones at %s: %+v", report.Phones, c.name, report)
	}
	return nil
}

// measure is one window of load on one server. One that falls behind is measured by
// what it did.
func (r *run) measure(c *contestant, t turn) error {
	before, err := c.cpu()
	if err != nil {
		return err
	}
	const drain = 5 * time.Second
	report, err := c.fleet.Register(r.ctx, load.Plan{Rate: t.rate, Duration: r.Window, Refresh: t.refresh, Drain: drain})
	if err != nil {
		return err
	}
	after, err := c.cpu()
	if err != nil {
		return err
	}
	name := c.name + " " + t.String()
	r.Loads[name] = append(r.Loads[name], report)
	if report.Succeeded == 0 {
		return fmt.Errorf("cannot compare %s: it registered nobody: %+v", c.name, report)
	}
	r.sample(name+" µs", float64((after-before).Nanoseconds())/1000/float64(report.Succeeded))
	r.sample(name+" p99 ms", report.Latency.P99)
	r.sample(name+" done", float64(report.Succeeded)/(t.rate*r.Window.Seconds()))
	return r.ctx.Err()
}
