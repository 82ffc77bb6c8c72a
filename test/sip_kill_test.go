package test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dialtone/test/load"
)

// TestKillAmidRegistrations: after a crash every phone whose last 200 said that it is
// registered is, and every one whose last 200 said that it is not is not.
func TestKillAmidRegistrations(t *testing.T) {
	t.Parallel()
	phones, rounds := 2_000, 5
	if soak() {
		phones, rounds = 20_000, 50
	}
	f := newFleet(t, phones)
	chance := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(data, os.DirFS(f.data)); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(data, "secret.key"), 0o600); err != nil { // which the copy has not kept
				t.Fatal(err)
			}
			d := start(t, options{data: data})
			fleet := f.boot(t, d, uint64(round+1))
			// In every second round phones also go, refresh and move.
			killAmid(t, d, phones/8+chance.IntN(phones*3/4), func(ctx context.Context) (load.Report, error) {
				if round%2 == 0 {
					return fleet.Storm(ctx, load.StormPlan{Spread: time.Second, Limit: time.Minute})
				}
				return fleet.Churn(ctx, load.ChurnPlan{Plan: load.Plan{Rate: 4000, Duration: time.Minute, Drain: 1}})
			})
			f.wantStates(t, d.restart(), fleet)
		})
	}
}

// killAmid runs the phones until so many of their requests have been granted, kills
// the daemon, and ends the run.
func killAmid(t *testing.T, d *daemon, granted int, run func(context.Context) (load.Report, error)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		report, err := run(ctx)
		if err == nil && report.Wrong > 0 {
			err = fmt.Errorf("%d answers contradict their requests", report.Wrong)
		}
		ended <- err
	}()
	await(t, fmt.Sprintf("%d granted requests", granted), func() error {
		if n := metric(t, d, `dialtone_sip_register_requests_total{result="ok"}`); int(n) < granted {
			return fmt.Errorf("%v granted", n)
		}
		return nil
	})
	d.kill()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// wantStates compares what phones have been told with what the daemon lists.
func (f *fleet) wantStates(t *testing.T, d *daemon, phones *load.Fleet) {
	t.Helper()
	listed := f.registered(t, d)
	told := map[load.State]int{}
	for i, a := range f.accounts {
		state, present := phones.State(i), listed[a.User+"@"+a.Domain] || listed["sip:"+a.User+"@"+a.Domain]
		told[state]++
		if state == load.Bound && !present || state == load.Unbound && present {
			t.Errorf("%s was told state %d, listed: %v", a.User, state, present)
		}
	}
	if told[load.Bound] == 0 {
		t.Errorf("nobody was registered: %v", told)
	}
	t.Logf("told: %d bound, %d unbound, %d nothing yet; %d listed", told[load.Bound], told[load.Unbound], told[load.Unknown], len(listed))
}
