package call

import (
	"sync"

	"dialtone/store/record"
)

// recent remembers who called each user last, for *69.
type recent struct {
	mu   sync.Mutex
	last map[record.ID]string
}

// note remembers the caller of an ended call for everybody it rang.
func (r *recent) note(c *record.CallRecord) {
	if c.From == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = map[record.ID]string{}
	}
	for i := range c.Legs {
		l := &c.Legs[i]
		if l.Role != record.LegCallee || l.User == "" {
			continue
		}
		if _, known := r.last[l.User]; !known && len(r.last) >= maxRecent {
			for old := range r.last { // any of them
				delete(r.last, old)
				break
			}
		}
		r.last[l.User] = c.From
	}
}

// caller is who called a user last, empty when it is not known.
func (r *recent) caller(user record.ID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last[user]
}
