package sip

import (
	"fmt"
	"net/netip"
	"testing"

	"dialtone/sip/registrar"
)

// TestDistributedGuess: many sources that guess at one user are banned after less than
// one that does so alone, and the right password is still heard.
func TestDistributedGuess(t *testing.T) {
	d := drive(t)
	s := d.edge
	id := identity{genuine: true}
	guess := func(source int) {
		r := registration{user: []byte(testUser), domain: []byte(testDomain)}
		r.Source = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(source)}), 5060)
		s.failed(&r, &id, registrar.CauseWrongPassword, noon)
	}
	const sources = 50
	for range 2 {
		for source := range sources {
			guess(source)
		}
	}
	bans := s.Bans()
	if len(bans) == 0 {
		t.Fatal("nobody is banned")
	}
	for _, ban := range bans {
		if ban.Failures > 3 {
			t.Errorf("%v was banned after %d failures", ban.Source, ban.Failures)
		}
	}
	for range 4 {
		guess(1)
	}
	alone := registration{user: []byte("bob"), domain: []byte("other.example")}
	alone.Source = netip.MustParseAddrPort("198.51.100.1:5060")
	for n := range 9 {
		s.failed(&alone, &id, registrar.CauseWrongPassword, noon)
		if s.bans.Banned(alone.Source.Addr(), noon) {
			t.Fatalf("who guesses at another user is banned after %d failures", n+1)
		}
	}
	d.ask(t, d.authorized(t, 1)[0], noon, "200")
}

// TestNamesTried: over a connection, who asks after many names and answers no challenge
// is banned; over UDP, where his address may be forged, he is not, and in either case
// somebody of ours behind the address registers.
func TestNamesTried(t *testing.T) {
	for _, tt := range []struct {
		name       string
		connection uint64
		answers    bool
		bans       int
	}{
		{"over a connection", 1, false, 1},
		{"over a connection, with phones of ours", 1, true, 0},
		{"over UDP", 0, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := drive(t)
			list := d.authorized(t, 2)
			f := flow{source: d.from, connection: tt.connection}
			w := &worker{edge: d.edge}
			for n := range 1000 {
				if v, a, _ := w.decide(replaced(d.datagram("REGISTER", 1), testUser, fmt.Sprintf("user%d", n)), f, noon); v == reply && a.status != 401 {
					t.Fatalf("name %d: %+v", n, a)
				}
				if tt.answers && n == 150 {
					if v, _, _ := w.decide(list[0], f, noon); v != update {
						t.Fatal("a right answer is not taken")
					}
				}
				if tt.answers && n == 300 {
					break
				}
			}
			bans := d.edge.Bans()
			if len(bans) != tt.bans {
				t.Fatalf("bans %+v, want %d", bans, tt.bans)
			}
			if len(bans) > 0 && bans[0].Reason != reasonScan {
				t.Errorf("cause %q", bans[0].Reason)
			}
			d.ask(t, list[1], noon, "200")
		})
	}
}
