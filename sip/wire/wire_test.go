package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type nameAddr struct{ Display, URI, Params string }

var nameAddrs = []struct {
	name, list string
	want       []nameAddr
}{
	{"addr-spec with header parameters", "sip:a@h;expires=60", []nameAddr{{"", "sip:a@h", "expires=60"}}},
	{"brackets keep the URI's parameters", "<sip:a@h;transport=tcp>;q=0.5", []nameAddr{{"", "sip:a@h;transport=tcp", "q=0.5"}}},
	{"quoted name with comma and bracket", `"A, <B>" <sip:a@h>`, []nameAddr{{`"A, <B>"`, "sip:a@h", ""}}},
	{"escaped quote", `"A \" B" <sip:a@h>`, []nameAddr{{`"A \" B"`, "sip:a@h", ""}}},
	{"two values", "<sip:a@h>;q=1 , <sip:b@h>", []nameAddr{{"", "sip:a@h", "q=1"}, {"", "sip:b@h", ""}}},
	{"comma inside brackets", "<sip:a,b@h>", []nameAddr{{"", "sip:a,b@h", ""}}},
	{"comma in a quoted parameter", `<sip:a@h>;+sip.instance="<urn:uuid:1,2>"`, []nameAddr{{"", "sip:a@h", `+sip.instance="<urn:uuid:1,2>"`}}},
	{"folded", "<sip:a@h>\r\n ;q=1", []nameAddr{{"", "sip:a@h", "q=1"}}},
	{"no closing bracket", "<sip:a@h", nil},
	{"junk after the bracket", "<sip:a@h> x", nil},
	{"open quote", `"A <sip:a@h>`, nil},
	{"question mark without brackets", "sip:a@h?Route=x", nil},
	{"ends in a comma", "<sip:a@h>,", nil},
	{"empty", "", nil},
	{"empty brackets", "<>", nil},
	{"bracket in bracket", "<sip:a<@h>", nil},
}

func parseAll(list string) ([]nameAddr, error) {
	var got []nameAddr
	for rest := []byte(list); ; {
		a, next, err := NextNameAddr(rest)
		if err != nil {
			return nil, err
		}
		got = append(got, nameAddr{string(a.Display), string(a.URI), string(a.Params)})
		if len(next) == 0 {
			return got, nil
		}
		rest = next
	}
}

func TestNextNameAddr(t *testing.T) {
	for _, tt := range nameAddrs {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseAll(tt.list)
			if (err == nil) != (tt.want != nil) {
				t.Fatalf("error %v, want values %v", err, tt.want)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
		})
	}
}

var params = []struct {
	name, in, want string
}{
	{"names and values", "a=1;b;c=x.y", "a=1 b c=x.y"},
	{"blanks around", " a = 1 ; b ", "a=1 b"},
	{"quoted with separators", `i="<urn:x;y=z>";r=2`, "i=<urn:x;y=z> r=2"},
	{"address value", "received=[2001:db8::1]", "received=[2001:db8::1]"},
	{"none", "", ""},
	{"empty parameter", "a;;b", "error"},
	{"ends in a semicolon", "a;", "error"},
	{"no name", "=1", "error"},
	{"no value", "a=", "error"},
	{"open quote", `a="x`, "error"},
	{"line break in a value", "a=1\nb", "error"},
}

func TestNextParam(t *testing.T) {
	for _, tt := range params {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for rest := []byte(tt.in); ; {
				name, value, next, more, err := NextParam(rest)
				if err != nil {
					got = []string{"error"}
					break
				}
				if !more {
					break
				}
				text := string(name)
				if value != nil {
					text += "=" + string(value)
				}
				got, rest = append(got, text), next
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Fatalf("got %q, want %q", s, tt.want)
			}
		})
	}
}

type uri struct {
	User, Host, Params, Headers string
	Port                        uint16
}

var uris = []struct {
	name, in string
	want     *uri
}{
	{"host", "sip:example.com", &uri{Host: "example.com"}},
	{"all parts", "SIP:alice:pw@example.com:5061;transport=tls?Subject=x", &uri{"alice", "example.com", "transport=tls", "Subject=x", 5061}},
	{"user with semicolon", "sip:a;b@h", &uri{User: "a;b", Host: "h"}},
	{"IPv6", "sips:a@[2001:db8::1]:5060", &uri{User: "a", Host: "2001:db8::1", Port: 5060}},
	{"no host", "sip:a@", nil},
	{"empty user", "sip:@h", nil},
	{"port too high", "sip:h:70000", nil},
	{"port zero", "sip:h:0", nil},
	{"port of letters", "sip:h:x", nil},
	{"blank", "sip:a b@h", nil},
	{"line break", "sip:a@h\nX: y", nil},
	{"IPv6 without brackets", "sip:a@2001:db8::1", nil},
	{"bad IPv6", "sip:a@[x]", nil},
	{"no scheme", "example.com", nil},
	{"http", "http://example.com", nil},
}

func TestParseURI(t *testing.T) {
	for _, tt := range uris {
		t.Run(tt.name, func(t *testing.T) {
			u, err := ParseURI([]byte(tt.in))
			if tt.want == nil {
				if err == nil {
					t.Fatalf("ParseURI(%q) = %+v, want an error", tt.in, u)
				}
				return
			}
			got := &uri{string(u.User), string(u.Host), string(u.Params), string(u.Headers), u.Port}
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Fatalf("error %v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestAppendUnescaped(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		ok       bool
	}{
		{"alice", "alice", true}, {"%39%31%31", "911", true}, {"a%", "", false}, {"a%2", "", false}, {"a%zz", "", false}, {"a%0a", "", false},
	} {
		got, ok := AppendUnescaped(nil, []byte(tt.in))
		if ok != tt.ok || ok && string(got) != tt.want {
			t.Errorf("AppendUnescaped(%q) = %q, %v", tt.in, got, ok)
		}
	}
}

// FuzzContact: nothing read from a list may reach beyond it or hold a line break
// that is not part of a quoted string.
func FuzzContact(f *testing.F) {
	for _, tt := range nameAddrs {
		f.Add(tt.list)
	}
	for _, tt := range params {
		f.Add("<sip:a@h>;" + tt.in)
	}
	for _, tt := range uris {
		f.Add("<" + tt.in + ">")
	}
	f.Fuzz(func(t *testing.T, list string) {
		values, err := parseAll(list)
		if err != nil {
			return
		}
		for _, v := range values {
			if u, err := ParseURI([]byte(v.URI)); err == nil && strings.ContainsAny(string(u.User)+string(u.Host), "\r\n \"<>") {
				t.Fatalf("URI %q has parts %+v", v.URI, u)
			}
			for rest := []byte(v.Params); ; {
				name, _, next, more, err := NextParam(rest)
				if err != nil || !more {
					break
				}
				if len(name) == 0 || len(next) >= len(rest) {
					t.Fatalf("no progress in %q", v.Params)
				}
				rest = next
			}
		}
	})
}

func TestNothingIsAllocated(t *testing.T) {
	list := []byte(`"Alice" <sip:alice@192.0.2.1:5060;transport=udp>;expires=3600;+sip.instance="<urn:uuid:1>"`)
	allocs := testing.AllocsPerRun(100, func() {
		a, _, _ := NextNameAddr(list)
		ParseURI(a.URI)
		for rest, more := a.Params, true; more; {
			_, _, rest, more, _ = NextParam(rest)
		}
	})
	if allocs != 0 {
		t.Fatalf("%v allocations, want none", allocs)
	}
}
