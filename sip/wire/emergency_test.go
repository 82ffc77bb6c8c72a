package wire

import "testing"

func TestEmergencyFirst(t *testing.T) {
	for _, tt := range []struct{ name, message, target, to string }{
		{"request", "INVITE sip:911@example.com SIP/2.0\r\nTo: <sip:911@example.com>\r\n\r\n", "911", "911"},
		{"To only", "INVITE sip:example.com SIP/2.0\r\nX: y\r\nt : \"Help\" <sip:9911@h>;tag=1\r\n\r\n", "example.com", "9911"},
		{"tel", "INVITE tel:+1911;phone-context=x SIP/2.0\r\n\r\n", "+1911;phone-context=x", ""},
		{"urn", "INVITE urn:service:sos.fire SIP/2.0\r\nTo: <urn:service:sos>\r\n\r\n", "urn:service:sos.fire", "urn:service:sos"},
		{"parameters in the user", "INVITE sip:911;phone-context=+1@h;user=phone SIP/2.0\r\n\r\n", "911;phone-context=+1", ""},
		{"no user", "INVITE sip:911 SIP/2.0\r\nTo: sip:911;tag=1\r\n\r\n", "911", "911"},
		{"no user, with port", "INVITE sips:911:5061 SIP/2.0\r\n\r\n", "911", ""},
		{"no version", "INVITE sip:911@h\r\nTo: sip:911@h\r\n", "911", "911"},
		{"LF only", "INVITE sip:911@h SIP/2.0\nTo: sip:112@h\n\n", "911", "112"},
		{"no end", "INVITE sip:911@h", "911", ""},
		{"blanks", " \r\n INVITE   sip:911@h   SIP/2.0\r\n", "911", ""},
		{"brackets", "INVITE <sip:911@h> SIP/2.0\r\n", "911", ""},
		{"open quote", "INVITE sip:h SIP/2.0\r\nTo: \"Help <sip:911@h>\r\n", "h", "911"},
		{"open bracket", "INVITE sip:h SIP/2.0\r\nTo: <sip:911@h\r\n", "h", "911"},
		{"no scheme", "INVITE 911 SIP/2.0\r\nTo: 911\r\n", "911", "911"},
		{"folded", "INVITE sip:h SIP/2.0\r\nTo:\r\n <sip:911@h>\r\n", "h", "911"},
		{"name that looks like a number", "INVITE sip:h SIP/2.0\r\nTo: \"<sip:911@h>\" <sip:100@h>\r\n", "h", "100"},
		{"bracket in a parameter", "INVITE sip:h SIP/2.0\r\nTo: <sip:911@h>;x=\"<sip:100@h>\"\r\n", "h", "911"},
		{"control characters", "INVITE sip:911@h SIP/2.0\r\nFrom: \x00\r\nTo: \x01<sip:911@h>\r\n", "911", "911"},
		{"response", "SIP/2.0 200 OK\r\nTo: <sip:911@h>\r\n", "", ""},
		{"garbage", "\x00\x01\x02", "", ""},
		{"empty", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target, to := EmergencyFirst([]byte(tt.message))
			if string(target) != tt.target || string(to) != tt.to {
				t.Fatalf("EmergencyFirst = %q, %q; want %q, %q", target, to, tt.target, tt.to)
			}
		})
	}
}

func FuzzEmergencyFirst(f *testing.F) {
	for _, tt := range tortured {
		f.Add(tortureMessage(f, tt.file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		target, to := EmergencyFirst(b)
		var m Message
		if err := Scan(b, &m); err != nil || !m.Request {
			return
		}
		if len(m.Target.User) > 0 && !hasPrefix(target, m.Target.User) {
			t.Fatalf("Request-URI %q: found %q", m.RequestURI, target)
		}
		if len(m.To.URI.User) > 0 && !hasPrefix(to, m.To.URI.User) {
			t.Fatalf("To %q: found %q", m.To.Value, to)
		}
	})
}

// hasPrefix: the user found may have a password after it.
func hasPrefix(b, user []byte) bool {
	return len(b) >= len(user) && string(b[:len(user)]) == string(user)
}
