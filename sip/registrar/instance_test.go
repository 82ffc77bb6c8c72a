package registrar

import (
	"testing"

	"pgregory.net/rapid"
)

func TestInstance(t *testing.T) {
	const lower = "<urn:uuid:0a1b2c3d-4e5f-1000-8000-805ec0aabbcc>"
	tests := []struct {
		name, text string
		kept       int // bytes
	}{
		{"lower case", lower, 16},
		{"upper case", "<urn:uuid:00000000-0000-1000-8000-805EC0AABBCC>", 16},
		{"digits", "<urn:uuid:00000000-0000-1000-8000-805000112233>", 16},
		{"both cases", "<urn:uuid:0A1b2c3d-4e5f-1000-8000-805ec0aabbcc>", 47},
		{"prefix in upper case", "<URN:UUID:0a1b2c3d-4e5f-1000-8000-805ec0aabbcc>", 47},
		{"no brackets", lower[1 : len(lower)-1], 45},
		{"no digits", "<urn:uuid:0a1b2c3d-4e5f-1000-8000-805ec0aabbcg>", 47},
		{"dashes elsewhere", "<urn:uuid:0a1b2c3d4-e5f-1000-8000-805ec0aabbcc>", 47},
		{"another URN", "<urn:imei:90420156-025763-0>", 28},
		{"none", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pack([]byte(tt.text))
			got := Instance{string(p.bytes()), p.form}
			if got.String() != tt.text || len(got.text) != tt.kept || got.IsZero() != (tt.text == "") {
				t.Fatalf("%q is kept in %d bytes as %+v", tt.text, len(got.text), got)
			}
			if !p.is(got) {
				t.Error("not the same as itself")
			}
		})
	}
}

func TestInstanceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>`),
			rapid.StringMatching(`<urn:uuid:[0-9a-fA-F-]{36}>`),
			rapid.String(),
		).Draw(t, "text")
		p := pack([]byte(text))
		if got := (Instance{string(p.bytes()), p.form}).String(); got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// Hexadecimal digits of a UUID mean the same in either case (RFC 9562 section 4).
func TestInstanceInAnotherCase(t *testing.T) {
	r, _ := serve(t, Config{})
	p := newPhone("alice@pbx.example")
	p.instance = "<urn:uuid:00000000-0000-1000-8000-805EC0AABBCC>"
	update(t, r, p.request(600, sipA), noon)
	p.instance, p.callID = "<urn:uuid:00000000-0000-1000-8000-805ec0aabbcc>", "after a new firmware"
	res := update(t, r, p.request(600, sipB), noon)
	if len(res.Bindings) != 1 || res.Bindings[0].Contact != sipB || res.Bindings[0].Instance.String() != p.instance {
		t.Fatalf("bindings %+v", res.Bindings)
	}
}
