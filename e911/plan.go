package e911

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dialtone/e911/number"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// NewPlan is what is known of a call for help when it begins. The decision says where it
// goes, where the caller is and who is called back; what is missing is listed, and nothing
// missing makes the plan useless.
func NewPlan(dir route.Directory, d *route.Decision, now time.Time) *record.EmergencyCall {
	c := barePlan(d, now)
	c.Caller, c.Location = callerOf(dir, d), locationOf(dir, d)
	if a := dir.Account(d.Account); a != nil {
		c.AccountName, c.Timezone, c.Language = a.Name, a.Timezone, a.Language
		c.Recipients = recipientsOf(dir, a, c.Location.ID)
	}
	c.Missing = missingOf(dir, c, d)
	return c
}

// barePlan is what the decision alone says.
func barePlan(d *route.Decision, now time.Time) *record.EmergencyCall {
	c := &record.EmergencyCall{
		ID: record.NewEmergencyID(now), Account: d.Account, Dialled: d.Dialled, Number: d.To, StartedAt: now.UTC(),
		Outcome: record.EmergencyStarted, Caller: bareCaller(d),
	}
	if e := d.Emergency; e != nil {
		c.Test, c.Number, c.Region, c.CallbackNumber = e.Class == number.Test, e.Number, e.Region, e.Callback
	}
	return c
}

// bareCaller is who calls, as the decision says.
func bareCaller(d *route.Decision) record.EmergencyCaller {
	f := &d.From
	return record.EmergencyCaller{Name: f.Name, Extension: f.Extension, User: f.User, Device: f.Device, Line: f.Line, Credential: f.Credential}
}

// callerOf is who calls.
func callerOf(dir route.Directory, d *route.Decision) record.EmergencyCaller {
	c := bareCaller(d)
	if line, ok := dir.Line(c.Credential); ok && c.Credential != "" {
		c.AOR = line.AOR
	}
	if dev := dir.Device(c.Device); c.Device != "" && dev != nil {
		c.DeviceName, c.Model, c.MAC = dev.Name, dev.Model, cmp.Or(dev.MAC, dev.IPEI)
	}
	return c
}

// locationOf is where the caller is.
func locationOf(dir route.Directory, d *route.Decision) (l record.EmergencyLocation) {
	id := d.From.Location
	at := dir.Location(id)
	if id == "" || at == nil {
		return l
	}
	return record.EmergencyLocation{
		ID: id, Source: sourceOf(dir, d), Name: at.Name, Address: at.Address, Floor: at.Floor, Room: at.Room,
		Status: at.E911Status, Reference: at.CarrierReference,
	}
}

// sourceOf is whose location the decision took.
func sourceOf(dir route.Directory, d *route.Decision) string {
	id := d.From.Location
	if dev := dir.Device(d.From.Device); d.From.Device != "" && dev != nil {
		if base := dir.Device(dev.Base); dev.Base != "" && base != nil && base.Location == id {
			return record.LocationOfBase
		}
		if dev.Location == id {
			return record.LocationOfDevice
		}
	}
	if u := dir.User(d.From.User); d.From.User != "" && u != nil && u.Location == id {
		return record.LocationOfUser
	}
	return record.LocationOfAccount
}

// recipientsOf are the account's recipients and the location's, each once whatever the case:
// those who get mail, then the extensions whose phones get texts.
func recipientsOf(dir route.Directory, a *record.Account, location record.ID) (list []record.EmergencyRecipient) {
	add := func(address string, extension record.ID, source string) {
		i := slices.IndexFunc(list, func(r record.EmergencyRecipient) bool { return strings.EqualFold(r.Address, address) })
		switch {
		case i < 0:
			list = append(list, record.EmergencyRecipient{Address: address, Extension: extension, Source: source, Language: a.Language})
		case list[i].Source != source:
			list[i].Source = recipientOfBoth
		}
	}
	phones := func(extensions []record.ID, source string) {
		for _, id := range extensions {
			if e := dir.ExtensionByID(id); e != nil && e.Account == a.ID {
				add(e.Number, id, source)
			}
		}
	}
	var here record.Location
	if l := dir.Location(location); location != "" && l != nil {
		here = *l
	}
	for _, address := range a.EmergencyRecipients {
		add(address, "", recipientOfAccount)
	}
	for _, address := range here.EmergencyRecipients {
		add(address, "", recipientOfLocation)
	}
	phones(a.EmergencyExtensions, recipientOfAccount)
	phones(here.EmergencyExtensions, recipientOfLocation)
	return list
}

// Whose recipient somebody is.
const (
	recipientOfAccount  = "account"
	recipientOfLocation = "location"
	recipientOfBoth     = "both"
)

// missingOf lists what is not set up.
func missingOf(dir route.Directory, c *record.EmergencyCall, d *route.Decision) (list []string) {
	var ways []route.Way
	if d.Emergency != nil {
		ways = d.Emergency.Ways
	}
	capable, reference := false, false
	for i, w := range ways {
		t := dir.ProviderAccount(w.Trunk)
		if t == nil {
			continue
		}
		capable = capable || t.Enabled && t.Trunk.Emergency
		reference = reference || i == 0 && t.Trunk.LocationConveyance == record.ConveyReference
	}
	l := &c.Location
	for _, m := range []struct {
		missing bool
		name    string
	}{
		{l.ID == "", record.MissingLocation},
		{l.ID != "" && (l.Address.Street == "" || l.Address.City == ""), record.MissingAddress},
		{l.ID != "" && l.Floor == "" && l.Room == "" && l.Address.Unit == "", record.MissingRoom},
		{c.CallbackNumber == "", record.MissingCallback},
		{len(ways) == 0, record.MissingTrunk},
		{len(ways) > 0 && !capable, record.MissingCapable},
		{l.ID != "" && reference && l.Reference == "", record.MissingReference},
		{len(c.Recipients) == 0, record.MissingRecipients},
	} {
		if m.missing {
			list = append(list, m.name)
		}
	}
	return list
}
