package netx

import (
	"net"
	"net/netip"
	"testing"
)

func TestSource(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::",
		"fe80::1%eth0": "fe80::", "::1": "::",
	} {
		if got := Source(netip.MustParseAddr(in)); got != netip.MustParseAddr(want) {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if Source(netip.Addr{}).IsValid() {
		t.Error("the zero address has a source")
	}
}

func TestAddrOf(t *testing.T) {
	ip := net.ParseIP("192.0.2.1") // 16 bytes
	want := netip.MustParseAddr("192.0.2.1")
	for _, a := range []net.Addr{&net.TCPAddr{IP: ip, Port: 1}, &net.UDPAddr{IP: ip, Port: 1}} {
		if got := AddrOf(a); got != want {
			t.Errorf("%s: %s", a, got)
		}
	}
	if AddrOf(&net.UnixAddr{}).IsValid() {
		t.Error("a path has an address")
	}
}
