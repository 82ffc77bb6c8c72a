package admin

import (
	"slices"
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

func deviceFilters() []parameter {
	return []parameter{
		{name: "text", doc: "Only devices with this in their name, model, vendor, MAC, IPEI or last address, or in the name or e-mail of a line's user."},
		{name: "mac", doc: "Only the device with this hardware address."},
		{name: "type", doc: "Only devices of this type."},
		{name: "status", doc: "Only devices with this status, pending-sync or provisioned."},
		{name: "registration", doc: "Only devices that are registered or not_registered."},
		{name: "drift", doc: "Only devices whose configuration is (true) or is not (false) another than they last fetched."},
		{name: "location", doc: "Only devices at this location; none for those without one. A handset is where its base is."},
		{name: "base", doc: "Only handsets of this base."},
		{name: "button_template", doc: "Only devices with this button template; none for those without one."},
	}
}

// nowhere asks for devices that lack what is filtered by.
const nowhere = "none"

func matchDevice(c *call, q *query) func(*store.View, *record.Device) bool {
	kind := q.oneOf("type", record.Deskphone, record.DECTBase, record.DECTHandset, record.Softphone)
	status := q.oneOf("status", statusPending, statusProvisioned)
	location, template, base := q.text("location"), q.text("button_template"), q.text("base")
	mac, err := record.ParseMAC(q.text("mac"))
	if q.text("mac") != "" && err != nil {
		q.problems.Add("mac", record.CodeInvalid, "%s", err)
	}
	live, drift, search := c.matchRegistration(q), c.matchDrift(q), matchText(q.text("text"))
	return func(v *store.View, d *record.Device) bool {
		return (kind == "" || d.Type == kind) && refersTo(locationOf(v, d), location) && refersTo(d.ButtonTemplate, template) &&
			(base == "" || string(d.Base) == base) &&
			(q.text("mac") == "" || d.MAC == mac.String()) && (status == "" || statusOf(v.State(d.ID)) == status) &&
			search(v, d) && live(v, d) && drift(v, d)
	}
}

func refersTo(id record.ID, wanted string) bool {
	return wanted == "" || string(id) == wanted || wanted == nowhere && id == ""
}

// locationOf is a handset's base's.
func locationOf(v *store.View, d *record.Device) record.ID {
	if base, ok := store.Get[*record.Device](v, d.Base); ok {
		return base.Location
	}
	return d.Location
}

func anyDevice(*store.View, *record.Device) bool { return true }

// matchRegistration looks at the registrations once, before the devices are looked at.
func (c *call) matchRegistration(q *query) func(*store.View, *record.Device) bool {
	wanted := q.oneOf("registration", registered, notRegistered)
	if wanted == "" || c.server.Registrations == nil {
		return anyDevice
	}
	live := map[record.ID]bool{}
	for _, r := range c.server.Registrations.ByAccount(c.account) {
		live[r.Credential] = true
	}
	return func(v *store.View, d *record.Device) bool {
		is := slices.ContainsFunc(linesOf(v, d), func(l record.Line) bool { return live[l.Credential] })
		return is == (wanted == registered)
	}
}

// linesOf are a device's lines; a base's are those of its handsets.
func linesOf(v *store.View, d *record.Device) []record.Line {
	if d.Type != record.DECTBase {
		return d.Lines
	}
	var lines []record.Line
	for _, h := range v.Handsets(d.ID) {
		lines = append(lines, h.Lines...)
	}
	return lines
}

// matchDrift finds the devices that have fetched another file than they would now, before the devices are looked at:
// rendering takes a view of its own.
func (c *call) matchDrift(q *query) func(*store.View, *record.Device) bool {
	wanted := q.oneOf("drift", "true", "false")
	if wanted == "" || c.server.Hashes == nil {
		return anyDevice
	}
	fetched := map[record.ID]uint64{}
	c.view(func(v *store.View) {
		store.Each(v, c.account, func(d *record.Device) bool {
			if s := v.State(d.ID); s != nil && s.FetchedHash != 0 {
				fetched[d.ID] = s.FetchedHash
			}
			return true
		})
	})
	drifted := map[record.ID]bool{}
	for id, hash := range fetched {
		now, has := c.server.Hashes.Hash(id)
		drifted[id] = has && now != hash
	}
	return func(_ *store.View, d *record.Device) bool { return drifted[d.ID] == (wanted == "true") }
}

// matchText looks for a text as a person types it: in any case, a MAC with any separators.
func matchText(text string) func(*store.View, *record.Device) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return anyDevice
	}
	bare := strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(text)
	in := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return func(v *store.View, d *record.Device) bool {
		if in(d.Name) || in(d.Model) || in(d.Vendor) || in(d.IPEI) ||
			bare != "" && strings.Contains(strings.ReplaceAll(d.MAC, ":", ""), bare) {
			return true
		}
		if s := v.State(d.ID); s != nil && strings.Contains(s.LastIP, text) {
			return true
		}
		return slices.ContainsFunc(d.Lines, func(l record.Line) bool {
			u, ok := store.Get[*record.User](v, l.User)
			return ok && (in(u.Name) || in(u.Email)) || in(l.Label)
		})
	}
}
