//go:build linux

package load_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"dialtone/test/load"
)

// An audience tells sources apart and counts what it hears of each.
func TestMusic(t *testing.T) {
	for name, play := range map[string]func(context.Context, int, netip.AddrPort, func([]netip.AddrPort)) error{
		"engine": load.MusicEngine, "bare": load.MusicBare,
	} {
		t.Run(name, func(t *testing.T) {
			a, err := load.NewAudience()
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- play(ctx, 3, a.Addr(), func([]netip.AddrPort) {}) }()
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				r := a.Report()
				if r.Sources == 3 && r.Packets >= 12 {
					if r.Missing != 0 {
						t.Errorf("%+v", r)
					}
					break
				}
				if time.Now().After(end) {
					t.Fatalf("heard %+v", r)
				}
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	if err := load.MusicEngine(t.Context(), 0, netip.MustParseAddrPort("127.0.0.1:9"), nil); err == nil {
		t.Error("nobody is an audience")
	}
}
