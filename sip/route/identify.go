package route

import (
	"cmp"
	"strings"

	"dialtone/store/record"
)

// identify finds out who the phone is that calls.
func (r *router) identify(c Caller) {
	id := Identity{Credential: c.Credential, Private: c.Private}
	if line, ok := r.dir.Line(c.Credential); ok && c.Credential != "" {
		id.Device, id.Line, id.User = line.Device.ID, line.Line.Line, line.Line.User
		id.Name = cmp.Or(line.Line.Label, line.AOR)
		id.Location = r.deviceLocation(line.Device)
		r.describe(&id)
	}
	if id.Location == "" && r.account != nil {
		id.Location = r.account.MainLocation
	}
	r.d.From, r.d.Shown = id, id
	if c.Behalf != nil {
		r.d.Shown = *c.Behalf
		r.d.Shown.Private = r.d.Shown.Private || c.Private
	}
}

// describe fills in what the line's user adds: name, location, extension.
func (r *router) describe(id *Identity) {
	u := r.dir.User(id.User)
	if id.User == "" || u == nil {
		id.Extension = lowest(r.dir.Extensions(r.d.Account, record.Target{Type: record.TargetDeviceLine, ID: id.Device, Line: id.Line}))
		return
	}
	id.Name = u.Name
	id.Location = cmp.Or(id.Location, u.Location)
	id.Extension = r.userExtension(u)
	if id.Extension == "" {
		id.Extension = lowest(r.dir.Extensions(r.d.Account, record.Target{Type: record.TargetDeviceLine, ID: id.Device, Line: id.Line}))
	}
}

// userExtension is the primary extension if it is active, else the lowest active one.
func (r *router) userExtension(u *record.User) string {
	if u.PrimaryExtension != "" {
		if e := r.dir.ExtensionByID(u.PrimaryExtension); e != nil && e.Status == record.Active {
			return e.Number
		}
	}
	return lowest(r.dir.Extensions(r.d.Account, record.Target{Type: record.TargetUser, ID: u.ID}))
}

func lowest(list []*record.Extension) string {
	low := ""
	for _, e := range list {
		if e.Status != record.Active {
			continue
		}
		if low == "" || cmp.Or(cmp.Compare(len(e.Number), len(low)), cmp.Compare(e.Number, low)) < 0 {
			low = e.Number
		}
	}
	return low
}

// deviceLocation is the device's location; a handset has its base's, where that has one.
func (r *router) deviceLocation(d *record.Device) record.ID {
	if d.Base != "" {
		if base := r.dir.Device(d.Base); base != nil && base.Location != "" {
			return base.Location
		}
	}
	return d.Location
}

// unknownNumbers are user parts carriers write for a number they withhold.
var unknownNumbers = []string{"anonymous", "restricted", "unavailable", "unknown", "private", "withheld"}

// outsider is a trunk's caller, whose number is read by the rules of the account's region.
func (r *router) outsider(c Caller, trunk record.ID) Identity {
	id := Identity{Trunk: trunk, Name: c.Name, Private: c.Private}
	digits, ok := clean(c.Number)
	if !ok {
		for _, word := range unknownNumbers {
			id.Private = id.Private || strings.EqualFold(c.Number, word)
		}
		return id
	}
	id.Number = digits
	if number, form := normal(r.account.Region, digits); form == formNumber {
		id.Number = number
	} else if number, form := worldwide("+" + digits); form == formNumber && digits[0] != '+' {
		id.Number = number
	}
	return id
}
