package peer

import (
	"crypto/rand"
	"testing"
)

// Dialog is what somebody needs to know who wants to pass for a party of a call.
type Dialog struct {
	CallID, From, To string // as the handset sends them
	URI              string // Request-URI
	Branch           string // of the handset's INVITE
	CSeq             int    // of the handset's INVITE
}

// Dialog tells it of a call that was dialled.
func (c *PhoneCall) Dialog() Dialog {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Dialog{CallID: c.callID, From: c.local, To: c.remote, URI: c.target, Branch: c.branch, CSeq: c.cseq}
}

// Forge sends a request of that dialog from the handset's own socket, with its own
// credentials when it is challenged, and returns the final response. A Branch that is
// empty is a new one.
func (h *Handset) Forge(t testing.TB, method string, d Dialog, lines ...string) Message {
	t.Helper()
	lines = append(lines, "From: "+d.From, "To: "+d.To, "Call-ID: "+d.CallID, "Contact: <"+h.Contact()+">")
	send := func(auth ...string) Message {
		branch := d.Branch
		if branch == "" {
			branch = "z9hG4bK" + rand.Text()
		}
		tx := h.requestAs(method, d.URI, "", d.CSeq, branch, append(auth, lines...))
		defer tx.stop()
		return tx.final(t)
	}
	m := send()
	if auth, challenged := h.authorization(m, method, d.URI); challenged {
		m = send(auth)
	}
	return m
}

// Distort has every message the handset sends changed on its way; nil ends that.
func (h *Handset) Distort(edit func(text string) string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.distort = edit
}

// Within has the sockets of the handset's calls opened by open, which calls what it is
// given where they are to be.
func (h *Handset) Within(open func(func())) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.within = open
}
