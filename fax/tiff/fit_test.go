package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"testing"

	"dialtone/fax/page"
	"dialtone/fax/t4"
)

var fine = page.Layout{Paper: page.Letter, Resolution: page.Fine}

// A document to send: a cover page, an image, a page that is a fax already, one that is
// not, each as wide as a fax and of its resolution.
func TestAdd(t *testing.T) {
	native := pattern(1728, 300, 1)
	scan := assemble(binary.BigEndian, directoryOf{
		fields: with(sheet(), map[tag]value{tagXResolution: {typeRational, []uint32{72, 1}}, tagYResolution: {typeRational, []uint32{72, 1}}}),
		strips: [][]byte{bytes.Join(pattern(sheetWidth, sheetRows, 2), nil)},
	})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	var m memory
	w, err := NewWriter(&m, Options{Coding: t4.MMR})
	if err != nil {
		t.Fatal(err)
	}
	faxed, other := open(t, write(t, Options{}, 1728, native)), open(t, scan)
	for _, rows := range []func(func([]byte) error) error{
		page.Cover{Text: "Hello"}.Bitmap(fine).Rows,
		func(emit func([]byte) error) error { return page.PNG(picture.Bytes(), fine, emit) },
		func(emit func([]byte) error) error { return faxed.Fit(0, fine, emit) },
		func(emit func([]byte) error) error { return other.Fit(0, fine, emit) },
	} {
		if err := w.Add(fine, rows); err != nil {
			t.Fatal(err)
		}
	}
	d := open(t, m.data)
	want := []int{2151, 828, 300, 136} // 17.6 mm, the last
	for i, p := range d.Pages {
		if p.Width != 1728 || p.Rows != want[i] || p.XDPI != 204 || p.YDPI != 196 {
			t.Errorf("%+v, want %d rows", p, want[i])
		}
	}
	if got, _ := read(t, d, 2); differ(native, got) != "" {
		t.Error(differ(native, got))
	}
}

// A page whose rows cannot be made is not in the document, those before and after are.
func TestAddFails(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, Options{Coding: t4.MMR})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	cover := page.Cover{}.Bitmap(fine)
	for i, want := range []error{nil, broken, nil} {
		err := w.Add(fine, func(emit func([]byte) error) error { return errors.Join(cover.Rows(emit), want) })
		if !errors.Is(err, want) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if d := open(t, m.data); len(d.Pages) != 2 || w.Pages() != 2 {
		t.Errorf("%d pages", len(d.Pages))
	}
}

// A page on its side is turned, its resolution with it.
func TestFitTurns(t *testing.T) {
	// 196 by 204 dpi, its first row to be at the right: 300 pixels wide become 300 rows.
	stored := pattern(300, 1728, 3)
	fields := map[tag]value{
		tagWidth: short(300), tagLength: short(1728), tagOrientation: short(6),
		tagXResolution: {typeRational, []uint32{196, 1}}, tagYResolution: {typeRational, []uint32{204, 1}},
	}
	d := open(t, assemble(binary.LittleEndian, directoryOf{fields: with(sheet(), fields), strips: [][]byte{bytes.Join(stored, nil)}}))
	var got rows
	err := d.Fit(0, fine, func(row []byte) error {
		got = append(got, bytes.Clone(row))
		return nil
	})
	if err != nil || len(got) != 300 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for y, row := range got {
		for x := range 1728 {
			if row[x/8]>>(7-x%8)&1 != stored[1727-x][y/8]>>(7-y%8)&1 {
				t.Fatalf("pixel %d of row %d", x, y)
			}
		}
	}
}

// A length that the file does not say is found.
func TestFitCountsRows(t *testing.T) {
	want := pattern(1728, 50, 8)
	fields := with(sheet(), map[tag]value{
		tagCompression: short(compressionT6), tagLength: long(0), tagWidth: long(1728), tagYResolution: {typeRational, []uint32{196, 1}},
	})
	d := open(t, assemble(binary.LittleEndian, directoryOf{
		fields: fields, strips: [][]byte{code(t, t4.Format{Coding: t4.MMR, Width: 1728}, want, true)},
	}))
	var got rows
	if err := d.Fit(0, fine, func(row []byte) error {
		got = append(got, bytes.Clone(row))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := differ(want, got); diff != "" {
		t.Error(diff)
	}
}

// A page too large to be turned in memory is refused.
func TestFitBounds(t *testing.T) {
	fields := with(sheet(), map[tag]value{tagWidth: long(t4.MaxWidth), tagLength: long(t4.MaxRows), tagOrientation: short(3)})
	d := open(t, assemble(binary.LittleEndian, directoryOf{fields: fields, strips: [][]byte{{0}}}))
	if err := d.Fit(0, fine, nil); !errors.Is(err, page.ErrLimit) {
		t.Error(err)
	}
}
