package park

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/call"
	"dialtone/store/record"
)

// Lot is the slots of all accounts, 1 to record.MaxParkSlot each. It is the call
// package's [call.Slots]; all methods may be called concurrently.
type Lot struct {
	metrics *metrics

	mu       sync.Mutex
	accounts map[record.ID]map[int]*space // the slots that are taken
}

// space is a slot that is taken.
type space struct {
	holder string
	parked *call.Parked // nil: nobody waits there yet
}

// New makes a lot whose slots are free. reg may be nil.
func New(reg prometheus.Registerer) *Lot {
	return &Lot{metrics: newMetrics(reg), accounts: map[record.ID]map[int]*space{}}
}

// Take gives a holder the first free slot from first to last, 0 when there is none.
func (t *Lot) Take(account record.ID, first, last int, holder string) (slot int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.accounts[account]
	for slot := max(first, 1); slot <= min(last, record.MaxParkSlot); slot++ {
		if of[slot] != nil {
			continue
		}
		if of == nil {
			of = map[int]*space{}
			t.accounts[account] = of
		}
		of[slot] = &space{holder: holder}
		t.metrics.taken.Inc()
		return slot
	}
	t.metrics.refused.Inc()
	return 0
}

// Claim gives a holder the slot that another took and has nothing in yet; 0 when it has
// none.
func (t *Lot) Claim(account record.ID, from, holder string) (slot int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for slot, s := range t.accounts[account] {
		if s.holder == from && s.parked == nil {
			s.holder = holder
			return slot
		}
	}
	return 0
}

// Set says what waits in the slot its call holds.
func (t *Lot) Set(p call.Parked) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.accounts[p.Account][p.Slot]; s != nil && s.holder == p.Call {
		s.parked = &p
	}
}

// Free gives a slot back that the holder has.
func (t *Lot) Free(account record.ID, slot int, holder string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.accounts[account]
	if s := of[slot]; s == nil || s.holder != holder {
		return
	}
	t.metrics.taken.Dec()
	delete(of, slot)
	if len(of) == 0 {
		delete(t.accounts, account)
	}
}

// Waiting is what has waited longest in the slots from first to last.
func (t *Lot) Waiting(account record.ID, first, last int) (longest call.Parked, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for slot, s := range t.accounts[account] {
		p := s.parked
		if p == nil || slot < first || slot > last {
			continue
		}
		if !ok || p.At.Before(longest.At) || p.At.Equal(longest.At) && slot < longest.Slot {
			longest, ok = *p, true
		}
	}
	return longest, ok
}

// Parked lists what waits in an account's slots, the lowest first.
func (t *Lot) Parked(account record.ID) []call.Parked {
	t.mu.Lock()
	list := make([]call.Parked, 0, len(t.accounts[account]))
	for _, s := range t.accounts[account] {
		if s.parked != nil {
			list = append(list, *s.parked)
		}
	}
	t.mu.Unlock()
	slices.SortFunc(list, func(a, b call.Parked) int { return a.Slot - b.Slot })
	return list
}

// Len is how many slots are taken.
func (t *Lot) Len() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, of := range t.accounts {
		n += len(of)
	}
	return n
}
