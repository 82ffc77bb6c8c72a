package media

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestPorts(t *testing.T) {
	now := time.Unix(0, 0)
	p, err := newPorts(20001, 20008, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	var opened []uint16
	busy := map[uint16]bool{20005: true}
	p.open = func(_ netip.Addr, port uint16) (int, error) {
		if busy[port] {
			return -1, unix.EADDRINUSE
		}
		opened = append(opened, port)
		return -1, nil
	}
	take := func() int {
		t.Helper()
		got, err := p.acquire(loopback)
		if err != nil {
			t.Fatal(err)
		}
		if got.port%2 != 0 || got.port < 20002 || got.port > 20006 {
			t.Fatalf("port %d", got.port)
		}
		return got.index
	}
	exhausted := func() {
		t.Helper()
		if _, err := p.acquire(loopback); !errors.Is(err, ErrPorts) {
			t.Fatal(err)
		}
	}
	first, second := take(), take() // 20004 fails by its RTCP port
	if first == second {
		t.Fatal("the same twice")
	}
	exhausted()
	p.release(first, true)
	exhausted() // rests
	now = now.Add(rest)
	if got := take(); got != first {
		t.Fatalf("pair %d, want %d", got, first)
	}
	exhausted()
	delete(busy, 20005)
	take()
	exhausted()
}

func TestBadPortRanges(t *testing.T) {
	for _, r := range [][2]int{{5, 4}, {20001, 20002}, {-2, 10}, {60000, 70000}, {20000, 20000}, {0, 10}} {
		if _, err := New(Config{Ports: r}); err == nil {
			t.Errorf("%v is no error", r)
		}
	}
}

func TestPortsExhausted(t *testing.T) {
	free := listenOn(t, "127.0.0.1")
	port := int(addrOf(free).Port()) &^ 1
	free.Close()
	e := newEngine(t, func(c *Config) { c.Ports = [2]int{port, port + 1} })
	s, err := e.NewStream(Options{Peer: loopback})
	if err != nil {
		t.Skipf("port %d was taken meanwhile: %v", port, err)
	}
	if _, err := e.NewStream(Options{Peer: loopback}); !errors.Is(err, ErrPorts) {
		t.Fatal(err)
	}
	s.Close()
	if _, err := e.NewStream(Options{Peer: loopback}); !errors.Is(err, ErrPorts) {
		t.Fatal("no rest")
	}
}
