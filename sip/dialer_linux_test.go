package sip

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTrunkConnectionIsGivenUp: the kernel ends a connection to a trunk that is dead.
func TestTrunkConnectionIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := trunkDialer().DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ level, option, want int }{
		"silence":   {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 10_000},
		"keepalive": {unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		"idle":      {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 10},
	} {
		err := raw.Control(func(fd uintptr) {
			if got, err := unix.GetsockoptInt(int(fd), tt.level, tt.option); err != nil || got != tt.want {
				t.Errorf("%s: %d, %v; want %d", name, got, err, tt.want)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}
