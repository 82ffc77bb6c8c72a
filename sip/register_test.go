package sip

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

func TestRegister(t *testing.T) {
	for _, transport := range []string{"udp", "tcp", "tls", "wss"} {
		t.Run(transport, func(t *testing.T) {
			f := start(t)
			p := f.phone(t, transport, nil)
			res := p.Register(t, 600)
			if res.Status() != 200 || !strings.HasPrefix(res.Get("Contact"), "<"+p.Contact()+">;expires=") {
				t.Fatalf("answer: %s", res)
			}
			if info := res.Get("Authentication-Info"); !strings.Contains(info, "rspauth=") {
				t.Errorf("Authentication-Info = %q", info)
			}
			if server := res.Get("Server"); server != "dialtone/test" {
				t.Errorf("Server = %q", server)
			}
			got := f.Bindings(f.account)
			if len(got) != 1 || got[0].AOR != testUser+"@"+testDomain || got[0].Source.String() != p.Addr().String() || got[0].Transport.String() != transport {
				t.Fatalf("bindings = %+v", got)
			}
			if !f.Registered(f.device) {
				t.Error("the device is not registered")
			}
			eventually(t, "last registration noted", func() bool { return !f.state().LastRegisteredAt.IsZero() })
			if res := p.Register(t, 0); res.Status() != 200 || res.Get("Contact") != "" {
				t.Fatalf("answer to unregistering: %s", res)
			}
			if got := f.Bindings(f.account); len(got) != 0 {
				t.Fatalf("bindings after unregistering = %+v", got)
			}
		})
	}
}

func (f *fixture) state() (s record.DeviceState) {
	f.store.View(func(v *store.View) {
		if p := v.State(f.device); p != nil {
			s = *p
		}
	})
	return s
}

// TestRefused: whoever may not register gets the same fresh challenge, and the
// administrator is told why.
func TestRefused(t *testing.T) {
	tests := []struct {
		name  string
		phone func(*peer.Account)
		setUp func(*testing.T, *fixture)
		cause registrar.Cause
	}{
		{"wrong password", func(a *peer.Account) { a.Password = "Wrong7Horse9Battery" }, nil, registrar.CauseWrongPassword},
		{"unknown user", func(a *peer.Account) { a.User = "bob" }, nil, registrar.CauseUnknownUser},
		{"disabled", nil, func(t *testing.T, f *fixture) {
			change(t, f, f.credential, func(c *record.Credential) { c.Enabled = false })
		}, registrar.CauseDisabled},
		{"expired", nil, func(t *testing.T, f *fixture) {
			change(t, f, f.credential, func(c *record.Credential) { past := time.Unix(1, 0).UTC(); c.ExpiresAt = &past })
		}, registrar.CauseExpired},
		{"list not attached", nil, func(t *testing.T, f *fixture) {
			f.update(t, func(tx *store.Tx) error { return tx.Delete(f.attachment, 0) })
		}, registrar.CauseListNotAttached},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t)
			if tt.setUp != nil {
				tt.setUp(t, f)
			}
			res := f.phone(t, "udp", tt.phone).Register(t, 600)
			if res.Status() != 401 || strings.Contains(res.Get("Www-Authenticate"), "stale") {
				t.Fatalf("answer: %s", res)
			}
			eventually(t, "failure recorded", func() bool { return f.cause(t) != "" })
			if got := f.cause(t); got != string(tt.cause) {
				t.Errorf("cause = %q, want %q", got, tt.cause)
			}
			if got := f.Bindings(f.account); len(got) != 0 {
				t.Errorf("bindings = %+v", got)
			}
		})
	}
}

