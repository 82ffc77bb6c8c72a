// Command sipbench measures registrar, calls and media beside Kamailio, rtpengine and the
// floors, prints the table and keeps every sample in a file; see package sip.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"dialtone/test/bench/sip"
)

// timeLimit bounds a whole run.
const timeLimit = 30 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sipbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	o := sip.Options{Progress: os.Stderr}
	flags := flag.NewFlagSet("sipbench", flag.ContinueOnError)
	flags.StringVar(&o.Daemon, "daemon", "bin/dialtone", "the daemon's program")
	flags.StringVar(&o.Sipload, "sipload", "bin/sipload", "the load generator's program")
	flags.IntVar(&o.Rounds, "rounds", 3, "rounds of each comparison")
	flags.Float64Var(&o.Rate, "rate", 1000, "registrations a second, and five times that")
	flags.DurationVar(&o.Window, "window", 3*time.Second, "length of one measurement")
	flags.IntVar(&o.Users, "users", 10_000, "users that register at the rate")
	flags.IntVar(&o.Bindings, "bindings", 200_000, "bindings whose memory is measured")
	flags.IntVar(&o.Storm, "storm", 100_000, "phones that boot at once")
	only := flags.String("only", "register,bindings,calls,rtp,music,emergency", "parts to run, by comma")
	out := flags.String("out", "bench-out", "folder for the samples")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	if o.Scratch, err = os.MkdirTemp("", "dialtone-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.Scratch)) }()
	results := map[string]sip.Result{}
	for name := range strings.SplitSeq(*only, ",") {
		if results[name], err = part(ctx, name, o); err != nil {
			return fmt.Errorf("cannot measure %s: %w", name, err)
		}
		printTable(os.Stdout, results[name].Rows)
	}
	return save(*out, results)
}

func part(ctx context.Context, name string, o sip.Options) (sip.Result, error) {
	switch name {
	case "register":
		return sip.Register(ctx, o)
	case "bindings":
		return sip.Bindings(ctx, o)
	case "calls":
		return sip.Calls(ctx, o)
	case "rtp":
		return sip.RTP(ctx, o)
	case "music":
		return sip.Music(ctx, o)
	case "emergency":
		return sip.Emergency(ctx, o)
	default:
		return sip.Result{}, errors.New("there is no such part; there are register, bindings, calls, rtp, music and emergency")
	}
}

func printTable(to io.Writer, rows []sip.Row) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "work\tours\tpeer\tfloor\tratio\tgoal\tmet")
	for _, r := range rows {
		cells := []string{r.Work, r.Ours, r.Peer, r.Floor, r.Ratio, r.Goal, "no"}
		if r.Met {
			cells[6] = "yes"
		}
		if r.Goal == "" {
			cells[6] = ""
		}
		for i := range cells {
			if cells[i] == "" {
				cells[i] = "–"
			}
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush()
}

// save writes everything to a file named by the time.
func save(dir string, results map[string]sip.Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(results, "", "\t")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "sip-"+time.Now().UTC().Format("20060102-150405")+".json")
	fmt.Println("\nsamples:", path)
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
