package e911

import (
	"slices"
	"sync"
	"time"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// maxWindows bounds the callback windows in memory; the one that closes first makes room.
const maxWindows = 10_000

// place is the number of a window and whose it is.
type place struct {
	account record.ID
	number  string // E.164
}

// windows are the callback windows.
type windows struct {
	mu sync.Mutex
	at map[place]record.EmergencyWindow
}

// load takes over what is on disk.
func (w *windows) load(s *store.Store) error {
	list, err := s.EmergencyWindows()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = map[place]record.EmergencyWindow{}
	for _, window := range list {
		w.put(window)
	}
	return err
}

func (w *windows) put(window record.EmergencyWindow) {
	if len(w.at) >= maxWindows {
		var first place
		for p, other := range w.at {
			if first == (place{}) || other.Until.Before(w.at[first].Until) {
				first = p
			}
		}
		delete(w.at, first)
	}
	w.at[place{window.Account, window.Number}] = window
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
	for p, window := range w.at {
		if window.Event == c.ID && window.Until.Before(until) {
			window.Until = until.UTC()
			w.at[p] = window
		}
	}
}

// of are the windows of a call.
func (w *windows) of(event string) (list []record.EmergencyWindow) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, window := range w.at {
		if window.Event == event {
			list = append(list, window)
		}
	}
	return list
}

// Window is the callback window that is open for an account's number, E.164.
func (s *Service) Window(account record.ID, number string) (route.Window, bool) {
	s.windows.mu.Lock()
	defer s.windows.mu.Unlock()
	p := place{account, number}
	w, ok := s.windows.at[p]
	if !ok {
		return route.Window{}, false
	}
	if !s.now().Before(w.Until) {
		delete(s.windows.at, p)
		return route.Window{}, false
	}
	return route.Window{Event: w.Event, Number: number, Credential: w.Credential, User: w.User, AOR: w.AOR}, true
}

// maxCallbacks bounds the calls back that are told, of one emergency call.
const maxCallbacks = 10

// CalledBack is told that somebody calls the callback number of a window.
func (s *Service) CalledBack(account record.ID, w route.Window, call, from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	back := record.EmergencyCallback{At: s.now().UTC(), From: from, CallID: call}
	s.wg.Go(func() { s.noteCallback(account, w.Event, back) })
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
