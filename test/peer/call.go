package peer

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// PhoneCall is one call of a handset.
type PhoneCall struct {
	// Messages are all received in the call, retransmissions left out.
	Messages *Record[Message]

	handset *Handset
	callID  string
	sound   *sound

	mu          sync.Mutex
	invite      Message // of an incoming call: what to answer
	inviteLines []string
	uri, branch string // of an outgoing call's INVITE
	cseq        int    // of the INVITE
	local       string // From of our requests, with tag
	remote      string // To of our requests
	target      string // Request-URI of our requests
	routes      []string
	stop        func()
	acks        map[string]string // ACK by CSeq number
	direction   string
	onOffer     func(Message) (status int, description string)
	asks        bool            // the first INVITE has no description
	opening     string          // the first INVITE's description; empty: the handset's
	late        map[string]bool // CSeq numbers of requests without a description
	lateAnswer  string          // answers in ACKs; empty: the handset's
}

func newCall(h *Handset, callID string) *PhoneCall {
	h.mu.Lock()
	within := h.within
	h.mu.Unlock()
	var s *sound
	open := func() { s = openSound(h.conn.LocalAddr()) }
	if within == nil {
		open()
	} else {
		within(open)
	}
	return &PhoneCall{
		Messages: newRecord[Message](), handset: h, callID: callID, sound: s,
		acks: map[string]string{}, late: map[string]bool{}, direction: "sendrecv", stop: func() {},
	}
}

// Dial begins a call to a number or name in the handset's domain and answers one
// challenge. Lines are further header fields.
func (h *Handset) Dial(t testing.TB, number string, lines ...string) *PhoneCall {
	t.Helper()
	return h.DialURI(t, "sip:"+number+"@"+h.account.Domain, lines...)
}

// DialURI is Dial to a whole URI.
func (h *Handset) DialURI(t testing.TB, uri string, lines ...string) *PhoneCall {
	t.Helper()
	return h.dial(uri, false, "", lines)
}

// DialWith is Dial with a description of the test's own.
func (h *Handset) DialWith(t testing.TB, number, description string, lines ...string) *PhoneCall {
	t.Helper()
	return h.dial("sip:"+number+"@"+h.account.Domain, false, description, lines)
}

// DialLate is Dial without a description: the handset answers the other side's offer in
// the ACK.
func (h *Handset) DialLate(t testing.TB, number string, lines ...string) *PhoneCall {
	t.Helper()
	return h.dial("sip:"+number+"@"+h.account.Domain, true, "", lines)
}

func (h *Handset) dial(uri string, asks bool, opening string, lines []string) *PhoneCall {
	c := newCall(h, rand.Text())
	c.asks, c.opening = asks, opening
	c.uri, c.target, c.remote = uri, uri, "<"+uri+">"
	c.local = "<" + h.account.aor() + ">;tag=" + rand.Text()[:8]
	c.inviteLines = lines
	h.mu.Lock()
	h.calls[c.callID] = c
	h.mu.Unlock()
	c.sendInvite("")
	return c
}

// sendInvite sends the first INVITE, with the answer to a challenge if there was one.
func (c *PhoneCall) sendInvite(auth string) {
	lines := append([]string{}, c.inviteLines...)
	if auth != "" {
		lines = append(lines, auth)
	}
	h := c.handset
	h.mu.Lock()
	h.cseq++
	cseq := h.cseq
	h.mu.Unlock()
	branch := "z9hG4bK" + rand.Text()
	c.mu.Lock()
	c.branch, c.cseq = branch, cseq
	c.mu.Unlock()
	c.mu.Lock()
	description := c.opening
	if description == "" {
		description = c.sound.sdp(c.direction)
	}
	if c.asks {
		c.late[fmt.Sprint(cseq)], description = true, ""
	}
	all := append(c.lines(), lines...)
	c.mu.Unlock()
	tx := h.requestAs("INVITE", c.uri, description, cseq, branch, all)
	c.mu.Lock()
	c.stop = tx.stop
	c.mu.Unlock()
}

