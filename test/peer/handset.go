package peer

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Handset is a SIP phone that calls and is called, one thing at a time, as it is told:
// it never answers, refuses or hangs up by itself. Only what the protocol alone asks
// for is automatic: ACK, 200 to BYE, CANCEL, NOTIFY and INFO, one digest challenge, and
// sending again over UDP.
type Handset struct {
	// Calls are those that came in, in order.
	Calls *Record[*PhoneCall]
	// Others are requests outside of calls.
	Others *Record[Message]

	account Account
	conn    net.Conn
	done    chan struct{}

	mu      sync.Mutex
	cseq    int
	calls   map[string]*PhoneCall   // by Call-ID
	pending map[string]chan Message // responses by branch
	replies map[string]string       // last response by branch and method: answers what is sent again
	distort func(string) string     // what is sent becomes this
	within  func(func())            // opens the sockets of calls
}

// StartHandset opens the handset's connection to the account's proxy. It is closed with
// the test.
func StartHandset(t testing.TB, a Account) *Handset {
	t.Helper()
	a = a.checked(t)
	conn, err := dial(t.Context(), a)
	if err != nil {
		t.Fatalf("cannot reach proxy: %v", err)
	}
	h := &Handset{
		Calls: newRecord[*PhoneCall](), Others: newRecord[Message](), account: a, conn: conn, done: make(chan struct{}),
		calls: map[string]*PhoneCall{}, pending: map[string]chan Message{}, replies: map[string]string{},
	}
	go h.receive()
	t.Cleanup(h.Close)
	return h
}

// Close closes the socket, as a phone that loses its power does.
func (h *Handset) Close() {
	_ = h.conn.Close()
	<-h.done
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.calls {
		c.sound.close()
	}
}

// Contact is the URI the handset is reached at.
func (h *Handset) Contact() string {
	return fmt.Sprintf("sip:%s@%s;transport=%s", h.account.User, h.conn.LocalAddr(), h.account.Transport)
}

// Register registers the handset for so many seconds.
func (h *Handset) Register(t testing.TB, expires int) Message {
	t.Helper()
	uri := "sip:" + h.account.Domain
	lines := []string{
		"From: <" + h.account.aor() + ">;tag=" + rand.Text()[:8], "To: <" + h.account.aor() + ">",
		"Call-ID: " + rand.Text(), "Contact: <" + h.Contact() + ">", fmt.Sprintf("Expires: %d", expires),
	}
	return h.authenticated(t, "REGISTER", uri, "", lines)
}

// authenticated sends a request outside of calls and answers one challenge.
func (h *Handset) authenticated(t testing.TB, method, uri, body string, lines []string) Message {
	t.Helper()
	r := h.request(method, uri, body, lines)
	defer r.stop()
	resp := r.final(t)
	if auth, ok := h.authorization(resp, method, uri); ok {
		again := h.request(method, uri, body, append([]string{auth}, lines...))
		defer again.stop()
		resp = again.final(t)
	}
	return resp
}

// authorization answers the challenge in a response.
func (h *Handset) authorization(resp Message, method, uri string) (line string, ok bool) {
	header, name := resp.Get("Www-Authenticate"), "Authorization"
	if resp.Status() == 407 {
		header, name = resp.Get("Proxy-Authenticate"), "Proxy-Authorization"
	}
	if resp.Status() != 401 && resp.Status() != 407 {
		return "", false
	}
	c, ok := parseChallenge(header)
	return name + ": " + c.answer(h.account.User, h.account.Password, method, uri, rand.Text(), 1), ok
}

// transaction is a request on its way.
type transaction struct {
	method, branch, cseq string
	responses            chan Message
	stop                 func() // ends it, once
}

// final waits for the final response.
func (r transaction) final(t testing.TB) Message {
	t.Helper()
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	for {
		select {
		case m := <-r.responses:
			if m.Status() >= 200 {
				return m
			}
		case <-timeout.C:
			t.Fatalf("no final response to %s %s", r.cseq, r.method)
		}
	}
}

// request sends a request with the next CSeq.
func (h *Handset) request(method, uri, body string, lines []string) transaction {
	h.mu.Lock()
	h.cseq++
	cseq := h.cseq
	h.mu.Unlock()
	return h.requestAs(method, uri, body, cseq, "z9hG4bK"+rand.Text(), lines)
}

func (h *Handset) requestAs(method, uri, body string, cseq int, branch string, lines []string) transaction {
	tx := transaction{method: method, branch: branch, cseq: fmt.Sprint(cseq), responses: make(chan Message, 64)}
	key := branch + method
	h.mu.Lock()
	h.pending[key] = tx.responses
	h.mu.Unlock()
	text := withBody(append([]string{
		method + " " + uri + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/%s %s;branch=%s;rport", strings.ToUpper(h.account.Transport), h.conn.LocalAddr(), branch),
		"Max-Forwards: 70", fmt.Sprintf("CSeq: %d %s", cseq, method), "User-Agent: peer/1.0",
		"Supported: replaces, timer, 100rel", "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, INFO, REFER, NOTIFY, PRACK, OPTIONS",
	}, lines...), body)
	quiet := h.resend(text)
	tx.stop = sync.OnceFunc(func() {
		quiet()
		h.mu.Lock()
		delete(h.pending, key)
		h.mu.Unlock()
	})
	return tx
}

