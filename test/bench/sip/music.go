package sip

import (
	"context"
	"fmt"
	"time"

	"dialtone/test/load"
)

const (
	// waiting are those who hear music at a time, musicTime is for how long.
	waiting   = 1000
	musicTime = 60 * time.Second
	// goalMusic is the CPU time of a packet, in µs.
	goalMusic = 3
)

// long is the daemon's engine over musicTime.
const long = "dialtone, long"

// Music measures what music costs for a thousand who wait: the CPU time of a packet, beside
// a loop that only sends, whether all packets are sent, and how evenly.
func Music(ctx context.Context, o Options) (Result, error) {
	r := newRun(ctx, o)
	err := r.music()
	return r.Result, err
}

func (r *run) music() error {
	audience, err := load.NewAudience()
	if err != nil {
		return err
	}
	defer audience.Close()
	work := fmt.Sprintf("music packet, %d wait", waiting)
	for round := range r.Rounds {
		r.say("music: round %d of %d", round+1, r.Rounds)
		for _, one := range []struct {
			name string
			more []string
		}{{"dialtone", nil}, {bare, []string{"--bare"}}} {
			if err := r.play(one.name, audience, work, r.Window, one.more...); err != nil {
				return err
			}
		}
	}
	r.say("music: for %s", musicTime)
	if err := r.play(long, audience, work, musicTime); err != nil {
		return err
	}
	ours := r.median("dialtone " + work + " µs")
	r.Rows = append(r.Rows, Row{
		Work: work + ", CPU", Ours: r.cost("dialtone", work), Floor: "bare loop " + r.cost(bare, work),
		Ratio: fmt.Sprintf("%.2f", r.ratio("dialtone "+work+" µs", bare+" "+work+" µs")),
		Goal:  fmt.Sprintf("≤ %d µs", goalMusic), Met: ours > 0 && ours <= goalMusic && r.keptUp("dialtone", work),
	}, Row{
		Work: work + fmt.Sprintf(", jitter p99 in %s", musicTime),
		Ours: fmt.Sprintf("%.2f ms (median %.2f)", r.median(long+" music jitter p99 ms"), r.median(long+" music jitter p50 ms")),
		Goal: "all sent", Met: r.median(long+" music missing") == 0 && r.keptUp(long, work),
	})
	return nil
}

// play starts one that plays and measures it.
func (r *run) play(name string, audience *load.Audience, work string, d time.Duration, more ...string) error {
	x, err := startRelay(name, r.Sipload, audience.Addr(), waiting, append(more, "--music")...)
	if err != nil {
		return err
	}
	defer x.stop()
	return r.listen(x, audience, work, d)
}

// listen measures one that plays.
func (r *run) listen(x relay, audience *load.Audience, work string, d time.Duration) error {
	if err := sleep(r.ctx, time.Second); err != nil { // for all to begin
		return err
	}
	before, err := x.cpu()
	if err != nil {
		return err
	}
	audience.Begin()
	start := time.Now()
	if err := sleep(r.ctx, d); err != nil {
		return err
	}
	heard, took := audience.Report(), time.Since(start)
	after, err := x.cpu()
	if err != nil {
		return err
	}
	if heard.Packets == 0 {
		return fmt.Errorf("cannot measure %s: it played nothing", x.name)
	}
	r.sample(x.name+" "+work+" µs", float64((after-before).Nanoseconds())/1000/float64(heard.Packets))
	r.sample(x.name+" "+work+" done", float64(heard.Packets)/(waiting*took.Seconds()*50))
	r.sample(x.name+" music jitter p50 ms", heard.JitterP50.Seconds()*1000)
	r.sample(x.name+" music jitter p99 ms", heard.JitterP99.Seconds()*1000)
	r.sample(x.name+" music missing", float64(heard.Missing))
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
