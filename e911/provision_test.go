package e911

import (
	"context"
	"errors"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// registry is a carrier that says what it is told to.
type registry struct {
	asked chan string
	said  chan error
}

func (r *registry) Provision(ctx context.Context, p *record.ProviderAccount, l *record.Location) (string, error) {
	r.asked <- p.Name + " " + l.Address.Street
	select {
	case err := <-r.said:
		return "place-1", err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// TestProvision: a carrier is asked, and what it says stands in the location, unless the
// address is another by then.
func TestProvision(t *testing.T) {
	for name, tt := range map[string]struct {
		said   error
		moved  bool
		status string
		reason string
	}{
		"taken":         {nil, false, record.E911Provisioned, ""},
		"refused":       {errors.New("no such street"), false, record.E911Failed, "no such street"},
		"moved in time": {nil, true, record.E911Pending, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			carrier := &registry{asked: make(chan string, 1), said: make(chan error)}
			r.config.Carriers = map[string]Carrier{record.ProviderTelnyx: carrier}
			var account, place record.ID
			change := func(do func(tx *store.Tx) error) {
				t.Helper()
				if err := r.store.Update(t.Context(), do); err != nil {
					t.Fatal(err)
				}
			}
			change(func(tx *store.Tx) error {
				a := record.NewAccount()
				a.Name, a.Email = "Acme", "it@example.com"
				if err := tx.Create(a); err != nil {
					return err
				}
				p, l := record.NewProviderAccount(), record.NewLocation()
				p.Account, p.Name, p.Provider, p.Trunk.Hosts = a.ID, "Telnyx", record.ProviderTelnyx, []string{"sip.example.com"}
				p.Trunk.Transport, p.Trunk.Authentication = "udp", record.TrunkIP
				*l = *r.office.locations["loc_hq"]
				l.Meta, l.Account, l.E911Status = record.Meta{}, a.ID, record.E911Pending
				account = a.ID
				if err := tx.Create(p); err != nil {
					return err
				}
				err := tx.Create(l)
				place = l.ID
				return err
			})
			r.Provision(account, "loc_none")
			r.Provision("acct_1", place)
			r.Provision(account, place)
			if got := <-carrier.asked; got != "Telnyx Michigan" {
				t.Errorf("asked %q", got)
			}
			if tt.moved {
				change(func(tx *store.Tx) error {
					l, err := store.Load[*record.Location](tx, place)
					if err != nil {
						return err
					}
					l.Room = "1"
					return tx.Replace(l, 0)
				})
			}
			carrier.said <- tt.said
			r.wg.Wait()
			r.store.View(func(v *store.View) {
				l, _ := store.Get[*record.Location](v, place)
				if l.E911Status != tt.status || l.E911Reason != tt.reason || (l.CarrierReference == "place-1") == tt.moved {
					t.Errorf("status %q, %q, reference %q", l.E911Status, l.E911Reason, l.CarrierReference)
				}
			})
		})
	}
}
