package sip

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/registrar"
)

func TestPastFlows(t *testing.T) {
	p := newPastFlows()
	at := func(n int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 5060)
	}
	udp := func(n int) flow { return flow{source: at(n), transport: registrar.UDP} }
	b := registrar.Binding{AOR: "Ann@pbx.example", Source: at(1), Transport: registrar.UDP}
	p.add(&b, noon)
	for _, tt := range []struct {
		name, aor string
		flow      flow
		now       time.Time
		want      bool
	}{
		{"the same", "ann@pbx.example", udp(1), noon, true},
		{"a day later", "ann@pbx.example", udp(1), noon.Add(pastLife), false},
		{"just before", "ann@pbx.example", udp(1), noon.Add(pastLife - 1), true},
		{"somebody else", "bob@pbx.example", udp(1), noon, false},
		{"from elsewhere", "ann@pbx.example", udp(2), noon, false},
		{"over TCP", "ann@pbx.example", flow{source: at(1), transport: registrar.TCP}, noon, false},
	} {
		if got := p.has([]byte(tt.aor), tt.flow, tt.now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	p.add(&b, noon.Add(20*time.Hour)) // it came back and ended again
	other := registrar.Binding{AOR: "cid@pbx.example", Source: at(3)}
	p.add(&other, noon.Add(30*time.Hour))
	if !p.has([]byte("ann@pbx.example"), udp(1), noon.Add(30*time.Hour)) {
		t.Error("forgotten 10 hours after its last end")
	}
	for i := range maxPast + 10 {
		other.AOR = fmt.Sprintf("p%d@pbx.example", i)
		p.add(&other, noon.Add(31*time.Hour))
	}
	if len(p.ended) > maxPast || len(p.order) > maxPast {
		t.Errorf("%d flows remembered", len(p.ended))
	}
}

// TestEmergencyAfterExpiry: a phone whose registration has lapsed calls for help unchallenged
// for a day, and nothing else.
func TestEmergencyAfterExpiry(t *testing.T) {
	d := drive(t)
	d.ask(t, d.authorized(t, 1)[0], noon, "200")
	later := noon.Add(10 * time.Hour)
	help := replaced(d.datagram("INVITE", 1), "INVITE sip:", "INVITE sip:911@")
	d.take(help, later)
	if !d.passed() {
		t.Error("challenged ten hours after it expired")
	}
	d.ask(t, d.datagram("INVITE", 1), later, "407")
	d.ask(t, help, noon.Add(30*time.Hour), "407")
}

// refusalsOfTheFront is, for each way the front can refuse or drop a request, an edge that
// does so to others. A new result without a row fails the test.
var refusalsOfTheFront = map[string]func(t *testing.T, d *driven){
	resultChallenged:  func(*testing.T, *driven) {},
	resultStale:       func(*testing.T, *driven) {},
	resultRefused:     func(t *testing.T, d *driven) { d.ban(t, noon); d.exhaust(noon) },
	resultForbidden:   func(*testing.T, *driven) {},
	resultMalformed:   func(*testing.T, *driven) {},
	resultUnavailable: func(_ *testing.T, d *driven) { d.edge.overload.level.Store(int32(full)) },
	resultLimited: func(_ *testing.T, d *driven) {
		for d.edge.rates.take([]byte(testUser+"@"+testDomain), noon) {
		}
	},
	resultDropped:  func(t *testing.T, d *driven) { d.ban(t, noon) },
	resultOverload: func(_ *testing.T, d *driven) { d.edge.overload.level.Store(int32(full)) },
}

// TestNoResultStopsACallForHelp: from a phone that is or was registered it is passed on
// unchallenged whatever the front does to others, from anybody else it is challenged once.
func TestNoResultStopsACallForHelp(t *testing.T) {
	for result := range drive(t).edge.metrics.results {
		apply, ok := refusalsOfTheFront[result]
		if !ok {
			if result != resultOK {
				t.Errorf("result %q has no row: show that it cannot stop a call for help", result)
			}
			continue
		}
		for name, at := range map[string]time.Time{"registered": noon, "registered before": noon.Add(10 * time.Hour)} {
			d := drive(t)
			d.ask(t, d.authorized(t, 1)[0], noon, "200")
			apply(t, d)
			for _, number := range []string{"911", "9911", "933", "%39%31%31", "+911"} {
				d.take(replaced(d.datagram("INVITE", 1), "INVITE sip:", "INVITE sip:"+number+"@"), at)
				if !d.passed() {
					t.Errorf("%s, %s: %s is not passed on", result, name, number)
				}
			}
			d.take(replaced(d.datagram("INVITE", 1), "INVITE sip:", "INVITE sip:911@", "friendly-scanner", "x", "Yealink SIP-T46U 108.86.0.20", "friendly-scanner"), at)
			if !d.passed() {
				t.Errorf("%s, %s: not passed on for the name of its maker", result, name)
			}
		}
		stranger := drive(t)
		apply(t, stranger)
		stranger.ask(t, replaced(stranger.datagram("INVITE", 1), "INVITE sip:", "INVITE sip:911@"), noon, "407")
	}
}

// TestMalformedCallForHelp: what is wrong with a header that a call can do without keeps no
// call for help, only others.
func TestMalformedCallForHelp(t *testing.T) {
	for _, tt := range []struct{ name, old, with string }{
		{"no colon", "Max-Forwards: 70", "rubbish"},
		{"no number", "Max-Forwards: 70", "Max-Forwards: many"},
		{"twice", "Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 70"},
		{"control character", "Max-Forwards: 70", "X: \x00"},
		{"bad Contact", "Contact: <sip:", "Contact: <sip:::"},
		{"body too short", "Content-Length: 0", "Content-Length: 9"},
		{"line feeds", "\r\n", "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := drive(t)
			d.ask(t, d.authorized(t, 1)[0], noon, "200")
			other := replaced(d.datagram("INVITE", 1), tt.old, tt.with)
			if d.take(other, noon); d.passed() {
				t.Error("another call is passed on")
			}
			d.take(replaced(other, "INVITE sip:", "INVITE sip:911@"), noon)
			message := d.first(t)
			m, err := sipmsg.ParseMessage(message)
			if err != nil {
				t.Fatalf("passed on as\n%s\n%v", message, err)
			}
			if r, ok := m.(*sipmsg.Request); !ok || r.Recipient.User != "911" {
				t.Errorf("passed on as\n%s", message)
			}
		})
	}
}

// first is the first message that waits for the dialogs.
func (d *driven) first(t *testing.T) []byte {
	t.Helper()
	for _, l := range d.edge.lanes.list {
		if list := l.take(nil); len(list) > 0 {
			return list[0].message
		}
	}
	t.Fatal("nothing is passed on")
	return nil
}
