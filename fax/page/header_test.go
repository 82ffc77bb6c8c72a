package page

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeader(t *testing.T) {
	for _, r := range []Resolution{Standard, Fine, Superfine} {
		golden(t, "header-"+r.String(), Header{
			Time: "2026-11-22 14:41 EST", From: "Zoë's Clinic +1 312 555 0100", To: "+1 312 555 0199", Page: 2, Pages: 12,
		}.Bitmap(r))
	}
	golden(t, "header-long", Header{
		Time: strings.Repeat("2026", 20), From: strings.Repeat("Ж", 300), To: strings.Repeat("W ", 300), Page: 1000,
	}.Bitmap(Fine))
}

// No text breaks out of the line or stops it.
func FuzzHeader(f *testing.F) {
	f.Add("2026-11-22", "a\nb\x00c", "\xff\xfe 你好 👍🏽", 3, 4)
	f.Add(strings.Repeat("…", 1000), "", "\u202e\u0301", -1, -1)
	f.Fuzz(func(t *testing.T, when, from, to string, page, pages int) {
		b := Header{when, from, to, page, pages}.Bitmap(Standard)
		if b.Width != Width || b.Height != 16 {
			t.Errorf("%d by %d pixels", b.Width, b.Height)
		}
	})
}

// The line takes the place of white rows, as far as there are.
func TestOverlay(t *testing.T) {
	line := drawn("........", "xxxxxxxx", "........")
	for name, tc := range map[string]struct{ page, want []string }{
		"empty":          {nil, line.picture()},
		"white":          {[]string{"........", "........"}, line.picture()},
		"much white":     {[]string{"........", "........", "........", "........", "x......."}, append(line.picture(), "........", "x.......")},
		"a little white": {[]string{"........", "x.......", "........", "........"}, append(line.picture(), "x.......", "........", "........")},
		"none":           {[]string{"x......."}, append(line.picture(), "x.......")},
	} {
		var got collect
		o := NewOverlay(line, got.row)
		for _, row := range tc.page {
			if err := o.Row(drawn(row).Row(0)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(tc.want, got.picture()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOverlayFails(t *testing.T) {
	full := errors.New("disk full")
	o := NewOverlay(drawn("........"), func([]byte) error { return full })
	if err := o.Row([]byte{0xff}); !errors.Is(err, full) {
		t.Error(err)
	}
}

func TestCover(t *testing.T) {
	golden(t, "cover", Cover{
		To: "Dr. Žižek, +1 312 555 0199", From: "Reception", Company: "Example & Co", Subject: "Records",
		Date: "22 November 2026", Pages: "4",
		Text: "Dear all,\n\nplease find the records attached. This text is long enough to be wrapped at a word.\n\n" +
			strings.Repeat("x", 200) + "\nПривет, καλημέρα, 你好.",
	}.Bitmap(Layout{Letter, Standard}))
}

// A text longer than the paper ends on it.
func TestCoverLong(t *testing.T) {
	for name, text := range map[string]string{
		"lines": strings.Repeat("\n", 1e6), "words": strings.Repeat("word ", 1e6), "letter": strings.Repeat("W", 1e6),
		"cut in a letter": strings.Repeat("é", MaxCoverText), "spaces": strings.Repeat(" ", 1e4),
	} {
		l := Layout{A4, Standard}
		b := Cover{Title: text, To: text, Text: text}.Bitmap(l)
		edge := l.Resolution.rows(coverEdge - coverLine)
		if b.Height != l.Rows() || b.share(0, b.Height-edge, Width, b.Height) > 0 || b.share(Width-edge, 0, Width, b.Height) > 0 {
			t.Errorf("%s: text beyond the edge", name)
		}
	}
}

func TestBitmap(t *testing.T) {
	b, err := NewBitmap(12, 3)
	if err != nil || b.Width != 12 || b.Height != 3 || len(b.Row(2)) != 2 {
		t.Fatal(err)
	}
	b.blacken(-1, 0)
	b.blacken(12, 0)
	b.blacken(0, -1)
	b.blacken(0, 3)
	if !bytes.Equal(b.bits, make([]byte, 6)) {
		t.Error("a pixel outside is drawn")
	}
	for name, size := range map[string][2]int{"no width": {0, 1}, "negative": {1, -1}, "wide": {20000, 1}, "long": {8, 70000}, "both": {16384, 65535}} {
		if _, err := NewBitmap(size[0], size[1]); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where the first row and column of an image belong: TIFF 6.0, Orientation.
func TestOrient(t *testing.T) {
	b := drawn("xx.", "x..")
	for orientation, want := range map[int][]string{
		0: {"xx.", "x.."}, 1: {"xx.", "x.."}, 2: {".xx", "..x"}, 3: {"..x", ".xx"}, 4: {"x..", "xx."},
		5: {"xx", "x.", ".."}, 6: {"xx", ".x", ".."}, 7: {"..", ".x", "xx"}, 8: {"..", "x.", "xx"},
	} {
		if diff := cmp.Diff(want, b.Orient(orientation).picture()); diff != "" {
			t.Errorf("%d: %s", orientation, diff)
		}
	}
}
