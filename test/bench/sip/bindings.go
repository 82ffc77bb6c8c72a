package sip

import (
	"fmt"
	"path/filepath"
	"time"

	"dialtone/test/load"
)

// Goals.
const (
	goalBinding = 700              // octets
	goalRestart = 15 * time.Second // with a million
)

const (
	bindLimit   = 10 * time.Minute
	bindRate    = 5000 // registrations a second
	stormLimit  = 2 * time.Minute
	lookEvery   = time.Second
	settleLimit = 40 * time.Second
)

// bindings measures one server after the other: they have the machine alone.
func (r *run) bindings() error {
	dir := filepath.Join(r.Scratch, "bindings")
	r.say("bindings: %d users", r.Bindings)
	if err := furnish(r.ctx, dir, r.Bindings); err != nil {
		return err
	}
	if err := r.fill(func() (*server, error) { return startDaemon(r.ctx, r.Daemon, dir) }); err != nil {
		return err
	}
	if err := r.restart(dir); err != nil {
		return err
	}
	shared := 256 + r.Bindings*2/1000 // megabytes
	if err := r.fill(func() (*server, error) { return startKamailio(r.ctx, dir+"-kamailio", false, shared) }); err != nil {
		return err
	}
	r.reportBindings()
	return nil
}

// fill boots a storm of phones at a server, binds the rest, and looks at its memory
// before and after.
func (r *run) fill(begin func() (*server, error)) error {
	s, err := begin()
	if err != nil {
		return err
	}
	defer s.stop()
	empty, err := r.settled(s)
	if err != nil {
		return err
	}
	r.say("bindings: %d phones boot at %s", r.Storm, s.name)
	stormed, err := r.drive(s, 0, r.Storm, func(f *load.Fleet) (load.Report, error) {
		return f.Storm(r.ctx, load.StormPlan{Limit: stormLimit})
	})
	if err != nil {
		return err
	}
	r.sample(s.name+" storm s", float64(stormed.AllBoundMS)/1000)
	r.sample(s.name+" storm given up", float64(stormed.GaveUp+stormed.Unfinished))
	if r.Storm < r.Bindings {
		r.say("bindings: %d more at %s", r.Bindings-r.Storm, s.name)
		_, err = r.drive(s, r.Storm, r.Bindings, func(f *load.Fleet) (load.Report, error) {
			return f.Bind(r.ctx, bindRate, bindLimit)
		})
		if err != nil {
			return err
		}
	}
	full, err := r.settled(s)
	r.sample(s.name+" empty octets", float64(empty))
	r.sample(s.name+" full octets", float64(full))
	return err
}

// drive runs a fleet of the users from..end.
func (r *run) drive(s *server, from, end int, do func(*load.Fleet) (load.Report, error)) (load.Report, error) {
	f, err := r.fleet(s, from, end)
	if err != nil {
		return load.Report{}, err
	}
	defer f.Close()
	report, err := do(f)
	r.Loads[s.name+" bindings"] = append(r.Loads[s.name+" bindings"], report)
	return report, err
}

// settled waits until a server's memory stays what it is, and gives it.
func (r *run) settled(s *server) (int64, error) {
	const still = 0.005
	last, err := s.memory()
	if err != nil {
		return 0, err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	quiet := 0
	for waited := time.Duration(0); waited < settleLimit && quiet < 3; waited += lookEvery {
		select {
		case <-look.C:
		case <-s.ended:
			return 0, fmt.Errorf("cannot measure %s: %w: %s", s.name, errEnded, s.errors.String())
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
		now, err := s.memory()
		if err != nil {
			return 0, err
		}
		quiet++
		if change := float64(now-last) / float64(last); change > still || change < -still {
			quiet = 0
		}
		last = now
	}
	return last, nil
}

// restart starts the daemon on the bindings it has written.
func (r *run) restart(dir string) error {
	r.say("bindings: restart")
	began := time.Now()
	s, err := startDaemon(r.ctx, r.Daemon, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	r.sample("dialtone restart s", time.Since(began).Seconds())
	resident, err := r.settled(s)
	r.sample("dialtone restarted octets", float64(resident))
	return err
}

func (r *run) reportBindings() {
	n := float64(r.Bindings)
	each := func(name, state string) float64 {
		return (r.median(name+" "+state+" octets") - r.median(name+" empty octets")) / n
	}
	ours, peer := each("dialtone", "full"), each(memory, "full")
	r.Rows = append(
		r.Rows,
		Row{
			Work: fmt.Sprintf("memory per binding at %d, resident", r.Bindings), Ours: fmt.Sprintf("%.0f B", ours),
			Peer: fmt.Sprintf("Kamailio in memory %.0f B", peer), Ratio: fmt.Sprintf("%.2f", ours/peer),
			Goal: fmt.Sprintf("≤ %d B", goalBinding), Met: ours <= goalBinding,
		},
		Row{
			Work: "– after a restart", Ours: fmt.Sprintf("%.0f B", each("dialtone", "restarted")), Met: true,
		},
		r.restartRow(),
		r.stormRow(),
	)
}

func (r *run) restartRow() Row {
	took, limit := r.median("dialtone restart s"), goalRestart.Seconds()*float64(r.Bindings)/1e6
	return Row{
		Work: fmt.Sprintf("restart with %d users and bindings, until ready", r.Bindings),
		Ours: fmt.Sprintf("%.1f s", took), Goal: fmt.Sprintf("≤ %.1f s", limit), Met: took <= limit,
	}
}

func (r *run) stormRow() Row {
	cell := func(name string) string {
		lost := r.median(name + " storm given up")
		if lost > 0 {
			return fmt.Sprintf("%.0f not registered after %v", lost, stormLimit)
		}
		return fmt.Sprintf("%.1f s", r.median(name+" storm s"))
	}
	return Row{
		Work: fmt.Sprintf("storm: %d phones boot at once, until all are registered", r.Storm),
		Ours: cell("dialtone"), Peer: "Kamailio in memory " + cell(memory),
		Goal: "none given up", Met: r.median("dialtone storm given up") == 0,
	}
}
