package sip

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"dialtone/e911/number"
	"dialtone/sip/wire"
	"dialtone/store"
	"dialtone/store/record"
)

// peers are the addresses the dialogs are waiting for an answer from: only their
// responses are passed to it, because it remembers every address it hears.
type peers struct {
	mu    sync.Mutex
	count map[netip.AddrPort]int
}

func (p *peers) add(a netip.AddrPort) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count[a]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.count[a]--; p.count[a] == 0 {
			delete(p.count, a)
		}
	}
}

// awaited tells whether a response from source answers something of ours.
func (s *Server) awaited(source netip.AddrPort) bool {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	return s.peers.count[source] > 0
}

// hasLiveFrom tells whether a message comes over the flow of a live binding of whom it
// says it is from: such a phone is heard even if its source is banned.
func (w *worker) hasLiveFrom(f flow, now time.Time) bool {
	u := &w.msg.From.URI
	user, ok := wire.AppendUnescaped(w.name[:0], u.User)
	w.name = user
	return ok && len(user) > 0 && w.hasLiveFlow(user, u.Host, f, now)
}

// hasLiveFlow tells whether user@host, the user unescaped, has a live binding over the
// flow.
func (w *worker) hasLiveFlow(user, host []byte, f flow, now time.Time) bool {
	w.aor = wire.AppendLower(append(append(w.aor[:0], user...), '@'), host)
	w.bindings = w.edge.registrar.Lookup(w.bindings[:0], w.aor, now)
	for i := range w.bindings {
		if w.bindings[i].Source == f.source && w.bindings[i].Transport == f.transport {
			return true
		}
	}
	return false
}

// emergency tells whether a message is for an emergency number of a country that
// somebody of ours is in. It is asked before any ban or limit. A REGISTER is no call.
func (s *Server) emergency(data []byte) bool {
	set := s.emergencies.Load()
	target, to := wire.EmergencyFirst(data)
	return set.HasUser(target) || set.HasUser(to)
}

// loadEmergencies collects the emergency numbers of all accounts.
func (s *Server) loadEmergencies() {
	regions, extra, test := map[string]bool{}, map[string]bool{}, map[string]bool{}
	s.store.View(func(v *store.View) {
		store.Each(v, "", func(a *record.Account) bool {
			regions[a.Region] = true
			for _, n := range a.EmergencyNumbers {
				extra[n] = true
			}
			for _, n := range a.TestNumbers {
				test[n] = true
			}
			store.Each(v, a.ID, func(l *record.Location) bool { regions[l.Address.Country] = true; return true })
			return true
		})
	})
	s.emergencies.Store(number.NewSet(keys(regions), keys(extra), keys(test)))
}

func keys(m map[string]bool) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	return list
}

// changesEmergencies tells whether a change may have changed the emergency numbers.
func changesEmergencies(c store.Change) bool {
	k := c.Record().Kind()
	return k == record.KindAccount || k == record.KindLocation
}

// rechecks are accounts whose bindings have to be looked at again.
type rechecks struct {
	mu       sync.Mutex
	accounts map[record.ID]bool
	wake     chan struct{} // capacity 1
}

func (r *rechecks) add(account record.ID) {
	r.mu.Lock()
	r.accounts[account] = true
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *rechecks) take() map[record.ID]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	accounts := r.accounts
	r.accounts = map[record.ID]bool{}
	return accounts
}

// recheck prunes the accounts whose users lost their right to register while a
// request of theirs waited for the disk.
func (s *Server) recheck(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.rechecks.wake:
			for account := range s.rechecks.take() {
				s.prune(ctx, account)
			}
		}
	}
}

// settled is called when a binding is durable: if its user is no longer the one who
// was asked for the password, the account is looked at again.
func (s *Server) settled(u *store.SIPUser, domain, user []byte, now time.Time) {
	same := false
	s.store.View(func(v *store.View) {
		current, ok := v.SIPUser(domain, user)
		same = ok && current == u
	})
	if !same {
		s.rechecks.add(u.Credential.Account)
	}
}
