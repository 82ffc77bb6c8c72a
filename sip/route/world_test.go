package route_test

import (
	"time"

	"dialtone/sip/route"
	"dialtone/store/record"
)

// world is a directory in maps.
type world struct {
	accounts   map[record.ID]*record.Account
	users      map[record.ID]*record.User
	devices    map[record.ID]*record.Device
	locations  map[record.ID]*record.Location
	groups     map[record.ID]*record.RingGroup
	queues     map[record.ID]*record.CallQueue
	schedules  map[record.ID]*record.Schedule
	extensions []*record.Extension
	numbers    []*record.Number
	trunks     []*record.ProviderAccount
	deviceIDs  []record.ID
}

func (w *world) Account(id record.ID) *record.Account     { return w.accounts[id] }
func (w *world) User(id record.ID) *record.User           { return w.users[id] }
func (w *world) Device(id record.ID) *record.Device       { return w.devices[id] }
func (w *world) Location(id record.ID) *record.Location   { return w.locations[id] }
func (w *world) RingGroup(id record.ID) *record.RingGroup { return w.groups[id] }
func (w *world) CallQueue(id record.ID) *record.CallQueue { return w.queues[id] }
func (w *world) Schedule(id record.ID) *record.Schedule   { return w.schedules[id] }

func (w *world) Extension(account record.ID, number string) *record.Extension {
	for _, e := range w.extensions {
		if e.Account == account && e.Number == number {
			return e
		}
	}
	return nil
}

func (w *world) ExtensionByID(id record.ID) *record.Extension {
	for _, e := range w.extensions {
		if e.ID == id {
			return e
		}
	}
	return nil
}

func (w *world) Extensions(account record.ID, target record.Target) (list []*record.Extension) {
	for _, e := range w.extensions {
		if e.Account == account && e.Target == target {
			list = append(list, e)
		}
	}
	return list
}

func (w *world) Number(e164 string) *record.Number {
	for _, n := range w.numbers {
		if n.Number == e164 {
			return n
		}
	}
	return nil
}

func (w *world) NumberByID(id record.ID) *record.Number {
	for _, n := range w.numbers {
		if n.ID == id {
			return n
		}
	}
	return nil
}

func (w *world) NumberOf(trunk record.ID) *record.Number {
	for _, n := range w.numbers {
		if n.ProviderAccount == trunk && n.OutboundEnabled {
			return n
		}
	}
	return nil
}

func (w *world) Line(credential record.ID) (route.Line, bool) {
	for _, id := range w.deviceIDs {
		d := w.devices[id]
		for i := range d.Lines {
			if d.Lines[i].Credential == credential {
				return route.Line{Device: d, Line: &d.Lines[i], AOR: string(credential) + "@office.test"}, true
			}
		}
	}
	return route.Line{}, false
}

func (w *world) Lines(user record.ID) (list []route.Line) {
	for _, id := range w.deviceIDs {
		d := w.devices[id]
		for i := range d.Lines {
			if d.Lines[i].User == user {
				list = append(list, route.Line{Device: d, Line: &d.Lines[i], AOR: string(d.Lines[i].Credential) + "@office.test"})
			}
		}
	}
	return list
}

func (w *world) ProviderAccount(id record.ID) *record.ProviderAccount {
	for _, t := range w.trunks {
		if t.ID == id {
			return t
		}
	}
	return nil
}

func (w *world) ProviderAccounts(account record.ID) (list []*record.ProviderAccount) {
	for _, t := range w.trunks {
		if t.Account == account {
			list = append(list, t)
		}
	}
	return list
}

const (
	office  record.ID = "acct_office"
	other   record.ID = "acct_other"
	paris   record.ID = "acct_paris"
	mainNum           = "+12125550100"
	annNum            = "+12125550101"
	salesNo           = "+12125550102"
)

var noon = time.Date(2026, 3, 4, 17, 0, 0, 0, time.UTC) // a Wednesday, noon in New York

