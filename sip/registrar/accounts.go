package registrar

import (
	"slices"
	"sync"
	"time"
)

// accounts finds the AORs of an account: a ring of links through the AORs
// themselves, so that it costs two pointers each. Touched only when an AOR comes
// or goes.
type accounts struct {
	mu   sync.Mutex
	byID map[string]*account
}

type account struct {
	id    string
	first *aor
	count int
}

func (x *accounts) init() { x.byID = make(map[string]*account) }

func (x *accounts) add(a *aor, id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	acc := x.byID[id]
	if acc == nil {
		acc = &account{id: id}
		x.byID[id] = acc
	}
	a.account, a.prev, a.next = acc, nil, acc.first
	if acc.first != nil {
		acc.first.prev = a
	}
	acc.first = a
	acc.count++
}

// remove unlinks a, which keeps pointing to its account.
func (x *accounts) remove(a *aor) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if a.prev == nil {
		a.account.first = a.next
	} else {
		a.prev.next = a.next
	}
	if a.next != nil {
		a.next.prev = a.prev
	}
	a.prev, a.next = nil, nil
	if a.account.count--; a.account.count == 0 {
		delete(x.byID, a.account.id)
	}
}

// names lists the AORs of an account.
func (x *accounts) names(id string) []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	acc := x.byID[id]
	if acc == nil {
		return nil
	}
	list := make([]string, 0, acc.count)
	for a := acc.first; a != nil; a = a.next {
		list = append(list, a.name())
	}
	return list
}

// ByAccount lists the live bindings of an account by AOR, each AOR's in order of
// registration.
func (r *Registrar) ByAccount(id string, now time.Time) []Binding {
	names := r.accounts.names(id)
	slices.Sort(names)
	var list []Binding
	for _, name := range names {
		list = r.appendOwned(list, name, id, now)
	}
	return list
}

// ByCredential lists the live bindings that credential of account made, over all
// its AORs: one for each domain its list is attached to.
func (r *Registrar) ByCredential(account, credential string, now time.Time) []Binding {
	list := r.ByAccount(account, now)
	return slices.DeleteFunc(list, func(b Binding) bool { return b.Credential != credential })
}

// appendOwned appends the bindings of an AOR, unless it has changed hands since
// it was listed.
func (r *Registrar) appendOwned(dst []Binding, name, account string, now time.Time) []Binding {
	s, h := locate(r, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := lookUp(&s.aors, h, name); a != nil && a.account.id == account {
		dst = a.appendLive(dst, unix(now))
	}
	return dst
}
