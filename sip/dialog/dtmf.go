package dialog

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Bounds of what a key press may last.
const (
	defaultDTMF = 160 * time.Millisecond
	maxDTMF     = 8 * time.Second
)

// dtmfOf reads the key press of an INFO: application/dtmf-relay (Signal= and
// Duration= lines) or application/dtmf (the digit alone). nil when it has none.
func dtmfOf(m *sip.Request) *DTMF {
	kind, _ := splitParams(strings.ToLower(value(m, "Content-Type")))
	text := string(m.Body())
	switch kind {
	case "application/dtmf":
		return dtmf(strings.TrimSpace(text), "")
	case "application/dtmf-relay":
		var signal, duration string
		for line := range strings.Lines(text) {
			name, v, _ := strings.Cut(line, "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "signal":
				signal = strings.TrimSpace(v)
			case "duration":
				duration = strings.TrimSpace(v)
			}
		}
		return dtmf(signal, duration)
	default:
		return nil
	}
}

// dtmf reads a digit and its duration in milliseconds.
func dtmf(signal, duration string) *DTMF {
	switch signal {
	case "10":
		signal = "*"
	case "11":
		signal = "#"
	}
	if len(signal) != 1 || !strings.Contains("0123456789*#ABCDabcd", signal) {
		return nil
	}
	d := &DTMF{Digit: strings.ToUpper(signal)[0], Duration: defaultDTMF}
	if ms, err := strconv.ParseUint(duration, 10, 32); err == nil && ms > 0 {
		d.Duration = min(time.Duration(ms)*time.Millisecond, maxDTMF)
	}
	return d
}
