package load

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"dialtone/internal/udpio"
)

// CallConfig is phones that call each other at a server, behind one socket on either side.
type CallConfig struct {
	Target  netip.AddrPort // on the loopback
	Callers []Account      // who call, in turn
	Callees []Account      // who are registered and answer at once
	// Dial is what is dialled to reach callee i: the user part of the Request-URI.
	Dial func(i int) string
}

// CallPlan is calls at a constant rate: INVITE, 407, INVITE, 180, 200, ACK, a pause, BYE,
// 200. No media is sent. What gets no answer is sent again as RFC 3261 has it, three
// times.
type CallPlan struct {
	Rate     float64       // calls a second
	Duration time.Duration // how long new ones begin; at most [MaxDuration]
	Hold     time.Duration // from the answer to the BYE
	Drain    time.Duration // how long the last are waited for
}

// CallReport is what became of the calls.
type CallReport struct {
	Started, Completed, Failed int
	// Rang is how many heard a 180.
	Rang int
	// Repeated counts what was sent again for want of an answer.
	Repeated int
	// Ringing is how long after the INVITE with credentials the 180 came, Answer the 200.
	Ringing, Answer Times
	// Statuses counts final answers other than 407 and 200.
	Statuses map[int]int
}

// NewCallers registers the callees.
func NewCallers(ctx context.Context, c CallConfig) (*Callers, error) {
	if err := checkTarget(c.Target); err != nil {
		return nil, err
	}
	g, err := newCallers(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := g.register(ctx); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Run makes the calls of a plan.
func (g *Callers) Run(ctx context.Context, p CallPlan) (CallReport, error) {
	if err := errors.Join(within("rate", p.Rate, 0.001, MaxRate), within("duration", p.Duration, 1, MaxDuration)); err != nil {
		return CallReport{}, err
	}
	g.begin(p)
	g.run(ctx)
	return g.report(), nil
}

// begin forgets the calls of before: they have other names.
func (g *Callers) begin(p CallPlan) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = calls{CallPlan: p, id: newRunID(), start: time.Now(), unacked: map[string]*pending{}, tally: CallReport{Statuses: map[int]int{}}}
}

// newRunID is what tells one run's calls from another's.
func newRunID() string {
	var id [4]byte
	rand.Read(id[:]) // never fails (crypto/rand)
	return hex.EncodeToString(id[:])
}

// callLeg is one call as the caller sees it.
type callLeg struct {
	account int
	callee  int
	seq     int
	invite  int           // the number of the INVITE that was answered
	open    *pending      // the request without an answer
	began   time.Duration // INVITE with credentials
	rang    bool
	answer  bool
	over    bool
	to      []byte // To with its tag
	target  []byte // Contact of the 200
	routes  []byte // Route lines
	hang    time.Duration
}

// Callers are the phones of a CallConfig.
type Callers struct {
	CallConfig
	out, in   *udpio.Conn
	here, far string // host:port of the two
	tail      sync.WaitGroup
	writing   sync.Mutex

	mu     sync.Mutex
	bound  map[string]chan int // registrations under way
	hashes hashes

	challenge []byte // of the registration under way

	calls
}

// calls are those of one run.
type calls struct {
	CallPlan
	id       string // in every Call-ID, tag and branch
	start    time.Time
	again    again
	legs     []callLeg
	hanging  []int // by the time they hang up: the pause is the same for all
	ringing  latencies
	answered latencies
	tally    CallReport
	unacked  map[string]*pending // the callees' 200s, by Call-ID
}

func newCallers(ctx context.Context, c CallConfig) (*Callers, error) {
	g := &Callers{CallConfig: c, bound: map[string]chan int{}, calls: calls{id: newRunID()}}
	for _, side := range []struct {
		conn *(*udpio.Conn)
		at   *string
	}{{&g.out, &g.here}, {&g.in, &g.far}} {
		conn, err := udpio.Listen(ctx, "127.0.0.1:0", udpio.Options{ReadBuffer: socketBuffer, WriteBuffer: socketBuffer})
		if err != nil {
			g.Close()
			return nil, err
		}
		*side.conn, *side.at = conn, conn.LocalAddr().String()
	}
	g.tail.Go(func() { g.read(g.out, g.heard) })
	g.tail.Go(func() { g.read(g.in, g.called) })
	return g, nil
}

// Close lets go of the sockets. The callees stay registered.
func (g *Callers) Close() {
	for _, c := range []*udpio.Conn{g.out, g.in} {
		if c != nil {
			_ = c.Close()
		}
	}
	g.tail.Wait()
}

// read hands every datagram of a socket to handle, which appends what to send.
func (g *Callers) read(conn *udpio.Conn, handle func(m []byte, send func([]byte))) {
	in := udpio.NewBatch(batchSize, 4*maxDatagram)
	var out []udpio.Packet
	for {
		if err := conn.Read(in); err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		out = out[:0]
		for i := range in.Packets {
			handle(in.Packets[i].Data, func(b []byte) { out = append(out, udpio.Packet{Data: b, Peer: g.Target}) })
		}
		if len(out) > 0 {
			g.write(conn, out)
		}
	}
}

// write sends datagrams: those of the clock and those that answer go over one socket,
// which takes one writer at a time.
func (g *Callers) write(conn *udpio.Conn, out []udpio.Packet) {
	g.writing.Lock()
	defer g.writing.Unlock()
	_, _ = conn.Write(out) // what is lost is sent again
}

// run begins calls at the rate, hangs them up, and waits for the last.
func (g *Callers) run(ctx context.Context) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := g.Duration + g.Hold + g.Drain
	for ctx.Err() == nil {
		<-tick.C
		now := time.Since(g.start)
		var out []udpio.Packet
		g.mu.Lock()
		again := g.again.due(now)
		g.tally.Repeated += len(again)
		for due := int(min(now, g.Duration).Seconds() * g.Rate); len(g.legs) < due; {
			out = append(out, udpio.Packet{Data: g.invite(), Peer: g.Target})
		}
		for len(g.hanging) > 0 && g.legs[g.hanging[0]].hang <= now {
			out = append(out, udpio.Packet{Data: g.bye(g.hanging[0]), Peer: g.Target})
			g.hanging = g.hanging[1:]
		}
		done := now > g.Duration && g.tally.Completed+g.tally.Failed == len(g.legs)
		g.mu.Unlock()
		for _, p := range again {
			g.write(p.conn, []udpio.Packet{{Data: p.data, Peer: g.Target}})
		}
		if len(out) > 0 {
			g.write(g.out, out)
		}
		if done || now > end {
			return
		}
	}
}

