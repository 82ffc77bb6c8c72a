package test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dialtone/test/load"
	"dialtone/test/peer"
)

// request is one that is answered without credentials, numbered.
func request(method, transport string, n int, lines ...string) string {
	return strings.Join(append([]string{
		method + " sip:127.0.0.1 SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/%s 192.0.2.9;branch=z9hG4bK%d;rport", transport, n),
		"Max-Forwards: 70", "From: <sip:t@127.0.0.1>;tag=t", "To: <sip:t@127.0.0.1>", "Call-ID: hazard@127.0.0.1",
		fmt.Sprintf("CSeq: %d %s", n, method),
	}, lines...), "\r\n") + "\r\n"
}

const noBody = "Content-Length: 0\r\n\r\n"

// wantService fails when a phone that comes now cannot register. Right after a flood it
// may be told to come later.
func wantService(t testing.TB, d *daemon, o *office, transport string) {
	t.Helper()
	phone := peer.StartPhone(t, o.sipAccount(d, 1, transport))
	await(t, "registration over "+transport, func() error {
		switch resp := phone.Register(t, 3600); resp.Status() {
		case 200:
			return nil
		case 503:
			return fmt.Errorf("told to come later: %s", resp)
		default:
			t.Fatalf("registration over %s: %s", transport, resp)
			return nil
		}
	})
	if resp := phone.Register(t, 0); resp.Status() != 200 {
		t.Errorf("removal over %s: %s", transport, resp)
	}
}

