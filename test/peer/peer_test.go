package peer

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var transports = []string{"udp", "tcp"}

func account(r *registrar, transport string) Account {
	return Account{User: "alice", Password: "secret", Domain: "pbx.example", Proxy: r.addr, Transport: transport}
}

func TestPhone(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			r := startRegistrar(t, "secret")
			p := StartPhone(t, account(r, transport))
			resp := p.Register(t, 60)
			if resp.Status() != 200 || !strings.Contains(resp.Get("Contact"), p.Contact()) {
				t.Fatalf("registered: %s %s", resp, resp.Get("Contact"))
			}
			r.notify(t, "alice")
			got := p.Requests.Await(t, "check-sync", func(m Message) bool { return m.Method() == "NOTIFY" })
			if got.Get("Event") != "check-sync;reboot=false" {
				t.Errorf("event %q", got.Get("Event"))
			}
			r.answers.Await(t, "200 to NOTIFY", func(m Message) bool { return m.Status() == 200 })

			p.AnswerWith(func(Message) int { return 481 })
			r.notify(t, "alice")
			r.answers.Await(t, "481 to NOTIFY", func(m Message) bool { return m.Status() == 481 })

			if resp := p.Register(t, 0); resp.Status() != 200 {
				t.Errorf("unregistered: %s", resp)
			}
		})
	}
}

func TestPhoneWrongPassword(t *testing.T) {
	p := StartPhone(t, account(startRegistrar(t, "other"), "udp"))
	if resp := p.Register(t, 60); resp.Status() != 403 {
		t.Errorf("got %s", resp)
	}
}

func TestBaresip(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			r := startRegistrar(t, "secret")
			b := StartBaresip(t, account(r, transport))
			b.Await(t, "REGISTERING")
			if e := b.Await(t, "REGISTER_OK"); e.Account != "sip:alice@pbx.example" {
				t.Errorf("%+v", e)
			}
			if got := b.Command(t, "reginfo", ""); !strings.Contains(got, "alice@pbx.example") {
				t.Errorf("reginfo: %q", got)
			}
			r.notify(t, "alice")
			if got := b.AwaitRequest(t, "NOTIFY"); got.Get("Event") != "check-sync;reboot=false" || got.Source != r.addr {
				t.Errorf("%+v", got)
			}
			r.answers.Await(t, "481 to NOTIFY", func(m Message) bool { return m.Status() == 481 })

			b.Stop()
			r.requests.Await(t, "unregistration", func(m Message) bool {
				return strings.Contains(m.Get("Contact"), "expires=0") || m.Get("Expires") == "0"
			})
		})
	}
}

func TestBaresipWrongPassword(t *testing.T) {
	b := StartBaresip(t, account(startRegistrar(t, "other"), "udp"))
	if e := b.Await(t, "REGISTER_FAIL"); !strings.Contains(e.Param, "403") {
		t.Errorf("%+v", e)
	}
}
