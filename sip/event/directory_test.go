package event

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

// office is an account with two phones of one user, a line of nobody's and a group.
type office struct {
	Records
	account, group, credential record.ID
	user, queue                record.ID
}

func newOffice(t *testing.T) *office {
	t.Helper()
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	o := &office{Records: Records{st}}
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		a := record.NewAccount()
		a.Name, a.Email, a.VoicemailNumber = "Acme", "owner@example.com", "*98"
		d := record.NewDomain()
		d.Domain = "pbx.example.com"
		list := record.NewCredentialList()
		list.Name = "phones"
		u := record.NewUser()
		u.Name, u.Email = "Alice", "alice@example.com"
		if err := tx.Create(a); err != nil {
			return err
		}
		create := func(r record.Record) error {
			r.Header().Account = a.ID
			return tx.Create(r)
		}
		for _, r := range []record.Record{d, list, u} {
			if err := create(r); err != nil {
				return err
			}
		}
		at := record.NewAttachment()
		at.Domain, at.List = d.ID, list.ID
		if err := create(at); err != nil {
			return err
		}
		var devices []record.ID
		for i, name := range []string{"Alice1", "alice2", "door"} {
			c := record.NewCredential()
			c.ID, c.Username, c.List = record.NewID(record.KindCredential, tx.Now()), name, list.ID
			c.PasswordSealed = st.Seal(c.ID, store.FieldPassword, "Correct7Horse9Battery")
			dev := record.NewDevice()
			dev.Type, dev.MAC = record.Deskphone, fmt.Sprintf("80:5e:c0:00:00:%02x", i)
			line := record.Line{Credential: c.ID, Domain: d.ID}
			if name != "door" {
				line.User = u.ID
			}
			for _, r := range []record.Record{c, dev} {
				if r == dev {
					dev.Lines = []record.Line{line}
				}
				if err := create(r); err != nil {
					return err
				}
			}
			devices, o.credential = append(devices, dev.ID), c.ID
		}
		g := record.NewRingGroup()
		g.Name, g.Members = "Sales", []record.Target{{Type: record.TargetUser, ID: u.ID}}
		if err := create(g); err != nil {
			return err
		}
		q := record.NewCallQueue()
		q.Name, q.Members = "Support", []record.QueueMember{{User: u.ID}}
		if err := create(q); err != nil {
			return err
		}
		o.user, o.queue = u.ID, q.ID
		for number, target := range map[string]record.Target{
			"1001": {Type: record.TargetUser, ID: u.ID}, "1009": {Type: record.TargetDeviceLine, ID: devices[2], Line: 1},
			"1500": {Type: record.TargetRingGroup, ID: g.ID}, "1800": {Type: record.TargetCallQueue, ID: q.ID}, "1700": {Type: record.TargetPark, First: 5, Last: 6},
		} {
			e := record.NewExtension()
			e.Number, e.Target = number, target
			if err := create(e); err != nil {
				return err
			}
			if number == "1500" {
				o.group = e.ID
			}
		}
		o.account = a.ID

		other := record.NewAccount()
		other.Name, other.Email = "Other", "owner@example.org"
		if err := tx.Create(other); err != nil {
			return err
		}
		foreign := record.NewDomain()
		foreign.Account, foreign.Domain = other.ID, "pbx.example.org"
		return tx.Create(foreign)
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestResolve(t *testing.T) {
	o := newOffice(t)
	const domain = "pbx.example.com"
	for _, tt := range []struct {
		name, host string
		account    record.ID
		want       *Resource
	}{
		{"1001", domain, o.account, &Resource{Name: "Alice", Voicemail: "*98", Sources: []Source{"line:alice1@pbx.example.com", "line:alice2@pbx.example.com"}}},
		{"1009", domain, o.account, &Resource{Voicemail: "*98", Sources: []Source{"line:door@pbx.example.com"}}},
		{"1500", domain, o.account, &Resource{Voicemail: "*98", Sources: []Source{Extension(o.group)}}},
		{"alice1", domain, o.account, &Resource{Voicemail: "*98", Sources: []Source{"line:alice1@pbx.example.com"}}},
		{"*98", domain, o.account, &Resource{Voicemail: "*98"}},
		{"*97", domain, o.account, &Resource{Voicemail: "*98"}},
		{"*687", domain, o.account, &Resource{Voicemail: "*98", Sources: []Source{Park(o.account, 7)}}},
		{"*6899", domain, o.account, &Resource{Voicemail: "*98", Sources: []Source{Park(o.account, 99)}}},
		{"*680", domain, o.account, nil},
		{"*68100", domain, o.account, nil},
		{"*68", domain, o.account, nil},
		{"*68+1", domain, o.account, nil},
		{"1700", domain, o.account, &Resource{Voicemail: "*98", Sources: []Source{Park(o.account, 5), Park(o.account, 6)}}},
		{"1800", domain, o.account, &Resource{Name: "Support", Voicemail: "*98", Sources: []Source{Queue(o.queue)}}},
		{"*451800*1001", domain, o.account, &Resource{
			Name: "Alice", Voicemail: "*98", Sources: []Source{agentSource(o.queue, o.user)}, Standing: Confirmed,
		}},
		{"*451800*1009", domain, o.account, nil},
		{"*451800*4711", domain, o.account, nil},
		{"*451500*1001", domain, o.account, nil},
		{"*451800", domain, o.account, nil},
		{"*45", domain, o.account, nil},
		{"1001", "192.0.2.1", o.account, &Resource{Name: "Alice", Voicemail: "*98", Sources: []Source{"line:alice1@pbx.example.com", "line:alice2@pbx.example.com"}}},
		{"1001", "pbx.example.org", o.account, nil},
		{"1001", domain, "acct_none", nil},
		{"4711", domain, o.account, nil},
		{"", domain, o.account, nil},
	} {
		got, ok := o.Resolve(tt.account, tt.name, tt.host)
		if ok != (tt.want != nil) {
			t.Errorf("%s@%s: %v", tt.name, tt.host, ok)
			continue
		}
		if tt.want != nil {
			if diff := cmp.Diff(*tt.want, got); diff != "" {
				t.Errorf("%s@%s: %s", tt.name, tt.host, diff)
			}
		}
	}
}

func TestAllowed(t *testing.T) {
	o := newOffice(t)
	now := time.Now()
	if !o.Allowed(o.account, "door@pbx.example.com", now) {
		t.Error("a credential of the account's is not allowed")
	}
	for _, aor := range []string{"nobody@pbx.example.com", "door@pbx.example.org", "door", ""} {
		if o.Allowed(o.account, aor, now) {
			t.Errorf("%q is allowed", aor)
		}
	}
	if o.Allowed("acct_other", "door@pbx.example.com", now) {
		t.Error("allowed in another account")
	}
	err := o.Store.Update(t.Context(), func(tx *store.Tx) error {
		c, err := store.Load[*record.Credential](tx, o.credential)
		if err != nil {
			return err
		}
		c.Enabled = false
		return tx.Replace(c, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	if o.Allowed(o.account, "door@pbx.example.com", now) {
		t.Error("a disabled credential is allowed")
	}
}

// The lamp of an agent is what he has switched on, which a restart does not change.
func TestAgentLamp(t *testing.T) {
	o := newOffice(t)
	for state, want := range map[string]State{
		record.AgentPaused: Early, record.AgentLoggedOut: Terminated, record.AgentAvailable: Confirmed,
	} {
		err := o.Store.Update(t.Context(), func(tx *store.Tx) error {
			_, _, err := tx.SetQueueAgent(o.queue, o.user, store.AgentState{State: state})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := o.Resolve(o.account, "*451800*1001", "pbx.example.com"); !ok || got.Standing != want {
			t.Errorf("%s: lamp %v, %v; want %v", state, got.Standing, ok, want)
		}
	}
}
