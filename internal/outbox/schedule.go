package outbox

import "time"

// schedule is how long to wait after each failed attempt; the last wait repeats.
type schedule []time.Duration

// jitter is the part of a wait that is left to chance: a relay that comes back is not met
// by everybody at once.
const jitter = 0.2

// wait is the time to the next attempt after a number of failed ones, from 1. chance is
// from 0 to 1.
func (s schedule) wait(failed int, chance float64) time.Duration {
	d := s[min(max(failed, 1), len(s))-1]
	return d + time.Duration(float64(d)*jitter*(chance-0.5))
}

// How long rows are tried.
const (
	webhookLife   = 24 * time.Hour
	emergencyLife = 24 * time.Hour
	mailLife      = 5 * 24 * time.Hour // RFC 5321 section 4.5.4.1
)

func webhookSchedule() schedule {
	return schedule{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour,
	}
}

func emergencySchedule() schedule {
	return schedule{2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute}
}

func mailSchedule() schedule {
	return schedule{
		30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
	}
}
