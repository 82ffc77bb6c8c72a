package sip

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/test/peer"
)

func TestCheckSync(t *testing.T) {
	for _, transport := range []string{"udp", "tcp", "tls", "wss"} {
		t.Run(transport, func(t *testing.T) {
			f := start(t)
			want := []LineResult{{f.device, 1, NotRegistered}}
			if diff := cmp.Diff(want, f.CheckSync(t.Context(), f.device, false)); diff != "" {
				t.Fatalf("before registering (-want +got)\n%s", diff)
			}
			p := f.phone(t, transport, nil)
			p.Register(t, 600)
			want[0].Result = Delivered
			if diff := cmp.Diff(want, f.CheckSync(t.Context(), f.device, true)); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
			m := p.Requests.Await(t, "NOTIFY", func(m peer.Message) bool { return m.Method() == "NOTIFY" })
			if m.Get("Event") != "check-sync;reboot=true" || m.Get("Subscription-State") != "terminated" {
				t.Errorf("request: %s", m)
			}
			p.AnswerWith(func(peer.Message) int { return 481 })
			want[0].Result = Failed
			if diff := cmp.Diff(want, f.CheckSync(t.Context(), f.device, false)); diff != "" {
				t.Fatalf("refused (-want +got)\n%s", diff)
			}
		})
	}
}

func TestCheckSyncUnreachable(t *testing.T) {
	f := start(t)
	p := f.phone(t, "udp", nil)
	p.Register(t, 600)
	p.AnswerWith(func(peer.Message) int { return 0 })
	if got := f.CheckSync(t.Context(), f.device, false)[0].Result; got != Unreachable {
		t.Fatalf("a silent phone: %s, want %s", got, Unreachable)
	}
}
