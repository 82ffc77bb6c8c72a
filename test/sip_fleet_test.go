package test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/load"
)

// soak tells whether the long tests run in full.
func soak() bool { return os.Getenv("DIALTONE_SOAK") == "1" }

// fleet is an account with many credentials, in a data folder that no daemon uses yet.
type fleet struct {
	data     string
	account  string // id
	accounts []load.Account
}

const fleetDomain = "fleet.example"

// newFleet fills a data folder.
func newFleet(t testing.TB, phones int) *fleet {
	t.Helper()
	f := &fleet{data: filepath.Join(t.TempDir(), "data"), accounts: load.DefaultPattern(fleetDomain).Accounts(phones)}
	st, err := store.Open(store.Config{Dir: f.data, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := st.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	a, d := record.NewAccount(), record.NewDomain()
	a.Name, a.Email, d.Domain = "Fleet", "it@fleet.example", fleetDomain
	update(func(tx *store.Tx) error {
		if err := tx.Create(a); err != nil {
			return err
		}
		return create(tx, a.ID, d)
	})
	f.account = string(a.ID)
	const perList, perUpdate = record.MaxCredentialsPerList, 100
	for from := 0; from < phones; from += perList {
		l, at := record.NewCredentialList(), record.NewAttachment()
		l.Name, at.Domain = fmt.Sprintf("Phones from %d", from), d.ID
		update(func(tx *store.Tx) error {
			if err := create(tx, a.ID, l); err != nil {
				return err
			}
			at.List = l.ID
			return create(tx, a.ID, at)
		})
		for n := from; n < min(from+perList, phones); n += perUpdate {
			update(func(tx *store.Tx) error {
				for _, p := range f.accounts[n:min(n+perUpdate, from+perList, phones)] {
					c := record.NewCredential()
					c.ID, c.List, c.Username = record.NewID(record.KindCredential, tx.Now()), l.ID, p.User
					c.PasswordSealed = st.Seal(c.ID, store.FieldPassword, p.Password)
					if err := create(tx, a.ID, c); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	return f
}

func create(tx *store.Tx, account record.ID, r record.Record) error {
	r.Header().Account = account
	return tx.Create(r)
}

// boot makes the fleet's phones; they are closed with the test.
func (f *fleet) boot(t testing.TB, d *daemon, seed uint64) *load.Fleet {
	t.Helper()
	phones, err := load.New(load.Config{Target: netip.MustParseAddrPort(d.SIP.UDP[0]), Accounts: f.accounts, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(phones.Close)
	return phones
}

// registered are the users that the API lists.
func (f *fleet) registered(t testing.TB, d *daemon) map[string]bool {
	t.Helper()
	users := map[string]bool{}
	for _, r := range d.all(t, "/v1/accounts/"+f.account+"/registrations") {
		users[r.str("aor")] = true
	}
	return users
}
