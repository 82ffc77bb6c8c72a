package e911

import (
	"context"
	"errors"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// provisioning bounds how long a carrier may take to decide about an address.
const provisioning = 2 * time.Minute

// Carrier makes a place known to emergency centres, over the API of a provider.
type Carrier interface {
	// Provision returns when the carrier has decided. reference is its own name for the
	// place, empty for none; the text of an error is told to the account's people.
	Provision(ctx context.Context, provider *record.ProviderAccount, place *record.Location) (reference string, err error)
}

// Provision asks the account's first provider with an API to take a location's address, in
// the background; the location's e911_status then says what came of it. Without such a
// provider it stays as it is, until somebody sets it.
func (s *Service) Provision(account, location record.ID) {
	var place *record.Location
	var provider *record.ProviderAccount
	var carrier Carrier
	s.store.View(func(v *store.View) {
		place, _ = store.Get[*record.Location](v, location)
		for _, p := range v.ProviderAccounts(account) {
			if c := s.config.Carriers[p.Provider]; c != nil && carrier == nil {
				provider, carrier = p, c
			}
		}
	})
	if carrier == nil || place == nil || place.Account != account {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, provisioning)
		defer cancel()
		reference, err := carrier.Provision(ctx, provider, place)
		if s.ctx.Err() != nil {
			return
		}
		if err := s.provisioned(place, reference, err); err != nil && !errors.Is(err, store.ErrNotFound) {
			s.log.Error("cannot note what a carrier says of an address", "location", location, "err", err)
		}
	})
}

// provisioned notes what a carrier says of an address, unless it is another by now.
func (s *Service) provisioned(asked *record.Location, reference string, refused error) error {
	return s.store.Update(s.ctx, func(tx *store.Tx) error {
		now, err := store.Load[*record.Location](tx, asked.ID)
		if err != nil || !now.SamePlace(asked) || now.E911Status != record.E911Pending {
			return err
		}
		now.E911Status, now.E911Reason = record.E911Provisioned, ""
		if reference != "" {
			now.CarrierReference = reference
		}
		if refused != nil {
			now.E911Status, now.E911Reason = record.E911Failed, shown(refused.Error())
		}
		if err := tx.Replace(now, 0); err != nil {
			return err
		}
		return tx.Audit(now.Account, record.AuditEntry{
			Event: "location.update", Resource: now.ID, Outcome: record.OutcomeSuccess, Actor: record.Actor{Type: record.ActorSystem},
			Changes: []record.FieldChange{{Field: "e911_status", Before: record.E911Pending, After: now.E911Status}},
			Detail:  "what the carrier says of the address",
		})
	})
}
