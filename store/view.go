package store

import (
	"cmp"
	"slices"
	"time"

	"dialtone/store/record"
)

// View is the index as of one revision. It is valid only inside the function it
// was given to, which must not wait for anything, write, or ask for another View.
// The records it returns may be kept and must not be changed.
type View struct{ x *index }

// View runs fn on the index.
func (s *Store) View(fn func(v *View)) {
	s.index.mu.RLock()
	defer s.index.mu.RUnlock()
	fn(&s.view)
}

// Token is what a provisioning token opens.
type Token struct {
	Account record.ID
	// Device is set for a device's own token.
	Device record.ID
	// Old is a rotated token, or a device's own of before it was armed again; it opens
	// nothing from Expires on.
	Old     bool
	Expires time.Time
}

// Generation changes whenever a device's configuration may have changed.
type Generation struct{ Account, Platform uint64 }

// Get is the record with that identifier, of that kind.
func Get[T record.Record](v *View, id record.ID) (T, bool) {
	r, ok := v.x.records[id].(T)
	return r, ok
}

// List is up to limit records of one kind under a parent (the account; the list
// for credentials; "" for accounts), by identifier, beginning behind after.
func List[T record.Record](v *View, parent, after record.ID, limit int) []T {
	var zero T
	list := v.x.lists[listKey{parent, zero.Kind()}]
	if list == nil {
		return nil
	}
	i, found := list.search(after)
	if found {
		i++
	}
	rest := list.records[i:]
	out := make([]T, 0, min(limit, len(rest)))
	for _, r := range rest[:min(limit, len(rest))] {
		out = append(out, r.(T))
	}
	return out
}

// Each calls fn for the records of one kind under a parent until it returns false.
func Each[T record.Record](v *View, parent record.ID, fn func(T) bool) {
	var zero T
	list := v.x.lists[listKey{parent, zero.Kind()}]
	if list == nil {
		return
	}
	for _, r := range list.records {
		if !fn(r.(T)) {
			return
		}
	}
}

// Count is how many records of a kind are under a parent.
func Count[T record.Record](v *View, parent record.ID) int {
	var zero T
	if list := v.x.lists[listKey{parent, zero.Kind()}]; list != nil {
		return len(list.records)
	}
	return 0
}

// Revision is the revision the view shows.
func (v *View) Revision() uint64 { return v.x.revision }

// Platform is the daemon-wide record, nil before it is first written.
func (v *View) Platform() *record.Platform {
	var p *record.Platform
	Each(v, "", func(r *record.Platform) bool { p = r; return false })
	return p
}

// Generation is the account's configuration generation and the daemon's.
func (v *View) Generation(account record.ID) Generation {
	return Generation{Account: v.x.generation[account], Platform: v.x.generation[""]}
}

// Token is what a provisioning token's digest opens at now.
func (v *View) Token(d record.TokenDigest, now time.Time) (Token, bool) {
	t, ok := v.x.tokens[d]
	if ok && t.Old && !now.Before(t.Expires) {
		return Token{}, false
	}
	return t, ok
}

// APIKey is the key with that digest.
func (v *View) APIKey(d record.TokenDigest) (*record.APIKey, bool) {
	k, ok := v.x.apiKeys[d]
	return k, ok
}

// DeviceByMAC is the device with that hardware address.
func (v *View) DeviceByMAC(m record.MAC) (*record.Device, bool) {
	d, ok := v.x.macs[m]
	return d, ok
}

// State is what happened to a device, nil when nothing has.
func (v *View) State(device record.ID) *record.DeviceState { return v.x.states[device] }

// Domain is the SIP domain of that name (lower case).
func (v *View) Domain(name []byte) (*record.Domain, bool) {
	d, ok := v.x.sip.domains[string(name)]
	if !ok {
		return nil, false
	}
	return d.record, true
}

// SIPUser is the user of a domain; both in lower case. It allocates nothing.
func (v *View) SIPUser(domain, username []byte) (*SIPUser, bool) {
	d, ok := v.x.sip.domains[string(domain)]
	if !ok {
		return nil, false
	}
	u, ok := d.users[string(username)]
	return u, ok
}

// HasUsername tells whether any list of an account, attached or not, has a
// credential of that name (lower case).
func (v *View) HasUsername(account record.ID, name string) bool {
	return v.x.sip.names[accountName{account, name}] > 0
}

// Attachments are the attachments of a credential list.
func (v *View) Attachments(list record.ID) []*record.Attachment {
	return sorted(v.x.sip.attachments[list])
}

// Attached are the attachments of a domain.
func (v *View) Attached(domain record.ID) []*record.Attachment {
	return sorted(v.x.sip.attached[domain])
}

// Line is where a credential stands.
func (v *View) Line(credential record.ID) (LineRef, bool) {
	l, ok := v.x.sip.lines[credential]
	return l, ok
}

// Handsets are the handsets of a base, by slot.
func (v *View) Handsets(base record.ID) []*record.Device {
	list := sorted(v.x.sip.handsets[base])
	slices.SortStableFunc(list, func(a, b *record.Device) int { return cmp.Compare(a.Slot, b.Slot) })
	return list
}

func sorted[T record.Record](m map[record.ID]T) []T {
	list := make([]T, 0, len(m))
	for _, r := range m {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(a.Header().ID, b.Header().ID) })
	return list
}
