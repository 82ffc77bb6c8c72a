package e911

import (
	"slices"
	"sync"
	"time"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// Bounds of the callback windows in memory: the numbers that have some, of which the one that
// closes first makes room, and the calls that share a number, of which the oldest does.
const (
	maxWindows = 10_000
	maxSharing = 20
)

// place is the number of a window and whose it is.
type place struct {
	account record.ID
	number  string // E.164
}

// windows are the callback windows. Calls for help from phones with one callback number each
// have their own, the latest first.
type windows struct {
	mu sync.Mutex
	at map[place][]record.EmergencyWindow
}

// load takes over what is on disk.
func (w *windows) load(s *store.Store) error {
	list, err := s.EmergencyWindows()
	slices.SortStableFunc(list, func(a, b record.EmergencyWindow) int { return a.Until.Compare(b.Until) })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = map[place][]record.EmergencyWindow{}
	for _, window := range list {
		w.put(window)
	}
	return err
}

func (w *windows) put(window record.EmergencyWindow) {
	p := place{window.Account, window.Number}
	if _, known := w.at[p]; !known && len(w.at) >= maxWindows {
		w.makeRoom()
	}
	list := slices.Insert(w.at[p], 0, window)
	w.at[p] = list[:min(len(list), maxSharing)]
}

// makeRoom forgets the number whose last window closes first.
func (w *windows) makeRoom() {
	var first place
	var closes time.Time
	for p, list := range w.at {
		if until := lastOf(list); first == (place{}) || until.Before(closes) {
			first, closes = p, until
		}
	}
	delete(w.at, first)
}

// lastOf is when the last of the windows closes.
func lastOf(list []record.EmergencyWindow) (until time.Time) {
	for _, window := range list {
		if window.Until.After(until) {
			until = window.Until
		}
	}
	return until
}

// open begins the window of a call for help, for the number the carrier was given. A test is
// called back by nobody.
func (w *windows) open(c *record.EmergencyCall, d *route.Decision, number func(record.ID) string, until time.Time) {
	called := c.CallbackNumber
	if called == "" && d.Emergency != nil && len(d.Emergency.Ways) > 0 {
		called = number(d.Emergency.Ways[0].Shown.Own)
	}
	if c.Test || called == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(record.EmergencyWindow{
		Account: c.Account, Number: called, Event: c.ID, Credential: c.Caller.Credential, User: c.Caller.User, AOR: c.Caller.AOR, Until: until.UTC(),
	})
}

// reopen is the same for a call out of a slot.
func (w *windows) reopen(c *record.EmergencyCall, until time.Time) {
	w.open(c, &route.Decision{}, nil, until)
}

// prolong moves the end of a call's windows.
func (w *windows) prolong(c *record.EmergencyCall, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, list := range w.at {
		for i := range list {
			if list[i].Event == c.ID && list[i].Until.Before(until) {
				list[i].Until = until.UTC()
			}
		}
	}
}

// of are the windows of a call.
func (w *windows) of(event string) (found []record.EmergencyWindow) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, list := range w.at {
		for _, window := range list {
			if window.Event == event {
				found = append(found, window)
			}
		}
	}
	return found
}

// Window is the callback window that is open for an account's number, E.164: that of the
// latest call for help, with those of earlier calls from other phones of the number.
func (s *Service) Window(account record.ID, number string) (route.Window, bool) {
	s.windows.mu.Lock()
	defer s.windows.mu.Unlock()
	p, now := place{account, number}, s.now()
	list := slices.DeleteFunc(s.windows.at[p], func(w record.EmergencyWindow) bool { return !now.Before(w.Until) })
	if len(list) == 0 {
		delete(s.windows.at, p)
		return route.Window{}, false
	}
	s.windows.at[p] = list
	latest := routed(&list[0])
	for i := range list[1:] {
		if w := routed(&list[i+1]); !slices.ContainsFunc(append(latest.Earlier, latest), func(other route.Window) bool { return samePhone(&w, &other) }) {
			latest.Earlier = append(latest.Earlier, w)
		}
	}
	return latest, true
}

// samePhone says whether two windows lead to one phone.
func samePhone(a, b *route.Window) bool { return a.Credential == b.Credential && a.AOR == b.AOR }

// routed is a window as the router needs it.
func routed(w *record.EmergencyWindow) route.Window {
	return route.Window{Event: w.Event, Number: w.Number, Credential: w.Credential, User: w.User, AOR: w.AOR}
}

// maxCallbacks bounds the calls back that are told, of one emergency call.
const maxCallbacks = 10

// CalledBack is told that somebody calls the callback number of a window: nobody knows which
// of the calls for help that share it is meant, so it is noted at each.
func (s *Service) CalledBack(account record.ID, w route.Window, call, from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	back := record.EmergencyCallback{At: s.now().UTC(), From: from, CallID: call}
	s.wg.Go(func() { s.noteCallback(account, w.Event, back) })
	for _, earlier := range w.Earlier {
		s.wg.Go(func() { s.noteCallback(account, earlier.Event, back) })
	}
}

// noteCallback writes a call back, and tells the recipients. It comes behind the call's first
// stage, which may still be on its way to the disk.
func (s *Service) noteCallback(account record.ID, event string, back record.EmergencyCallback) {
	for wait := minRetry; ; wait = min(2*wait, maxRetry) {
		c, err := s.store.EmergencyCall(account, event)
		if err == nil {
			if len(c.Callbacks) < maxCallbacks {
				c.Callbacks = addCallback(c.Callbacks, back)
				s.persist(job{stage: record.StageCallback, call: c, at: back.At, back: &back})
			}
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
	}
}

// addCallback adds a call back once.
func addCallback(list []record.EmergencyCallback, back record.EmergencyCallback) []record.EmergencyCallback {
	if slices.ContainsFunc(list, func(b record.EmergencyCallback) bool { return b.CallID == back.CallID }) {
		return list
	}
	return append(slices.Clip(list), back)
}
