package event

import (
	"slices"

	"dialtone/store/record"
)

// book is all subscriptions, by everything they are looked up by.
type book struct {
	byTag     map[string]*subscription
	watchers  map[string]*watcher // by AOR
	resources map[resourceKey]*resource
	bySource  map[Source][]*resource
	accounts  map[record.ID]*account
	due       dueHeap
	ending    int // not among byTag any more, but not gone either
}

// watcher is who subscribes, a user name in a domain.
type watcher struct {
	aor     string
	account record.ID
	subs    []*subscription // the eldest first
	count   int             // with those that are ending
}

// account is what one account has here.
type account struct {
	watchers  map[*watcher]struct{}
	resources map[*resource]struct{}
	count     int // subscriptions, with those that are ending
}

// resourceKey names a resource: the same address may be subscribed to under several
// names of its host.
type resourceKey struct {
	account record.ID
	of      *eventPackage
	entity  string
}

// resource is what is subscribed to.
type resource struct {
	resourceKey
	subject  subject
	document document
	subs     []*subscription
}

func newBook() book {
	return book{
		byTag: map[string]*subscription{}, watchers: map[string]*watcher{}, resources: map[resourceKey]*resource{},
		bySource: map[Source][]*resource{}, accounts: map[record.ID]*account{},
	}
}

func (b *book) account(id record.ID) *account {
	a := b.accounts[id]
	if a == nil {
		a = &account{watchers: map[*watcher]struct{}{}, resources: map[*resource]struct{}{}}
		b.accounts[id] = a
	}
	return a
}

func (b *book) watcher(aor string, of record.ID) *watcher {
	w := b.watchers[aor]
	if w == nil {
		w = &watcher{aor: aor, account: of}
		b.watchers[aor] = w
		b.account(of).watchers[w] = struct{}{}
	}
	return w
}

// resource finds or makes a resource; made says which.
func (b *book) resource(key resourceKey, s subject) (r *resource, made bool) {
	if r = b.resources[key]; r != nil {
		return r, false
	}
	r = &resource{resourceKey: key, subject: s}
	b.resources[key] = r
	b.account(key.account).resources[r] = struct{}{}
	b.link(r)
	return r, true
}

// link and unlink enter a resource under the sources it draws on.
func (b *book) link(r *resource) {
	for _, source := range r.subject.about.Sources {
		b.bySource[source] = append(b.bySource[source], r)
	}
}

func (b *book) unlink(r *resource) {
	for _, source := range r.subject.about.Sources {
		b.bySource[source] = without(b.bySource[source], r)
		if len(b.bySource[source]) == 0 {
			delete(b.bySource, source)
		}
	}
}

// without removes one element, in place.
func without[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// limited says which limit another subscription of a watcher's would exceed, empty for
// none.
func (b *book) limited(aor string, of record.ID, l Limits) string {
	if w := b.watchers[aor]; w != nil {
		if w.account != of { // its domain has just changed hands: soon it is let go
			return refusedForbidden
		}
		if w.count >= l.PerUser {
			return refusedUser
		}
	}
	if a := b.accounts[of]; a != nil && a.count >= l.PerAccount {
		return refusedAccount
	}
	if len(b.byTag)+b.ending >= l.Total {
		return refusedTotal
	}
	return ""
}

// add enters a subscription whose watcher and resource are set.
func (b *book) add(s *subscription) {
	b.byTag[s.tag] = s
	s.watcher.subs = append(s.watcher.subs, s)
	s.watcher.count++
	s.at = int32(len(s.watched.subs))
	s.watched.subs = append(s.watched.subs, s)
	b.account(s.watcher.account).count++
	b.due.schedule(s, s.expires)
}

// remove takes a subscription out; it still counts until release.
func (b *book) remove(s *subscription) {
	delete(b.byTag, s.tag)
	b.due.drop(s)
	b.ending++
	s.watcher.subs = without(s.watcher.subs, s)
	r := s.watched
	last := len(r.subs) - 1 // takes its place: order is of no consequence
	r.subs[s.at] = r.subs[last]
	r.subs[s.at].at = s.at
	r.subs[last] = nil
	r.subs = r.subs[:last]
	if len(r.subs) == 0 {
		delete(b.resources, r.resourceKey)
		delete(b.account(r.account).resources, r)
		b.unlink(r)
	}
}

// release forgets a subscription that was removed.
func (b *book) release(s *subscription) {
	b.ending--
	w := s.watcher
	a := b.account(w.account)
	a.count--
	if w.count--; w.count == 0 {
		delete(b.watchers, w.aor)
		delete(a.watchers, w)
	}
	if a.count == 0 && len(a.watchers) == 0 && len(a.resources) == 0 {
		delete(b.accounts, w.account)
	}
}
