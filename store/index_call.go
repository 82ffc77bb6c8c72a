package store

import (
	"cmp"
	"slices"

	"dialtone/store/record"
)

// callIndex is what routing looks up. What is in a list is never changed, so that a reader
// may keep one.
type callIndex struct {
	numbers    map[string]*record.Number // by E.164
	extensions map[accountName]*record.Extension
	targeted   map[record.ID][]*record.Extension       // by what the target names, by number
	lines      map[record.ID][]*record.Device          // by user: the devices with a line of his
	providers  map[record.ID][]*record.ProviderAccount // by account, in their order
	queues     map[record.ID][]*record.CallQueue       // by user: those with him as an agent
	agents     map[queueUser]*record.QueueAgent
}

// queueUser is an agent of a queue.
type queueUser struct{ queue, user record.ID }

func newCallIndex() callIndex {
	return callIndex{
		numbers:    map[string]*record.Number{},
		extensions: map[accountName]*record.Extension{},
		targeted:   map[record.ID][]*record.Extension{},
		lines:      map[record.ID][]*record.Device{},
		providers:  map[record.ID][]*record.ProviderAccount{},
		queues:     map[record.ID][]*record.CallQueue{},
		agents:     map[queueUser]*record.QueueAgent{},
	}
}

func (x *callIndex) number(n *record.Number, add bool) {
	if add {
		x.numbers[n.Number] = n
	} else {
		delete(x.numbers, n.Number)
	}
}

func (x *callIndex) extension(e *record.Extension, add bool) {
	key := accountName{e.Account, e.Number}
	if add {
		x.extensions[key] = e
	} else {
		delete(x.extensions, key)
	}
	if e.Target.ID != "" {
		enlist(x.targeted, e.Target.ID, e, add, func(a, b *record.Extension) int {
			return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
		})
	}
}

func (x *callIndex) device(d *record.Device, add bool) {
	for i, l := range d.Lines {
		if l.User == "" || slices.ContainsFunc(d.Lines[:i], func(o record.Line) bool { return o.User == l.User }) {
			continue
		}
		enlist(x.lines, l.User, d, add, func(a, b *record.Device) int { return cmp.Compare(a.ID, b.ID) })
	}
}

func (x *callIndex) provider(a *record.ProviderAccount, add bool) {
	enlist(x.providers, a.Account, a, add, record.CompareProviderAccounts)
}

func (x *callIndex) queue(q *record.CallQueue, add bool) {
	for _, m := range q.Members {
		enlist(x.queues, m.User, q, add, func(a, b *record.CallQueue) int { return cmp.Compare(a.ID, b.ID) })
	}
}

func (x *callIndex) agent(a *record.QueueAgent, add bool) {
	if key := (queueUser{a.Queue, a.User}); add {
		x.agents[key] = a
	} else {
		delete(x.agents, key)
	}
}

// enlist puts a record into the list of key, or takes it out. Only what is behind a list's
// end is ever written, so that one who holds it sees no change.
func enlist[T record.Record](lists map[record.ID][]T, key record.ID, r T, add bool, order func(a, b T) int) {
	old := lists[key]
	if add {
		i, _ := slices.BinarySearchFunc(old, r, order)
		if i < len(old) {
			old = slices.Insert(slices.Clone(old), i, r)
		} else {
			old = append(old, r) // in the order of loading: no copy for each
		}
		lists[key] = old
		return
	}
	list := make([]T, 0, len(old))
	for _, other := range old {
		if other.Header().ID != r.Header().ID {
			list = append(list, other)
		}
	}
	if lists[key] = list; len(list) == 0 {
		delete(lists, key)
	}
}
