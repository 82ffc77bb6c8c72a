package peer

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// UDPTL is the fax side of a phone: a socket for the datagrams of T.38, which are bytes to
// it.
type UDPTL struct {
	conn *net.UDPConn

	mu       sync.Mutex // handsets describe it as requests come, tests as they like
	version  int
	sections string
	remote   netip.AddrPort
}

// OpenUDPTL opens a socket on the loopback, closed with the test.
func OpenUDPTL(t testing.TB) *UDPTL {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &UDPTL{conn: conn}
}

// Port is where the socket listens.
func (u *UDPTL) Port() int { return u.conn.LocalAddr().(*net.UDPAddr).Port }

// Section is the socket's section of a description with the attributes given, such as
// "T38FaxVersion:0".
func (u *UDPTL) Section(attributes ...string) string {
	s := fmt.Sprintf("m=image %d udptl t38\r\n", u.Port())
	for _, a := range attributes {
		s += "a=" + a + "\r\n"
	}
	return s
}

// Description is a description of these sections, a version later than the one before.
func (u *UDPTL) Description(sections ...string) string {
	u.mu.Lock()
	u.version++
	u.sections = strings.Join(sections, "")
	u.mu.Unlock()
	return u.Again()
}

// Again is the description of before, as a session refresh has it.
func (u *UDPTL) Again() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return fmt.Sprintf("v=0\r\no=- 77 %d IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n%s", u.version, u.sections)
}

var imageLine = regexp.MustCompile(`(?im)^m=image (\d+) udptl t38\r?$`)

// Aim sends to where a description wants faxes; false when it wants none.
func (u *UDPTL) Aim(description string) bool {
	c, m := connectionLine.FindStringSubmatch(description), imageLine.FindStringSubmatch(description)
	if c == nil || m == nil || m[1] == "0" {
		return false
	}
	addr, err := netip.ParseAddr(c[1])
	port, perr := strconv.ParseUint(m[1], 10, 16)
	if err != nil || perr != nil {
		return false
	}
	u.mu.Lock()
	u.remote = netip.AddrPortFrom(addr, uint16(port))
	u.mu.Unlock()
	return true
}

// Send sends a datagram.
func (u *UDPTL) Send(t testing.TB, b []byte) {
	t.Helper()
	u.mu.Lock()
	remote := u.remote
	u.mu.Unlock()
	if _, err := u.conn.WriteToUDPAddrPort(b, remote); err != nil {
		t.Fatal(err)
	}
}

// Gets waits for a datagram that is b, byte for byte. What else comes meanwhile is RTP
// that was under way.
func (u *UDPTL) Gets(t testing.TB, b []byte) {
	t.Helper()
	if !u.gets(t, b, deadline) {
		t.Fatalf("datagram %x did not come", b)
	}
}

// noSignal is a datagram that says nothing is on the line (T.38 section 8.3).
var noSignal = []byte{0, 0, 1, 0, 0}

// GetsAny waits for a datagram, whatever it is, and sends one that says nothing meanwhile:
// so the other side knows where the socket is, whoever else strays to its port.
func (u *UDPTL) GetsAny(t testing.TB) []byte {
	t.Helper()
	buf := make([]byte, 65535)
	for range 100 {
		u.Send(t, noSignal)
		if err := u.conn.SetReadDeadline(time.Now().Add(deadline / 100)); err != nil {
			t.Fatal(err)
		}
		if n, _, err := u.conn.ReadFromUDPAddrPort(buf); err == nil {
			return buf[:n]
		}
	}
	t.Fatal("no datagram came")
	return nil
}

func (u *UDPTL) gets(t testing.TB, b []byte, within time.Duration) bool {
	t.Helper()
	if err := u.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	for buf := make([]byte, 65535); ; {
		n, _, err := u.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return false
		}
		if bytes.Equal(buf[:n], b) {
			return true
		}
	}
}

// Fax sends datagrams both ways between two sockets, each of which must arrive as it was
// sent. The first ones are sent again until they do, as machines do: they may be too early.
func Fax(t testing.TB, a, b *UDPTL) {
	t.Helper()
	for i, way := range [][2]*UDPTL{{a, b}, {b, a}} {
		first := []byte{0, 0, 1, byte(i)}
		way[0].Send(t, first)
		for tries := 0; !way[1].gets(t, first, deadline/100); tries++ {
			if tries == 100 {
				t.Fatalf("datagram %x did not come", first)
			}
			way[0].Send(t, first)
		}
	}
	for n := byte(1); n < 4; n++ {
		for i, way := range [][2]*UDPTL{{a, b}, {b, a}} {
			datagram := append([]byte{0, n, 1, byte(i)}, bytes.Repeat([]byte{n}, 40*int(n))...)
			way[0].Send(t, datagram)
			way[1].Gets(t, datagram)
		}
	}
}

// OwnDescription is what the handset says of the call's sound.
func (c *PhoneCall) OwnDescription() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sound.sdp(c.direction)
}
