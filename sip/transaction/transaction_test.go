package transaction

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tape is a line that writes down what is sent, and when.
type tape struct {
	begin    time.Time
	reliable bool
	broken   error

	mu   sync.Mutex
	sent []string
}

func newTape(reliable bool) *tape { return &tape{begin: time.Now(), reliable: reliable} }

func (p *tape) Send(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	line, _, _ := strings.Cut(string(b), "\r\n")
	line = strings.TrimSuffix(strings.TrimSuffix(line, " sip:bob@example.com SIP/2.0"), " x")
	p.sent = append(p.sent, fmt.Sprintf("%v %s", time.Since(p.begin), strings.TrimPrefix(line, "SIP/2.0 ")))
	return p.broken
}

func (p *tape) Reliable() bool { return p.reliable }

// takes compares what was sent since the last time.
func (p *tape) takes(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if diff := cmp.Diff(want, p.sent); diff != "" {
		t.Error("sent (-want +got):\n" + diff)
	}
	p.sent = nil
}

func parse[M sip.Message](t testing.TB, text string) M {
	t.Helper()
	m, err := sip.ParseMessage([]byte(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	return m.(M)
}

func request(t testing.TB, method string) *sip.Request {
	t.Helper()
	return parse[*sip.Request](t, method+` sip:bob@example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
Max-Forwards: 70
From: <sip:ann@example.com>;tag=a
To: <sip:bob@example.com>
Call-ID: 1
CSeq: 1 `+method)
}

func response(t testing.TB, status int, method string) *sip.Response {
	t.Helper()
	return parse[*sip.Response](t, fmt.Sprintf(`SIP/2.0 %d x
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
From: <sip:ann@example.com>;tag=a
To: <sip:bob@example.com>;tag=b
Call-ID: 1
CSeq: 1 %s`, status, method))
}

// heard is what a handler was told.
type heard struct {
	mu   sync.Mutex
	list []string
}

func (h *heard) handler() Handler {
	note := func(s string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.list = append(h.list, s)
	}
	return Handler{
		Response: func(res *sip.Response, _ []byte) { note(fmt.Sprint(res.StatusCode)) },
		Failed:   func(err error) { note(err.Error()) },
	}
}

func (h *heard) is(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	if diff := cmp.Diff(want, h.list); diff != "" {
		t.Error("heard (-want +got):\n" + diff)
	}
}

func send(t *testing.T, l *Layer, line Line, method string, h *heard) *Client {
	t.Helper()
	tx, err := l.Client(request(t, method), line, h.handler())
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Send(); err != nil {
		t.Fatal(err)
	}
	return tx
}

func empty(t *testing.T, l *Layer) {
	t.Helper()
	if n := l.Len(); n != 0 {
		t.Errorf("%d transactions are left", n)
	}
}

// TestClientTimers: INVITE is sent again at twice the time before, others at most every
// T2; after 64 times T1 both are given up. Over a connection nothing is sent twice.
func TestClientTimers(t *testing.T) {
	for name, c := range map[string]struct {
		method   string
		reliable bool
		want     []string
	}{
		"INVITE":                   {"INVITE", false, []string{"0s", "500ms", "1.5s", "3.5s", "7.5s", "15.5s", "31.5s"}},
		"BYE":                      {"BYE", false, []string{"0s", "500ms", "1.5s", "3.5s", "7.5s", "11.5s", "15.5s", "19.5s", "23.5s", "27.5s", "31.5s"}},
		"INVITE over a connection": {"INVITE", true, []string{"0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, line, h := New(), newTape(c.reliable), &heard{}
				send(t, l, line, c.method, h)
				time.Sleep(64*l.t1 - time.Nanosecond)
				h.is(t)
				time.Sleep(time.Nanosecond)
				h.is(t, ErrTimeout.Error())
				for i := range c.want {
					c.want[i] += " " + c.method
				}
				line.takes(t, c.want...)
				empty(t, l)
			})
		})
	}
}

// TestClientProvisional: after one INVITE is no more sent again, others every T2.
func TestClientProvisional(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, line, h := New(), newTape(false), &heard{}
		send(t, l, line, "INVITE", h)
		send(t, l, line, "BYE", h)
		for _, method := range []string{"INVITE", "BYE"} {
			if !l.Response(response(t, 180, method), nil) {
				t.Error("180 to " + method + " is nobody's")
			}
		}
		time.Sleep(10 * time.Second)
		line.takes(t, "0s INVITE", "0s BYE", "500ms BYE", "4.5s BYE", "8.5s BYE")
		time.Sleep(time.Minute)
		h.is(t, "180", "180", ErrTimeout.Error()) // an INVITE rings as long as the dialog likes
		l.Close()
		empty(t, l)
	})
}

