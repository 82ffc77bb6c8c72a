package fax

import (
	"slices"
	"time"

	"dialtone/store"
)

// Window is the time a fax counts.
const Window = time.Hour

// window is the sliding log of one account and direction: the passages that count, the
// oldest first. The clock never runs backwards in it.
type window struct {
	log  []store.FaxPassage
	last time.Time
	// warned and exceeded say that it was told once; they are taken back when the use
	// falls below what they tell of.
	warned, exceeded bool
}

// at is the window's time: never before the last one.
func (w *window) at(now time.Time) time.Time {
	if now.After(w.last) {
		w.last = now
	}
	return w.last
}

// expire takes out what counts no longer.
func (w *window) expire(now time.Time) (gone []store.FaxPassage) {
	n := 0
	for n < len(w.log) && now.Sub(w.log[n].At) >= Window {
		n++
	}
	gone = slices.Clone(w.log[:n])
	w.log = slices.Delete(w.log, 0, n)
	return gone
}

// find is the place of a call in the log, -1 when it is not there.
func (w *window) find(key string) int {
	return slices.IndexFunc(w.log, func(p store.FaxPassage) bool { return p.Key == key })
}

// free is how long it takes until another fax is admitted: 0 for at once, Window where a
// limit of none lets no time help.
func (w *window) free(now time.Time, limit int) time.Duration {
	switch {
	case limit <= 0:
		return Window
	case len(w.log) < limit:
		return 0
	}
	return w.log[len(w.log)-limit].At.Add(Window).Sub(now)
}

// drop takes a call out.
func (w *window) drop(key string) {
	if i := w.find(key); i >= 0 {
		w.log = slices.Delete(w.log, i, i+1)
	}
}
