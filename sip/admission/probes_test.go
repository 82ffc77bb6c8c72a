package admission

import (
	"fmt"
	"testing"
	"time"
)

func TestProbes(t *testing.T) {
	const many = 1000
	for _, tt := range []struct {
		name string
		at   func(*Probes, int) (scan bool)
		want int // scans noticed
	}{
		{"many names", func(p *Probes, n int) bool { return p.Challenged(guest, fmt.Append(nil, n), noon) }, 1},
		{"a few names, again and again", func(p *Probes, n int) bool { return p.Challenged(guest, fmt.Append(nil, n%200), noon) }, 0},
		{"a right answer now and then", func(p *Probes, n int) bool {
			if n%200 == 0 {
				p.Answered(guest)
			}
			return p.Challenged(guest, fmt.Append(nil, n), noon)
		}, 0},
		{"slowly", func(p *Probes, n int) bool {
			return p.Challenged(guest, fmt.Append(nil, n), noon.Add(time.Duration(n)*time.Second))
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, got := NewProbes(time.Minute), 0
			for n := range many {
				if tt.at(p, n) {
					got++
				}
			}
			if got != tt.want {
				t.Errorf("%d scans, want %d", got, tt.want)
			}
		})
	}
}

// TestProbesKeepSourcesApart: what one source does is not another's.
func TestProbesKeepSourcesApart(t *testing.T) {
	p := NewProbes(time.Minute)
	for n := range 1000 {
		if p.Challenged(sourceNumber(n), fmt.Append(nil, n), noon) {
			t.Fatalf("source %d is taken for a scan", n)
		}
	}
}
