package peer

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// registrar is the least a phone can register with, on UDP and TCP of one port.
type registrar struct {
	addr     string
	password string
	requests *Record[Message]
	answers  *Record[Message]

	mu    sync.Mutex
	write map[string]io.Writer // by user
}

// listenBoth takes a port that is free for TCP and for UDP.
func listenBoth(t *testing.T) (net.Listener, net.PacketConn) {
	t.Helper()
	for range 20 {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if udp, err := net.ListenPacket("udp", tcp.Addr().String()); err == nil {
			return tcp, udp
		}
		_ = tcp.Close() // somebody has the port for UDP
	}
	t.Fatal("no port is free for both TCP and UDP")
	return nil, nil
}

func startRegistrar(t *testing.T, password string) *registrar {
	t.Helper()
	tcp, udp := listenBoth(t)
	r := &registrar{
		addr: tcp.Addr().String(), password: password, write: make(map[string]io.Writer),
		requests: newRecord[Message](), answers: newRecord[Message](),
	}
	var wg sync.WaitGroup
	wg.Go(func() { r.serveUDP(udp) })
	wg.Go(func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { r.serveTCP(c) })
		}
	})
	t.Cleanup(func() {
		_ = tcp.Close()
		_ = udp.Close()
		r.mu.Lock()
		for _, w := range r.write {
			if c, ok := w.(net.Conn); ok {
				_ = c.Close()
			}
		}
		r.mu.Unlock()
		wg.Wait()
	})
	return r
}

// to is a UDP peer as a writer.
type to struct {
	net.PacketConn
	addr net.Addr
}

func (w to) Write(p []byte) (int, error) { return w.WriteTo(p, w.addr) }

func (r *registrar) serveUDP(c net.PacketConn) {
	buf := make([]byte, 65535)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return
		}
		if m, err := ParseMessage(string(buf[:n])); err == nil {
			r.handle(m, to{c, from})
		}
	}
}

func (r *registrar) serveTCP(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		m, err := ReadMessage(in)
		if err != nil {
			return
		}
		r.handle(m, c)
	}
}

func (r *registrar) handle(m Message, w io.Writer) {
	if m.Status() > 0 {
		r.answers.add(m)
		return
	}
	r.requests.add(m)
	_, _ = io.WriteString(w, r.answer(m, w))
}

func (r *registrar) answer(m Message, w io.Writer) string {
	const fresh = `WWW-Authenticate: Digest realm="pbx.example", nonce="n,1", algorithm=MD5, qop="auth"`
	c, ok := parseChallenge(m.Get("Authorization"))
	switch {
	case !ok:
		return m.reply(401, "Unauthorized", fresh)
	case c["nonce"] != "n,1" || c["response"] != c.response(c["username"], r.password, m.Method()):
		return m.reply(403, "Forbidden")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write[c["username"]] = w
	return m.reply(200, "OK", "Contact: "+m.Get("Contact")+";expires=60")
}

// notify sends a check-sync to a user's phone.
func (r *registrar) notify(t *testing.T, user string) {
	t.Helper()
	r.mu.Lock()
	w := r.write[user]
	r.mu.Unlock()
	contact := r.contact(t, user)
	transport := "TCP"
	if _, isUDP := w.(to); isUDP {
		transport = "UDP"
	}
	if _, err := io.WriteString(w, join([]string{
		"NOTIFY " + contact + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/%s %s;branch=z9hG4bK%d;rport", transport, r.addr, time.Now().UnixNano()),
		"Max-Forwards: 70", "From: <sip:pbx.example>;tag=q", "To: <" + contact + ">", "Call-ID: c1", "CSeq: 1 NOTIFY",
		"o: check-sync;reboot=false", "Subscription-State: terminated",
	})); err != nil {
		t.Fatal(err)
	}
}

func (r *registrar) contact(t *testing.T, user string) string {
	t.Helper()
	for _, m := range r.requests.All() {
		if m.Method() == "REGISTER" && strings.Contains(m.Get("To"), user) {
			_, rest, _ := strings.Cut(m.Get("Contact"), "<")
			uri, _, _ := strings.Cut(rest, ">")
			return uri
		}
	}
	t.Fatalf("%s has no contact", user)
	return ""
}
