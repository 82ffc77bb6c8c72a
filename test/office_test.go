package test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
)

// office is an account as an administrator sets it up: two users with extensions,
// a domain, and for each user a credential and a phone with the same keys.
type office struct {
	d        *daemon
	path     string // /v1/accounts/<id>
	id       string
	number   int32
	domain   string // name
	domainID string
	url      string // provisioning URL, with a slash at its end
	location string
	list     string
	attached string // attachment
	template string
	phones   []*deskPhone

	recipients []string // of emergencies
}

// deskPhone is one phone of an office.
type deskPhone struct {
	id, mac, model, agent string
	user, extension       string // its owner
	username, password    string // SIP
}

// seat is a user with an extension and a phone.
type seat struct{ name, extension, model, agent string }

// seats are the office's two users.
var seats = []seat{
	{"Ada Front", "1001", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"},
	{"Ben Back", "1002", "T54W", "Yealink SIP-T54W 96.86.0.70 %s"},
}

// offices numbers them: MACs, domains and mail addresses are unique in a daemon.
var offices atomic.Int32

// newOffice sets an office up through the API.
func newOffice(t testing.TB, d *daemon) *office {
	t.Helper()
	n := offices.Add(1)
	account := d.create(t, "/v1/accounts", object{
		"name": fmt.Sprintf("Office %d", n), "email": fmt.Sprintf("it@office%d.example", n), "timezone": "America/New_York",
	})
	o := &office{d: d, number: n, id: account.id(), path: "/v1/accounts/" + account.id(), domain: fmt.Sprintf("sip.office%d.example", n)}
	o.location = d.create(t, o.path+"/locations", object{"name": "Head office", "address": object{
		"house_number": "350", "street": "5th", "street_suffix": "Ave", "city": "New York", "state": "NY", "zip": "10118", "country": "US",
	}}).id()
	domain := d.create(t, o.path+"/sip_domains", object{"domain": o.domain}).id()
	o.list = d.create(t, o.path+"/credential_lists", object{"name": "Phones"}).id()
	o.attached = d.create(t, o.path+"/credential_attachments", object{"domain": domain, "credential_list": o.list}).id()
	o.template = d.create(t, o.path+"/button_templates", object{"name": "Desk", "buttons": []object{
		{"position": 1, "type": "line"},
		{"position": 2, "type": "speed_dial", "label": "Reception", "target": object{"destination": "1001"}},
	}}).id()
	o.domainID = domain
	for _, seat := range seats {
		o.addSeat(t, seat)
	}
	o.url = d.create(t, o.path+"/provisioning/generate", nil).str("url")
	if o.url == "" {
		t.Fatal("no provisioning URL")
	}
	return o
}

// addSeat adds a user, an extension, a credential and a phone.
func (o *office) addSeat(t testing.TB, s seat) *deskPhone {
	t.Helper()
	p := &deskPhone{mac: fmt.Sprintf("80:5e:c0:%02x:%02x:%02x", o.number>>8, o.number&0xff, len(o.phones)+1), model: s.model, extension: s.extension}
	p.agent = fmt.Sprintf(s.agent, p.mac)
	p.user = o.d.create(t, o.path+"/users", object{
		"name": s.name, "email": fmt.Sprintf("u%s@office%d.example", s.extension, o.number), "location": o.location,
	}).id()
	o.d.create(t, o.path+"/extensions", object{"number": s.extension, "target": object{"type": "user", "id": p.user}})
	credential := o.credential(t, "desk"+s.extension)
	p.username, p.password = credential.str("username"), credential.str("password")
	p.id = o.d.create(t, o.path+"/devices", object{
		"type": "deskphone", "mac": p.mac, "model": p.model, "name": s.name, "location": o.location, "button_template": o.template,
		"lines": []object{{"credential": credential.id(), "domain": o.domainID, "user": p.user}},
	}).id()
	o.phones = append(o.phones, p)
	return p
}

// credential adds one to the office's list.
func (o *office) credential(t testing.TB, username string) object {
	t.Helper()
	return o.d.create(t, o.path+"/credential_lists/"+o.list+"/credentials", object{"username": username})
}

// device reads what the API says of a phone.
func (o *office) device(t testing.TB, p *deskPhone) object {
	t.Helper()
	return o.d.get(t, o.path+"/devices/"+p.id)
}

// awaitRegistered waits until the phone's user is among the registrations.
func (o *office) awaitRegistered(t testing.TB, p *deskPhone) object {
	t.Helper()
	var found object
	await(t, "registration of "+p.username, func() error {
		for _, r := range o.d.all(t, o.path+"/registrations") {
			if r.str("aor") == "sip:"+p.username+"@"+o.domain {
				found = r
				return nil
			}
		}
		return errors.New("not among the registrations")
	})
	return found
}
