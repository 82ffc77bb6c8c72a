package trunk

import (
	"sync"
	"time"
)

// limiter counts the calls of one trunk. It outlives changes of the record.
type limiter struct {
	mu       sync.Mutex
	channels int // most calls at a time; 0 is no limit
	rate     int // most calls begun a second; 0 is no limit
	taken    int
	tokens   float64
	filled   time.Time
}

// set changes the limits; calls that are up stay.
func (l *limiter) set(channels, rate int, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rate != l.rate {
		l.tokens, l.filled = float64(rate), now
	}
	l.channels, l.rate = channels, rate
}

// take takes a channel, with begin a place in this second too.
func (l *limiter) take(now time.Time, begin bool) (release func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.channels > 0 && l.taken >= l.channels {
		return nil, ErrChannels
	}
	if begin && l.rate > 0 {
		l.fill(now)
		if l.tokens < 1 {
			return nil, ErrRate
		}
		l.tokens--
	}
	return l.occupy(), nil
}

// force takes a channel whether there is one or not.
func (l *limiter) force() (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.occupy()
}

// fill lets tokens in for the time that has passed, a second's at most.
func (l *limiter) fill(now time.Time) {
	passed := max(now.Sub(l.filled), 0).Seconds()
	l.tokens = min(l.tokens+passed*float64(l.rate), float64(l.rate))
	l.filled = now
}

func (l *limiter) occupy() (release func()) {
	l.taken++
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.taken--
	})
}

func (l *limiter) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}
