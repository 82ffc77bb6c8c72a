package t38

import "time"

// Repetitions of a datagram that nothing follows: the gaps before each. Later ones are
// keepAlive apart, so that a firewall keeps its door open.
var tailGaps = [...]time.Duration{50 * ms, 100 * ms, 150 * ms, 300 * ms}

const keepAlive = 5 * time.Second

// tail is the datagram sent last. Repeated, it has the same number: who has it already
// drops it.
type tail struct {
	datagram []byte
	count    int
	at       time.Time // of the next repetition
}

func (l *tail) set(datagram []byte, now time.Time) {
	l.datagram = append(l.datagram[:0], datagram...)
	l.count, l.at = 0, now.Add(tailGaps[0])
}

// repeat sends the datagram again if it is time.
func (l *tail) repeat(t *Terminal, now time.Time) {
	if l.at.IsZero() || now.Before(l.at) {
		return
	}
	t.push(append(t.buffer(), l.datagram...))
	l.count++
	wait := keepAlive
	if l.count < len(tailGaps) {
		wait = tailGaps[l.count]
	}
	l.at = now.Add(wait)
}
