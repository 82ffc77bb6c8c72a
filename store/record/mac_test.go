package record

import "testing"

var macs = []struct {
	name, in, want string
}{
	{"colons", "80:5E:c0:01:02:03", "80:5e:c0:01:02:03"},
	{"dashes", "80-5e-c0-01-02-03", "80:5e:c0:01:02:03"},
	{"bare", "805EC0010203", "80:5e:c0:01:02:03"},
	{"cisco dots", "805e.c001.0203", "80:5e:c0:01:02:03"},
	{"blanks around", " 805ec0010203 ", "80:5e:c0:01:02:03"},
	{"pairs with blanks", "80 5e c0 01 02 03", "80:5e:c0:01:02:03"},
	{"too short", "00:15:65", ""},
	{"thirteen digits", "805ec00102033", ""},
	{"letters", "80:5e:c0:01:02:zz", ""},
	{"mixed separators", "80:5e-c0:01:02:03", ""},
	{"separator in the wrong place", "8:05e:c0:01:02:03", ""},
	{"zeros", "00:00:00:00:00:00", ""},
	{"broadcast", "ff:ff:ff:ff:ff:ff", ""},
	{"multicast", "01:00:5e:00:00:01", ""},
	{"empty", "", ""},
	{"multi-byte separator", "80é5eéc0é01é02é03", ""},
}

func TestParseMAC(t *testing.T) {
	for _, tt := range macs {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseMAC(tt.in)
			if tt.want == "" {
				if err == nil {
					t.Fatalf("ParseMAC(%q) = %v, want an error", tt.in, got)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Fatalf("ParseMAC(%q) = %v, %v; want %s", tt.in, got, err, tt.want)
			}
		})
	}
}

func FuzzParseMAC(f *testing.F) {
	for _, tt := range macs {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMAC(s)
		if err != nil {
			return
		}
		for _, form := range []string{m.String(), m.Hex()} {
			if again, err := ParseMAC(form); err != nil || again != m {
				t.Fatalf("ParseMAC(%q) = %v, %v; want %v", form, again, err, m)
			}
		}
	})
}