// lines are the header fields every request of the call has. c.mu is held.
func (c *PhoneCall) lines() []string {
	out := []string{"From: " + c.local, "To: " + c.remote, "Call-ID: " + c.callID, "Contact: <" + c.handset.Contact() + ">"}
	for _, r := range c.routes {
		out = append(out, "Route: "+r)
	}
	return out
}

// heard follows responses: ACK, challenge, dialog state.
func (c *PhoneCall) heard(m Message) {
	number, method, _ := strings.Cut(m.Get("Cseq"), " ")
	if method != "INVITE" {
		return
	}
	c.mu.Lock()
	stop, first := c.stop, number == fmt.Sprint(c.cseq) && c.uri != ""
	c.mu.Unlock()
	stop()
	switch status := m.Status(); {
	case status < 200:
		if rel := m.Get("Rseq"); rel != "" {
			c.learn(m)
			c.mu.Lock()
			target, lines := c.target, append(c.lines(), "RAck: "+rel+" "+m.Get("Cseq"))
			c.mu.Unlock()
			tx := c.handset.request("PRACK", target, "", lines)
			go func() { <-c.handset.done; tx.stop() }()
		}
	case status < 300:
		c.learn(m)
		c.sound.aim(m.Body)
		c.ack(number, "")
	default:
		c.ack(number, m.Get("To"))
		if auth, ok := c.handset.authorization(m, "INVITE", c.uri); ok && first {
			c.sendInvite(auth)
		}
	}
}

// learn takes the dialog's state from a response.
func (c *PhoneCall) learn(m Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remote = m.Get("To")
	if contact := m.Get("Contact"); contact != "" {
		c.target = uriOf(contact)
	}
	if c.routes == nil {
		rr := m.Header["Record-Route"]
		for i := range rr {
			c.routes = append(c.routes, rr[len(rr)-1-i])
		}
	}
}

// ack acknowledges a final response, again when it comes again. to is set for a failure,
// whose ACK belongs to the INVITE's transaction.
func (c *PhoneCall) ack(cseq, to string) {
	c.mu.Lock()
	text, done := c.acks[cseq]
	description := ""
	if c.late[cseq] && to == "" {
		if description = c.lateAnswer; description == "" {
			description = c.sound.sdp(c.direction)
		}
	}
	uri, branch, lines := c.target, "z9hG4bK"+rand.Text(), c.lines()
	if to != "" {
		uri, branch = c.uri, c.branch
		if uri == "" {
			uri = c.target
		}
		lines[1] = "To: " + to
	}
	c.mu.Unlock()
	if !done {
		text = withBody(append([]string{
			"ACK " + uri + " SIP/2.0",
			fmt.Sprintf("Via: SIP/2.0/%s %s;branch=%s;rport", strings.ToUpper(c.handset.account.Transport), c.handset.conn.LocalAddr(), branch),
			"Max-Forwards: 70", "CSeq: " + cseq + " ACK",
		}, lines...), description)
		c.mu.Lock()
		c.acks[cseq] = text
		c.mu.Unlock()
	}
	c.handset.write(text)
}

// incoming begins a call that came in.
func (c *PhoneCall) incoming(m Message) {
	c.invite = m
	c.local, c.remote = m.Get("To")+";tag="+rand.Text()[:8], m.Get("From")
	c.target = uriOf(m.Get("Contact"))
	c.routes = append([]string{}, m.Header["Record-Route"]...)
	c.sound.aim(m.Body)
	c.handset.reply(m, 100, "", "")
}

