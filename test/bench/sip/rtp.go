package sip

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"dialtone/test/load"
)

// Goals, as ratios.
const (
	goalEngine = 0.45 // to rtpengine
	goalBare   = 1.2  // to the bare loop
)

const (
	bare   = "bare-loop"
	engine = "rtpengine"
)

// callsTalking are how many calls talk at a time.
func callsTalking() []int { return []int{100, 300} }

// RTP compares the CPU time of a relayed packet: the daemon's media engine, rtpengine
// without its kernel module, and a loop that does nothing else.
func RTP(ctx context.Context, o Options) (Result, error) {
	r := newRun(ctx, o)
	for _, calls := range callsTalking() {
		if err := r.rtp(calls); err != nil {
			return r.Result, err
		}
	}
	return r.Result, nil
}

// relay is a server and the ports it gave the phones.
type relay struct {
	*server
	ports []netip.AddrPort
}

func (r *run) rtp(calls int) error {
	phones, err := load.NewPhones(r.ctx)
	if err != nil {
		return err
	}
	defer phones.Close()
	var all []relay
	defer func() {
		for _, x := range all {
			x.stop()
		}
	}()
	for _, start := range []func() (relay, error){
		func() (relay, error) { return startRelay("dialtone", r.Sipload, phones.Addr(), calls) },
		func() (relay, error) { return startRelay(bare, r.Sipload, phones.Addr(), calls, "--bare") },
		func() (relay, error) { return startRTPEngine(r.ctx, phones.Addr(), calls) },
	} {
		x, err := start()
		if err != nil {
			return err
		}
		all = append(all, x)
	}
	work := fmt.Sprintf("RTP packet relayed, %d calls of PCMU", calls)
	for round := range r.Rounds {
		r.say("rtp: %d calls, round %d of %d", calls, round+1, r.Rounds)
		for _, x := range all {
			if err := r.measureRTP(x, phones, work); err != nil {
				return err
			}
		}
	}
	r.against(work, engine, "rtpengine, userspace", goalEngine)
	r.against(work, bare, "bare loop", goalBare)
	return nil
}

func (r *run) measureRTP(x relay, phones *load.Phones, work string) error {
	before, err := x.cpu()
	if err != nil {
		return err
	}
	report, err := phones.Talk(r.ctx, x.ports, r.Window)
	if err != nil {
		return err
	}
	after, err := x.cpu()
	if err != nil {
		return err
	}
	if report.Received == 0 {
		return fmt.Errorf("cannot compare %s: it relayed nothing", x.name)
	}
	r.sample(x.name+" "+work+" µs", float64((after-before).Nanoseconds())/1000/float64(report.Received))
	r.sample(x.name+" "+work+" done", float64(report.Received)/float64(report.Sent))
	return nil
}

// startRelay starts the load generator's program as a relay.
func startRelay(name, program string, phones netip.AddrPort, calls int, more ...string) (relay, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return relay{}, err
	}
	defer func() { _ = out.Close() }()
	s, err := startWriting(in, name, program, append([]string{"relay", phones.String(), "--calls", strconv.Itoa(calls)}, more...)...)
	_ = in.Close()
	if err != nil {
		return relay{}, err
	}
	x := relay{server: s}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &x.ports)
	}
	if err != nil {
		s.stop()
		return relay{}, fmt.Errorf("cannot use %s: %w: %s", name, err, s.errors.String())
	}
	return x, nil
}
