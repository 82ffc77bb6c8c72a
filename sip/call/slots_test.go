package call

import (
	"sync"
	"testing"

	"dialtone/store/record"
)

// slots are the parking places of a test.
type slots struct {
	mu    sync.Mutex
	taken map[int]*taken
}

type taken struct {
	account record.ID
	holder  string
	parked  *Parked
}

func (s *slots) Take(account record.ID, first, last int, holder string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for slot := first; slot <= last; slot++ {
		if s.taken[slot] == nil {
			if s.taken == nil {
				s.taken = map[int]*taken{}
			}
			s.taken[slot] = &taken{account: account, holder: holder}
			return slot
		}
	}
	return 0
}

func (s *slots) Claim(account record.ID, from, holder string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for slot, t := range s.taken {
		if t.holder == from && t.account == account && t.parked == nil {
			t.holder = holder
			return slot
		}
	}
	return 0
}

func (s *slots) Set(p Parked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.taken[p.Slot]; t != nil && t.holder == p.Call {
		t.parked = &p
	}
}

func (s *slots) Waiting(account record.ID, first, last int) (p Parked, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for slot := first; slot <= last; slot++ {
		if t := s.taken[slot]; t != nil && t.parked != nil && t.account == account && (!ok || t.parked.At.Before(p.At)) {
			p, ok = *t.parked, true
		}
	}
	return p, ok
}

func (s *slots) Free(_ record.ID, slot int, holder string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.taken[slot]; t != nil && t.holder == holder {
		delete(s.taken, slot)
	}
}

// state is what a slot is like: empty for a free one.
func (s *slots) state(slot int) ParkState {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch t := s.taken[slot]; {
	case t == nil:
		return ""
	case t.parked == nil:
		return "reserved"
	default:
		return t.parked.State
	}
}

func (s *slots) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.taken)
}

// await waits until a slot is in a state.
func (s *slots) await(t testing.TB, slot int, state ParkState) {
	t.Helper()
	eventually(t, "slot "+itoa(slot)+" "+string(state), func() bool { return s.state(slot) == state })
}
