//go:build spandsp

package spandsp_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"dialtone/fax/t30"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
)

// picture is the rows of one page, packed.
type picture [][]byte

// rowsOf is how many rows the pages of the tests have, by resolution.
var rowsOf = [...]int{t30.Standard: 120, t30.Fine: 180, t30.Superfine: 240, t30.R300: 200, t30.R400: 240}

// newPicture is a page that looks like one: text-like strokes, white, a grey patch.
func newPicture(seed uint64, width, rows int) picture {
	rng := rand.New(rand.NewPCG(seed, 7))
	p := make(picture, rows)
	var strokes []int
	for y := range p {
		row := make([]byte, width/8)
		switch {
		case y%24 < 6: // between lines
		case y%24 == 6 || rng.IntN(5) == 0:
			strokes = strokes[:0]
			for x := 60; x < width-88; x += 8 + rng.IntN(60) {
				strokes = append(strokes, x)
			}
			fallthrough
		default:
			for _, x := range strokes {
				for i := range 3 + x%5 {
					row[(x+i)/8] |= 0x80 >> ((x + i) % 8)
				}
			}
		}
		if y > rows-10 {
			for i := 40; i < 80; i++ {
				row[i] = byte(rng.Uint32())
			}
		}
		p[y] = row
	}
	return p
}

// book is a document to send, and what its pages look like.
type book struct {
	pages  []picture
	format t30.Format
}

func newBook(pages int, f t30.Format) book {
	b := book{format: f}
	for i := range pages {
		b.pages = append(b.pages, newPicture(uint64(i), f.Pixels(), rowsOf[f.Resolution]))
	}
	return b
}

func (b book) Format(n int) (t30.Format, bool) { return b.format, n < len(b.pages) }

func (b book) Encode(n int, c t30.Code) ([]byte, error) {
	if c.Format != b.format {
		return nil, fmt.Errorf("%+v is asked for", c.Format)
	}
	enc, err := t4.NewEncoder(t4.Format{Coding: coding(c.Coding), Width: c.Format.Pixels(), MinRowBits: c.MinRowBits})
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, row := range b.pages[n] {
		out = enc.AppendRow(out, row)
	}
	return enc.AppendEnd(out), nil
}

func coding(c t30.Coding) t4.Coding {
	return [...]t4.Coding{t30.MH: t4.MH, t30.MR: t4.MR, t30.MMR: t4.MMR}[c]
}

// write makes a TIFF of the document.
func (b book) write(t testing.TB) string {
	name := filepath.Join(t.TempDir(), "out.tif")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := tiff.NewWriter(f, tiff.Options{Coding: t4.MH})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range b.pages {
		dpi := [...][2]float64{
			t30.Standard:  {204.14, 97.79},
			t30.Fine:      {204.14, 195.58},
			t30.Superfine: {204.14, 391.16},
			t30.R300:      {300, 300},
			t30.R400:      {408.28, 391.16},
		}[b.format.Resolution]
		if err := w.StartPage(tiff.Page{Width: b.format.Pixels(), XDPI: dpi[0], YDPI: dpi[1]}); err != nil {
			t.Fatal(err)
		}
		for _, row := range p {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.EndPage(0, 0); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// tray decodes what is received.
type tray struct {
	pages []picture
	bad   int
	err   error
}

func (s *tray) Page(p t30.Page) error {
	if p.Incomplete {
		return nil
	}
	dec, err := t4.NewDecoder(t4.Format{Coding: coding(p.Code.Coding), Width: p.Code.Format.Pixels()})
	if err != nil {
		return err
	}
	var got picture
	emit := func(row []byte) error {
		got = append(got, append([]byte(nil), row...))
		return nil
	}
	if err := dec.Feed(p.Data, emit); err != nil {
		s.err = err
	}
	if err := dec.Finish(emit); err != nil {
		s.err = err
	}
	s.bad += dec.Stats().BadRows
	s.pages = append(s.pages, got)
	return nil
}

// read is the pages of a TIFF file.
func read(t testing.TB, name string) (pages []picture) {
	f, err := os.Open(name)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	d, err := tiff.Open(f, info.Size())
	if err != nil {
		t.Error(err)
		return nil
	}
	for i := range d.Pages {
		var got picture
		if _, err := d.Rows(i, func(row []byte) error {
			got = append(got, append([]byte(nil), row...))
			return nil
		}); err != nil {
			t.Error(err)
		}
		pages = append(pages, got)
	}
	return pages
}
