package provision

import (
	"net/netip"
	"sync"
	"time"

	"dialtone/provision/catalog"
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// circumstances are what a configuration depends on besides the records.
type circumstances struct {
	now       time.Time
	local     netip.Addr // the address of ours the phone talks to
	agent     []byte     // User-Agent
	enrolling bool       // see view.Request
}

// config is the device's configuration, from the cache where that is still right.
func (s *Server) config(v *store.View, d *record.Device, state *record.DeviceState, c *circumstances) (*served, error) {
	key := cacheKey{id: d.ID, local: c.local}
	if s.SameEverywhere {
		key.local = netip.Addr{}
	}
	before := s.cache.get(key)
	made := origin{generation: v.Generation(d.Account), enrolling: c.enrolling}
	if d.Model == "" {
		made.model = learnedModel(c.agent, state, before)
	}
	if before != nil && before.fresh(&made, c.now) {
		return before, nil
	}
	f, err := s.render(v, d, state, c, made, before)
	if err != nil {
		return nil, err
	}
	s.cache.put(key, f)
	return f, nil
}

func (s *Server) render(v *store.View, d *record.Device, state *record.DeviceState, c *circumstances, made origin, before *served) (*served, error) {
	s.metrics.rendered.Inc()
	buf := s.scratch.get()
	defer s.scratch.put(buf)
	r := view.Request{Enrolling: c.enrolling, Model: made.model}
	if c.local.IsValid() {
		r.Facing = c.local.String()
	}
	body, hash, err := s.Renderer.Render(v, d, r, (*buf)[:0])
	if err != nil {
		return nil, err
	}
	*buf = body
	var since time.Time
	if state != nil && state.FetchedHash == hash {
		since = state.LastProvisionedAt
	}
	f := newServed(body, hash, typeConfig, before, c.now, since)
	f.origin = made
	return f, nil
}

// learnedModel is the model a phone says it is, now or the last time it fetched.
func learnedModel(agent []byte, state *record.DeviceState, before *served) string {
	if before != nil && before.origin.model != "" && state != nil &&
		state.UserAgent == string(agent) && state.Model == before.origin.model {
		return before.origin.model // the same phone as ever: nothing to read
	}
	if a, ok := catalog.ParseUserAgent(string(agent)); ok {
		return a.Model
	}
	if state != nil {
		return state.Model
	}
	return ""
}

// scratch are buffers files are rendered into; large ones are not kept.
type scratch struct{ pool sync.Pool }

const (
	firstScratch = 16 << 10
	maxScratch   = 256 << 10
)

func (p *scratch) get() *[]byte {
	if b, ok := p.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, firstScratch)
	return &b
}

func (p *scratch) put(b *[]byte) {
	if cap(*b) <= maxScratch {
		*b = (*b)[:0]
		p.pool.Put(b)
	}
}

// Hash is the hash of the file a device would fetch now, to compare with what it
// fetched last (record.DeviceState.FetchedHash). ok is false for a device that
// fetches none or whose file cannot be made.
func (s *Server) Hash(device record.ID) (hash uint64, ok bool) {
	c := circumstances{now: s.now()}
	lastIP := ""
	s.Store.View(func(v *store.View) {
		if state := v.State(device); state != nil {
			lastIP, c.agent = state.LastIP, []byte(state.UserAgent)
		}
	})
	c.local = s.facing(lastIP)
	s.Store.View(func(v *store.View) {
		d, found := store.Get[*record.Device](v, device)
		if !found {
			return
		}
		state := v.State(device)
		if a, found := store.Get[*record.Account](v, d.Account); found {
			c.enrolling = a.DeviceBinding && !s.bound.is(d, state)
		}
		if f, err := s.config(v, d, state, &c); err == nil {
			hash, ok = f.hash, true
		}
	})
	return hash, ok
}