// TestClientFinal: a 2xx ends the transaction; a refusal is acknowledged, each time it
// comes, and told once.
func TestClientFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, line, h := New(), newTape(false), &heard{}
		send(t, l, line, "INVITE", h)
		for range 3 {
			if !l.Response(response(t, 486, "INVITE"), nil) {
				t.Error("the refusal is nobody's")
			}
		}
		line.takes(t, "0s INVITE", "0s ACK", "0s ACK", "0s ACK")
		h.is(t, "486")
		time.Sleep(time.Minute)
		empty(t, l)
		send(t, l, line, "INVITE", h)
		l.Response(response(t, 200, "INVITE"), nil)
		empty(t, l)
		if l.Response(response(t, 200, "INVITE"), nil) {
			t.Error("a 2xx that comes again is not for the dialog")
		}
		time.Sleep(time.Minute)
		h.is(t, "486", "200")
	})
}

// TestClientACK: it has the INVITE's Via, Route and number, and the response's To.
func TestClientACK(t *testing.T) {
	invite := request(t, "INVITE")
	invite.AppendHeader(sip.NewHeader("Route", "<sip:proxy.example.com;lr>"))
	want := strings.Join([]string{
		"ACK sip:bob@example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", "Route: <sip:proxy.example.com;lr>",
		"Max-Forwards: 70", "From: <sip:ann@example.com>;tag=a", "To: <sip:bob@example.com>;tag=b", "Call-ID: 1", "CSeq: 1 ACK",
		"Content-Length: 0", "", "",
	}, "\r\n")
	if diff := cmp.Diff(want, string(Text(refusalACK(invite, response(t, 486, "INVITE"))))); diff != "" {
		t.Error("(-want +got):\n" + diff)
	}
}

// TestClientBroken: what cannot be sent is over at once, and Failed is not called.
func TestClientBroken(t *testing.T) {
	line, h, l := newTape(false), &heard{}, New()
	line.broken = errors.New("no route")
	tx, err := l.Client(request(t, "BYE"), line, h.handler())
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Send(); !errors.Is(err, line.broken) {
		t.Errorf("error %v, want %v", err, line.broken)
	}
	if len(h.list) != 0 {
		t.Errorf("heard %q", h.list)
	}
	empty(t, l)
}

// TestClientGivenUpBeforeItIsSent: it is told once that it has ended.
func TestClientGivenUpBeforeItIsSent(t *testing.T) {
	line, h, l := newTape(false), &heard{}, New()
	tx, err := l.Client(request(t, "BYE"), line, h.handler())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := tx.Send(); err != nil {
		t.Errorf("told again: %v", err)
	}
	if diff := cmp.Diff([]string{ErrTerminated.Error()}, h.list); diff != "" || len(line.sent) != 0 {
		t.Errorf("heard (-want +got):\n%s, sent %q", diff, line.sent)
	}
}

// take gives the layer a request that must be new.
func take(t *testing.T, l *Layer, line Line, method string) (tx, invite *Server) {
	t.Helper()
	if tx, invite = l.Request(request(t, method), line); tx == nil {
		t.Fatal(method + " is absorbed")
	}
	return tx, invite
}

// absorbed gives the layer a request that nobody need see.
func absorbed(t *testing.T, l *Layer, line Line, method string) {
	t.Helper()
	if tx, _ := l.Request(request(t, method), line); tx != nil {
		t.Error(method + " is not absorbed")
	}
}

func answer(t *testing.T, tx *Server, status int) {
	t.Helper()
	if err := tx.Respond(status, fmt.Appendf(nil, "SIP/2.0 %d x\r\n", status)); err != nil {
		t.Errorf("cannot answer %d: %v", status, err)
	}
}

// TestServerRepeats: a request that comes again has the last response again, and nothing
// before there is one.
func TestServerRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, line := New(), newTape(false)
		tx, _ := take(t, l, line, "BYE")
		absorbed(t, l, line, "BYE")
		line.takes(t)
		answer(t, tx, 200)
		absorbed(t, l, line, "BYE")
		line.takes(t, "0s 200", "0s 200")
		if err := tx.Respond(200, nil); !errors.Is(err, ErrTerminated) {
			t.Errorf("a second final response: error %v", err)
		}
		time.Sleep(time.Minute)
		line.takes(t)
		empty(t, l)
	})
}

// TestServerRepeatsOnOtherLine: what comes again over a new connection is answered there.
func TestServerRepeatsOnOtherLine(t *testing.T) {
	l, line, other := New(), newTape(false), newTape(false)
	tx, _ := take(t, l, line, "BYE")
	answer(t, tx, 200)
	absorbed(t, l, other, "BYE")
	if len(line.sent) != 1 || len(other.sent) != 1 {
		t.Errorf("sent %q and %q", line.sent, other.sent)
	}
	l.Close()
}