// cause is the last recorded failure's.
func (f *fixture) cause(t *testing.T) string {
	t.Helper()
	page, err := f.store.RegistrationFailures(store.RegistrationFailureQuery{Account: f.account, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) == 0 {
		return ""
	}
	if page.Items[0].Advice == "" {
		t.Error("no advice")
	}
	return page.Items[0].Cause
}

func TestUnknownDomainLooksLikeAnyOther(t *testing.T) {
	f := start(t)
	res := f.phone(t, "udp", func(a *peer.Account) { a.Domain = "other.example" }).Register(t, 600)
	if res.Status() != 401 || !strings.Contains(res.Get("Www-Authenticate"), `realm="other.example"`) {
		t.Fatalf("answer: %s", res)
	}
}

func TestForbidden(t *testing.T) {
	tests := []struct {
		name, to string
		setUp    func(*testing.T, *fixture)
		cause    registrar.Cause
	}{
		{"another user's address", "sip:bob@" + testDomain, nil, registrar.CauseAORMismatch},
		{"another domain", "sip:" + testUser + "@other.example", nil, registrar.CauseAORMismatch},
		{"an emergency number", "sip:911@" + testDomain, nil, registrar.CauseReservedName},
		{"a list for calls only", "sip:" + testUser + "@" + testDomain, func(t *testing.T, f *fixture) {
			change(t, f, f.attachment, func(a *record.Attachment) { a.Use = record.UseCalls })
		}, registrar.CauseWrongUse},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t)
			if tt.setUp != nil {
				tt.setUp(t, f)
			}
			p := f.phone(t, "udp", nil)
			res := p.Request(t, "REGISTER", "sip:"+testDomain, "To: <"+tt.to+">", "Contact: <"+p.Contact()+">")
			if res.Status() != 403 {
				t.Fatalf("answer: %s", res)
			}
			eventually(t, "failure recorded", func() bool { return f.cause(t) == string(tt.cause) })
		})
	}
}

func TestMalformed(t *testing.T) {
	f := start(t)
	p := f.phone(t, "udp", nil)
	to := "To: <sip:" + testUser + "@" + testDomain + ">"
	tests := []struct {
		name, line string
		status     int
	}{
		{"wildcard with another contact", "Contact: *, <sip:a@192.0.2.1>", 400},
		{"wildcard without Expires: 0", "Contact: *", 400},
		{"too brief", "Contact: <" + p.Contact() + ">;expires=10", 423},
		{"URI too long", "Contact: <sip:" + strings.Repeat("a", 600) + "@192.0.2.1>", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := p.Request(t, "REGISTER", "sip:"+testDomain, to, tt.line)
			if res.Status() != tt.status {
				t.Fatalf("answer: %s", res)
			}
			if tt.status == 423 && res.Get("Min-Expires") != "60" {
				t.Errorf("Min-Expires = %q", res.Get("Min-Expires"))
			}
		})
	}
	if got := f.Bindings(f.account); len(got) != 0 {
		t.Errorf("bindings = %+v", got)
	}
}

func TestOtherMethods(t *testing.T) {
	f := start(t)
	p := f.phone(t, "udp", nil)
	to := "To: <sip:" + testDomain + ">"
	if res := p.Request(t, "OPTIONS", "sip:"+testDomain, to); res.Status() != 200 || res.Get("Allow") == "" {
		t.Errorf("OPTIONS: %s", res)
	}
	if res := p.Request(t, "MESSAGE", "sip:"+testDomain, to); res.Status() != 405 || res.Get("Allow") != methods {
		t.Errorf("MESSAGE: %s", res)
	}
}

// TestBindingsEnd: a registered phone loses its binding with its right to have one.
func TestBindingsEnd(t *testing.T) {
	tests := []struct {
		name string
		end  func(*testing.T, *fixture)
	}{
		{"credential disabled", func(t *testing.T, f *fixture) {
			change(t, f, f.credential, func(c *record.Credential) { c.Enabled = false })
		}},
		{"attachment deleted", func(t *testing.T, f *fixture) {
			f.update(t, func(tx *store.Tx) error { return tx.Delete(f.attachment, 0) })
		}},
		{"account deleted", func(t *testing.T, f *fixture) {
			f.update(t, func(tx *store.Tx) error { return tx.Delete(f.account, 0) })
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t)
			if res := f.phone(t, "udp", nil).Register(t, 600); res.Status() != 200 {
				t.Fatalf("answer: %s", res)
			}
			tt.end(t, f)
			eventually(t, "binding removed", func() bool { return len(f.Bindings(f.account)) == 0 })
		})
	}
}

func TestBindingSurvivesRestart(t *testing.T) {
	f := start(t)
	stop := f.listen(t, slog.New(slog.DiscardHandler))
	p := f.phone(t, "udp", nil)
	if res := p.Register(t, 600); res.Status() != 200 {
		t.Fatalf("answer: %s", res)
	}
	stop()
	f.listen(t, slog.New(slog.DiscardHandler))
	got := f.Bindings(f.account)
	if len(got) != 1 || got[0].Source.String() != p.Addr().String() {
		t.Fatalf("bindings after the restart = %+v", got)
	}
}

func TestBindingDiesWithItsConnection(t *testing.T) {
	f := start(t)
	p := f.phone(t, "tcp", nil)
	if res := p.Register(t, 600); res.Status() != 200 {
		t.Fatalf("answer: %s", res)
	}
	p.Close()
	eventually(t, "binding removed", func() bool { return len(f.Bindings(f.account)) == 0 })
}
