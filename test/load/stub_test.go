package load

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dialtone/sip/digest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stub is the least of a registrar: it verifies credentials and keeps contacts.
type stub struct {
	t      *testing.T
	conn   *net.UDPConn
	nonces *digest.Nonces
	// before answers instead of the registrar; "" lets it answer, "-" is silence.
	before func(*request) string

	mu       sync.Mutex
	clock    time.Time
	contacts map[string]map[string]bool // by user
	sources  map[netip.Addr]int
	requests []request
}

// request is a REGISTER as the stub reads it.
type request struct {
	text, user, id string
	header         map[string]string
}

func startStub(t *testing.T, before func(*request) string) *stub {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(socketBuffer)
	s := &stub{
		t: t, conn: conn, before: before, clock: time.Now(),
		nonces:   digest.NewNonces(digest.NonceConfig{}),
		contacts: map[string]map[string]bool{}, sources: map[netip.Addr]int{},
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.serve()
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return s
}

func (s *stub) target() netip.AddrPort { return s.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (s *stub) serve() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if answer := s.handle(string(buf[:n]), from.Addr()); answer != "" {
			_, _ = s.conn.WriteToUDPAddrPort([]byte(answer), from)
		}
	}
}

func (s *stub) handle(text string, from netip.Addr) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources[from]++
	r := parseRequest(text)
	s.requests = append(s.requests, r)
	if s.before != nil {
		switch answer := s.before(&r); answer {
		case "":
		case "-":
			return ""
		default:
			return r.reply(answer)
		}
	}
	return s.register(&r)
}

func parseRequest(text string) request {
	r := request{text: text, header: map[string]string{}}
	head, _, _ := strings.Cut(text, "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			r.header[name] = value
		}
	}
	r.user = between(r.header["To"], "sip:", "@")
	_, r.id, _ = strings.Cut(r.header["Via"], "branch=")
	return r
}

func between(s, start, end string) string {
	_, s, _ = strings.Cut(s, start)
	s, _, _ = strings.Cut(s, end)
	return s
}

// reply answers with a status line and more headers.
func (r *request) reply(status string, headers ...string) string {
	lines := []string{"SIP/2.0 " + status, "Via: " + r.header["Via"]}
	for _, h := range []string{"From", "To", "Call-ID", "CSeq"} {
		lines = append(lines, h+": "+r.header[h])
	}
	return strings.Join(append(append(lines, headers...), "Content-Length: 0", "", ""), "\r\n")
}

const stubDomain = "pbx.example"

func (s *stub) register(r *request) string {
	switch s.verify(r) {
	case digest.Fresh:
	case digest.Stale:
		return s.challenge(r, true)
	default:
		return s.challenge(r, false)
	}
	contacts := s.contacts[r.user]
	if contacts == nil {
		contacts = map[string]bool{}
		s.contacts[r.user] = contacts
	}
	for c := range strings.SplitSeq(r.header["Contact"], ", ") {
		uri := between(c, "<", ">")
		if strings.HasSuffix(c, ";expires=0") || r.header["Expires"] == "0" {
			delete(contacts, uri)
		} else {
			contacts[uri] = true
		}
	}
	var lines []string
	for uri := range contacts {
		lines = append(lines, "Contact: <"+uri+">;expires="+r.header["Expires"])
	}
	return r.reply("200 OK", lines...)
}

func (s *stub) challenge(r *request, stale bool) string {
	nonce := s.nonces.Append(nil, stubDomain, s.clock)
	header := digest.AppendChallenges(nil, "WWW-Authenticate", &digest.Challenge{
		Realm: stubDomain, Nonce: nonce, Algorithms: digest.AlgorithmsOf(digest.MD5, digest.SHA256), Stale: stale,
	})
	return r.reply("401 Unauthorized", strings.TrimSuffix(string(header), "\r\n"))
}

// verify checks credentials as the daemon does; nc must grow.
func (s *stub) verify(r *request) digest.Freshness {
	c, err := digest.ParseCredentials([]byte(r.header["Authorization"]))
	if err != nil {
		return digest.Forged
	}
	var v digest.Verifier
	ha1 := digest.HA1(r.user, stubDomain, "Bench-"+r.user+"-Key", digest.MD5)
	want := digest.Expected{
		Method: "REGISTER", URI: []byte("sip:" + stubDomain), Realm: stubDomain,
		Algorithms: digest.AlgorithmsOf(digest.MD5),
	}
	if string(c.Username) != r.user || v.Verify(&c, want, ha1) != nil {
		return digest.Forged
	}
	if f := s.nonces.Verify(c.Nonce, stubDomain, s.clock); f != digest.Fresh {
		return f
	}
	return s.nonces.Use(c.Nonce, c.Count, s.clock)
}

// locked reads what the stub has seen.
func (s *stub) locked(read func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read()
}

func (s *stub) fleet(n int, change ...func(*Config)) *Fleet {
	s.t.Helper()
	cfg := Config{
		Target: s.target(), Accounts: DefaultPattern(stubDomain).Accounts(n), Sockets: 3, Workers: 2,
		T1: 20 * time.Second, T2: 40 * time.Second,
	}
	for _, c := range change {
		c(&cfg)
	}
	f, err := New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(f.Close)
	return f
}

// counter numbers the copies of each request.
func counter() func(*request) int {
	seen := map[string]int{}
	return func(r *request) int {
		seen[r.text]++
		return seen[r.text]
	}
}