// resend writes text now, and over UDP again each second until stopped.
func (h *Handset) resend(text string) (stop func()) {
	h.write(text)
	if h.account.Transport != "udp" {
		return func() {}
	}
	quit := make(chan struct{})
	go func() {
		tick := time.NewTicker(resend)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				h.write(text)
			case <-quit:
				return
			case <-h.done:
				return
			}
		}
	}()
	return sync.OnceFunc(func() { close(quit) })
}

// write sends a message; a lost one shows as what does not come back.
func (h *Handset) write(text string) {
	h.mu.Lock()
	distort := h.distort
	h.mu.Unlock()
	if distort != nil {
		text = distort(text)
	}
	_, _ = io.WriteString(h.conn, text)
}

// receive sorts what arrives until the socket is closed.
func (h *Handset) receive() {
	defer close(h.done)
	next := h.datagram
	if h.account.Transport != "udp" {
		r := bufio.NewReader(h.conn)
		next = func() (Message, error) { return ReadMessage(r) }
	}
	for {
		m, err := next()
		switch {
		case errors.Is(err, errNoMessage):
		case err != nil:
			return
		case m.Status() > 0:
			h.response(m)
		default:
			h.incoming(m)
		}
	}
}

func (h *Handset) datagram() (Message, error) {
	buf := make([]byte, 65535)
	n, err := h.conn.Read(buf)
	if errors.Is(err, net.ErrClosed) {
		return Message{}, err
	}
	m, perr := ParseMessage(string(buf[:n]))
	if err != nil || perr != nil {
		return Message{}, errNoMessage
	}
	return m, nil
}

func (h *Handset) response(m Message) {
	_, method, _ := strings.Cut(m.Get("Cseq"), " ")
	h.mu.Lock()
	waiting := h.pending[branchOf(m)+method]
	call := h.calls[m.Get("Call-Id")]
	h.mu.Unlock()
	if call != nil {
		call.heard(m) // who awaits it may go on with the dialog it makes
		call.Messages.add(m)
	}
	if waiting != nil {
		select {
		case waiting <- m:
		default: // nobody looks any more
		}
	}
}

// incoming handles a request; what came before is answered as before.
func (h *Handset) incoming(m Message) {
	key := branchOf(m) + m.Method()
	h.mu.Lock()
	call, before := h.calls[m.Get("Call-Id")], h.replies[key]
	h.mu.Unlock()
	switch {
	case before != "":
		h.write(before)
	case call != nil:
		call.Messages.add(m)
		call.request(m)
	case m.Method() == "INVITE":
		c := newCall(h, m.Get("Call-Id"))
		c.incoming(m)
		h.mu.Lock()
		h.calls[c.callID] = c
		h.mu.Unlock()
		c.Messages.add(m)
		h.Calls.add(c)
	case m.Method() != "ACK":
		h.Others.add(m)
		h.reply(m, 200, "OK", "")
	}
}

// reply answers a request and remembers a final answer.
func (h *Handset) reply(m Message, status int, tag, body string, lines ...string) {
	to := m.Get("To")
	if tag != "" && !strings.Contains(to, ";tag=") {
		to += ";tag=" + tag
	}
	out := []string{fmt.Sprintf("SIP/2.0 %d %s", status, reasons[status])}
	for _, via := range m.Header["Via"] {
		out = append(out, "Via: "+via)
	}
	for _, rr := range m.Header["Record-Route"] {
		out = append(out, "Record-Route: "+rr)
	}
	out = append(out, "From: "+m.Get("From"), "To: "+to, "Call-ID: "+m.Get("Call-Id"), "CSeq: "+m.Get("Cseq"))
	text := withBody(append(out, lines...), body)
	h.mu.Lock()
	if status >= 200 {
		h.replies[branchOf(m)+m.Method()] = text
	}
	h.mu.Unlock()
	h.write(text)
}

var reasons = map[int]string{
	100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 302: "Moved Temporarily",
	404: "Not Found", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated",
	488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error", 503: "Service Unavailable", 603: "Decline",
}

// withBody ends a message with an SDP body, or none.
func withBody(lines []string, body string) string {
	typed := slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Content-Type:") })
	if body != "" && !typed {
		lines = append(lines, "Content-Type: application/sdp")
	}
	return strings.Join(append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body), "\r\n")
}

// branchOf is the branch of a message's top Via.
func branchOf(m Message) string {
	_, rest, _ := strings.Cut(m.Get("Via"), ";branch=")
	branch, _, _ := strings.Cut(rest, ";")
	branch, _, _ = strings.Cut(branch, ",")
	return branch
}

// Addr is the handset's own address.
func (h *Handset) Addr() netip.AddrPort { return netip.MustParseAddrPort(h.conn.LocalAddr().String()) }
