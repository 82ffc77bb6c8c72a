package load

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAgain(t *testing.T) {
	var a again
	lost := a.add(nil, []byte("lost"), 0)
	answered := a.add(nil, []byte("answered"), 100*time.Millisecond)
	answered.settle()
	type sent struct {
		At   time.Duration
		What string
	}
	var got []sent
	for now := time.Duration(0); now < 10*time.Second; now += 100 * time.Millisecond {
		for _, p := range a.due(now) {
			got = append(got, sent{now, string(p.data)})
		}
	}
	want := []sent{{500 * time.Millisecond, "lost"}, {1500 * time.Millisecond, "lost"}, {3500 * time.Millisecond, "lost"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	lost.settle()
	(*pending)(nil).settle() // nothing was asked yet
}
