package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// runDaemon runs a whole daemon in this process until the test ends.
func runDaemon(t *testing.T) *daemon {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dialtone.yaml")
	text := fmt.Sprintf("data_dir: %q\nprovision: {listen: \"127.0.0.1:0\"}\nadmin: {listen: \"127.0.0.1:0\"}\nsip: {udp: [\"127.0.0.1:0\"], tcp: []}\ndrain: 1s\n", t.TempDir())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := source{Config: file}
	cfg, err := s.load(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{cfg: cfg, source: s, terminal: &terminal{in: os.Stdin, out: io.Discard, errors: io.Discard}}
	d.log, d.level = newLog(io.Discard, cfg.Log)
	if err := d.certs.load(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	poll(t, "the daemon", d.ready.Load)
	return d
}

// poll waits until something is so.
func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}

const (
	helpDomain   = "help.example"
	helpPassword = "Correct7Horse9Battery"
)

// expectHelp makes an account with one phone and a trunk to a carrier.
func expectHelp(t *testing.T, d *daemon, carrier netip.AddrPort) (id record.ID) {
	t.Helper()
	err := d.store.Update(t.Context(), func(tx *store.Tx) error {
		a := record.NewAccount()
		a.Name, a.Email, a.EmergencyRecipients = "Acme", "it@"+helpDomain, []string{"desk@" + helpDomain}
		if err := tx.Create(a); err != nil {
			return err
		}
		id = a.ID
		domain, list := record.NewDomain(), record.NewCredentialList()
		domain.Domain, list.Name = helpDomain, "Phones"
		trunk := record.NewProviderAccount()
		trunk.Name, trunk.Provider = "Carrier", record.ProviderSIP
		trunk.Trunk.Hosts, trunk.Trunk.Transport, trunk.Trunk.Authentication = []string{carrier.String()}, "udp", record.TrunkIP
		trunk.Trunk.Emergency, trunk.Trunk.OptionsPing = true, false
		for _, r := range []record.Record{domain, list, trunk} {
			r.Header().Account = a.ID
			if err := tx.Create(r); err != nil {
				return err
			}
		}
		attachment, credential := record.NewAttachment(), record.NewCredential()
		attachment.Account, attachment.Domain, attachment.List = a.ID, domain.ID, list.ID
		credential.ID = record.NewID(record.KindCredential, tx.Now())
		credential.Account, credential.List, credential.Username = a.ID, list.ID, "ann"
		credential.PasswordSealed = d.store.Seal(credential.ID, store.FieldPassword, helpPassword)
		if err := tx.Create(attachment); err != nil {
			return err
		}
		return tx.Create(credential)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestHelpBeforeTheDisk: while the store commits nothing, a call for help reaches the carrier,
// is answered and heard; what is to be told of it is written when the store moves again.
func TestHelpBeforeTheDisk(t *testing.T) {
	d := runDaemon(t)
	proxy := d.listeners().SIP.UDP[0]
	carrier := peer.StartHandset(t, peer.Account{User: "carrier", Password: "x", Domain: helpDomain, Proxy: proxy})
	account := expectHelp(t, d, carrier.Addr())
	phone := peer.StartHandset(t, peer.Account{User: "ann", Password: helpPassword, Domain: helpDomain, Proxy: proxy})

	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- d.store.UpdateUrgent(context.WithoutCancel(t.Context()), func(*store.Tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	written := func() []*record.EmergencyCall {
		page, err := d.store.EmergencyCalls(store.EmergencyQuery{Account: account})
		if err != nil {
			t.Fatal(err)
		}
		return page.Items
	}
	call := phone.Dial(t, "911")
	in := carrier.Calls.Await(t, "INVITE", func(*peer.PhoneCall) bool { return true })
	in.Answer(t)
	call.Await(t, 200)
	call.Tone(450)
	in.Hears(t, 450)
	if list := written(); len(list) != 0 {
		t.Errorf("written before the store moves: %+v", list)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	poll(t, "the record of the call", func() bool {
		list := written()
		return len(list) == 1 && list[0].Outcome == record.EmergencyAnswered && list[0].Mailed("desk@"+helpDomain, record.StageStarted)
	})
	call.Hangup(t)
	in.AwaitRequest(t, "BYE")
}
