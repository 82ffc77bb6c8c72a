package netx

import (
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func macCases() map[string]string {
	return map[string]string{
		"001565aabbcc": "001565aabbcc", "001565AABBCC": "001565aabbcc", "00:15:65:aa:BB:cc": "001565aabbcc",
		"00-15-65-AA-BB-CC": "001565aabbcc", "0015.65aa.bbcc": "001565aabbcc", "0015-65AA-BBCC": "001565aabbcc",

		"": "", "001565aabbc": "", "001565aabbccd": "", "001565aabbcg": "", "00:15:65:aa:bb-cc": "", "00.15.65.aa.bb.cc": "",
		"0015:65aa:bbcc": "", "0:015:65:aa:bb:cc": "", "000000000000": "", "ffffffffffff": "", "01005e000001": "",
		"Yealink Generic": "", "yealink.com": "", "00 15 65 aa bb cc": "", " 001565aabbcc": "",
	}
}

func TestParseMAC(t *testing.T) {
	for in, want := range macCases() {
		mac, ok := ParseMAC(in)
		if got := hex.EncodeToString(mac[:]); ok != (want != "") || ok && got != want || !ok && mac != (MAC{}) {
			t.Errorf("%q: %s %t, want %q", in, got, ok, want)
		}
	}
}

func TestParseMACRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := MAC(rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "mac"))
		want[0] &^= 1
		text := hex.EncodeToString(want[:])
		group := rapid.SampledFrom([]int{12, 2, 4}).Draw(t, "group")
		var parts []string
		for i := 0; i < 12; i += group {
			parts = append(parts, text[i:i+group])
		}
		got, ok := ParseMAC(strings.Join(parts, "-"))
		if ok != (want != MAC{}) || got != want {
			t.Fatalf("%v: %x %t, want %x", parts, got, ok, want)
		}
	})
}

func FuzzParseMAC(f *testing.F) {
	for in := range macCases() {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		mac, ok := ParseMAC(in)
		if !ok {
			return
		}
		bare := strings.ToLower(strings.NewReplacer(":", "", "-", "", ".", "").Replace(in))
		if bare != hex.EncodeToString(mac[:]) {
			t.Errorf("%q: %x", in, mac)
		}
	})
}
