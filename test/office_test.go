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
	domain   string // name
	url      string // provisioning URL, with a slash at its end
	location string
	list     string
	attached string // attachment
	template string
	phones   []*deskPhone
}

// deskPhone is one phone of an office.
type deskPhone struct {
	id, mac, model, agent string
	user                  string // its owner
	username, password    string // SIP
}

// seats are the office's two users.
var seats = []struct{ name, extension, model, agent string }{
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
	o := &office{d: d, id: account.id(), path: "/v1/accounts/" + account.id(), domain: fmt.Sprintf("sip.office%d.example", n)}
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
	for i, seat := range seats {
		p := &deskPhone{mac: fmt.Sprintf("80:5e:c0:%02x:%02x:%02x", n>>8, n&0xff, i+1), model: seat.model}
		p.agent = fmt.Sprintf(seat.agent, p.mac)
		p.user = d.create(t, o.path+"/users", object{
			"name": seat.name, "email": fmt.Sprintf("u%s@office%d.example", seat.extension, n), "location": o.location,
		}).id()
		d.create(t, o.path+"/extensions", object{"number": seat.extension, "target": object{"type": "user", "id": p.user}})
		credential := o.credential(t, "desk"+seat.extension)
		p.username, p.password = credential.str("username"), credential.str("password")
		p.id = d.create(t, o.path+"/devices", object{
			"type": "deskphone", "mac": p.mac, "model": p.model, "name": seat.name, "location": o.location, "button_template": o.template,
			"lines": []object{{"credential": credential.id(), "domain": domain, "user": p.user}},
		}).id()
		o.phones = append(o.phones, p)
	}
	o.url = d.create(t, o.path+"/provisioning/generate", nil).str("url")
	if o.url == "" {
		t.Fatal("no provisioning URL")
	}
	return o
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
