package sip

import "testing"

// TestDigestURI: some clients put the address they send to into the digest uri instead
// of the Request-URI; the realm still says what the credentials are for. Anything else
// is no answer to our challenge.
func TestDigestURI(t *testing.T) {
	for uri, status := range map[string]string{
		"sip:" + testDomain: "200", "sip:127.0.0.1:5060": "200", "sip:[::1]:5060": "200", "sip:192.0.2.1;transport=tcp": "200",
		"sip:other.example": "401", "sip:" + testUser + "@127.0.0.1": "401", "tel:911": "401", "*": "401",
	} {
		t.Run(uri, func(t *testing.T) {
			d := drive(t)
			d.ask(t, d.authorizedFor(t, 1, uri)[0], noon, status)
		})
	}
}
