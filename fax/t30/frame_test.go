package t30

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Frames of machines in the field are read as they are meant.
func TestParseDIS(t *testing.T) {
	for _, tc := range []struct {
		name, fif string
		want      dis
	}{
		{"a whole machine", "20 77 1f 23 01 89 01 01 01 18", dis{
			caps: Caps{
				Modems: V27 | V29 | V17, ECM: true, MR: true, MMR: true,
				Fine: true, Superfine: true,
			},
			receives: true, unlimited: true, row: 0b111,
		}},
		{"an old machine", "00 44 00", dis{caps: Caps{Modems: V27}, receives: true}},
		{"a sender", "00 80 00", dis{caps: Caps{Modems: V27}, polls: true}},
		{"wide paper", "00 76 58", dis{
			caps:     Caps{Modems: V27 | V29 | V17, Fine: true, Width: A3},
			receives: true, unlimited: true, row: 0b100,
		}},
		{"nothing", "", dis{caps: Caps{Modems: V27}}},
	} {
		got := parseDIS(bytesOf(t, tc.fif))
		if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(dis{})); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// A network's limit is kept by what is offered: a modem is with its fastest rate or not
// at all.
func TestOfferWithin(t *testing.T) {
	for _, tc := range []struct {
		limit int
		want  Modems
	}{
		{0, V27 | V29 | V17},
		{14400, V27 | V29 | V17},
		{12000, V27 | V29},
		{9600, V27 | V29},
		{7200, V27},
		{4800, V27},
	} {
		c := AllCaps()
		c.MaxRate = tc.limit
		if got := parseDIS(appendDIS(nil, c)).caps.Modems; got != tc.want {
			t.Errorf("%d bit/s: %03b, want %03b", tc.limit, got, tc.want)
		}
	}
	if b := appendDIS(nil, Caps{Modems: V27, MaxRate: 2400}); table(b).field(bitRate, 4) != 0 {
		t.Errorf("2400 bit/s: % x", b)
	}
}

func TestParseDCS(t *testing.T) {
	got, ok := parseDCS(bytesOf(t, "00 44 1f 22"))
	want := dcs{carrier: V17At14400, coding: MMR, ecm: true, unlimited: true}
	if !ok || got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, fif := range []string{"", "00 44", "00 78 1f"} {
		if _, ok := parseDCS(bytesOf(t, fif)); ok {
			t.Errorf("%q is taken", fif)
		}
	}
}

// The least time of a row is that of the resolution.
func TestRowTime(t *testing.T) {
	for _, tc := range []struct {
		row                 byte
		standard, fine, sup int
	}{
		{0b000, 20, 20, 20},
		{0b001, 40, 40, 40},
		{0b010, 10, 10, 10},
		{0b011, 10, 5, 5},
		{0b100, 5, 5, 5},
		{0b101, 40, 20, 20},
		{0b110, 20, 10, 10},
		{0b111, 0, 0, 0},
	} {
		d := dis{row: tc.row}
		got := [3]int{d.rowTime(Standard), d.rowTime(Fine), d.rowTime(Superfine)}
		if want := [3]int{tc.standard, tc.fine, tc.sup}; got != want {
			t.Errorf("%03b: %v, want %v", tc.row, got, want)
		}
		c := dcs{carrier: V29At9600, rowTime: tc.standard}
		back, _ := parseDCS(c.append(nil))
		if back.rowTime != tc.standard || c.code().MinRowBits != 9600*tc.standard/1000 {
			t.Errorf("%03b: %d ms come back as %d", tc.row, tc.standard, back.rowTime)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
		c := Caps{
			Modems: rapid.SampledFrom([]Modems{V27, V29, V27 | V29, V27 | V29 | V17}).Draw(t, "modems"),
			ECM:    flag("ecm"), MR: flag("mr"), MMR: flag("mmr"), Fine: flag("fine"),
			Superfine: flag("superfine"), R300: flag("300"), R400: flag("400"),
			Width: Width(rapid.IntRange(0, 2).Draw(t, "width")),
		}
		got := parseDIS(appendDIS(nil, c))
		c.MMR = c.MMR && c.ECM
		if got.caps != c || !got.receives || got.polls || !got.unlimited || got.row != rowZero {
			t.Fatalf("%+v comes back as %+v", c, got)
		}
		d := choose(AllCaps(), got, Format{
			Resolution: Resolution(rapid.IntRange(0, 4).Draw(t, "resolution")),
			Width:      Width(rapid.IntRange(0, 2).Draw(t, "page")),
		}, Carrier(rapid.IntRange(1, 8).Draw(t, "carrier")))
		if back, ok := parseDCS(d.append(nil)); !ok || back != d {
			t.Fatalf("%+v comes back as %+v", d, back)
		}
		id := rapid.StringMatching(`[0-9+][0-9+ ]{0,18}[0-9]`).Draw(t, "id")
		if back := parseIdent(appendIdent(nil, id)); back != id {
			t.Fatalf("%q comes back as %q", id, back)
		}
	})
}

func TestIdentOnTheWire(t *testing.T) {
	wire := bytesOf(t, "02 0c 0c 0c 0c 4c 4c 4c ac ac ac 8c d4 04 04 04 04 04 04 04 04")
	if got := parseIdent(wire[1:]); got != "+15552220000" {
		t.Errorf("%q", got)
	}
	if got := parseIdent([]byte{0xff, 0x0c, 0x00}); got != "?0?" {
		t.Errorf("%q", got)
	}
}

func TestRows(t *testing.T) {
	for _, tc := range []struct {
		data string
		want int
	}{
		{"", 0},
		{"ff", 0},
		{"00 10", 1},
		{"00 10 01", 2},
		{"00 00 00 01", 1},
		{"00 10 01 00 10 01 00 10 01", 6},
		{"00 18 00 c0 06 00 30 01 80 0c", 6},
	} {
		if got := rows(bytesOf(t, tc.data)); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.data, got, tc.want)
		}
	}
}

// The end of a page is added once.
func TestReturnToControl(t *testing.T) {
	for _, c := range []Coding{MH, MR} {
		once := withRTC([]byte{0x00, 0x1b, 0x55}, c)
		if rows(once) != 7 {
			t.Errorf("%v: %d ends of lines", c, rows(once))
		}
		if diff := cmp.Diff(once, withRTC(once, c)); diff != "" {
			t.Errorf("%v: %s", c, diff)
		}
	}
	if got := withRTC([]byte{1}, MMR); len(got) != 1 {
		t.Errorf("MMR: % x", got)
	}
}

func TestZeroRun(t *testing.T) {
	for _, tc := range []struct {
		pieces []string
		want   int
	}{
		{[]string{"00 00"}, 16},
		{[]string{"ff"}, 0},
		{[]string{"10 00", "00 08"}, 24},
		{[]string{"00 00 00 80 00"}, 24},
	} {
		var z zeroRun
		for _, p := range tc.pieces {
			z.add(bytesOf(t, p))
		}
		if z.most != tc.want {
			t.Errorf("%v: %d, want %d", tc.pieces, z.most, tc.want)
		}
	}
}
