package sip

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// restore fills the registrar from disk. A record that cannot be read is passed
// over: its phone registers again within the hour, the others must not wait for it.
func (s *Server) restore() error {
	return s.store.Bindings().Load(func(key, value []byte) error {
		if err := s.registrar.Restore(key, value); err != nil {
			s.log.Error("cannot restore binding", "aor", string(key), "err", err)
		}
		return nil
	})
}

// Bindings lists the live bindings of an account.
func (s *Server) Bindings(account record.ID) []registrar.Binding {
	return s.registrar.ByAccount(string(account), s.now())
}

// watch drops the bindings of what may no longer register and keeps up with the
// emergency numbers, the trunks and what lamps stand for.
func (s *Server) watch(ctx context.Context) error {
	sub := s.store.Subscribe(1024)
	defer sub.Close()
	for {
		changes, resync, err := sub.Next(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, store.ErrClosed):
			return nil
		case err != nil:
			return fmt.Errorf("cannot follow the store: %w", err)
		}
		changed := map[record.ID]bool{}
		accounts, numbers, trunks := map[record.ID]bool{}, resync, resync
		for _, c := range changes {
			s.queueWritten(c)
			if account, affected := endsBindings(c); affected {
				accounts[account] = true
			}
			if h := c.Record().Header(); c.Record().Kind() == record.KindAccount {
				changed[h.ID] = true
			} else if h.Account != "" {
				changed[h.Account] = true
			}
			numbers = numbers || changesEmergencies(c)
			trunks = trunks || c.Record().Kind() == record.KindProviderAccount
		}
		if trunks {
			s.updateTrunks()
		}
		if resync {
			s.loadQueues()
			changed = map[record.ID]bool{"": true}
		}
		for account := range changed {
			s.lamps.Reconfigured(account)
		}
		if numbers {
			s.loadEmergencies()
		}
		if resync {
			s.store.View(func(v *store.View) {
				store.Each(v, "", func(a *record.Account) bool { accounts[a.ID] = true; return true })
			})
		}
		for account := range accounts {
			s.prune(ctx, account)
		}
	}
}

// endsBindings tells whether a change may have taken somebody's right to be
// registered.
func endsBindings(c store.Change) (account record.ID, affected bool) {
	r := c.Record()
	account = r.Header().Account
	switch r.Kind() {
	case record.KindAccount:
		return r.Header().ID, c.After == nil
	case record.KindCredential:
		after, _ := c.After.(*record.Credential)
		return account, c.Before != nil && (after == nil || !after.Enabled || after.ExpiresAt != nil)
	case record.KindAttachment, record.KindDomain, record.KindCredentialList:
		return account, c.Before != nil
	}
	return account, false
}

// prune removes the bindings of an account whose user is gone, disabled, expired or
// no longer attached for registrations.
func (s *Server) prune(ctx context.Context, account record.ID) {
	now := s.now()
	gone := map[string]bool{}
	bindings := s.registrar.ByAccount(string(account), now)
	s.store.View(func(v *store.View) {
		for i := range bindings {
			if !entitled(v, &bindings[i], now) {
				gone[bindings[i].AOR] = true
			}
		}
	})
	if len(gone) == 0 {
		return
	}
	n, err := s.registrar.Remove(ctx, string(account), now, func(b *registrar.Binding) bool { return gone[b.AOR] })
	if err != nil {
		s.log.Error("cannot remove bindings", "account", account, "err", err)
	}
	s.log.Info("bindings removed", "account", account, "bindings", n)
}

func entitled(v *store.View, b *registrar.Binding, now time.Time) bool {
	user, domain, ok := splitAOR(b.AOR)
	if !ok {
		return false
	}
	u, ok := v.SIPUser([]byte(domain), lowered(user))
	return ok && string(u.Credential.ID) == b.Credential && u.Registers && u.Credential.Usable(now)
}
