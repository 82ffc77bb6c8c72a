package test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// second adds another carrier, tried after the office's first.
func (o *office) second(t *testing.T) *peer.Handset {
	t.Helper()
	carrier := peer.StartHandset(t, peer.Account{User: "second", Password: "x", Domain: carrierDomain, Proxy: o.d.SIP.UDP[0], Transport: "udp"})
	o.trunk(t, "Second", []string{carrier.Addr().String()}, object{"emergency": true, "options_ping": false, "location_conveyance": "pidf_lo"})
	return carrier
}

// TestEmergencyBadCarrier: whatever the first carrier answers, the call goes on, and the mail
// says what is known.
func TestEmergencyBadCarrier(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	for _, c := range []struct {
		name   string
		answer func(t *testing.T, in *peer.PhoneCall, stranger *peer.Handset)
		next   bool   // the second carrier takes the call
		told   string // of the carriers
	}{
		{
			"302 to a stranger", func(_ *testing.T, in *peer.PhoneCall, stranger *peer.Handset) {
				in.Reply(302, fmt.Sprintf("Contact: <sip:911@127.0.0.2:%d>", stranger.Addr().Port()))
			}, true, "Carrier: 302; Second: connected",
		},
		{
			"302 to nowhere", func(_ *testing.T, in *peer.PhoneCall, _ *peer.Handset) {
				in.Reply(302, "Contact: <http://example.com/>, garbage <<>")
			}, true, "Carrier: no answer; Second: connected", // it cannot be read
		},
		{"600", func(_ *testing.T, in *peer.PhoneCall, _ *peer.Handset) { in.Reply(600) }, true, "Carrier: 600; Second: connected"},
		{"200 without a description", func(_ *testing.T, in *peer.PhoneCall, _ *peer.Handset) { in.ReplyWith(200, "") }, false, "Carrier: connected"},
		{
			"200 with garbage", func(_ *testing.T, in *peer.PhoneCall, _ *peer.Handset) {
				in.ReplyWith(200, "v=0\r\nm=audio not a port\r\n\x00\xff")
			}, false, "Carrier: connected",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, d)
			carrier := peer.StartHandset(t, peer.Account{User: "carrier", Password: "x", Domain: carrierDomain, Proxy: d.SIP.UDP[0], Transport: "udp"})
			o.expectsHelp(t, carrier.Addr().String(), told[:2], told[2:])
			phone, second := o.handset(t, 0, "udp"), o.second(t)
			stranger := peer.StartHandset(t, peer.Account{User: "stranger", Password: "x", Domain: carrierDomain, Proxy: d.SIP.UDP[0], Transport: "udp"})
			call := phone.Dial(t, "911")
			in := ringing(t, carrier)
			c.answer(t, in, stranger)
			if c.next {
				in = ringing(t, second)
				conveyed(t, in.Invite())
				in.Answer(t)
			}
			call.Await(t, 200)
			call.Hangup(t)
			in.AwaitRequest(t, "BYE")
			if n := len(stranger.Calls.All()); n != 0 {
				t.Errorf("a stranger got the call")
			}
			o.awaitHelp(t, "ended", 9)
			event := d.all(t, o.path+"/emergency_calls")[0].id()
			for _, l := range r.taken(dialled911 + " – ended") {
				if l.header.Get("X-Dialtone-Event") == event && !strings.Contains(l.text, "Carrier: "+c.told) {
					t.Errorf("no %q in\n%s", c.told, l.text)
				}
			}
		})
	}
}

// TestEmergencyGarbage: a carrier that answers what is no SIP is left for the next.
func TestEmergencyGarbage(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o := newOffice(t, d)
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 65535)
		for {
			_, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			for _, s := range []string{"\x00\xff\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "SIP/2.0 999 \r\nVia: x\r\n\r\n"} {
				_, _ = conn.WriteTo([]byte(s), from)
			}
		}
	}()
	defer func() { _ = conn.Close(); <-done }()
	o.expectsHelp(t, conn.LocalAddr().String(), told[:2], told[2:])
	second := o.second(t)
	call := o.handset(t, 0, "udp").Dial(t, "911")
	in := ringing(t, second)
	in.Answer(t)
	call.Await(t, 200)
	hearEachOther(t, call, in)
	call.Hangup(t)
	checkTold(t, r.await(dialled911+" – ended", 3), "Carrier: no answer; Second: connected")
}

