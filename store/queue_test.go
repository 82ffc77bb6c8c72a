package store

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// dropped is the queue's metric.
func dropped(t *testing.T, s *Store, queue string) (n float64) {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(s.metrics.dropped)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range families[0].GetMetric() {
		if m.GetLabel()[0].GetValue() == queue {
			n = m.GetCounter().GetValue()
		}
	}
	return n
}

func TestQueueWrites(t *testing.T) {
	s := open(t, t.TempDir())
	batches := make(chan int, 100)
	q := NewQueue(s, "test", 1000, func(_ *Tx, batch []int) error {
		batches <- len(batch)
		return nil
	})
	for i := range 600 {
		if !q.Add(i) {
			t.Fatalf("item %d was refused", i)
		}
	}
	q.Close()
	close(batches)
	total := 0
	for n := range batches {
		if total += n; n > flushItems {
			t.Errorf("batch of %d", n)
		}
	}
	if total != 600 {
		t.Errorf("%d items written", total)
	}
	if q.Add(1) {
		t.Error("a closed queue takes items")
	}
}

func TestQueueDrops(t *testing.T) {
	s := open(t, t.TempDir())
	release := hold(t, s)
	var written []int
	q := NewQueue(s, "test", 10, func(_ *Tx, batch []int) error {
		written = append(written, batch...)
		return nil
	})
	taken := 0
	for i := range 15 {
		if q.Add(i) {
			taken++
		}
	}
	release()
	q.Close()
	if taken != 10 || len(written) != 10 {
		t.Errorf("%d taken, %d written, want 10", taken, len(written))
	}
	if got := dropped(t, s, "test"); got != 5 {
		t.Errorf("%v dropped, want 5", got)
	}
}

// A batch that cannot be written is given up, so that those behind it get their turn,
// but a full disk is waited for.
func TestQueueErrors(t *testing.T) {
	s := open(t, t.TempDir())
	var written []string
	tries := 0
	q := NewQueue(s, "test", 10, func(_ *Tx, batch []string) error {
		switch tries++; {
		case batch[0] == "bad":
			return errors.New("cannot be written")
		case tries < 3:
			return ErrNoSpace
		}
		written = append(written, batch...)
		return nil
	})
	q.Add("patient")
	eventually(t, func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return len(q.pending) == 0
	})
	q.Add("bad")
	q.Close()
	if len(written) != 1 || written[0] != "patient" || tries != 4 {
		t.Errorf("%q written after %d tries", written, tries)
	}
	if got := dropped(t, s, "test"); got != 1 {
		t.Errorf("%v dropped, want 1", got)
	}
}