func (g *Callers) report() CallReport {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.tally
	r.Started = len(g.legs)
	r.Ringing, r.Answer = g.ringing.times(), g.answered.times()
	return r
}

const callSDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 8 101\r\n" +
	"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"

// invite begins the next call. The lock is held.
func (g *Callers) invite() []byte {
	i := len(g.legs)
	g.legs = append(g.legs, callLeg{account: i % len(g.Callers), callee: i % len(g.Callees), seq: 1})
	return g.ask(i, "INVITE", "", callSDP)
}

// ask writes a request of call i that wants an answer. The lock is held.
func (g *Callers) ask(i int, method, more, body string) []byte {
	b := g.request(i, method, more, body)
	g.legs[i].open.settle()
	g.legs[i].open = g.again.add(g.out, b, time.Since(g.start))
	return b
}

// request writes a request of call i. The lock is held.
func (g *Callers) request(i int, method, more, body string) []byte {
	l := &g.legs[i]
	a := g.Callers[l.account]
	uri := []byte("sip:" + g.Dial(l.callee) + "@" + a.Domain)
	if l.target != nil && method != "INVITE" {
		uri = l.target
	}
	to := []byte("<sip:" + g.Dial(l.callee) + "@" + a.Domain + ">")
	if l.to != nil {
		to = l.to
	}
	b := make([]byte, 0, 1024+len(body))
	b = fmt.Appendf(b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKc%s.%d.%d.%s;rport\r\n", method, uri, g.here, g.id, i, l.seq, method)
	b = append(b, l.routes...)
	b = fmt.Appendf(b, "Max-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=f%s.%d\r\nTo: %s\r\nCall-ID: call%d@%s.invalid\r\nCSeq: %d %s\r\n",
		a.User, a.Domain, g.id, i, to, i, g.id, l.seq, method)
	b = fmt.Appendf(b, "Contact: <sip:%s@%s>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nUser-Agent: dialtone-load\r\n%s", a.User, g.here, more)
	if body != "" {
		b = append(b, "Content-Type: application/sdp\r\n"...)
	}
	return fmt.Appendf(b, "Content-Length: %d\r\n\r\n%s", len(body), body)
}

func (g *Callers) bye(i int) []byte {
	g.legs[i].seq++
	return g.ask(i, "BYE", "", "")
}

// heard takes an answer on the callers' socket.
func (g *Callers) heard(m []byte, send func([]byte)) {
	status, ok := statusOf(m)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	i, seq, method, ok := g.callOf(headerOf(m, "Call-ID"), headerOf(m, "CSeq"))
	if !ok || i >= len(g.legs) || g.legs[i].over {
		return
	}
	l, now := &g.legs[i], time.Since(g.start)
	if seq != l.seq && (status < 200 || status >= 300) {
		return // to a request of before
	}
	if method == "INVITE" || status >= 200 {
		l.open.settle()
	}
	switch {
	case method == "BYE" && status < 200:
	case method == "BYE":
		l.over = true
		g.count(status)
	case status == 407 && l.seq < maxChallenges:
		g.ack(i, m, send)
		more := g.credentials(l, m)
		l.seq, l.began = l.seq+1, now
		send(g.ask(i, "INVITE", more, callSDP))
	case status == 180 || status == 183:
		if !l.rang {
			l.rang = true
			g.tally.Rang++
			g.ringing.add(now - l.began)
		}
	case status >= 200 && status < 300:
		if !l.answer {
			l.answer, l.invite = true, l.seq
			g.answered.add(now - l.began)
			l.to = bytes.Clone(headerOf(m, "To"))
			l.target = contactURI(m)
			l.routes = routesOf(m)
			l.hang = now + g.Hold
			g.hanging = append(g.hanging, i)
		}
		send(g.acknowledge(i))
	case status >= 300:
		g.ack(i, m, send)
		l.over = true
		g.count(status)
	}
}

// maxChallenges is how many challenges a call answers: the second says that the nonce of
// the first is stale.
const maxChallenges = 3

// count notes how a call ended. The lock is held.
func (g *Callers) count(status int) {
	if status < 300 {
		g.tally.Completed++
		return
	}
	g.tally.Failed++
	g.tally.Statuses[status]++
}

// acknowledge writes the ACK to the 200, with the INVITE's number.
func (g *Callers) acknowledge(i int) []byte {
	l := &g.legs[i]
	seq := l.seq
	l.seq = l.invite
	b := g.request(i, "ACK", "", "")
	l.seq = seq
	return b
}

// ack acknowledges a final answer that is no 2xx: with the INVITE's branch.
func (g *Callers) ack(i int, m []byte, send func([]byte)) {
	l := &g.legs[i]
	to := l.to
	l.to = headerOf(m, "To")
	b := g.request(i, "ACK", "", "")
	l.to = to
	send(bytes.Replace(b, fmt.Appendf(nil, ".%d.%d.ACK;", i, l.seq), fmt.Appendf(nil, ".%d.%d.INVITE;", i, l.seq), 1))
}

// credentials answers the challenge of a 407.
func (g *Callers) credentials(l *callLeg, m []byte) string {
	v, a := headerOf(m, "Proxy-Authenticate"), g.Callers[l.account]
	realm, nonce := string(parameter(v, "realm=")), string(parameter(v, "nonce="))
	uri := "sip:" + g.Dial(l.callee) + "@" + a.Domain
	var ha1 [32]byte
	g.hashes.secret(&ha1, a.User, []byte(realm), a.Password)
	g.hashes.text = append(g.hashes.text[:0], "INVITE:"+uri...)
	g.hashes.hash(&g.hashes.ha2)
	qop := bytes.Contains(parameter(v, "qop="), []byte("auth"))
	g.hashes.text = fmt.Appendf(g.hashes.text[:0], "%s:%s:", ha1[:], nonce)
	if qop {
		g.hashes.text = append(g.hashes.text, "00000001:c0ffee:auth:"...)
	}
	g.hashes.text = append(g.hashes.text, g.hashes.ha2[:]...)
	g.hashes.hash(&g.hashes.res)
	s := fmt.Sprintf("Proxy-Authorization: Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q, algorithm=MD5",
		a.User, realm, nonce, uri, g.hashes.res[:])
	if qop {
		s += `, cnonce="c0ffee", qop=auth, nc=00000001`
	}
	return s + "\r\n"
}

// callOf reads which call an answer is about, and to which request.
func (g *Callers) callOf(callID, cseq []byte) (i, seq int, method string, ok bool) {
	number, found := bytes.CutPrefix(callID, []byte("call"))
	number, run, _ := bytes.Cut(number, []byte("@"))
	i, err := strconv.Atoi(string(number))
	digits, name, _ := bytes.Cut(cseq, []byte(" "))
	seq, err2 := strconv.Atoi(string(digits))
	ours := bytes.HasPrefix(run, []byte(g.id))
	return i, seq, string(name), found && ours && err == nil && err2 == nil && i >= 0
}

// headerOf is the first header of a name, nil without. Compact forms are not read.
func headerOf(m []byte, name string) []byte {
	for rest := m; len(rest) > 0; {
		var line []byte
		if line, rest, _ = bytes.Cut(rest, crlf); len(line) == 0 {
			return nil
		}
		if v, is := value(line, name); is {
			return bytes.TrimSpace(v)
		}
	}
	return nil
}

func contactURI(m []byte) []byte {
	v := headerOf(m, "Contact")
	if _, after, ok := bytes.Cut(v, []byte("<")); ok {
		v, _, _ = bytes.Cut(after, []byte(">"))
	}
	return bytes.Clone(v)
}

// routesOf is the route set of an answer as Route headers, the last hop first.
func routesOf(m []byte) (routes []byte) {
	for rest := m; len(rest) > 0; {
		var line []byte
		if line, rest, _ = bytes.Cut(rest, crlf); len(line) == 0 {
			break
		}
		if v, is := value(line, "Record-Route"); is {
			routes = append(fmt.Appendf(nil, "Route:%s\r\n", v), routes...)
		}
	}
	return routes
}