// TestServerAfterClose: nothing begins once the layer is closed.
func TestServerAfterClose(t *testing.T) {
	l := New()
	l.Close()
	absorbed(t, l, newTape(false), "INVITE")
	absorbed(t, l, newTape(false), "ACK")
}

// TestServerLimit: there is no room for any number of requests that nobody acknowledges.
func TestServerLimit(t *testing.T) {
	l, line := New(), newTape(false)
	for i := range maxServers {
		l.servers[fmt.Sprint(i)] = &Server{layer: l, line: line}
	}
	if !l.Full() {
		t.Errorf("room for more than %d", maxServers)
	}
	l.Close()
	if l.Full() {
		t.Error("no room in an empty layer")
	}
}

// TestServerRefusal: a refusal of INVITE is sent again until its ACK, or Timer H.
func TestServerRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, line := New(), newTape(false)
		tx, _ := take(t, l, line, "INVITE")
		answer(t, tx, 100)
		answer(t, tx, 486)
		time.Sleep(2 * time.Second)
		absorbed(t, l, line, "INVITE")
		absorbed(t, l, line, "ACK")
		time.Sleep(time.Minute)
		line.takes(t, "0s 100", "0s 486", "500ms 486", "1.5s 486", "2s 486")
		empty(t, l)

		line = newTape(false)
		tx, _ = take(t, l, line, "INVITE")
		answer(t, tx, 486)
		time.Sleep(time.Minute)
		line.takes(t, "0s 486", "500ms 486", "1.5s 486", "3.5s 486", "7.5s 486", "11.5s 486", "15.5s 486", "19.5s 486", "23.5s 486", "27.5s 486", "31.5s 486")
		empty(t, l)
	})
}

// TestServerAnswer: a 2xx to INVITE ends the transaction: what comes again is the dialog's.
func TestServerAnswer(t *testing.T) {
	l, line := New(), newTape(false)
	tx, _ := take(t, l, line, "INVITE")
	answer(t, tx, 200)
	empty(t, l)
	take(t, l, line, "ACK")
	empty(t, l)
}

// TestServerCancel: a CANCEL finds its INVITE, whose 487 is sent until its ACK; an answer
// that comes later is refused. One that was faster stands.
func TestServerCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, line := New(), newTape(false)
		invite, _ := take(t, l, line, "INVITE")
		told := 0
		invite.OnCancel(func(*sip.Request) { told++ })
		tx, found := take(t, l, line, "CANCEL")
		if found != invite {
			t.Fatal("the INVITE is not found")
		}
		answer(t, tx, 200)
		if !invite.Cancel(request(t, "CANCEL"), []byte("SIP/2.0 487 x\r\n")) || told != 1 {
			t.Errorf("not cancelled, or told %d times", told)
		}
		if err := invite.Respond(200, nil); !errors.Is(err, ErrCancelled) {
			t.Errorf("error %v, want %v", err, ErrCancelled)
		}
		absorbed(t, l, line, "ACK")
		line.takes(t, "0s 200", "0s 487")
		time.Sleep(time.Minute)
		line.takes(t)
		empty(t, l)

		invite, _ = take(t, l, line, "INVITE")
		answer(t, invite, 486)
		if invite.Cancel(request(t, "CANCEL"), nil) {
			t.Error("a refused INVITE is cancelled")
		}
		l.Close()
		empty(t, l)
	})
}

// TestKeys: what tells transactions apart.
func TestKeys(t *testing.T) {
	base := serverKey(request(t, "INVITE"), sip.INVITE)
	change := func(pairs ...string) string {
		text := strings.NewReplacer(pairs...).Replace(request(t, "INVITE").String())
		m, err := sip.ParseMessage([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return serverKey(m.(*sip.Request), sip.INVITE)
	}
	for name, c := range map[string]struct {
		got  string
		same bool
	}{
		"ACK":           {serverKey(request(t, "ACK"), sip.ACK), true},
		"other Call-ID": {change("Call-ID: 1", "Call-ID: 2"), true}, // the branch is enough
		"BYE":           {serverKey(request(t, "BYE"), sip.BYE), false},
		"other branch":  {change("z9hG4bK1", "z9hG4bK2"), false},
		"other sender":  {change("192.0.2.1:5060", "192.0.2.2:5060"), false},
		"other port":    {change("192.0.2.1:5060", "192.0.2.1:5061"), false},
		"old branch":    {change("z9hG4bK1", "1"), false},
	} {
		if (c.got == base) != c.same || c.got == "" {
			t.Errorf("%s: %q beside %q, same %v", name, c.got, base, !c.same)
		}
	}
	if a, b := change("z9hG4bK1", "1"), change("z9hG4bK1", "1", "Call-ID: 1", "Call-ID: 2"); a == b {
		t.Errorf("without a magic cookie the Call-ID does not count: %q", a)
	}
}
