package load

import (
	"math"
	"math/bits"
	"time"
)

// latencies counts durations in buckets a sixteenth apart: a quantile is right to
// about 6 %.
type latencies struct {
	buckets [64 * 16]uint64
	count   uint64
	largest time.Duration
}

const fine = 4 // bits kept below the leading one

func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < 1<<fine {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - fine
	return (shift+1)<<fine + int(v>>shift) - 1<<fine
}

// top is the largest duration of a bucket.
func top(bucket int) time.Duration {
	shift := bucket>>fine - 1
	if shift < 0 {
		return time.Duration(bucket)
	}
	v := uint64(bucket&(1<<fine-1) + 1<<fine)
	return time.Duration((v+1)<<shift - 1)
}

func (l *latencies) add(d time.Duration) {
	l.buckets[bucketOf(d)]++
	l.count++
	l.largest = max(l.largest, d)
}

func (l *latencies) merge(other *latencies) {
	for i, n := range other.buckets {
		l.buckets[i] += n
	}
	l.count += other.count
	l.largest = max(l.largest, other.largest)
}

// quantile is the duration that a share q of all did not exceed; 0 without any.
func (l *latencies) quantile(q float64) time.Duration {
	rank := max(uint64(math.Ceil(q*float64(l.count))), 1)
	var seen uint64
	for i, n := range l.buckets {
		if seen += n; n > 0 && seen >= rank {
			return min(top(i), l.largest)
		}
	}
	return 0
}
