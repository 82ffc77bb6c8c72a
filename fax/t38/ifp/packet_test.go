package ifp_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dialtone/fax/t38/ifp"
)

func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vectors are packets as they are on the wire.
var vectors = []struct {
	name    string
	in      string
	version int
	want    ifp.Packet
}{
	{"no signal", "00", 0, ifp.Packet{}},
	{"CNG", "02", 0, ifp.Packet{Indicator: ifp.CNG}},
	{"CED", "04", 3, ifp.Packet{Indicator: ifp.CED}},
	{"preamble", "06", 0, ifp.Packet{Indicator: ifp.V21Preamble}},
	{"short training", "1c", 0, ifp.Packet{Indicator: ifp.ShortV17At14400}},
	{"long training", "1e", 0, ifp.Packet{Indicator: ifp.LongV17At14400}},
	{"ANSam", "2000", 1, ifp.Packet{Indicator: ifp.ANSam}},
	{"V.33 at 14,400", "2180", 1, ifp.Packet{Indicator: ifp.V33At14400}},
	{"an octet of a frame", "c0 01 80 0000 ff", 0, data(ifp.V21Data, ifp.HDLCData, "ff")},
	{"the same, version 1", "c0 01 80 0000 ff", 1, data(ifp.V21Data, ifp.HDLCData, "ff")},
	{"end of a frame", "c0 01 20", 0, data(ifp.V21Data, ifp.FCSGood, "")},
	{"the same, version 1", "c0 01 10", 1, data(ifp.V21Data, ifp.FCSGood, "")},
	{"end of frames", "c0 01 40", 0, data(ifp.V21Data, ifp.FCSGoodEnd, "")},
	{"the same, version 1", "c0 01 20", 1, data(ifp.V21Data, ifp.FCSGoodEnd, "")},
	{"image", "d0 01 e0 0001 3504", 0, data(ifp.V17Data14400, ifp.ImageData, "3504")},
	{"the same, version 1", "d0 01 b0 0001 3504", 1, data(ifp.V17Data14400, ifp.ImageData, "3504")},
	{"end of an image with data", "d0 01 f0 0001 0000", 0, data(ifp.V17Data14400, ifp.ImageEnd, "0000")},
	{"end of an image", "d0 01 70", 0, data(ifp.V17Data14400, ifp.ImageEnd, "")},
	{"data without fields", "4e", 0, ifp.Packet{IsData: true, Data: ifp.V17Data12000}},
	{"V.33 data", "6140", 1, ifp.Packet{IsData: true, Data: ifp.V33Data14400}},
	{"frame and end", "c0 02 80 0002 ffc8df 40", 0, ifp.Packet{IsData: true, Fields: []ifp.Field{
		{Type: ifp.HDLCData, Data: []byte{0xff, 0xc8, 0xdf}}, {Type: ifp.FCSGoodEnd},
	}}},
}

func data(t ifp.DataType, f ifp.FieldType, octets string) ifp.Packet {
	b, _ := hex.DecodeString(octets)
	return ifp.Packet{IsData: true, Data: t, Fields: []ifp.Field{{Type: f, Data: b}}}
}

var compare = cmp.Options{cmpopts.IgnoreUnexported(ifp.Packet{}), cmpopts.EquateEmpty()}

func TestVectors(t *testing.T) {
	for _, tc := range vectors {
		t.Run(tc.name, func(t *testing.T) {
			in := bytesOf(t, tc.in)
			var p ifp.Packet
			if err := p.Decode(in, tc.version); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, p, compare); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(in, encode(&tc.want, tc.version)); diff != "" {
				t.Error(diff)
			}
			if err := p.Decode(append(in, 0, 0, 0), tc.version); err != nil {
				t.Errorf("padded: %v", err)
			}
		})
	}
}

func encode(p *ifp.Packet, version int) []byte {
	if !p.IsData {
		return ifp.AppendIndicator(nil, p.Indicator)
	}
	return ifp.AppendData(nil, version, p.Data, p.Fields...)
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		version  int
		want     error
	}{
		{"nothing", "", 0, ifp.ErrShort},
		{"half an extension", "20", 1, ifp.ErrShort},
		{"unknown indicator", "2fc0", 1, ifp.ErrType},
		{"unknown data", "efc0 00", 1, ifp.ErrType},
		{"no count", "c0", 0, ifp.ErrShort},
		{"no field", "c0 01", 0, ifp.ErrShort},
		{"half a length", "c0 01 80 00", 0, ifp.ErrShort},
		{"half a field", "c0 01 80 0001 ff", 0, ifp.ErrShort},
		{"V.8 field", "c0 01 c0 00 0000 ff", 1, ifp.ErrType},
		{"too many fields", "c0 21", 0, ifp.ErrFields},
	} {
		var p ifp.Packet
		if err := p.Decode(bytesOf(t, tc.in), tc.version); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	field := rapid.Custom(func(t *rapid.T) ifp.Field {
		return ifp.Field{
			Type: ifp.FieldType(rapid.IntRange(0, 7).Draw(t, "type")),
			Data: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := ifp.Packet{IsData: rapid.Bool().Draw(t, "data")}
		if want.IsData {
			want.Data = ifp.DataType(rapid.IntRange(0, 14).Draw(t, "type"))
			want.Fields = rapid.SliceOfN(field, 0, ifp.MaxFields).Draw(t, "fields")
		} else {
			want.Indicator = ifp.Indicator(rapid.IntRange(0, 22).Draw(t, "indicator"))
		}
		version := rapid.IntRange(0, 3).Draw(t, "version")
		var got ifp.Packet
		if err := got.Decode(encode(&want, version), version); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, compare); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, tc := range vectors {
		f.Add(bytesOf(f, tc.in), tc.version)
	}
	f.Fuzz(func(t *testing.T, in []byte, version int) {
		version &= 3
		var p, again ifp.Packet
		if p.Decode(in, version) != nil {
			return
		}
		if err := again.Decode(encode(&p, version), version); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again, compare); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestNoAllocation(t *testing.T) {
	wire := bytesOf(t, "c0 02 80 0002 ffc8df 40")
	var p ifp.Packet
	dst := make([]byte, 0, 100)
	if n := testing.AllocsPerRun(1000, func() {
		if err := p.Decode(wire, 0); err != nil {
			t.Fatal(err)
		}
		dst = ifp.AppendData(dst[:0], 0, ifp.V21Data, ifp.Field{Type: ifp.HDLCData, Data: wire})
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