// TestHazardReaderSurvives: answers that cannot be delivered, datagrams of no bytes,
// the largest there are, and those beyond our limits end no reader.
func TestHazardReaderSurvives(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	for range 50 { // the sender is gone when its answer comes: port unreachable
		c := dialUDP(t, d.SIP.UDP[0])
		if _, err := io.WriteString(c, request("OPTIONS", "UDP", 1)+noBody); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	body := func(n int) string {
		return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", n, strings.Repeat("b", n))
	}
	const largest = 65507
	headers := len(request("OPTIONS", "UDP", 1)) + len("Content-Length: 65000\r\n\r\n")
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", silence},
		{"NAT keepalive", "\x00\x00\x00\x00", silence},
		{"the largest datagram", request("OPTIONS", "UDP", 1) + body(largest-headers), "200"},
		{"a line of 9 KB", request("OPTIONS", "UDP", 1, "Subject: "+strings.Repeat("s", 9<<10)) + noBody, "400"},
		{"5,000 headers", request("OPTIONS", "UDP", 1, strings.Split(strings.Repeat("X: y,", 5000), ",")[:5000]...) + noBody, "400"},
		{"a URI of 4 KB", strings.Replace(request("OPTIONS", "UDP", 1), "sip:", "sip:"+strings.Repeat("u", 4<<10)+"@", 1) + noBody, "414"},
		{"half a message", request("OPTIONS", "UDP", 1), "400"},
	} {
		if got := overUDP(t, d.SIP.UDP[0], []byte(tt.text)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	wantService(t, d, o, "udp")
	d.wantAlive()
}

// TestHazardSourcesLeaveNothing: however many sources send us something, be it
// keepalives, garbage or REGISTERs, nothing stays in memory.
func TestHazardSourcesLeaveNothing(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	target := netip.MustParseAddrPort(d.SIP.UDP[0])
	flood := func(addresses int) {
		t.Helper()
		for _, kind := range []load.FloodKind{load.Garbage, load.Strangers, load.Guesses} {
			report, err := load.Flood(t.Context(), load.FloodPlan{
				Target: target, Kind: kind, Domain: o.domain, Rate: 20_000, Duration: time.Second, Addresses: addresses,
			})
			if err != nil || report.Sent == 0 {
				t.Fatalf("flood: %+v, %v", report, err)
			}
		}
	}
	flood(1)
	before := d.resident()
	flood(50_000)
	d.wantGrowth(before, 12<<20)
	wantService(t, d, o, "udp")
	d.wantAlive()
}

// TestHazardLineFeeds: what a header cannot carry is refused and reaches nobody.
func TestHazardLineFeeds(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	phone := peer.StartPhone(t, o.sipAccount(d, 0, "udp"))
	to := "To: <sip:" + o.phones[0].username + "@" + o.domain + ">"
	for _, contact := range []string{
		"<sip:a@192.0.2.1>\nX-Injected: 1", "<sip:a@192.0.2.1>\rX-Injected: 1", "<sip:a\n@192.0.2.1>", "<sip:a@192.0.2.1>;x=\"a\nX-Injected: 1\"",
		"<sip:a@192.0.2.1\x00>", "<sip:a@192.0.2.1>;x\x00", "\"a\\\n\" <sip:a@192.0.2.1>",
	} {
		resp := phone.Request(t, "REGISTER", "sip:"+o.domain, to, "Contact: "+contact)
		if resp.Status() != 400 || resp.Get("X-Injected") != "" {
			t.Errorf("Contact %q: %s", contact, resp)
		}
	}
	if list := d.all(t, o.path+"/registrations"); len(list) != 0 {
		t.Errorf("registered: %v", list)
	}
}

// TestHazardContentLengthLies: over a connection a wrong length ends it, or makes a
// message of what follows; nothing waits for gigabytes.
func TestHazardContentLengthLies(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	before := d.resident()
	for _, tt := range []struct{ name, lines, body, want string }{
		{"too small", "Content-Length: 2\r\n", "ab\x01\x02", "200"}, // and a broken ping
		{"negative", "Content-Length: -1\r\n", "", "400 closed"},
		{"no number", "Content-Length: many\r\n", "", "400 closed"},
		{"4 GB", "Content-Length: 4294967295\r\n", "", closed},
		{"beyond 64 bits", "Content-Length: 99999999999999999999\r\n", "", "400 closed"},
		{"twice", "Content-Length: 0\r\nContent-Length: 0\r\n", "", "400 closed"},
		{"twice, differing", "Content-Length: 0\r\nl: 9\r\n", "", "400 closed"},
		{"the next message inside", fmt.Sprintf("Content-Length: %d\r\n", len(ping("TCP"))), ping("TCP"), "200"},
	} {
		if got := overTCP(t, d.SIP.TCP[0], []byte(request("OPTIONS", "TCP", 1)+tt.lines+"\r\n"+tt.body)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	d.wantGrowth(before, 8<<20)
	wantService(t, d, o, "tcp")
	d.wantAlive()
}

// TestHazardPipelinedInOrder: messages that come in one piece, or torn at any place,
// are answered in their order.
func TestHazardPipelinedInOrder(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	const messages = 200
	var text strings.Builder
	for n := range messages {
		method := []string{"OPTIONS", "REGISTER", "MESSAGE"}[n%3]
		text.WriteString(request(method, "TCP", n+1) + noBody + strings.Repeat("\r\n", n%2))
	}
	for _, piece := range []int{text.Len(), 1000, 97} {
		t.Run(fmt.Sprint(piece), func(t *testing.T) {
			c := dial(t, d.SIP.TCP[0])
			go func() {
				for rest := text.String(); len(rest) > 0; {
					n := min(piece, len(rest))
					if _, err := io.WriteString(c, rest[:n]); err != nil {
						return
					}
					rest = rest[n:]
				}
			}()
			r := bufio.NewReader(c)
			for n := range messages {
				head, err := readHead(r)
				if err != nil {
					t.Fatalf("answer %d: %v", n+1, err)
				}
				if !strings.Contains(head, fmt.Sprintf("CSeq: %d ", n+1)) {
					t.Fatalf("answer %d is\n%s", n+1, head)
				}
			}
		})
	}
}

// TestHazardSlowSender: who does not finish a message is cut off, whether bytes come
// now and then or no more at all.
func TestHazardSlowSender(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	message := request("OPTIONS", "TCP", 1, "Subject: "+strings.Repeat("s", 1000)) + noBody
	dripping, stalled := dial(t, d.SIP.TCP[0]), dial(t, d.SIP.TCP[0])
	if _, err := io.WriteString(stalled, message[:100]); err != nil {
		t.Fatal(err)
	}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for i := range message {
			if _, err := io.WriteString(dripping, message[i:i+1]); err != nil {
				return
			}
			<-tick.C
		}
	}()
	wantService(t, d, o, "tcp")
	for name, c := range map[string]net.Conn{"dripping": dripping, "stalled": stalled} {
		if got, err := io.ReadAll(c); isTimeout(err) || len(got) > 0 {
			t.Errorf("%s: %q, %v, want the connection closed", name, got, err)
		}
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// TestHazardStuckReader: a client that takes no answers is cut off, and nobody waits
// for it.
func TestHazardStuckReader(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	c := dial(t, d.SIP.TCP[0])
	if err := c.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat(request("OPTIONS", "TCP", 1)+noBody, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}()
	wantService(t, d, o, "tcp")
	wantService(t, d, o, "udp")
	await(t, "the connection's end", func() error {
		if established(t, c) {
			return errors.New("established")
		}
		return nil
	})
	_ = c.Close()
	<-ended
}

// established tells whether the other end of a connection over IPv4 is still in use.
func established(t testing.TB, c net.Conn) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	port := func(a net.Addr) int { return a.(*net.TCPAddr).Port }
	const stateEstablished = "01"
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port(c.RemoteAddr()))) && strings.HasSuffix(f[2], fmt.Sprintf(":%04X", port(c.LocalAddr()))) {
			return f[3] == stateEstablished
		}
	}
	return false
}

// files is how many file descriptors the daemon has besides those of its data.
func (d *daemon) files() int {
	d.t.Helper()
	folder := fmt.Sprintf("/proc/%d/fd", d.cmd.Process.Pid)
	list, err := os.ReadDir(folder)
	if err != nil {
		d.t.Fatal(err)
	}
	open := 0
	for _, f := range list {
		to, err := os.Readlink(filepath.Join(folder, f.Name()))
		if err == nil && !strings.HasPrefix(to, d.data+"/") { // the store has more files the more it keeps
			open++
		}
	}
	return open
}

// TestHazardIdleConnections: a connection that says nothing costs little, and one that
// is gone costs nothing.
func TestHazardIdleConnections(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	const (
		connections = 900 // of the 1,000 a source may have
		each        = 20 << 10
	)
	goroutines, before := metric(t, d, "go_goroutines"), d.resident()
	idle := make([]net.Conn, connections)
	for i := range idle {
		idle[i] = dial(t, d.SIP.TCP[0])
		if _, err := io.WriteString(idle[i], request("OPTIONS", "TCP", 1)+noBody); err != nil {
			t.Fatal(err)
		}
		if _, err := readHead(bufio.NewReader(idle[i])); err != nil {
			t.Fatal(err)
		}
	}
	d.wantGrowth(before, connections*each)
	wantService(t, d, o, "tcp")
	for _, c := range idle {
		_ = c.Close()
	}
	await(t, "end of the connections' goroutines", func() error {
		if now := metric(t, d, "go_goroutines"); now > goroutines+50 {
			return fmt.Errorf("%v goroutines, %v before", now, goroutines)
		}
		return nil
	})
}

// TestHazardOutOfFiles: with no descriptor left the listener goes on, and takes
// connections when there are some again.
func TestHazardOutOfFiles(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	phone := peer.StartPhone(t, o.sipAccount(d, 0, "udp"))
	pid := d.cmd.Process.Pid
	var before unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &before); err != nil {
		t.Fatal(err)
	}
	few := unix.Rlimit{Cur: uint64(d.files() + 10), Max: before.Max}
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &few, nil); err != nil {
		t.Fatal(err)
	}
	var all []net.Conn
	for range 60 { // the kernel takes them, the daemon cannot
		all = append(all, dial(t, d.SIP.TCP[0]))
	}
	awaitLog(t, d, "too many open files")
	if resp := phone.Register(t, 3600); resp.Status() != 200 {
		t.Errorf("registration over UDP meanwhile: %s", resp)
	}
	for _, c := range all {
		_ = c.Close()
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &before, nil); err != nil {
		t.Fatal(err)
	}
	wantService(t, d, o, "tcp")
	d.wantAlive()
}
