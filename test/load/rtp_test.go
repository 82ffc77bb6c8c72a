package load

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestRelay(t *testing.T) {
	for name, relay := range map[string]func(context.Context, int, netip.AddrPort, func([]netip.AddrPort)) error{
		"engine": RelayEngine, "bare loop": RelayBare,
	} {
		t.Run(name, func(t *testing.T) {
			phones, err := NewPhones(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer phones.Close()
			ctx, stop := context.WithCancel(t.Context())
			got, ended := make(chan []netip.AddrPort, 1), make(chan error, 1)
			go func() { ended <- relay(ctx, 3, phones.Addr(), func(ports []netip.AddrPort) { got <- ports }) }()
			var ports []netip.AddrPort
			select {
			case ports = <-got:
			case err := <-ended:
				t.Fatal(err)
			}
			r, err := phones.Talk(t.Context(), ports, 200*time.Millisecond)
			if err != nil || len(ports) != 6 || r.Sent != 60 || r.Received == 0 || r.Received > r.Sent {
				t.Errorf("%d ports, %+v, %v", len(ports), r, err)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRelayRefuses(t *testing.T) {
	elsewhere := netip.MustParseAddrPort("192.0.2.1:5004")
	for name, relay := range map[string]func(context.Context, int, netip.AddrPort, func([]netip.AddrPort)) error{
		"engine": RelayEngine, "bare loop": RelayBare,
	} {
		if err := relay(t.Context(), 1, elsewhere, nil); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: phones elsewhere: %v", name, err)
		}
		if err := relay(t.Context(), MaxRTP, netip.MustParseAddrPort("127.0.0.1:9"), nil); !errors.Is(err, ErrBound) {
			t.Errorf("%s: too many: %v", name, err)
		}
	}
}
