package dialog

import (
	"github.com/emiago/sipgo/sip"
)

// Replaces names a dialog to take the place of (RFC 3891). The tags are as the one
// asked sees them: ToTag is that of the one asked.
type Replaces struct {
	CallID, ToTag, FromTag string
	EarlyOnly              bool
}

// ParseReplaces reads a Replaces header, false when it names no dialog.
func ParseReplaces(s string) (Replaces, bool) {
	id, p := splitParams(s)
	_, early := p.lookup("early-only")
	r := Replaces{CallID: id, ToTag: p.get("to-tag"), FromTag: p.get("from-tag"), EarlyOnly: early}
	return r, r.CallID != "" && r.ToTag != "" && r.FromTag != ""
}

// String is the header value.
func (r Replaces) String() string {
	s := r.CallID + ";to-tag=" + r.ToTag + ";from-tag=" + r.FromTag
	if r.EarlyOnly {
		s += ";early-only"
	}
	return harmless(s)
}

// named finds the leg Replaces means, nil for none. Some phones swap the tags.
func (e *Endpoint) named(r Replaces) *Leg {
	for _, tags := range [...][2]string{{r.ToTag, r.FromTag}, {r.FromTag, r.ToTag}} {
		l := e.leg(tags[0])
		if l == nil || l.callID != r.CallID {
			continue
		}
		l.mu.Lock()
		found := l.find(tags[1]) != nil
		l.mu.Unlock()
		if found {
			return l
		}
	}
	return nil
}

// findReplaced looks for the leg an incoming INVITE replaces; a status other than 0
// refuses the INVITE (RFC 3891 3).
func (l *Leg) findReplaced() (status int) {
	v := values(l.request, "Replaces")
	if len(v) == 0 {
		return 0
	}
	r, ok := ParseReplaces(v[0])
	if !ok || len(v) > 1 || len(values(l.request, "Join")) > 0 {
		return sip.StatusBadRequest
	}
	other := l.e.named(r)
	if other == nil || other == l {
		return sip.StatusCallTransactionDoesNotExists
	}
	switch state := other.State(); {
	case state == StateEnded:
		return sip.StatusGlobalDecline
	case state <= StateEarly && other.incoming: // only whoever called may be asked to give up a ringing
		return sip.StatusCallTransactionDoesNotExists
	case state > StateEarly && r.EarlyOnly:
		return sip.StatusBusyHere
	}
	l.replaces = other
	return 0
}