// TestEmergencyRecipients: what may be a recipient is decided when it is saved.
func TestEmergencyRecipients(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	many := make([]string, 500)
	for i := range many {
		many[i] = fmt.Sprintf("p%d@example.com", i)
	}
	for _, path := range []string{o.path, o.path + "/locations/" + o.location} {
		for name, c := range map[string]struct {
			list   []string
			status int
		}{
			"unicode":              {[]string{"zoë@exämple.com"}, http.StatusOK},
			"quoted local part":    {[]string{`"front desk"@example.com`}, http.StatusUnprocessableEntity},
			"two hundred":          {many[:200], http.StatusOK},
			"five hundred":         {many, http.StatusUnprocessableEntity},
			"header injection":     {[]string{"a@example.com\r\nBcc: b@example.com"}, http.StatusUnprocessableEntity},
			"two in one":           {[]string{"a@example.com, b@example.com"}, http.StatusUnprocessableEntity},
			"a name":               {[]string{"Ann <a@example.com>"}, http.StatusUnprocessableEntity},
			"the same twice":       {[]string{"a@example.com", "A@Example.com"}, http.StatusUnprocessableEntity},
			"none":                 {[]string{}, http.StatusOK},
			"a gateway to nowhere": {[]string{"2125550100@vtext.com"}, http.StatusOK}, // named by lint
		} {
			if a := d.call(t, http.MethodPatch, path, object{"emergency_recipients": c.list}); a.status != c.status {
				t.Errorf("%s: %s", name, a)
			}
		}
	}
	o.patch(t, "", object{"emergency_recipients": []string{"2125550100@txt.att.net"}})
	found := false
	for _, f := range d.all(t, o.path+"/lint") {
		found = found || f.str("code") == "recipient_unreachable" && strings.Contains(f.str("detail"), "txt.att.net")
	}
	if !found {
		t.Error("lint does not name the gateway that delivers no more")
	}
}

// TestEmergencyTogether: two phones dial in the same second and one of them again, and a
// transfer to 911: calls of their own, and everybody is told of each.
func TestEmergencyTogether(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o, ada, carrier := helpOffice(t, d)
	ben := o.handset(t, 1, "tcp")
	first, other := ada.Dial(t, "911"), ben.Dial(t, "9911")
	for range 2 {
		ringing(t, carrier).Answer(t)
	}
	first.Await(t, 200)
	other.Await(t, 200)
	first.Hangup(t)
	again := ada.Dial(t, "911")
	ringing(t, carrier).Answer(t)
	again.Await(t, 200)
	again.Hangup(t)
	other.Hangup(t)
	r.await(dialled911+" – ended", 6)
	r.await("EMERGENCY 911 call – Ben Back (1002) at Head office – ended", 3)

	o.addSeat(t, seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"})
	a, c := connect(t, ada, "1003", o.handset(t, 2, "udp"))
	a.Refer(t, "sip:911@"+o.domain)
	in := ringing(t, carrier)
	place := conveyed(t, in.Invite())
	in.Answer(t)
	in.Tone(700)
	c.Hears(t, 700)
	c.Hangup(t)
	in.AwaitRequest(t, "BYE")
	if place.Civic.RD != "5th" {
		t.Errorf("location %+v", place)
	}
	await(t, "four calls", func() error {
		calls := d.all(t, o.path+"/emergency_calls")
		events := map[string]bool{}
		for _, c := range calls {
			events[c.id()] = true
			if c.str("outcome") != "ended" || len(c.list("recipients")) != 3 {
				return fmt.Errorf("call %v", c)
			}
		}
		if len(events) != 4 {
			return fmt.Errorf("%d calls", len(events))
		}
		return nil
	})
}
