package peer

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// resend is the pause before a request is sent again over UDP.
const resend = time.Second

// Phone is a SIP phone: it registers when told, records every request it
// receives and answers each 200, or as AnswerWith says.
type Phone struct {
	Requests *Record[Message] // received, retransmissions included

	account   Account
	conn      net.Conn
	callID    string
	done      chan struct{}
	responses *Record[Message]

	mu     sync.Mutex
	cseq   int
	answer func(Message) int
}

// StartPhone opens the phone's socket towards the account's proxy. It is closed
// with the test.
func StartPhone(t testing.TB, a Account) *Phone {
	t.Helper()
	a = a.checked(t)
	conn, err := dial(t.Context(), a)
	if err != nil {
		t.Fatalf("cannot reach proxy: %v", err)
	}
	p := &Phone{
		Requests: newRecord[Message](), account: a, conn: conn, callID: rand.Text(),
		done: make(chan struct{}), responses: newRecord[Message](),
		answer: func(Message) int { return 200 },
	}
	go p.receive()
	t.Cleanup(p.Close)
	return p
}

// dial connects to the account's proxy.
func dial(ctx context.Context, a Account) (net.Conn, error) {
	switch a.Transport {
	case "tls":
		d := tls.Dialer{Config: a.TLS}
		return d.DialContext(ctx, "tcp", a.Proxy)
	case "wss":
		return dialWebSocket(ctx, a)
	}
	var d net.Dialer
	return d.DialContext(ctx, a.Transport, a.Proxy)
}

// Conn is the phone's connection, to look at.
func (p *Phone) Conn() net.Conn { return p.conn }

// Close closes the socket, as a phone that loses its power does.
func (p *Phone) Close() {
	_ = p.conn.Close()
	<-p.done
}

// Addr is the phone's own address.
func (p *Phone) Addr() net.Addr { return p.conn.LocalAddr() }

// Contact is the URI the phone registers.
func (p *Phone) Contact() string {
	if p.account.Transport == "wss" { // as browsers do (RFC 7118 appendix B.1)
		return fmt.Sprintf("sip:%s@%s.invalid;transport=ws", p.account.User, strings.ToLower(p.callID[:12]))
	}
	return fmt.Sprintf("sip:%s@%s;transport=%s", p.account.User, p.Addr(), p.account.Transport)
}

// AnswerWith sets the status of answers to requests; 0 stays silent.
func (p *Phone) AnswerWith(status func(Message) int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = status
}

// Register registers for so many seconds, 0 to unregister, answering one
// challenge, and returns the last response.
func (p *Phone) Register(t testing.TB, expires int) Message {
	t.Helper()
	return p.Request(t, "REGISTER", "sip:"+p.account.Domain,
		"To: <"+p.account.aor()+">",
		"Contact: <"+p.Contact()+">",
		fmt.Sprintf("Expires: %d", expires))
}

// Request sends a request with the given header lines, To among them, answers
// one challenge with the account's credentials and returns the last final
// response.
func (p *Phone) Request(t testing.TB, method, uri string, lines ...string) Message {
	t.Helper()
	resp := p.roundTrip(t, method, uri, lines)
	header, name := resp.Get("Www-Authenticate"), "Authorization"
	if resp.Status() == 407 {
		header, name = resp.Get("Proxy-Authenticate"), "Proxy-Authorization"
	}
	if resp.Status() != 401 && resp.Status() != 407 {
		return resp
	}
	c, ok := parseChallenge(header)
	if !ok {
		t.Fatalf("not a digest challenge: %q in %s", header, resp)
	}
	auth := c.answer(p.account.User, p.account.Password, method, uri, rand.Text(), 1)
	return p.roundTrip(t, method, uri, append([]string{name + ": " + auth}, lines...))
}

// roundTrip sends one request and awaits its final response.
func (p *Phone) roundTrip(t testing.TB, method, uri string, lines []string) Message {
	t.Helper()
	p.mu.Lock()
	p.cseq++
	cseq := fmt.Sprintf("%d %s", p.cseq, method)
	p.mu.Unlock()
	text := join(append([]string{
		method + " " + uri + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/%s %s;branch=z9hG4bK%s;rport", strings.ToUpper(p.account.Transport), p.Addr(), rand.Text()),
		"Max-Forwards: 70",
		"From: <" + p.account.aor() + ">;tag=" + p.callID[:8],
		"Call-ID: " + p.callID,
		"CSeq: " + cseq,
		"User-Agent: peer/1.0",
	}, lines...))
	stop := p.send(text)
	defer stop()
	return p.responses.Await(t, "response to "+cseq, func(m Message) bool {
		return m.Get("Cseq") == cseq && m.Status() >= 200
	})
}

// send writes text now, and over UDP again each second until stopped.
func (p *Phone) send(text string) (stop func()) {
	_, _ = io.WriteString(p.conn, text) // a lost request shows as a missing response
	if p.account.Transport != "udp" {
		return func() {}
	}
	quit, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		tick := time.NewTicker(resend)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_, _ = io.WriteString(p.conn, text)
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-finished }
}

// receive sorts what arrives until the socket is closed.
func (p *Phone) receive() {
	defer close(p.done)
	next := p.datagram
	if p.account.Transport != "udp" {
		r := bufio.NewReader(p.conn)
		next = func() (Message, error) { return ReadMessage(r) }
	}
	for {
		m, err := next()
		switch {
		case errors.Is(err, errNoMessage):
		case err != nil:
			return
		case m.Status() > 0:
			p.responses.add(m)
		default:
			p.Requests.add(m)
			p.respond(m)
		}
	}
}

// errNoMessage is a datagram without a message: a keep-alive, or an ICMP error
// told by the socket.
var errNoMessage = errors.New("no message")

func (p *Phone) datagram() (Message, error) {
	buf := make([]byte, 65535)
	n, err := p.conn.Read(buf)
	if errors.Is(err, net.ErrClosed) {
		return Message{}, err
	}
	m, perr := ParseMessage(string(buf[:n]))
	if err != nil || perr != nil {
		return Message{}, errNoMessage
	}
	return m, nil
}

func (p *Phone) respond(m Message) {
	if m.Method() == "ACK" {
		return
	}
	p.mu.Lock()
	status := p.answer(m)
	p.mu.Unlock()
	if status == 0 {
		return
	}
	reason := map[int]string{200: "OK", 481: "Subscription Does Not Exist", 489: "Bad Event"}[status]
	_, _ = io.WriteString(p.conn, m.reply(status, reason, "Contact: <"+p.Contact()+">"))
}
