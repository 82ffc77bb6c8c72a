package provision

import (
	"context"
	"sync"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// push tells the phones of one account that would fetch something new.
func (r *resync) push(ctx context.Context, account record.ID) {
	var sends sync.WaitGroup
	missed := false
	next := time.NewTimer(0)
	defer next.Stop()
	for _, device := range r.fleet.fetchers(account) {
		if ctx.Err() != nil {
			break
		}
		if !r.phones.Registered(device) || !r.fleet.outdated(device) {
			continue
		}
		if r.phones.InCall(device) {
			missed = true
			r.metrics.notified[syncBusy].Inc()
			continue
		}
		select {
		case <-next.C:
			next.Reset(pace)
		case <-ctx.Done():
			continue
		}
		select {
		case r.sending <- struct{}{}:
			sends.Go(func() { r.send(ctx, device) })
		case <-ctx.Done():
		}
	}
	sends.Wait()
	select {
	case r.pushed <- pushed{account, missed}:
	case <-ctx.Done():
	}
}

// send tells one phone.
func (r *resync) send(ctx context.Context, device record.ID) {
	defer func() { <-r.sending }()
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := r.phones.CheckSync(ctx, device, false); err != nil {
		r.metrics.notified[syncFailed].Inc()
		r.log.Info("cannot tell a phone to fetch its configuration", "device", device, "err", err)
		return
	}
	r.metrics.notified[syncSent].Inc()
}

func (s *Server) accounts() (ids []record.ID) {
	s.Store.View(func(v *store.View) {
		store.Each(v, "", func(a *record.Account) bool {
			ids = append(ids, a.ID)
			return true
		})
	})
	return ids
}

func (s *Server) fetchers(account record.ID) (ids []record.ID) {
	s.Store.View(func(v *store.View) {
		a, ok := store.Get[*record.Account](v, account)
		if !ok || !a.AutoResync {
			return
		}
		store.Each(v, account, func(d *record.Device) bool {
			if d.Enabled && v.State(d.ID).Provisioned() {
				ids = append(ids, d.ID)
			}
			return true
		})
	})
	return ids
}

func (s *Server) outdated(device record.ID) bool {
	var fetched uint64
	s.Store.View(func(v *store.View) {
		if state := v.State(device); state != nil {
			fetched = state.FetchedHash
		}
	})
	now, ok := s.Hash(device)
	return ok && fetched != 0 && fetched != now
}

func (s *Server) forget(id record.ID) { s.cache.drop(id) }
