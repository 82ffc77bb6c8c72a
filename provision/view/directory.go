package view

import (
	"cmp"
	"slices"
	"strings"

	"dialtone/provision/render"
	"dialtone/store"
	"dialtone/store/record"
)

// directory finds the people and extensions of one account.
type directory struct {
	v       *store.View
	account record.ID
	// lowest is each user's lowest active extension, filled on first need.
	lowest map[record.ID]*record.Extension
}

func (s *scene) directory() *directory { return &directory{v: s.v, account: s.account.ID} }

// User implements the layout's directory.
func (d *directory) User(id record.ID) (*record.User, bool) {
	u, ok := store.Get[*record.User](d.v, id)
	return u, ok && u.Account == d.account
}

// Extension implements the layout's directory.
func (d *directory) Extension(id record.ID) (*record.Extension, bool) {
	e, ok := store.Get[*record.Extension](d.v, id)
	return e, ok && e.Account == d.account
}

// ExtensionOf is the user's primary extension while it is active, else the lowest active one.
func (d *directory) ExtensionOf(user record.ID) (*record.Extension, bool) {
	if u, ok := d.User(user); ok {
		if e, ok := d.Extension(u.PrimaryExtension); ok && e.Status == record.Active {
			return e, true
		}
	}
	if d.lowest == nil {
		d.scan()
	}
	e, ok := d.lowest[user]
	return e, ok
}

// Queue implements the layout's directory.
func (d *directory) Queue(id record.ID) (*record.CallQueue, bool) {
	q, ok := store.Get[*record.CallQueue](d.v, id)
	return q, ok && q.Account == d.account
}

// QueueExtension is the lowest active one that leads to the queue.
func (d *directory) QueueExtension(queue record.ID) (*record.Extension, bool) {
	for _, e := range d.v.ExtensionsOf(queue) {
		if e.Status == record.Active {
			return e, true
		}
	}
	return nil, false
}

func (d *directory) scan() {
	d.lowest = map[record.ID]*record.Extension{}
	store.Each(d.v, d.account, func(e *record.Extension) bool {
		if e.Target.Type != record.TargetUser || e.Status != record.Active {
			return true
		}
		if low := d.lowest[e.Target.ID]; low == nil || e.Number < low.Number {
			d.lowest[e.Target.ID] = e
		}
		return true
	})
}

// Phonebook lists an account's users who can be called, by name.
func Phonebook(v *store.View, account record.ID) []render.Entry {
	d := &directory{v: v, account: account}
	var list []render.Entry
	store.Each(v, account, func(u *record.User) bool {
		if e, ok := d.ExtensionOf(u.ID); ok {
			list = append(list, render.Entry{Name: u.Name, Numbers: []string{e.Number}})
		}
		return true
	})
	slices.SortStableFunc(list, func(a, b render.Entry) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Numbers[0], b.Numbers[0]))
	})
	return list
}
