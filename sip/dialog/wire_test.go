package dialog

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// wire is a peer that says what the test writes, over UDP.
type wire struct {
	t    testing.TB
	conn net.PacketConn
	addr netip.AddrPort
	peer net.Addr
	seen []string        // start lines of what was received, for messages
	had  map[string]bool // requests that were returned
}

func newWire(t testing.TB, peer netip.AddrPort) *wire {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{t: t, conn: conn, addr: addrPort(conn.LocalAddr().String()), peer: net.UDPAddrFromAddrPort(peer), had: map[string]bool{}}
}

// say sends a message; its lines are separated by LF alone, and the length is added.
func (w *wire) say(head, body string) {
	w.t.Helper()
	text := strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n")
	w.raw(fmt.Sprintf("%s\r\nContent-Length: %d\r\n\r\n%s", text, len(body), body))
}

func (w *wire) raw(text string) {
	w.t.Helper()
	if _, err := w.conn.WriteTo([]byte(text), w.peer); err != nil {
		w.t.Fatal(err)
	}
}

// read is the next message.
func (w *wire) read(within time.Duration) sip.Message {
	w.t.Helper()
	buf := make([]byte, 65535)
	_ = w.conn.SetReadDeadline(time.Now().Add(within))
	n, from, err := w.conn.ReadFrom(buf)
	if err != nil {
		return nil
	}
	w.peer = from
	m, err := sip.NewParser().ParseSIP(buf[:n])
	if err != nil {
		w.t.Fatalf("cannot parse %q: %v", buf[:n], err)
	}
	line, _, _ := strings.Cut(m.String(), "\r\n")
	w.seen = append(w.seen, line)
	return m
}

// request reads until a request of this method that is no retransmission.
func (w *wire) request(method string) *sip.Request {
	w.t.Helper()
	for end := time.Now().Add(deadline); time.Now().Before(end); {
		req, ok := w.read(time.Until(end)).(*sip.Request)
		if !ok || string(req.Method) != method {
			continue
		}
		key := method + " " + req.Via().Value()
		if !w.had[key] || req.IsAck() {
			w.had[key] = true
			return req
		}
	}
	w.t.Fatalf("no %s came, but %q", method, w.seen)
	return nil
}

// response reads until a response with this status to a method.
func (w *wire) response(status int, method string) *sip.Response {
	w.t.Helper()
	for end := time.Now().Add(deadline); time.Now().Before(end); {
		if res, ok := w.read(time.Until(end)).(*sip.Response); ok && res.StatusCode == status && string(res.CSeq().MethodName) == method {
			return res
		}
	}
	w.t.Fatalf("no %d to %s came, but %q", status, method, w.seen)
	return nil
}

// silence makes sure that nothing like this comes for a while.
func (w *wire) silence(for_ time.Duration, unwanted func(sip.Message) bool) {
	w.t.Helper()
	for end := time.Now().Add(for_); time.Now().Before(end); {
		if m := w.read(time.Until(end)); m != nil && unwanted(m) {
			w.t.Fatalf("unwanted: %s", w.seen[len(w.seen)-1])
		}
	}
}

// answer responds to a request of the endpoint's with this To-tag.
func (w *wire) answer(req *sip.Request, status int, tag, headers, body string) {
	w.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d X\n", status)
	for _, h := range req.GetHeaders("Via") {
		fmt.Fprintf(&b, "Via: %s\n", h.Value())
	}
	fmt.Fprintf(&b, "From: %s\nCall-ID: %s\nCSeq: %s\n", req.From().Value(), req.CallID().Value(), req.CSeq().Value())
	to := req.To().Value()
	if toTag(req) == "" && tag != "" {
		to += ";tag=" + tag
	}
	fmt.Fprintf(&b, "To: %s\n", to)
	if req.IsInvite() && status > 100 && status < 300 && !strings.Contains(headers, "Contact:") {
		fmt.Fprintf(&b, "Contact: <sip:bob@%s>\n", w.addr)
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\n")
	}
	b.WriteString(headers)
	w.say(b.String(), body)
}

// ask writes a request of the peer's. Its values fill what the text leaves open.
type ask struct {
	method, callID  string
	fromTag, toTag  string
	seq             int
	branch, headers string
	body            string
	contact         string
	target          string
}

func (w *wire) ask(a ask) {
	w.t.Helper()
	if a.branch == "" {
		a.branch = "z9hG4bK" + newTag()
	}
	if a.contact == "" {
		a.contact = fmt.Sprintf("Contact: <sip:bob@%s>\n", w.addr)
	}
	if a.target == "" {
		a.target = "sip:1001@" + w.peer.String()
	}
	to := "<sip:1001@example.com>"
	if a.toTag != "" {
		to += ";tag=" + a.toTag
	}
	if a.body != "" && !strings.Contains(a.headers, "Content-Type") {
		a.headers += "Content-Type: application/sdp\n"
	}
	w.say(fmt.Sprintf("%s %s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=%s;rport\nMax-Forwards: 70\nFrom: <sip:bob@example.com>;tag=%s\nTo: %s\nCall-ID: %s\nCSeq: %d %s\n%s%s",
		a.method, a.target, w.addr, a.branch, a.fromTag, to, a.callID, a.seq, a.method, a.contact, a.headers), a.body)
}
