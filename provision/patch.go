package provision

import (
	"context"
	"errors"
	"time"

	"dialtone/provision/catalog"
	"dialtone/store"
	"dialtone/store/record"
)

// patch is what is to change in a device's state.
type patch struct {
	account record.ID
	epoch   uint32 // BoundEpoch, 0 for none
	last    note   // the last fetch, if there was one
}

func (p *patch) apply(state *record.DeviceState) {
	if p.epoch != 0 {
		state.BoundEpoch = p.epoch
	}
	n := &p.last
	if !n.fetched {
		return
	}
	state.LastProvisionedAt = n.time.UTC().Truncate(time.Millisecond)
	state.LastIP, state.UserAgent = ip(n.source), n.userAgent()
	state.FetchedHash, state.OldToken = n.hash, n.old
	if a, ok := catalog.ParseUserAgent(state.UserAgent); ok {
		state.Model, state.Firmware = a.Model, a.Firmware
	}
}

// fetch takes a fetch that is not older than the one there is.
func (p *patch) fetch(n *note) {
	if !n.time.Before(p.last.time) {
		p.last = *n
	}
}

func (j *journal) patch(device, account record.ID) *patch {
	p := j.states[device]
	if p == nil {
		p = &patch{account: account}
		j.states[device] = p
	}
	return p
}

// unknownKey is a phone that is in no list of the account whose token it has.
type unknownKey struct {
	account record.ID
	mac     record.MAC
}

// seen notes such a phone.
func (j *journal) seen(n *note) {
	k := unknownKey{n.account, n.mac}
	m := j.unknown[k]
	if m == nil {
		if len(j.unknown) >= maxKept {
			j.metrics.dropped.Inc()
			return
		}
		m = &record.UnknownMAC{Account: n.account, MAC: n.mac.String(), FirstSeen: n.time.UTC()}
		j.unknown[k] = m
	}
	m.Count += n.count
	m.LastSeen, m.SourceIP = n.time.UTC(), ip(n.source)
	m.UserAgent = n.userAgent()
	m.Vendor = catalog.MACVendor(n.mac.Hex())
	if a, ok := catalog.ParseUserAgent(m.UserAgent); ok {
		m.Vendor, m.Model, m.Firmware = a.Vendor, a.Model, a.Firmware
	}
}

// write makes what was gathered durable. What cannot be written for want of room is
// kept for the next time.
func (j *journal) write(ctx context.Context) {
	j.retryAt = time.Time{}
	for len(j.events)+len(j.states)+len(j.unknown) > 0 {
		b := j.batch()
		err := j.store.Update(ctx, b.put)
		switch {
		case err == nil:
			j.settle(b)
		case errors.Is(err, store.ErrNoSpace), errors.Is(err, store.ErrOverloaded):
			j.retryAt = time.Now().Add(retryEvery)
			return
		default:
			j.metrics.dropped.Add(float64(len(b.events)))
			j.log.Error("cannot record what phones did", "events", len(b.events), "states", len(b.states), "err", err)
		}
		j.done(b)
	}
}

// batch is what goes into one transaction.
type batch struct {
	events  []record.ProvisioningEvent
	states  map[record.ID]*patch
	unknown map[unknownKey]*record.UnknownMAC
}

func (j *journal) batch() *batch {
	b := &batch{events: j.events[:min(len(j.events), maxBatch)], states: map[record.ID]*patch{}, unknown: map[unknownKey]*record.UnknownMAC{}}
	for id, p := range j.states {
		if len(b.states) == maxBatch {
			break
		}
		b.states[id] = p
	}
	for k, m := range j.unknown {
		if len(b.unknown) == maxBatch {
			break
		}
		b.unknown[k] = m
	}
	return b
}

func (b *batch) put(tx *store.Tx) error {
	for _, ev := range b.events {
		if err := tx.AppendProvisioningEvent(ev); err != nil {
			return err
		}
	}
	for id, p := range b.states {
		if err := tx.PutState(id, p.account, p.apply); err != nil {
			return err
		}
	}
	for _, m := range b.unknown {
		if err := tx.PutUnknownMAC(*m); err != nil {
			return err
		}
	}
	return nil
}

// settle leaves to the store which devices have used their own URL.
func (j *journal) settle(b *batch) {
	for id, p := range b.states {
		if p.epoch != 0 {
			j.bound.forget(id, p.epoch)
		}
	}
}

// done forgets what was in a batch.
func (j *journal) done(b *batch) {
	if j.events = j.events[len(b.events):]; len(j.events) == 0 {
		j.events = nil
	}
	for id := range b.states {
		delete(j.states, id)
	}
	for k := range b.unknown {
		delete(j.unknown, k)
	}
}
