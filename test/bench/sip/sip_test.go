package sip

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"dialtone/sip/digest"
	"dialtone/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

func TestRatioIsTakenRoundByRound(t *testing.T) {
	r := &Result{Samples: map[string][]float64{}}
	for _, round := range [][2]float64{{1, 2}, {10, 10}, {3, 4}} { // a slow minute hits both
		r.sample("a", round[0])
		r.sample("b", round[1])
	}
	if got := []float64{r.ratio("a", "b"), r.median("a"), median([]float64{4, 1}), median(nil)}; !slices.Equal(got, []float64{0.75, 3, 2.5, 0}) {
		t.Error(got)
	}
}

func TestRows(t *testing.T) {
	r := &Result{Samples: map[string][]float64{}}
	for name, done := range map[string]float64{"dialtone": 1, "echo-batched": 1, durable: 0.5} {
		r.sample(name+" work µs", map[string]float64{"dialtone": 30, "echo-batched": 12, durable: 60}[name])
		r.sample(name+" work done", done)
	}
	r.against("work", "echo-batched", "echo", 3)
	r.against("work", durable, "peer", 0.25)
	want := []Row{
		{Work: "work, CPU", Ours: "30.0 µs", Floor: "echo 12.0 µs", Ratio: "2.50", Goal: "≤ 3.00 ×", Met: true},
		{Work: "work, CPU", Ours: "30.0 µs", Peer: "peer 60.0 µs (did 50 %)", Ratio: "0.50", Goal: "≤ 0.25 ×"},
	}
	if diff := cmp.Diff(want, r.Rows); diff != "" {
		t.Error(diff)
	}
}

// The processes a server starts count, and end with it.
func TestServerIsItsProcesses(t *testing.T) {
	s, err := start("shell", "/bin/sh", "-c", "trap '' TERM; sleep 60 & wait; wait")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	err = s.await(t.Context(), func() bool {
		pids, err = s.processes()
		return err == nil && len(pids) == 2
	})
	if err != nil {
		t.Fatal(err)
	}
	if octets, err := s.memory(); octets == 0 || err != nil {
		t.Error(octets, err)
	}
	if cpu, err := s.cpu(); cpu == 0 || err != nil {
		t.Error(cpu, err)
	}
	s.kill()
	<-s.ended
	if err := s.await(t.Context(), func() bool { return false }); !errors.Is(err, errEnded) {
		t.Error(err)
	}
}

func TestServerThatNeverAnswers(t *testing.T) {
	s, err := start("sleep", "/bin/sleep", "60")
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.await(ctx, s.answers); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestFurnish(t *testing.T) {
	dir := t.TempDir()
	const users = 1100 // two lists
	if err := furnish(t.Context(), dir, users); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	last := pattern().Account(users - 1)
	st.View(func(v *store.View) {
		user, ok := v.SIPUser([]byte(last.Domain), []byte(last.User))
		if !ok {
			t.Fatalf("%s cannot register", last.User)
		}
		if ha1 := digest.HA1(last.User, last.Domain, last.Password, digest.MD5); string(user.MD5[:]) != string(ha1) {
			t.Error("the daemon would ask for another password")
		}
	})
}
