package trunk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dialtone/sip/digest"
	"dialtone/sip/trunk"
	"dialtone/store/record"
)

func registering(hosts ...string) *record.ProviderAccount {
	return provider("a", func(t *record.Trunk) {
		t.Authentication, t.Username, t.RegisterExpires = record.TrunkRegistration, "acme", 600
	}, hosts...)
}

// registrarOf challenges and checks the answer by the password "secret".
func registrarOf(nonce string, stale bool, granted ...trunk.Header) func(trunk.Destination, trunk.Request) (trunk.Response, error) {
	return func(_ trunk.Destination, r trunk.Request) (trunk.Response, error) {
		challenge := trunk.Header{Name: "WWW-Authenticate", Value: fmt.Sprintf(`Digest realm="carrier.test", nonce="%s", qop="auth", algorithm=MD5`, nonce)}
		var given string
		for _, h := range r.Headers {
			if h.Name == "Authorization" {
				given = h.Value
			}
		}
		unauthorized := trunk.Response{Status: 401, Reason: "Unauthorized", Headers: []trunk.Header{challenge}}
		if given == "" {
			return unauthorized, nil
		}
		credentials, err := digest.ParseCredentials([]byte(given))
		if err != nil {
			return trunk.Response{}, err
		}
		if string(credentials.Nonce) != nonce {
			if stale {
				unauthorized.Headers[0].Value += ", stale=true"
			}
			return unauthorized, nil
		}
		var v digest.Verifier
		want := digest.Expected{Realm: "carrier.test", Method: "REGISTER", URI: []byte(r.Target), Algorithms: digest.AlgorithmsOf(digest.MD5)}
		if err := v.Verify(&credentials, want, digest.HA1("acme", "carrier.test", "secret", digest.MD5)); err != nil {
			return trunk.Response{}, err
		}
		return trunk.Response{Status: 200, Reason: "OK", Headers: granted}, nil
	}
}

func TestRegister(t *testing.T) {
	binding := trunk.Header{Name: "Contact", Value: `<sip:acme@192.0.2.99:5060>;expires=100`}
	c := &carrier{answer: registrarOf("n1", true, binding)}
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		trunks.Update([]*record.ProviderAccount{registering("192.0.2.1")})
		after(time.Second)
		s := state(t, trunks, "a")
		if s.State != trunk.StateRegistered || time.Until(s.RegisteredUntil) != 99*time.Second {
			t.Errorf("status %+v", s)
		}
		if n := c.count("REGISTER 192.0.2.1:5060"); n != 2 {
			t.Errorf("%d requests", n)
		}
		if r := c.last; r.Target != "sip:192.0.2.1" || r.To != "sip:acme@192.0.2.1" || r.ContactUser != "acme" || r.CSeq != 2 || r.CallID == "" || r.FromTag == "" {
			t.Errorf("request %+v", r)
		}
		after(73 * time.Second)
		if n := c.count("REGISTER 192.0.2.1:5060"); n != 0 {
			t.Errorf("%d requests too early", n)
		}
		after(17 * time.Second)
		if n := c.count("REGISTER 192.0.2.1:5060"); n != 1 {
			t.Errorf("%d requests to refresh with the nonce known", n)
		}
		c.set(registrarOf("n2", true, binding))
		after(90 * time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateRegistered {
			t.Errorf("after a new nonce: %+v", s)
		}
		c.count("")
	})
	last := c.all[len(c.all)-1]
	if last.Headers[0] != (trunk.Header{Name: "Expires", Value: "0"}) {
		t.Errorf("at the end: %+v", last)
	}
}

