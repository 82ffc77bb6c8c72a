package call

import (
	"sync"

	"dialtone/sip/dialog"
	"dialtone/store/record"
)

// trace is the messages of a call, up to record.MaxTrace, for the ladder view.
type trace struct {
	mu      sync.Mutex
	size    int
	dropped int
	list    []record.TraceMessage
}

func (t *trace) add(m record.TraceMessage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.Local == "" {
		m.Local = t.localTo(m.Remote)
	}
	if t.size += m.Size(); t.size > record.MaxTrace {
		t.dropped++
		t.size -= m.Size()
		return
	}
	t.list = append(t.list, m)
}

// localTo is our address in what was exchanged with a peer before: a request within a dialog is
// not asked for the socket it came by.
func (t *trace) localTo(remote string) string {
	for i := range t.list {
		if t.list[i].Remote == remote && t.list[i].Local != "" {
			return t.list[i].Local
		}
	}
	return ""
}

func (t *trace) take() record.CallTrace {
	t.mu.Lock()
	defer t.mu.Unlock()
	return record.CallTrace{Messages: t.list, Dropped: t.dropped}
}

// Trace is told of every message of every leg: it is the endpoint's Trace. It keeps the
// first of each call.
func (m *Manager) Trace(legID string, sent bool, message []byte, f dialog.Flow) {
	t := record.TraceMessage{
		Time: m.now(), Sent: sent, Remote: f.Remote.String(), Transport: f.Transport, Message: string(message),
	}
	if f.Local.IsValid() {
		t.Local = f.Local.String()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.legs[legID]; l != nil {
		l.owner.Load().trace.add(t)
		return
	}
	m.strays.add(legID, t)
}

// Bounds on messages of legs that no call has yet: a leg's first one, or one that was
// refused.
const (
	maxStrayLegs     = 256
	maxStrayMessages = 8
)

// strays keep the messages of legs until a call has the leg. The manager's mutex guards
// them.
type strays struct {
	messages map[string][]record.TraceMessage
	order    []string // of legs, the oldest first
}

func (s *strays) add(leg string, t record.TraceMessage) {
	if s.messages == nil {
		s.messages = map[string][]record.TraceMessage{}
	}
	list, known := s.messages[leg]
	if !known {
		if len(s.order) >= maxStrayLegs {
			delete(s.messages, s.order[0])
			s.order = s.order[1:]
		}
		s.order = append(s.order, leg)
	}
	if len(list) < maxStrayMessages {
		s.messages[leg] = append(list, t)
	}
}

// take gives a leg's messages away.
func (s *strays) take(leg string) []record.TraceMessage {
	list := s.messages[leg]
	delete(s.messages, leg)
	return list
}
