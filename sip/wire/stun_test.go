package wire

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	// The request of RFC 5769 2.1, and answers to it.
	stunTransaction = "2112a442b7e7a701bc34d686fa87dfae"
	stunSample      = "00010058" + stunTransaction +
		"802200105354554e207465737420636c69656e74" + // SOFTWARE
		"002400046e0001ff" + // PRIORITY
		"80290008932ff9b151263b36" + // ICE-CONTROLLED
		"000600096576746a3a68367659202020" + // USERNAME
		"000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2" + // MESSAGE-INTEGRITY
		"80280004e57a3bcf" // FINGERPRINT
	stunPlain = "00010000" + stunTransaction
)

func TestSTUN(t *testing.T) {
	for _, tt := range []struct{ name, request, source, want string }{
		// The addresses and their XORed forms are those of RFC 5769 2.2 and 2.3.
		{"IPv4", stunPlain, "192.0.2.1:32853", "0101000c" + stunTransaction + "002000080001a147e112a643"},
		{"IPv4 on an IPv6 socket", stunPlain, "[::ffff:192.0.2.1]:32853", "0101000c" + stunTransaction + "002000080001a147e112a643"},
		{
			"IPv6", stunPlain, "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
			"01010018" + stunTransaction + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
		},
		{"optional attribute", "00010008" + stunTransaction + "8022000178000000", "192.0.2.1:32853", "0101000c" + stunTransaction + "002000080001a147e112a643"},
		{"unknown attribute", "00010008" + stunTransaction + "0003000400000002", "192.0.2.1:1", "01110010" + stunTransaction + "0009000400000414" + "000a000200030000"},
		{"attribute too long", "00010004" + stunTransaction + "80220004", "192.0.2.1:1", ""},
		{"indication", "00110000" + stunTransaction, "192.0.2.1:1", ""},
		{"response", "01010000" + stunTransaction, "192.0.2.1:1", ""},
		{"wrong fingerprint", "00010008" + stunTransaction + "8028000400000000", "192.0.2.1:1", ""},
		{"wrong length", "00010004" + stunTransaction, "192.0.2.1:1", ""},
		{"wrong magic", "00010000" + strings.Replace(stunTransaction, "2112a442", "2112a443", 1), "192.0.2.1:1", ""},
		{"short", "0001", "192.0.2.1:1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request, err := hex.DecodeString(tt.request)
			if err != nil {
				t.Fatal(err)
			}
			got := hex.EncodeToString(AppendSTUNResponse(nil, request, netip.MustParseAddrPort(tt.source)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestSTUNFingerprint: the request of RFC 5769 has a right fingerprint, so the answer
// gets one, and it can be checked the same way. (PRIORITY is for ICE alone: 420.)
func TestSTUNFingerprint(t *testing.T) {
	request, err := hex.DecodeString(stunSample)
	if err != nil {
		t.Fatal(err)
	}
	var unknown [maxSTUNUnknown]uint16
	count, fingerprint, ok := readSTUN(request, &unknown)
	if !ok || !fingerprint || count != 1 || unknown[0] != 0x0024 {
		t.Fatalf("request: %d unknown, fingerprint %t, ok %t", count, fingerprint, ok)
	}
	answer := AppendSTUNResponse([]byte("kept"), request, testSource)
	if string(answer[:4]) != "kept" || !IsSTUN(answer[4:]) {
		t.Fatalf("answer %x", answer)
	}
	if _, fingerprint, ok := readSTUN(answer[4:], &unknown); !ok || !fingerprint {
		t.Fatalf("answer %x has no right fingerprint", answer)
	}
}

func FuzzSTUN(f *testing.F) {
	for _, text := range []string{stunPlain, stunSample, "00010008" + stunTransaction + "0003000400000002"} {
		b, _ := hex.DecodeString(text)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		answer := AppendSTUNResponse(nil, request, testSource)
		if len(answer) > 0 && (!IsSTUN(answer) || len(answer) > len(request)+40) {
			t.Fatalf("answer %x", answer)
		}
	})
}