func TestRegisterRefused(t *testing.T) {
	tests := []struct {
		name   string
		answer func(trunk.Destination, trunk.Request) (trunk.Response, error)
		reason string
		asked  int // of the first host in one round
		second int
	}{
		{"403", status(403), "REGISTER answered 403", 1, 0},
		{"503", status(503), "REGISTER answered 503", 1, 1},
		{"silence", silence, "no answer to REGISTER", 1, 1},
		{"no challenge we know", status(401, trunk.Header{Name: "WWW-Authenticate", Value: `Digest realm="r", nonce="n", algorithm=SHA3-1`}), "REGISTER answered 401", 1, 0},
		{"the same challenge again", status(407, trunk.Header{Name: "Proxy-Authenticate", Value: `Digest realm="r", nonce="n"`}), "password refused", 2, 0},
		{"challenged for ever", status(401, trunk.Header{Name: "WWW-Authenticate", Value: `Digest realm="r", nonce="n", stale=true`}), "again and again", 5, 0},
		{
			"two challenges in one line", status(407, trunk.Header{Name: "Proxy-Authenticate", Value: `Digest realm="r", nonce="n", algorithm=SHA3-1, Digest realm="r", nonce="n"`}),
			"password refused", 2, 0,
		},
		{"another realm", registrarOf("n1", false), "REGISTER answered 401", 1, 0},
		{"no binding", status(200, trunk.Header{Name: "Expires", Value: "0"}), "without a binding", 1, 0},
		{"an interval too brief for ever", status(423, trunk.Header{Name: "Min-Expires", Value: "500"}), "REGISTER answered 423", 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &carrier{answer: tt.answer}
			serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
				p := registering("192.0.2.1", "192.0.2.2")
				if tt.name == "another realm" {
					p.Trunk.Realm = "other.test"
				}
				trunks.Update([]*record.ProviderAccount{p})
				after(time.Second)
				s := state(t, trunks, "a")
				if s.State != trunk.StateRegistrationFailed || !strings.Contains(s.Reason, tt.reason) {
					t.Errorf("status %+v", s)
				}
				all := strings.Join(c.asked, ",")
				first, second := strings.Count(all, "192.0.2.1"), strings.Count(all, "192.0.2.2")
				if first != tt.asked || second != tt.second {
					t.Errorf("asked %d and %d times, want %d and %d", first, second, tt.asked, tt.second)
				}
			})
		})
	}
}

func TestRegisterBacksOff(t *testing.T) {
	c := &carrier{answer: status(403)}
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		trunks.Update([]*record.ProviderAccount{registering("192.0.2.1")})
		after(time.Minute) // 0, 5, 15, 35 s, each give or take a fifth
		if n := c.count("REGISTER 192.0.2.1:5060"); n != 4 {
			t.Errorf("%d requests in the first minute", n)
		}
		after(time.Hour)
		c.count("")
		after(time.Hour)
		if n := c.count("REGISTER 192.0.2.1:5060"); n < 9 || n > 16 {
			t.Errorf("%d requests in an hour", n)
		}
		c.set(status(200))
		after(7 * time.Minute)
		if s := state(t, trunks, "a"); s.State != trunk.StateRegistered || s.Reason != "" {
			t.Errorf("status %+v", s)
		}
	})
}

func TestRegisterMinExpires(t *testing.T) {
	c := &carrier{}
	c.set(func(to trunk.Destination, r trunk.Request) (trunk.Response, error) {
		if r.Headers[0].Value == "600" {
			return status(423, trunk.Header{Name: "Min-Expires", Value: "1800"})(to, r)
		}
		return status(200)(to, r)
	})
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		trunks.Update([]*record.ProviderAccount{registering("192.0.2.1")})
		after(time.Second)
		if s := state(t, trunks, "a"); time.Until(s.RegisteredUntil) != 1799*time.Second {
			t.Errorf("status %+v", s)
		}
	})
}

func TestRegisterFailsOver(t *testing.T) {
	c := &carrier{}
	c.set(func(to trunk.Destination, r trunk.Request) (trunk.Response, error) {
		if to.Host == "192.0.2.1" {
			return silence(to, r)
		}
		return status(200)(to, r)
	})
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		trunks.Update([]*record.ProviderAccount{registering("192.0.2.1", "192.0.2.2")})
		after(time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateRegistered {
			t.Errorf("status %+v", s)
		}
		after(2 * time.Minute) // nothing is held against the first any more
		if got := order(t, trunks); got != "192.0.2.2 192.0.2.1" {
			t.Errorf("calls go to %s", got)
		}
	})
}