// newWorld is an office with three users — ann (two lines), bob and eve — a group, a credential on no line ("loose"),
// two trunks, and two more accounts, one of them in Paris.
func newWorld() *world {
	w := &world{
		accounts: map[record.ID]*record.Account{}, users: map[record.ID]*record.User{}, devices: map[record.ID]*record.Device{},
		locations: map[record.ID]*record.Location{}, groups: map[record.ID]*record.RingGroup{}, schedules: map[record.ID]*record.Schedule{},
	}
	for id, region := range map[record.ID]string{office: "US", other: "US", paris: "FR"} {
		a := record.NewAccount()
		a.ID, a.Region = id, region
		w.accounts[id] = a
	}
	w.accounts[office].DefaultOutboundNumber = "num_main"
	w.accounts[office].VoicemailNumber = "+12125550199"
	for _, name := range []record.ID{"ann", "bob", "eve", "zoe"} {
		u := record.NewUser()
		u.ID, u.Account, u.Name = "user_"+name, office, string(name)
		w.users[u.ID] = u
		w.extension("10"+map[record.ID]string{"ann": "01", "bob": "02", "eve": "03", "zoe": "04"}[name], record.Target{Type: record.TargetUser, ID: u.ID})
	}
	w.device("dev_ann", office, record.Line{Line: 1, Credential: "ann1", User: "user_ann"}, record.Line{Line: 2, Credential: "ann2", User: "user_ann"})
	w.device("dev_bob", office, record.Line{Line: 1, Credential: "bob1", User: "user_bob"})
	w.device("dev_eve", office, record.Line{Line: 1, Credential: "eve1", User: "user_eve"})
	w.device("dev_hall", office, record.Line{Line: 1, Credential: "hall", Label: "Hall"})
	w.device("dev_paris", paris, record.Line{Line: 1, Credential: "paris1"})
	w.extension("1009", record.Target{Type: record.TargetDeviceLine, ID: "dev_hall", Line: 1})
	w.extension("2000", record.Target{Type: record.TargetRingGroup, ID: "rg_sales"})
	w.extension("3000", record.Target{Type: record.TargetExternal, Number: "+13125550177"})
	w.extension("3001", record.Target{Type: record.TargetCallQueue, ID: "qu_1"})
	w.extension("3002", record.Target{Type: record.TargetCallQueue, ID: "qu_gone"})
	w.extension("6801", record.Target{Type: record.TargetPark, First: 1, Last: 1})
	w.extension("6805", record.Target{Type: record.TargetPark, First: 5, Last: 9})
	w.extension("1999", record.Target{Type: record.TargetUser, ID: "user_ann"}).Status = record.Inactive
	g := record.NewRingGroup()
	g.ID, g.Account, g.Name = "rg_sales", office, "Sales"
	g.Members = []record.Target{
		{Type: record.TargetUser, ID: "user_ann"},
		{Type: record.TargetUser, ID: "user_bob"},
		{Type: record.TargetExternal, Number: "+13125550188"},
	}
	w.groups[g.ID] = g
	q := record.NewCallQueue()
	q.ID, q.Account, q.Name = "qu_1", office, "Support"
	q.Members = []record.QueueMember{{User: "user_ann"}, {User: "user_gone"}, {User: "user_eve", Penalty: 1}}
	w.queues = map[record.ID]*record.CallQueue{q.ID: q}
	w.trunk("prva_a", office)
	w.trunk("prva_b", office).Trunk.Emergency = true
	w.trunk("prva_o", other)
	w.trunk("prva_p", paris)
	w.number("num_main", office, mainNum, &record.Target{Type: record.TargetRingGroup, ID: "rg_sales"})
	w.number("num_ann", office, annNum, &record.Target{Type: record.TargetUser, ID: "user_ann"})
	w.number("num_sales", office, salesNo, nil)
	w.number("num_other", other, "+12125550900", nil)
	w.number("num_paris", paris, "+33142685300", &record.Target{Type: record.TargetDeviceLine, ID: "dev_paris", Line: 1})
	return w
}

func (w *world) extension(number string, t record.Target) *record.Extension {
	e := record.NewExtension()
	e.ID, e.Account, e.Number, e.Target = record.ID("ext_"+number), office, number, t
	w.extensions = append(w.extensions, e)
	return e
}

func (w *world) device(id, account record.ID, lines ...record.Line) *record.Device {
	d := record.NewDevice()
	d.ID, d.Account, d.Type, d.Lines = id, account, record.Deskphone, lines
	w.devices[id] = d
	w.deviceIDs = append(w.deviceIDs, id)
	return d
}

func (w *world) trunk(id, account record.ID) *record.ProviderAccount {
	t := record.NewProviderAccount()
	t.ID, t.Account, t.Name = id, account, string(id)
	t.Trunk.NumberFormat = record.FormatE164
	w.trunks = append(w.trunks, t)
	return t
}

func (w *world) number(id, account record.ID, e164 string, target *record.Target) *record.Number {
	n := record.NewNumber()
	n.ID, n.Account, n.Number, n.Target = id, account, e164, target
	w.numbers = append(w.numbers, n)
	return n
}

func phone(credential record.ID) route.Caller {
	if credential == "paris1" {
		return route.Caller{Account: paris, Credential: credential}
	}
	return route.Caller{Account: office, Credential: credential}
}

func rule(destination string) *record.ForwardRule {
	return &record.ForwardRule{Enabled: true, Destination: destination}
}
