package registrar

import (
	"slices"
	"sync"
	"time"
)

// connections finds the AORs that have a binding over a connection.
type connections struct {
	mu   sync.Mutex
	aors map[uint64][]string
}

func (x *connections) init() { x.aors = make(map[uint64][]string) }

func (x *connections) add(id uint64, name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if list := x.aors[id]; !slices.Contains(list, name) {
		x.aors[id] = append(list, name)
	}
}

func (x *connections) remove(id uint64, name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := x.aors[id]
	if i := slices.Index(list, name); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(x.aors, id)
		return
	}
	x.aors[id] = list
}

func (x *connections) take(id uint64) []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := x.aors[id]
	delete(x.aors, id)
	return list
}

// connect notes that a binding of a runs over connection id.
func (r *Registrar) connect(a *aor, id uint64) {
	if id != 0 {
		r.connections.add(id, a.name())
	}
}

// disconnect forgets connection id unless another binding of a still uses it.
func (r *Registrar) disconnect(a *aor, id uint64) {
	if id != 0 && !a.uses(id) {
		r.connections.remove(id, a.name())
	}
}

// ConnectionClosed removes every binding made over connection id: the phone
// cannot be reached any more (RFC 5626 section 5.3). It does not wait for the disk.
// Call it once no request of that connection is being answered any more.
func (r *Registrar) ConnectionClosed(id uint64, now time.Time) {
	if id == 0 {
		return
	}
	for _, name := range r.connections.take(id) {
		r.removeFrom(name, now, func(b *Binding) bool { return b.Connection == id })
	}
}
