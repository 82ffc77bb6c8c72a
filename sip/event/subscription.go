package event

import (
	"container/heap"
	"net/netip"
	"time"

	"dialtone/sip/dialog"
)

// subscription is one subscription and the dialog it lives in. Its strings are bounded
// by maxText together.
type subscription struct {
	tag               string // ours
	callID, remoteTag string
	id                string // parameter of Event, empty for none
	target            string // Request-URI of NOTIFYs
	contact           string // the phone's Contact; target where there is no strict router
	routes            string // value of Route, empty for none
	local, remote     string // URIs of From and To
	instance          string // +sip.instance of the Contact, without quotes

	watcher *watcher
	watched *resource
	flow    flow

	expires time.Time
	due     time.Time // expires, or earlier when a NOTIFY is to be tried again
	since   time.Time // of the state that waits to be sent

	seq       uint32 // CSeq of the last NOTIFY; the document's version is one less
	kept      uint32 // seq as it was last written to disk
	remoteSeq uint32 // CSeq of the last SUBSCRIBE
	index     int32  // in the heap, -1 outside
	at        int32  // among those of the resource
	retries   uint8

	answered    bool // its SUBSCRIBE has been: nothing is sent before
	dirty       bool // there is state to be sent
	queued      bool
	outstanding bool // a NOTIFY waits for its answer
	stalled     bool // its phone is not to be reached
	released    bool // nothing knows of it any more
	ended       reason
}

// reason is the reason parameter of Subscription-State, empty while active
// (RFC 6665 section 4.1.3).
type reason string

const (
	reasonTimeout    reason = "timeout"
	reasonRejected   reason = "rejected"
	reasonNoResource reason = "noresource"
)

// flow is the way to a subscriber: what a [dialog.Flow] has for phones.
type flow struct {
	remote     netip.AddrPort
	connection uint64
	transport  string
	host       string // ours, empty when not known yet
	port       uint16
	listener   uint16
}

func flowOf(f *dialog.Flow) flow {
	return flow{
		remote: f.Remote, connection: f.Connection, transport: f.Transport,
		host: f.Host, port: uint16(f.Port), listener: f.Listener,
	}
}

func (f *flow) full() dialog.Flow {
	return dialog.Flow{
		Transport: f.transport, Remote: f.remote, Host: f.host, Port: int(f.port),
		Listener: f.listener, Connection: f.connection,
	}
}

func (f *flow) same(o *flow) bool {
	return f.remote == o.remote && f.connection == o.connection && f.transport == o.transport && f.listener == o.listener
}

// lost tells whether it was a connection that did not outlive a restart.
func (f *flow) lost() bool { return f.transport != "udp" && f.connection == 0 }

// sameDevice tells whether two subscriptions are from one phone.
func (s *subscription) sameDevice(o *subscription) bool {
	return s.instance != "" && s.instance == o.instance || place(s.contact) == place(o.contact) ||
		s.flow.transport != "udp" && s.flow.transport == o.flow.transport && s.flow.remote.Addr() == o.flow.remote.Addr()
}

// dueHeap orders subscriptions by when something is to be done about them.
type dueHeap []*subscription

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = int32(i), int32(j)
}

// Push adds one (container/heap).
func (h *dueHeap) Push(x any) {
	s := x.(*subscription)
	s.index = int32(len(*h))
	*h = append(*h, s)
}

// Pop takes the last one (container/heap).
func (h *dueHeap) Pop() any {
	old := *h
	s := old[len(old)-1]
	old[len(old)-1] = nil
	*h, s.index = old[:len(old)-1], -1
	return s
}

// schedule enters a subscription or moves it.
func (h *dueHeap) schedule(s *subscription, due time.Time) {
	s.due = due
	if s.index < 0 {
		heap.Push(h, s)
		return
	}
	heap.Fix(h, int(s.index))
}

func (h *dueHeap) drop(s *subscription) {
	if s.index >= 0 {
		heap.Remove(h, int(s.index))
	}
}
