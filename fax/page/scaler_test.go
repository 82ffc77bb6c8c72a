package page

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"dialtone/fax/t4"
)

// striped returns a bitmap with lines of some pixels in both directions.
func striped(width, height, pitch, thick int) *Bitmap {
	b := newBitmap(width, height)
	for at := 0; at < height; at += pitch {
		b.box(0, at, width, min(thick, height-at))
	}
	for at := 0; at < width; at += pitch {
		b.box(at, 0, thick, height)
	}
	return b
}

// A page that is as it should be comes out as it was.
func TestSamePageIsCopied(t *testing.T) {
	b := striped(1728, 300, 7, 2)
	got := scaled(t, b, Source{1728, 300, 204, 196}, Layout{A4, Fine})
	if !bytes.Equal(b.bits, got.bits) {
		t.Error("page differs")
	}
}

// From standard to fine each row comes about twice.
func TestStandardToFine(t *testing.T) {
	b := striped(1728, 100, 10, 5)
	got := scaled(t, b, Source{1728, 100, 204, 98}, Layout{A4, Fine})
	if got.Height != 200 {
		t.Fatalf("%d rows", got.Height)
	}
	for y := range 200 {
		if !bytes.Equal(b.Row(y/2), got.Row(y)) {
			t.Errorf("row %d differs", y)
		}
	}
}

// Lines of two pixels in 600 dpi, which are thinner than a pixel of a fax, stay whole.
func TestThinLinesStay(t *testing.T) {
	b := newBitmap(5000, 600)
	for x := 17; x < 5000; x += 203 {
		b.box(x, 0, 2, 600)
	}
	got := scaled(t, b, Source{5000, 600, 600, 600}, Layout{A4, Fine})
	lines := 0
	for x := 1; x < Width; x++ {
		if got.Black(x, 100) && !got.Black(x-1, 100) {
			lines++
		}
	}
	if lines != 25 {
		t.Errorf("%d lines, want 25", lines)
	}
}

// The image is in the middle, and white is around it.
func TestSmallImageIsCentred(t *testing.T) {
	b := newBitmap(204, 196)
	b.box(0, 0, 204, 196)
	got := scaled(t, b, Source{204, 196, 204, 196}, Layout{A4, Fine})
	left := (Width - 204) / 2
	if math.Abs(got.share(left+2, 0, left+200, got.Height)-1) > 0 || got.share(0, 0, left-2, got.Height) > 0 || got.share(left+206, 0, Width, got.Height) > 0 {
		t.Error("not in the middle")
	}
}

// A scaler gives the rows it says, all of one colour if the image is, for any size.
func TestAnySize(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := Source{
			Width: rapid.IntRange(1, 2500).Draw(rt, "width"), Height: rapid.IntRange(1, 60).Draw(rt, "height"),
			XDPI: rapid.SampledFrom([]float64{0, 72, 204, 600}).Draw(rt, "x"), YDPI: rapid.SampledFrom([]float64{0, 72, 98, 600}).Draw(rt, "y"),
		}
		l := Layout{A4, Resolution(rapid.IntRange(0, 2).Draw(rt, "resolution"))}
		place := l.place(s)
		for _, black := range []bool{false, true} {
			rows, want := 0, newBitmap(Width, 1)
			if black {
				want.box(place.left, 0, place.width, 1)
			}
			scaler, err := NewScaler(s, l, func(row []byte) error {
				if rows++; !bytes.Equal(row, want.Row(0)) {
					rt.Fatalf("row %d of %+v is %x", rows, place, row)
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			row := bytes.Repeat([]byte{map[bool]byte{true: 0xff}[black]}, (s.Width+7)/8)
			for range s.Height {
				if err := scaler.Row(row); err != nil {
					rt.Fatal(err)
				}
			}
			if rows != scaler.Height() {
				rt.Fatalf("%d rows, want %d", rows, scaler.Height())
			}
		}
	})
}

func TestScalerErrors(t *testing.T) {
	full := errors.New("disk full")
	for name, s := range map[string]Source{"none": {}, "no rows": {Width: 1}, "wide": {Width: maxSide + 1, Height: 1}, "long": {Width: 1, Height: t4.MaxRows + 1}} {
		if _, err := NewScaler(s, Layout{}, nil); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]Source{"copied": {1728, 2, 204, 98}, "scaled": {100, 2, 204, 98}} {
		scaler, err := NewScaler(s, Layout{}, func([]byte) error { return full })
		if err != nil {
			t.Fatal(err)
		}
		row := make([]byte, (s.Width+7)/8)
		if err := scaler.Row(row[1:]); !errors.Is(err, ErrRow) {
			t.Errorf("%s: short row: %v", name, err)
		}
		if err := scaler.Row(row); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
		_ = scaler.Row(row)
		if err := scaler.Row(row); !errors.Is(err, ErrRow) {
			t.Errorf("%s: third row of two: %v", name, err)
		}
	}
}