// request handles what comes within the call.
func (c *PhoneCall) request(m Message) {
	switch m.Method() {
	case "ACK":
	case "CANCEL":
		c.handset.reply(m, 200, c.tag(), "")
		c.handset.reply(c.invite, 487, c.tag(), "")
	case "INVITE", "UPDATE":
		if branchOf(m) == branchOf(c.invite) && c.uri == "" {
			return // sent again, before the answer
		}
		c.mu.Lock()
		onOffer := c.onOffer
		c.mu.Unlock()
		if onOffer != nil && m.Body != "" {
			status, description := onOffer(m)
			c.handset.reply(m, status, c.tag(), description, "Contact: <"+c.handset.Contact()+">")
			return
		}
		body := ""
		if m.Body != "" || m.Method() == "INVITE" {
			c.sound.aim(m.Body)
			body = c.sound.sdp(c.answering(m.Body))
		}
		c.handset.reply(m, 200, c.tag(), body, "Contact: <"+c.handset.Contact()+">")
	default:
		c.handset.reply(m, 200, c.tag(), "")
	}
}

// answering is the direction that answers an offer.
func (c *PhoneCall) answering(offer string) string {
	switch {
	case strings.Contains(offer, "a=sendonly"):
		return "recvonly"
	case strings.Contains(offer, "a=inactive"):
		return "inactive"
	case strings.Contains(offer, "a=recvonly"):
		return "sendonly"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.direction
}

func (c *PhoneCall) tag() string {
	_, tag, _ := strings.Cut(c.local, ";tag=")
	return tag
}

// Invite is the INVITE of a call that came in.
func (c *PhoneCall) Invite() Message { return c.invite }

// Reply answers the INVITE of a call that came in with a status; 183 and 2xx carry the
// handset's description.
func (c *PhoneCall) Reply(status int, lines ...string) {
	body := ""
	if status == 183 || status/100 == 2 {
		c.mu.Lock()
		body = c.sound.sdp(c.direction)
		c.mu.Unlock()
	}
	if status/100 != 3 { // a redirect has a Contact of its own
		lines = append(lines, "Contact: <"+c.handset.Contact()+">")
	}
	c.handset.reply(c.invite, status, c.tag(), body, lines...)
}

// ReplyWith responds to a call that came in with a description of the test's own, which may
// be none.
func (c *PhoneCall) ReplyWith(status int, description string) {
	c.handset.reply(c.invite, status, c.tag(), description, "Contact: <"+c.handset.Contact()+">")
}

// Answer answers a call that came in and waits for the ACK.
func (c *PhoneCall) Answer(t testing.TB) {
	t.Helper()
	c.Reply(200)
	c.AwaitRequest(t, "ACK")
}

// Await waits for a response to the call's INVITE.
func (c *PhoneCall) Await(t testing.TB, status int) Message {
	t.Helper()
	return c.Messages.Await(t, fmt.Sprintf("%d to the INVITE", status), func(m Message) bool {
		return m.Status() == status && strings.HasSuffix(m.Get("Cseq"), " INVITE")
	})
}

// Final waits for the final response to the call's INVITE, the answer to a challenge
// included.
func (c *PhoneCall) Final(t testing.TB) Message {
	t.Helper()
	return c.Messages.Await(t, "final response to the INVITE", func(m Message) bool {
		return m.Status() >= 200 && m.Status() != 401 && m.Status() != 407 && strings.HasSuffix(m.Get("Cseq"), " INVITE")
	})
}

// Aim sends sound to where a description says, as a phone does with early media.
func (c *PhoneCall) Aim(description string) { c.sound.aim(description) }

// Learn takes the dialog's state from a provisional response.
func (c *PhoneCall) Learn(m Message) { c.learn(m) }

// RequestAs is Request with a body of another type.
func (c *PhoneCall) RequestAs(t testing.TB, method, contentType, body string) Message {
	t.Helper()
	return c.Request(t, method, body, "Content-Type: "+contentType)
}

// AwaitRequest waits for a request within the call.
func (c *PhoneCall) AwaitRequest(t testing.TB, method string) Message {
	t.Helper()
	return c.Messages.Await(t, method, func(m Message) bool { return m.Method() == method })
}

// Request sends a request within the call and returns its final response.
func (c *PhoneCall) Request(t testing.TB, method, body string, lines ...string) Message {
	t.Helper()
	c.mu.Lock()
	all, target := append(c.lines(), lines...), c.target
	c.mu.Unlock()
	tx := c.handset.request(method, target, body, all)
	defer tx.stop()
	m := tx.final(t)
	return m
}

// OnOffer answers the offers of re-INVITE and UPDATE; nil leaves them to the handset.
func (c *PhoneCall) OnOffer(answer func(Message) (status int, description string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onOffer = answer
}

// Offer sends a re-INVITE with a description of the test's; without one it asks for an
// offer and answers it in the ACK.
func (c *PhoneCall) Offer(t testing.TB, description string) Message {
	t.Helper()
	if description == "" {
		c.handset.mu.Lock()
		next := c.handset.cseq + 1
		c.handset.mu.Unlock()
		c.mu.Lock()
		c.late[fmt.Sprint(next)] = true
		c.mu.Unlock()
	}
	return c.Request(t, "INVITE", description)
}

// LateWith answers offers in ACKs with a description of the test's.
func (c *PhoneCall) LateWith(description string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lateAnswer = description
}

// Hangup ends the call with BYE and returns the status answered.
func (c *PhoneCall) Hangup(t testing.TB) int {
	t.Helper()
	return c.Request(t, "BYE", "").Status()
}

// Cancel gives up a call that was dialled and not answered.
func (c *PhoneCall) Cancel(t testing.TB) int {
	t.Helper()
	c.mu.Lock()
	cseq, branch, lines := c.cseq, c.branch, c.lines()
	c.mu.Unlock()
	lines[1] = "To: <" + c.uri + ">"
	tx := c.handset.requestAs("CANCEL", c.uri, "", cseq, branch, lines)
	defer tx.stop()
	return tx.final(t).Status()
}

// Reinvite offers the handset's media in another direction: sendonly is hold.
func (c *PhoneCall) Reinvite(t testing.TB, direction string) Message {
	t.Helper()
	c.mu.Lock()
	c.direction = direction
	c.mu.Unlock()
	return c.Request(t, "INVITE", c.sound.sdp(direction))
}

// Refer asks for a transfer to a URI and returns the status answered.
func (c *PhoneCall) Refer(t testing.TB, uri string) int {
	t.Helper()
	return c.Request(t, "REFER", "", "Refer-To: <"+uri+">", "Referred-By: <"+c.handset.account.aor()+">").Status()
}

// ReferTo asks for a transfer to the other party of another call of the handset's
// (attended transfer, RFC 5589 section 7).
func (c *PhoneCall) ReferTo(t testing.TB, other *PhoneCall) int {
	t.Helper()
	other.mu.Lock()
	uri := uriOf(other.remote)
	other.mu.Unlock()
	return c.Refer(t, uri+"?Replaces="+url.QueryEscape(other.Replaces()))
}

// Replaces names the call for a Replaces header of the handset's other party (RFC 3891):
// its to-tag is the daemon's.
func (c *PhoneCall) Replaces() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, remote, _ := strings.Cut(c.remote, ";tag=")
	_, local, _ := strings.Cut(c.local, ";tag=")
	return fmt.Sprintf("%s;to-tag=%s;from-tag=%s", c.callID, remote, local)
}

// AwaitTransfer waits for the NOTIFY that tells how a transfer ended: its status.
func (c *PhoneCall) AwaitTransfer(t testing.TB) string {
	t.Helper()
	m := c.Messages.Await(t, "final NOTIFY", func(m Message) bool {
		return m.Method() == "NOTIFY" && strings.Contains(m.Get("Subscription-State"), "terminated")
	})
	line, _, _ := strings.Cut(m.Body, "\r\n")
	return strings.TrimPrefix(line, "SIP/2.0 ")
}

// uriOf is the URI within angle brackets, or the whole value.
func uriOf(address string) string {
	if _, rest, ok := strings.Cut(address, "<"); ok {
		address, _, _ = strings.Cut(rest, ">")
		return address
	}
	uri, _, _ := strings.Cut(address, ";")
	return strings.TrimSpace(uri)
}
