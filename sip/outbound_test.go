package sip

import (
	"fmt"
	"strings"
	"testing"
)

// TestOutboundThroughProxies: what RFC 5626 6 says about flows that do not end here.
func TestOutboundThroughProxies(t *testing.T) {
	const (
		flow  = `Contact: <sip:a@192.0.2.1>;reg-id=1;+sip.instance="<urn:uuid:1>"`
		via   = "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKp"
		edge  = "Path: <sip:edge@192.0.2.8;lr;ob>"
		plain = "Path: <sip:192.0.2.9;lr>"
	)
	for _, tt := range []struct {
		name, contact, lines, status string
	}{
		{"directly", flow, "Supported: path, outbound", "401"},
		{"no Path", flow, via + "|Supported: outbound", "439"},
		{"a hop that cannot", flow, via + "|" + plain + "|Supported: outbound", "439"},
		{"a hop that can", flow, via + "|" + edge + "|Supported: outbound", "401"},
		{"the first is not the one that can", flow, via + "|" + plain + "|" + edge + "|Supported: outbound", "439"},
		{"the first of two in a line", flow, via + "|" + edge + ", <sip:192.0.2.9;lr>|Supported: outbound", "401"},
		{"ob in the user part only", flow, via + "|Path: <sip:x;ob@192.0.2.8;lr>|Supported: outbound", "439"},
		{"not supported by the phone", flow, via + "|" + plain, "401"},
		{"no flow asked for", "Contact: <sip:a@192.0.2.1>", via + "|Supported: outbound", "401"},
		{"no instance", "Contact: <sip:a@192.0.2.1>;reg-id=1", via + "|Supported: outbound", "401"},
		{"taken back", flow + ";expires=0", via + "|Supported: outbound", "401"},
		{"another contact beside", flow + ", <sip:b@192.0.2.1>", "Supported: outbound", "400"},
		{"another contact taken back", flow + ", <sip:b@192.0.2.1>;expires=0", "Supported: outbound", "401"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := drive(t)
			own := fmt.Sprintf("Contact: <sip:%s@%s>", testUser, d.from)
			d.ask(t, replaced(d.datagram("REGISTER", 1, strings.Split(tt.lines, "|")...), own, tt.contact), noon, tt.status)
		})
	}
}

// TestMalformedExpires: an expiry that is no number counts as an hour, whatever the
// Expires header says (RFC 3261 10.2.1.1).
func TestMalformedExpires(t *testing.T) {
	d := drive(t)
	request := d.authorized(t, 1)[0]
	own := fmt.Sprintf("Contact: <sip:%s@%s>", testUser, d.from)
	got := d.ask(t, replaced(request, own, own+";expires=soon", "Expires: 3600", "Expires: 600"), noon, "200")
	if !strings.Contains(string(got), ">;expires=3600\r\n") {
		t.Errorf("got\n%s", got)
	}
}
