package provision

import (
	"context"
	"sync"

	"dialtone/store"
	"dialtone/store/record"
)

// bound knows which devices have used their own URL since they were last armed. What
// the store has not got yet is kept here, so that the first use counts at once.
type bound struct {
	mu     sync.RWMutex
	recent map[record.ID]uint32
}

// is says whether the device has used its present own URL.
func (b *bound) is(d *record.Device, state *record.DeviceState) bool {
	epoch := d.BindingEpoch + 1
	if state != nil && state.BoundEpoch == epoch {
		return true
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.recent[d.ID] == epoch
}

func (b *bound) remember(d *record.Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.recent == nil {
		b.recent = map[record.ID]uint32{}
	}
	b.recent[d.ID] = d.BindingEpoch + 1
}

// forget drops what the store has.
func (b *bound) forget(device record.ID, epoch uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.recent[device] == epoch {
		delete(b.recent, device)
	}
}

// bind makes the first use of a device's own URL durable before it is answered. On a
// full disk the phone gets its file all the same; the journal keeps trying.
func (s *Server) bind(d *record.Device) {
	epoch := d.BindingEpoch + 1
	s.bound.remember(d)
	err := s.journal.store.Update(context.Background(), func(tx *store.Tx) error {
		return tx.PutState(d.ID, d.Account, func(state *record.DeviceState) { state.BoundEpoch = epoch })
	})
	if err == nil {
		s.bound.forget(d.ID, epoch)
		return
	}
	s.Log.Warn("cannot record the first use of a phone's own URL yet", "device", d.ID, "err", err)
	s.journal.bind(d, epoch)
}
