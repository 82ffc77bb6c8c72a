package load

import "time"

const (
	tick       = 10 * time.Millisecond
	wheelSlots = 1024
)

// wheel wakes phones up. An alarm is dead when the phone's due time has changed
// since: nothing is ever searched for and removed.
type wheel struct {
	slots [wheelSlots][]alarm
	now   int64 // ticks done
}

type alarm struct {
	phone int32
	due   time.Duration
}

// add puts an alarm into the slot of its time, or into the last slot, from where
// it goes round again.
func (w *wheel) add(a alarm) {
	at := int64((a.due + tick - 1) / tick)
	at = min(max(at, w.now+1), w.now+wheelSlots-1)
	slot := &w.slots[at%wheelSlots]
	*slot = append(*slot, a)
}

// next gives the alarms of the next tick until now; nil when there is none left.
// They are valid until the wheel has gone round.
func (w *wheel) next(now time.Duration) []alarm {
	for w.now < int64(now/tick) {
		w.now++
		slot := &w.slots[w.now%wheelSlots]
		if alarms := *slot; len(alarms) > 0 {
			*slot = alarms[:0]
			return alarms
		}
	}
	return nil
}
