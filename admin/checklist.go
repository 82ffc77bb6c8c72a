package admin

import (
	"net/http"
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

// checkView is one thing to do before an account's telephones can be relied on.
type checkView struct {
	Key    string `json:"key" doc:"domain, list, phone, location, recipients, trunk or test_call."`
	Done   bool   `json:"done" doc:"Whether it is done."`
	Detail string `json:"detail" doc:"What is there or what is missing, in a few words."`
}

func checklistOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/v1/accounts/{account}/checklist", event: "account.checklist", scope: record.ScopeRead,
		summary: "Tells what is left to do in a new account, from how things stand now.",
		answer:  typeOf[checkView](), list: true, status: http.StatusOK, handle: handleChecklist,
	}}
}

func handleChecklist(c *call) (*answer, error) {
	q := c.query()
	_ = q.limit() // there are fewer than any limit
	q.cursor(func(string) bool { return false })
	if err := q.err(); err != nil {
		return nil, err
	}
	tests, err := c.server.Store.EmergencyTests(c.account)
	if err != nil {
		return nil, err
	}
	registered := map[record.ID]bool{}
	if c.server.Registrations != nil {
		for _, r := range c.server.Registrations.ByAccount(c.account) {
			registered[r.Credential] = true
		}
	}
	var list []checkView
	add := func(key string, done bool, detail string) { list = append(list, checkView{key, done, detail}) }
	c.view(func(v *store.View) {
		add("domain", store.Count[*record.Domain](v, c.account) > 0, firstName(v, c.account, func(d *record.Domain) string { return d.Domain }))
		name, attached := attachedList(v, c.account)
		add("list", attached, name)
		phone, boots := firstPhone(v, c.account, registered)
		add("phone", boots, phone)
		add("location", located(v, c.account), firstName(v, c.account, func(l *record.Location) string { return l.Name }))
		add("recipients", len(recipients(v, c.account)) > 0, strings.Join(recipients(v, c.account), ", "))
		trunk := firstTrunk(v, c.account)
		add("trunk", trunk != "", trunk)
		device, tested := firstTested(v, tests)
		add("test_call", tested, device)
	})
	return ok(page{Data: list}), nil
}

// firstName is the name of an account's oldest record of a kind, "" without one.
func firstName[T record.Record](v *store.View, account record.ID, name func(T) string) (first string) {
	store.Each(v, account, func(r T) bool {
		first = name(r)
		return false
	})
	return first
}

// attachedList finds a list with credentials that is attached to a domain; without one it
// names the list there is.
func attachedList(v *store.View, account record.ID) (name string, attached bool) {
	store.Each(v, account, func(l *record.CredentialList) bool {
		if name == "" {
			name = l.Name
		}
		if store.Count[*record.Credential](v, l.ID) > 0 && len(v.Attachments(l.ID)) > 0 {
			name, attached = l.Name, true
		}
		return !attached
	})
	return name, attached
}

// firstPhone finds a phone that is registered; without one it names the phone there is.
func firstPhone(v *store.View, account record.ID, registered map[record.ID]bool) (name string, found bool) {
	store.Each(v, account, func(d *record.Device) bool {
		if name == "" {
			name = deviceName(d)
		}
		for _, l := range d.Lines {
			if registered[l.Credential] {
				name, found = deviceName(d), true
			}
		}
		return !found
	})
	return name, found
}

func deviceName(d *record.Device) string {
	if d.Name != "" {
		return d.Name
	}
	return strings.TrimSpace(d.Model + " " + d.MAC + d.IPEI)
}

// located says whether there are locations and no phone of the account is without one: its
// own, its base's, or the account's.
func located(v *store.View, account record.ID) bool {
	if store.Count[*record.Location](v, account) == 0 {
		return false
	}
	if a, found := v.Account(account); found && a.MainLocation != "" {
		return true
	}
	all := true
	store.Each(v, account, func(d *record.Device) bool {
		at := d.Location
		if base, has := store.Get[*record.Device](v, d.Base); has {
			at = base.Location
		}
		all = at != ""
		return all
	})
	return all
}

// recipients are who is told of emergencies: the account's, and those of its locations.
func recipients(v *store.View, account record.ID) (list []string) {
	if a, found := v.Account(account); found {
		list = append(list, a.EmergencyRecipients...)
	}
	store.Each(v, account, func(l *record.Location) bool {
		list = append(list, l.EmergencyRecipients...)
		return true
	})
	return list[:min(len(list), maxRecipientsShown):min(len(list), maxRecipientsShown)]
}

// maxRecipientsShown bounds the recipients the checklist names.
const maxRecipientsShown = 5

// firstTrunk is the name of a carrier calls can go out through, "" without one.
func firstTrunk(v *store.View, account record.ID) (name string) {
	store.Each(v, account, func(a *record.ProviderAccount) bool {
		if a.Enabled && len(a.Trunk.Hosts) > 0 {
			name = a.Name
		}
		return name == ""
	})
	return name
}

// firstTested finds a device that is still there and has made a test call.
func firstTested(v *store.View, tests map[record.ID]record.EmergencyTest) (name string, found bool) {
	for id := range tests {
		if d, there := store.Get[*record.Device](v, id); there && (!found || deviceName(d) < name) {
			name, found = deviceName(d), true
		}
	}
	return name, found
}
