package sip

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testDomain   = "pbx.example"
	testUser     = "alice"
	testPassword = "Correct7Horse9Battery"
)

// fixture is an account with a domain, a list attached to it, one credential on
// line 1 of one phone, and the edge in front of it.
type fixture struct {
	*Server
	store                                         *store.Store
	account, domain, list, credential, attachment record.ID
	device                                        record.ID
}

func start(t *testing.T) *fixture {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	f := &fixture{store: st}
	f.fill(t)
	f.listen(t, log)
	return f
}

// listen starts the edge; it stops with the test.
func (f *fixture) listen(t *testing.T, log *slog.Logger) (stop func()) {
	t.Helper()
	s, err := Listen(t.Context(), Config{
		UDP: []string{"127.0.0.1:0"}, TCP: []string{"127.0.0.1:0"}, TLS: []string{"127.0.0.1:0"}, WSS: []string{"127.0.0.1:0"},
		Certificates: borrowedTLS(), MinExpires: 60, MaxExpires: 3600, Version: "test", Store: f.store, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Server = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// borrowedTLS is the library's own for tests.
func borrowedTLS() *tls.Config {
	lender := httptest.NewUnstartedServer(nil)
	lender.StartTLS()
	defer lender.Close()
	return &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12}
}

func (f *fixture) fill(t *testing.T) {
	t.Helper()
	f.update(t, func(tx *store.Tx) error {
		a := record.NewAccount()
		a.Name, a.Email = "Acme", "owner@example.com"
		d := record.NewDomain()
		d.Domain = testDomain
		l := record.NewCredentialList()
		l.Name = "phones"
		c := record.NewCredential()
		c.Username = testUser
		at := record.NewAttachment()
		dev := record.NewDevice()
		dev.Type, dev.MAC = record.Deskphone, "80:5e:c0:00:00:01"
		if err := tx.Create(a); err != nil {
			return err
		}
		for _, r := range []record.Record{d, l, c, at, dev} {
			r.Header().Account = a.ID
			switch r {
			case c:
				c.ID, c.List = record.NewID(record.KindCredential, tx.Now()), l.ID
				c.PasswordSealed = f.store.Seal(c.ID, store.FieldPassword, testPassword)
			case at:
				at.Domain, at.List = d.ID, l.ID
			case dev:
				dev.Lines = []record.Line{{Credential: c.ID, Domain: d.ID}}
			}
			if err := tx.Create(r); err != nil {
				return err
			}
		}
		f.account, f.domain, f.list, f.credential, f.attachment, f.device = a.ID, d.ID, l.ID, c.ID, at.ID, dev.ID
		return nil
	})
}

func (f *fixture) update(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := f.store.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// change edits one record.
func change[T record.Record](t *testing.T, f *fixture, id record.ID, edit func(T)) {
	t.Helper()
	f.update(t, func(tx *store.Tx) error {
		r, err := store.Load[T](tx, id)
		if err != nil {
			return err
		}
		edit(r)
		return tx.Replace(r, 0)
	})
}

// phone is a phone with the fixture's credential.
func (f *fixture) phone(t *testing.T, transport string, edit func(*peer.Account)) *peer.Phone {
	t.Helper()
	at := f.Addrs()
	proxy := map[string]netip.AddrPort{"udp": at.UDP[0], "tcp": at.TCP[0], "tls": at.TLS[0], "wss": at.WSS[0]}[transport]
	a := peer.Account{User: testUser, Password: testPassword, Domain: testDomain, Proxy: proxy.String(), Transport: transport}
	if edit != nil {
		edit(&a)
	}
	return peer.StartPhone(t, a)
}

// eventually waits until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		if ok() {
			tick.Stop()
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%s: not within 10 s", what)
		case <-tick.C:
		}
	}
}
