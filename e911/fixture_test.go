package e911

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dialtone/e911/number"
	"dialtone/internal/outbox"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

func TestMain(m *testing.M) {
	if dir := killDir(); dir != "" {
		die(dir)
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC)

// office is a directory of one of everything: Ann's phone in room 12-44 of the headquarters,
// a handset at a base, and a trunk.
type office struct {
	route.Directory
	account   *record.Account
	users     map[record.ID]*record.User
	devices   map[record.ID]*record.Device
	locations map[record.ID]*record.Location
	trunks    map[record.ID]*record.ProviderAccount
}

func (o *office) Account(record.ID) *record.Account                    { return o.account }
func (o *office) User(id record.ID) *record.User                       { return o.users[id] }
func (o *office) Device(id record.ID) *record.Device                   { return o.devices[id] }
func (o *office) Location(id record.ID) *record.Location               { return o.locations[id] }
func (o *office) ProviderAccount(id record.ID) *record.ProviderAccount { return o.trunks[id] }
func (o *office) Line(credential record.ID) (route.Line, bool) {
	return route.Line{AOR: string(credential) + "@pbx.example"}, credential != "loose"
}

func newOffice() *office {
	lat, lon := 41.88625, -87.6245
	o := &office{
		account: record.NewAccount(), users: map[record.ID]*record.User{}, devices: map[record.ID]*record.Device{},
		locations: map[record.ID]*record.Location{}, trunks: map[record.ID]*record.ProviderAccount{},
	}
	o.account.Name, o.account.Timezone = "Acme", "America/Chicago"
	o.account.EmergencyRecipients = []string{"desk@example.com", "Guard@example.com"}
	o.users["user_ann"] = &record.User{Name: "Ann"}
	o.devices["dev_ann"] = &record.Device{Name: "Ann's desk", Model: "T54W", MAC: "80:5e:c0:00:00:01", Location: "loc_hq"}
	o.devices["dev_base"] = &record.Device{Location: "loc_hq"}
	o.devices["dev_dect"] = &record.Device{IPEI: "0123456789", Base: "dev_base"}
	o.locations["loc_hq"] = &record.Location{
		Name: "Headquarters", Floor: "12", Room: "12-44", E911Status: record.E911Provisioned, CarrierReference: "loc-4711",
		EmergencyRecipients: []string{"guard@example.com", "floor12@example.com"},
		Address: record.Address{
			HouseNumber: "233", PreDir: "N", Street: "Michigan", StreetSuffix: "Ave", City: "Chicago", State: "IL", Zip: "60601", Country: "US",
			Latitude: &lat, Longitude: &lon,
		},
	}
	t := record.NewProviderAccount()
	t.ID, t.Name, t.Trunk.Emergency, t.Trunk.LocationConveyance = "prva_1", "Carrier", true, record.ConveyPIDFLO
	o.trunks[t.ID] = t
	return o
}

// decision is Ann's call to 911.
func decision(edit func(*route.Decision)) *route.Decision {
	d := &route.Decision{
		Kind: route.Emergency, Account: "acct_1", Direction: record.CallEmergency, Dialled: "9911", To: "911",
		From: route.Identity{Name: "Ann Arbor", Extension: "1001", User: "user_ann", Device: "dev_ann", Line: 1, Credential: "ann", Location: "loc_hq"},
		Emergency: &route.EmergencyCall{
			Class: number.Emergency, Number: "911", Region: "US", Callback: "+13125550100",
			Ways: []route.Way{{Trunk: "prva_1", Number: "911", Shown: route.CallerID{Number: "+13125550100"}}},
		},
	}
	if edit != nil {
		edit(d)
	}
	return d
}

// room is a service over a store of its own.
type room struct {
	*Service
	t      testing.TB
	dir    string
	office *office
	store  *store.Store
}

func open(t testing.TB, dir string) *room {
	t.Helper()
	st, err := store.Open(store.Config{Dir: filepath.Join(dir, "data"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, dir: dir, office: newOffice(), store: st}
	r.Service = Open(Config{
		Store: st, Slots: filepath.Join(dir, "slots"), Directory: func(fn func(route.Directory)) { fn(r.office) }, MailDomain: "dialtone.example",
		Log: slog.New(slog.DiscardHandler),
	})
	return r
}

func newRoom(t testing.TB) *room {
	r := open(t, t.TempDir())
	t.Cleanup(r.close)
	return r
}

func (r *room) close() {
	if err := r.Close(); err != nil {
		r.t.Error(err)
	}
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
}

// place is one call as the SIP side places it, up to the INVITE.
func (r *room) place(call string) {
	d := decision(nil)
	r.Began(call, d, "ann@pbx.example")
	r.Convey(call, &d.Emergency.Ways[0], r.office.trunks["prva_1"], false)
	r.Sent(call)
}

// settled waits for a call to fulfil a condition.
func (r *room) settled(what string, ok func(c *record.EmergencyCall) bool) *record.EmergencyCall {
	r.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		page, err := r.store.EmergencyCalls(store.EmergencyQuery{Account: "acct_1"})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, c := range page.Items {
			if ok(c) {
				return c
			}
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%s: not among %+v", what, page.Items)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// mailed waits for a stage's mails and gives those of all stages, by address and stage.
func (r *room) mailed(stage string) (*record.EmergencyCall, map[string]*outbox.Mail) {
	r.t.Helper()
	c := r.settled(stage, func(c *record.EmergencyCall) bool {
		for _, m := range c.Mails {
			if m.Stage == stage || len(m.Stage) > len(stage) && m.Stage[:len(stage)+1] == stage+"." {
				return true
			}
		}
		return false
	})
	mails := map[string]*outbox.Mail{}
	for _, m := range c.Mails {
		row, err := r.store.OutboxRow(c.Account, m.Row)
		if err != nil {
			r.t.Fatal(err)
		}
		mail, err := outbox.ReadMail(row)
		if err != nil {
			r.t.Fatal(err)
		}
		mails[m.Address+" "+m.Stage] = mail
	}
	return c, mails
}
