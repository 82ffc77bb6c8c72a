package test

import (
	"fmt"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// Attributes of T.38 as a gateway has them.
var t38 = []string{
	"T38FaxVersion:0", "T38MaxBitRate:14400", "T38FaxFillBitRemoval:0", "T38FaxRateManagement:transferredTCF", "T38FaxMaxDatagram:238",
	"T38FaxUdpEC:t38UDPRedundancy",
}

const speech = "m=audio 40000 RTP/AVP 0\r\n"

// TestFaxMachineOffers: however a caller comes to T.38, our machine speaks it, and goes on
// after a session refresh.
func TestFaxMachineOffers(t *testing.T) {
	t.Parallel()
	o := machine(t, start(t, options{}), "+13125550501", 100)
	far := o.gateway(t)
	for name, begin := range map[string]func(*testing.T, *peer.UDPTL) (*peer.PhoneCall, peer.Message){
		"at once": func(t *testing.T, u *peer.UDPTL) (*peer.PhoneCall, peer.Message) {
			a := far.DialWith(t, "+13125550501", u.Description(u.Section(t38...)))
			return a, a.Final(t)
		},
		"at once, beside speech": func(t *testing.T, u *peer.UDPTL) (*peer.PhoneCall, peer.Message) {
			a := far.DialWith(t, "+13125550501", u.Description(speech, u.Section(t38...)))
			return a, a.Final(t)
		},
		"at once, before speech, in capitals": func(t *testing.T, u *peer.UDPTL) (*peer.PhoneCall, peer.Message) {
			section := strings.Replace(u.Section(t38...), "udptl t38", "UDPTL T38", 1)
			a := far.DialWith(t, "+13125550501", u.Description(section, speech))
			return a, a.Final(t)
		},
		"later": func(t *testing.T, u *peer.UDPTL) (*peer.PhoneCall, peer.Message) {
			a := far.Dial(t, "+13125550501")
			a.Await(t, 200)
			a.OnOffer(func(peer.Message) (int, string) { return 491, "" }) // it asks by itself
			return a, a.Offer(t, u.Description(u.Section(t38...)))
		},
		"later, speech off": func(t *testing.T, u *peer.UDPTL) (*peer.PhoneCall, peer.Message) {
			a := far.Dial(t, "+13125550501")
			a.Await(t, 200)
			a.OnOffer(func(peer.Message) (int, string) { return 491, "" })
			return a, a.Offer(t, u.Description("m=audio 0 RTP/AVP 0\r\n", u.Section(t38...)))
		},
		"asked by us": func(t *testing.T, u *peer.UDPTL) (*peer.PhoneCall, peer.Message) {
			a := far.Dial(t, "+13125550501")
			offered := make(chan peer.Message, 1)
			a.OnOffer(func(m peer.Message) (int, string) {
				offered <- m
				return 200, u.Description(u.Section("T38FaxVersion:0"))
			})
			a.Await(t, 200)
			return a, <-offered
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := peer.OpenUDPTL(t)
			a, m := begin(t, u)
			if m.Status() != 200 && m.Method() != "INVITE" || !u.Aim(m.Body) {
				t.Fatalf("%s\n%s", m, m.Body)
			}
			if first := u.GetsAny(t); len(first) < 4 {
				t.Errorf("the machine sent %x", first)
			}
			if m := a.Request(t, "UPDATE", u.Again()); m.Status() != 200 || !u.Aim(m.Body) {
				t.Errorf("refresh: %s\n%s", m, m.Body)
			}
			u.GetsAny(t)
			a.Hangup(t)
		})
	}
}

// faxLine is an office with a phone of Ada's and a carrier's gateway, and what either
// faxes with.
type faxLine struct {
	*office
	ada, far *peer.Handset
	a, b     *peer.UDPTL
	number   string
}

func newFaxLine(t *testing.T, d *daemon, n int) *faxLine {
	t.Helper()
	l := &faxLine{office: newOffice(t, d), number: fmt.Sprintf("+1312555060%d", n), a: peer.OpenUDPTL(t), b: peer.OpenUDPTL(t)}
	l.far = l.gateway(t)
	l.trunk(t, "Carrier", []string{l.far.Addr().String()}, object{"options_ping": false})
	l.patch(t, "", object{"default_outbound_number": l.line(t, l.number, l.phones[0])})
	l.ada = l.handset(t, 0, "udp")
	return l
}

