package call

import (
	"strings"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// directory is what routing knows, from the store's index as of one moment.
type directory struct{ v *store.View }

func get[T record.Record](v *store.View, id record.ID) T {
	r, _ := store.Get[T](v, id)
	return r
}

func (d directory) Account(id record.ID) *record.Account   { return get[*record.Account](d.v, id) }
func (d directory) User(id record.ID) *record.User         { return get[*record.User](d.v, id) }
func (d directory) Device(id record.ID) *record.Device     { return get[*record.Device](d.v, id) }
func (d directory) Location(id record.ID) *record.Location { return get[*record.Location](d.v, id) }
func (d directory) RingGroup(id record.ID) *record.RingGroup {
	return get[*record.RingGroup](d.v, id)
}

func (d directory) CallQueue(id record.ID) *record.CallQueue {
	return get[*record.CallQueue](d.v, id)
}
func (d directory) Schedule(id record.ID) *record.Schedule { return get[*record.Schedule](d.v, id) }

func (d directory) Extension(account record.ID, number string) *record.Extension {
	e, _ := d.v.ExtensionByNumber(account, number)
	return e
}

func (d directory) ExtensionByID(id record.ID) *record.Extension {
	return get[*record.Extension](d.v, id)
}

func (d directory) Extensions(account record.ID, target record.Target) []*record.Extension {
	var list []*record.Extension
	for _, e := range d.v.ExtensionsOf(target.ID) {
		if e.Account == account && e.Target == target {
			list = append(list, e)
		}
	}
	return list
}

func (d directory) Number(e164 string) *record.Number {
	n, _ := d.v.Number(e164)
	return n
}

func (d directory) NumberByID(id record.ID) *record.Number { return get[*record.Number](d.v, id) }

func (d directory) NumberOf(trunk record.ID) *record.Number {
	p := get[*record.ProviderAccount](d.v, trunk)
	if p == nil {
		return nil
	}
	var found *record.Number
	store.Each(d.v, p.Account, func(n *record.Number) bool {
		if n.ProviderAccount == trunk && n.OutboundEnabled {
			found = n
		}
		return found == nil
	})
	return found
}

func (d directory) Line(credential record.ID) (route.Line, bool) {
	ref, ok := d.v.Line(credential)
	if !ok {
		return route.Line{}, false
	}
	l, ok := d.v.DeviceLine(ref.Device.ID, ref.Line)
	if !ok {
		return route.Line{}, false
	}
	return asLine(&l), true
}

func (d directory) Lines(user record.ID) []route.Line {
	found := d.v.LinesOf(user)
	list := make([]route.Line, len(found))
	for i := range found {
		list[i] = asLine(&found[i])
	}
	return list
}

func asLine(l *store.UserLine) route.Line {
	line := l.Line
	return route.Line{Device: l.Device, Line: &line, AOR: strings.ToLower(l.AOR())}
}

func (d directory) ProviderAccount(id record.ID) *record.ProviderAccount {
	return get[*record.ProviderAccount](d.v, id)
}

func (d directory) ProviderAccounts(account record.ID) []*record.ProviderAccount {
	return d.v.ProviderAccounts(account)
}
