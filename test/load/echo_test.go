package load

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEchoAnswersAFleet(t *testing.T) {
	for _, tt := range []struct {
		name    string
		batched bool
	}{{"datagram by datagram", false}, {"batched", true}} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			at, done := make(chan netip.AddrPort, 1), make(chan error, 1)
			e := Echo{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Batched: tt.batched, Challenge: 401, Success: 500}
			go func() { done <- ServeEcho(ctx, e, func(a netip.AddrPort) { at <- a }) }()
			defer func() {
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			}()
			f, err := New(Config{Target: <-at, Accounts: DefaultPattern("pbx.example").Accounts(200), Unchecked: true})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := f.Register(t.Context(), fast)
			if err != nil {
				t.Fatal(err)
			}
			mustBe(t, r, Report{Started: 200, Succeeded: 200, Requests: 400, Challenges: 200})
			if diff := cmp.Diff([]int{401, 500}, []int{r.Sizes.Challenge, r.Sizes.Success}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEchoRefusals(t *testing.T) {
	for _, tt := range []struct {
		e    Echo
		want error
	}{
		{Echo{Listen: netip.MustParseAddrPort("0.0.0.0:0")}, ErrNotLoopback},
		{Echo{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Success: 10}, ErrBound},
		{Echo{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Challenge: 9000}, ErrBound},
	} {
		if err := ServeEcho(t.Context(), tt.e, nil); !errors.Is(err, tt.want) {
			t.Errorf("%+v: got %v", tt.e, err)
		}
	}
}