// TestFaxPassesOnWire: faxes between a phone and the carrier count against the limit of
// their direction from the first INVITE, a switch to T.38 or a tone on; over it the first
// INVITE is told to come again, the switch refused, and the call goes on.
func TestFaxPassesOnWire(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	t.Run("from the beginning", func(t *testing.T) {
		t.Parallel()
		l := newFaxLine(t, d, 1)
		l.patch(t, "", object{"fax_limit_inbound": 1})
		a := l.far.DialWith(t, l.number, l.a.Description(l.a.Section(t38...)))
		b := ringing(t, l.ada)
		if !l.b.Aim(b.Invite().Body) || strings.Contains(b.Invite().Body, "m=audio") {
			t.Fatalf("the phone was offered\n%s", b.Invite().Body)
		}
		b.ReplyWith(200, l.b.Description(l.b.Section(t38...)))
		if m := a.Await(t, 200); !l.a.Aim(m.Body) {
			t.Fatalf("answered\n%s", m.Body)
		}
		b.AwaitRequest(t, "ACK")
		peer.Fax(t, l.a, l.b)
		if m := a.Offer(t, l.a.Again()); m.Status() != 200 || !l.a.Aim(m.Body) {
			t.Errorf("refresh: %s\n%s", m, m.Body)
		}
		peer.Fax(t, l.a, l.b)
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
		l.awaitUse(t, "inbound", 1)
		refusedBusy(t, l.far.DialWith(t, l.number, l.a.Description(l.a.Section(t38...))).Final(t))
		l.awaitUse(t, "inbound", 1)
	})
	t.Run("switched to", func(t *testing.T) {
		t.Parallel()
		l := newFaxLine(t, d, 2)
		l.patch(t, "", object{"fax_limit_outbound": 1})
		for over, want := range []int{200, 488} {
			a := l.ada.Dial(t, "4155550123")
			b := ringing(t, l.far)
			b.Answer(t)
			a.Await(t, 200)
			b.OnOffer(func(m peer.Message) (int, string) {
				if !l.b.Aim(m.Body) || over > 0 {
					return 500, ""
				}
				return 200, l.b.Description(l.b.Section(t38...))
			})
			m := a.Offer(t, l.a.Description(l.a.Section(t38...)))
			if m.Status() != want {
				t.Fatalf("T.38 answered %s, want %d", m, want)
			}
			if l.a.Aim(m.Body) {
				peer.Fax(t, l.a, l.b)
			} else {
				hearEachOther(t, a, b)
			}
			a.Hangup(t)
			b.AwaitRequest(t, "BYE")
			l.awaitUse(t, "outbound", 1)
		}
	})
	t.Run("refused by the other side", func(t *testing.T) {
		t.Parallel()
		l := newFaxLine(t, d, 3)
		for _, by := range []string{"phone", "carrier"} {
			a := l.far.Dial(t, l.number)
			b := ringing(t, l.ada)
			b.Answer(t)
			a.Await(t, 200)
			asks, asked := a, b
			if by == "carrier" {
				asks, asked = b, a
			}
			asked.OnOffer(func(peer.Message) (int, string) { return 488, "" })
			if m := asks.Offer(t, l.a.Description(l.a.Section(t38...))); m.Status() != 488 {
				t.Errorf("refused by the %s: %s", by, m)
			}
			hearEachOther(t, a, b)
			a.Hangup(t)
			b.AwaitRequest(t, "BYE")
		}
	})
	t.Run("met by an offer of the other side's", func(t *testing.T) {
		t.Parallel()
		l := newFaxLine(t, d, 5)
		a := l.far.Dial(t, l.number)
		b := ringing(t, l.ada)
		b.Answer(t)
		a.Await(t, 200)
		asked := 0
		b.OnOffer(func(m peer.Message) (int, string) {
			if asked++; asked == 1 {
				return 491, ""
			}
			l.b.Aim(m.Body)
			return 200, l.b.Description(l.b.Section(t38...))
		})
		if m := a.Offer(t, l.a.Description(l.a.Section(t38...))); m.Status() != 200 || !l.a.Aim(m.Body) || asked != 2 {
			t.Fatalf("after %d offers: %s", asked, m)
		}
		peer.Fax(t, l.a, l.b)
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
	})
	t.Run("heard", func(t *testing.T) {
		t.Parallel()
		l := newFaxLine(t, d, 4)
		l.patch(t, "/devices/"+l.phones[0].id, object{"fax": true})
		a := l.ada.Dial(t, "4155550123")
		b := ringing(t, l.far)
		b.Answer(t)
		a.Await(t, 200)
		a.Tone(1100)
		l.awaitUse(t, "outbound", 1)
		b.Tone(2100)
		b.Hears(t, 1100)
		a.Hears(t, 2100)
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
		l.awaitUse(t, "outbound", 1)
	})
}