func TestRegisterKeptWhileItHolds(t *testing.T) {
	c := &carrier{answer: status(200)}
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		trunks.Update([]*record.ProviderAccount{registering("192.0.2.1")})
		after(time.Second)
		c.set(silence)
		after(590 * time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateRegistered || s.Reason != "no answer to REGISTER" {
			t.Errorf("while it holds: %+v", s)
		}
		after(20 * time.Second)
		if s := state(t, trunks, "a"); s.State != trunk.StateRegistrationFailed {
			t.Errorf("afterwards: %+v", s)
		}
	})
}

func TestRegisterAfterAChange(t *testing.T) {
	c := &carrier{answer: status(200)}
	serving(t, c, func(t *testing.T, trunks *trunk.Trunks) {
		expires := func(from int) (list []string) {
			for _, r := range c.all[from:] {
				list = append(list, r.To+" "+r.Headers[0].Value)
			}
			return list
		}
		trunks.Update([]*record.ProviderAccount{registering("192.0.2.1")})
		after(time.Second)
		n := len(c.all)
		same := registering("192.0.2.1")
		same.Revision, same.Name = 2, "renamed"
		trunks.Update([]*record.ProviderAccount{same})
		if s := state(t, trunks, "a"); s.State != trunk.StateRegistered {
			t.Errorf("renamed: %+v", s)
		}
		after(time.Second)
		if got := fmt.Sprint(expires(n)); got != "[sip:acme@192.0.2.1 600]" {
			t.Errorf("renamed: %s", got)
		}
		n = len(c.all)
		other := registering("192.0.2.1")
		other.Revision, other.Trunk.Username = 3, "emca"
		trunks.Update([]*record.ProviderAccount{other})
		after(time.Second)
		if got := fmt.Sprint(expires(n)); got != "[sip:acme@192.0.2.1 0 sip:emca@192.0.2.1 600]" {
			t.Errorf("another user name: %s", got)
		}
	})
}

func TestBindingExpires(t *testing.T) {
	tests := []struct {
		name     string
		contacts []string
		expires  string
		want     int
	}{
		{"nothing said", nil, "", 600},
		{"Expires", nil, "300", 300},
		{"the binding's", []string{"<sip:acme@192.0.2.1:5060>;expires=120;q=1"}, "300", 120},
		{"the binding's without one", []string{"<sip:acme@192.0.2.1:5060;transport=udp>"}, "300", 300},
		{"among others'", []string{`"x, <y>" <sip:bob@192.0.2.1>;expires=5, <sip:acme@192.0.2.1>;expires=90`, "<sip:eve@h>;expires=7"}, "300", 90},
		{"without brackets", []string{"sip:acme@192.0.2.1;expires=77"}, "", 77},
		{"others' alone", []string{"<sip:bob@192.0.2.1>;expires=5"}, "300", 300},
		{"the shortest of ours", []string{"<sip:acme@a>;expires=50", "<sip:acme@b>;expires=40"}, "", 40},
		{"quoted", []string{`<sip:acme@a>;expires="45"`}, "", 45},
		{"no number", []string{"<sip:acme@a>;expires=soon"}, "later", 600},
	}
	for _, tt := range tests {
		if got := trunk.BindingExpires(tt.contacts, "acme", tt.expires, 600); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

func FuzzBindingExpires(f *testing.F) {
	f.Add("<sip:acme@192.0.2.1:5060>;expires=120", "300")
	f.Add(`"x, <y>" <sip:bob@h>;expires=5, <sip:acme@h>;expires=90`, "")
	f.Add(`"\"`, "-1")
	f.Fuzz(func(t *testing.T, contact, expires string) {
		if n := trunk.BindingExpires([]string{contact}, "acme", expires, 600); n < 0 || n > 86_400 {
			t.Errorf("%d seconds", n)
		}
	})
}
