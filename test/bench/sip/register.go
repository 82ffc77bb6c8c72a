package sip

import (
	"fmt"
	"path/filepath"
	"time"

	"dialtone/test/load"
)

// The two kinds of work.
const (
	challenged = "challenged registration (401 + 200, MD5)"
	refreshed  = "refresh (one REGISTER, MD5)"
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
		r.say("register: round %d of %d at %g/s", round+1, r.Rounds, r.Rate)
		for _, c := range all {
			if err := r.measure(c, challenged, false); err != nil {
				return err
			}
		}
		for _, c := range all {
			if err := r.measure(c, refreshed, true); err != nil {
				return err
			}
		}
	}
	r.against(challenged, "kamailio-memory", "Kamailio in memory", 0.5)
	r.against(challenged, "kamailio-durable", "Kamailio written through", 0.25)
	r.against(challenged, "echo-batched", "UDP echo", 3)
	r.against(challenged, "echo", "UDP echo, not batched", 3)
	for i := range r.Rows {
		r.Rows[i].Work += fmt.Sprintf(", %g/s, %d users, durable", r.Rate, r.Users)
	}
	r.reportRefresh()
	return nil
}

// reportRefresh has no goal of its own: it shows what a phone costs all day.
func (r *run) reportRefresh() {
	cell := func(name string) string { return fmt.Sprintf("%.1f µs", r.median(name+" "+refreshed+" µs")) }
	r.Rows = append(r.Rows, Row{
		Work: fmt.Sprintf("%s, %g/s, CPU", refreshed, r.Rate), Ours: cell("dialtone"),
		Peer: "Kamailio in memory " + cell("kamailio-memory"), Floor: "UDP echo " + cell("echo-batched"),
		Ratio: fmt.Sprintf("%.2f", r.ratio("dialtone "+refreshed+" µs", "kamailio-memory "+refreshed+" µs")), Met: true,
	})
}

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

// measure is one window of load on one server.
func (r *run) measure(c *contestant, work string, refresh bool) error {
	before, err := c.cpu()
	if err != nil {
		return err
	}
	const drain = 10 * time.Second
	report, err := c.fleet.Register(r.ctx, load.Plan{Rate: r.Rate, Duration: r.Window, Refresh: refresh, Drain: drain})
	if err != nil {
		return err
	}
	after, err := c.cpu()
	if err != nil {
		return err
	}
	r.Loads[c.name+" "+work] = append(r.Loads[c.name+" "+work], report)
	const enough = 0.99
	if offered := r.Rate * r.Window.Seconds(); float64(report.Succeeded) < enough*offered {
		return fmt.Errorf("cannot compare %s: it did %d of %.0f registrations: %+v", c.name, report.Succeeded, offered, report)
	}
	// The floor knows no nonce: its refresh is the request with credentials.
	r.sample(c.name+" "+work+" µs", float64((after-before).Nanoseconds())/1000/float64(report.Succeeded))
	r.sample(c.name+" "+work+" p99 ms", report.Latency.P99)
	return r.ctx.Err()
}
