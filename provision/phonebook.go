package provision

import (
	"time"

	"dialtone/provision/render"
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// phonebook is the account's directory in the vendor's XML.
func (s *Server) phonebook(v *store.View, a *record.Account, now time.Time) *served {
	key := cacheKey{id: a.ID}
	made := origin{generation: v.Generation(a.ID)}
	before := s.cache.get(key)
	if before != nil && before.fresh(&made, now) {
		return before
	}
	buf := s.scratch.get()
	defer s.scratch.put(buf)
	*buf = render.AppendPhonebook((*buf)[:0], view.Phonebook(v, a.ID))
	f := newServed(*buf, view.Hash(*buf), typePhonebook, before, now, time.Time{})
	f.origin = made
	s.cache.put(key, f)
	return f
}
