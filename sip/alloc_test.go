package sip

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"dialtone/internal/udpio"
	"dialtone/sip/digest"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// noon is when the requests of driven sockets come in.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// discard is a log without a disk.
type discard struct{}

func (discard) Commit([]registrar.Op) error { return nil }

// driven is a socket without its reader: the test hands it datagrams. Its answers go
// to a real socket; those that wait for the disk, on the goroutine that commits.
type driven struct {
	*udpSocket
	account record.ID
	phone   *net.UDPConn
	from    netip.AddrPort
	buf     []byte
}

// drive builds an edge whose registrar has no disk, and takes its first socket.
func drive(t *testing.T) *driven {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{store: st}
	f.fill(t)
	s, err := Listen(t.Context(), Config{UDP: []string{"127.0.0.1:0"}, MinExpires: 60, MaxExpires: 3600, Version: "test", Store: st, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s.registrar = registrar.New(registrar.Config{Log: discard{}, Released: s.release})
	s.now = func() time.Time { return noon }
	phone, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	d := &driven{udpSocket: s.udp[0].sockets[0], account: f.account, phone: phone, from: addrPort(phone.LocalAddr()), buf: make([]byte, 65536)}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	memory := s.registrar
	wg.Go(func() { memory.Serve(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		_ = phone.Close()
		s.closeSockets()
		s.closeQueues()
		_ = st.Close()
	})
	return d
}

// withRegistrar gives the edge another registrar, until release.
func (d *driven) withRegistrar(t *testing.T, cfg registrar.Config) (release func()) {
	t.Helper()
	before := d.edge.registrar
	d.edge.registrar = registrar.New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { d.edge.registrar.Serve(ctx) })
	return func() {
		cancel()
		wg.Wait()
		d.edge.registrar = before
	}
}

// take does what the reader does with one datagram.
func (d *driven) take(data []byte, now time.Time) {
	d.out, d.replies = d.out[:0], d.replies[:0]
	d.handle(&udpio.Packet{Data: data, Peer: d.from}, now)
	d.send(d.out)
}

// answered waits for an answer.
func (d *driven) answered(t *testing.T) []byte {
	t.Helper()
	if err := d.phone.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := d.phone.Read(d.buf)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	return d.buf[:n]
}

// ask hands over one datagram and wants an answer of that status.
func (d *driven) ask(t *testing.T, data []byte, now time.Time, status string) []byte {
	t.Helper()
	d.take(data, now)
	b := d.answered(t)
	if len(b) < 12 || string(b[8:11]) != status {
		t.Fatalf("asked\n%s\ngot\n%s", data, b)
	}
	return b
}

// datagram is a request of the fixture's phone; lines come before Content-Length.
func (d *driven) datagram(method string, cseq int, lines ...string) []byte {
	text := strings.Join(append([]string{
		method + " sip:" + testDomain + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bK%d;rport", d.from, cseq),
		"Max-Forwards: 70",
		"From: <sip:" + testUser + "@" + testDomain + ">;tag=abc",
		"To: <sip:" + testUser + "@" + testDomain + ">",
		"Call-ID: drive@127.0.0.1",
		fmt.Sprintf("CSeq: %d %s", cseq, method),
		fmt.Sprintf("Contact: <sip:%s@%s>", testUser, d.from),
		"User-Agent: Yealink SIP-T46U 108.86.0.20",
	}, lines...), "\r\n")
	return []byte(text + "\r\nContent-Length: 0\r\n\r\n")
}

// authorized are n REGISTERs of one phone that answer one challenge, in order.
func (d *driven) authorized(t *testing.T, n int) [][]byte {
	t.Helper()
	return d.authorizedFor(t, n, "sip:"+testDomain)
}

// authorizedFor is authorized with that digest uri.
func (d *driven) authorizedFor(t *testing.T, n int, uri string) [][]byte {
	t.Helper()
	m, err := peer.ParseMessage(string(d.ask(t, d.datagram("REGISTER", 1), noon, "401")))
	if err != nil {
		t.Fatal(err)
	}
	c, err := digest.ParseChallenge([]byte(m.Get("Www-Authenticate")))
	if err != nil {
		t.Fatal(err)
	}
	list := make([][]byte, n)
	for i := range list {
		response, err := digest.Respond(c, digest.Answer{
			Username: testUser, Password: testPassword, Method: "REGISTER", URI: uri, Cnonce: "00c0ffee", Count: uint32(i + 1),
		})
		if err != nil {
			t.Fatal(err)
		}
		list[i] = d.datagram("REGISTER", i+2, "Authorization: "+string(response), "Expires: 3600")
	}
	return list
}

// TestFastPathAllocatesNothing: what a phone sends all day, and what a flood sends, is
// answered without allocation, from the datagram to the system call.
func TestFastPathAllocatesNothing(t *testing.T) {
	skipUnderRace(t)
	d := drive(t)
	const runs = 300
	refreshes := d.authorized(t, runs+2)
	d.ask(t, refreshes[0], noon, "200")
	next := 0
	tests := []struct {
		name   string
		data   []byte
		status string // none: silence
	}{
		{"challenge", d.datagram("REGISTER", 1), "401"},
		{"challenge of a phone nobody knows", []byte(strings.ReplaceAll(string(d.datagram("REGISTER", 1)), testUser, "nobody")), "401"},
		{"a guess", replaced(refreshes[1], `nonce="`, `nonce="0`), "401"},
		{"garbage that can be answered", []byte(strings.Replace(string(d.datagram("REGISTER", 1)), "CSeq: 1 ", "CSeq: x ", 1)), "400"},
		{"a required extension", d.datagram("REGISTER", 1, "Proxy-Require: x", "Contact: ;"), "400"},
		{"no legal REGISTER", []byte(strings.Replace(string(d.datagram("REGISTER", 1)), "To: <sip:"+testUser+"@", "To: <sip:", 1)), "400"},
		{"garbage", []byte("\x16\x03\x01 nothing of ours"), ""},
		{"half a message", d.datagram("REGISTER", 1)[:100], ""},
		{"a response nobody waits for", []byte("SIP/2.0 200 OK\r\n\r\n"), ""},
		{"a scanner", []byte(strings.Replace(string(d.datagram("OPTIONS", 1)), "Yealink", "friendly-scanner", 1)), ""},
		{"OPTIONS", d.datagram("OPTIONS", 1), "200"},
		{"another method", d.datagram("MESSAGE", 1), "405"},
		{"keepalive", []byte("\r\n\r\n"), ""},
		{"refresh", nil, "200"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if n := testing.AllocsPerRun(runs, func() {
				data, now := tt.data, noon
				if data == nil {
					next++
					data, now = refreshes[next], noon.Add(time.Duration(next)*250*time.Millisecond)
				}
				if tt.status == "" {
					d.take(data, now)
				} else {
					d.ask(t, data, now, tt.status)
				}
			}); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
	d.edge.overload.level.Store(int32(full))
	put := d.datagram("REGISTER", 1)
	if n := testing.AllocsPerRun(runs, func() { d.ask(t, put, noon, "503") }); n != 0 {
		t.Errorf("a request that is put off: %v allocations", n)
	}
	stun := []byte("\x00\x01\x00\x00\x21\x12\xa4\x42............")
	if n := testing.AllocsPerRun(runs, func() {
		d.take(stun, noon)
		if b := d.answered(t); len(b) < 20 || b[0] != 1 {
			t.Fatalf("answer to STUN: %x", b)
		}
	}); n != 0 {
		t.Errorf("STUN: %v allocations", n)
	}
}
