package fax

import (
	"bytes"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"testing"

	"dialtone/fax/page"
	"dialtone/fax/tiff"
	"dialtone/store"
	"dialtone/store/record"
)

// A black square on paper stays one on a screen, at every resolution.
func TestPictureIsSquare(t *testing.T) {
	t.Parallel()
	for _, resolution := range []page.Resolution{page.Standard, page.Fine, page.Superfine} {
		t.Run(resolution.String(), func(t *testing.T) {
			got, err := pictureOf(squareOnPaper(t, resolution), 0)
			if err != nil {
				t.Fatal(err)
			}
			if got.Bounds().Dx() != page.Width {
				t.Fatalf("the picture is %d pixels wide, want %d", got.Bounds().Dx(), page.Width)
			}
			box := blackIn(got)
			if skew := float64(box.Dx())/float64(max(box.Dy(), 1)) - 1; skew < -0.02 || skew > 0.02 {
				t.Errorf("the square became %v", box)
			}
		})
	}
}

// squareOnPaper is a page with a black square of two inches.
func squareOnPaper(t *testing.T, resolution page.Resolution) *tiff.Document {
	t.Helper()
	side := int(2 * resolution.YDPI())
	return aPaper(t, resolution, func(y int, row []byte) {
		if y >= side && y < 2*side {
			for i := 40; i < 40+2*204/8; i++ {
				row[i] = 0xff
			}
		}
	}, 4*side)
}

// blackIn is where black is.
func blackIn(p *picture) (box image.Rectangle) {
	for y := range p.Height {
		for x := range p.Width {
			if p.ColorIndexAt(x, y) == 1 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// A thin line is not lost where rows are joined.
func TestPictureKeepsThinLines(t *testing.T) {
	t.Parallel()
	got, err := pictureOf(aPaper(t, page.Superfine, func(y int, row []byte) {
		if y == 101 {
			row[10] = 0xff
		}
	}, 400), 0)
	if err != nil {
		t.Fatal(err)
	}
	if box := blackIn(got); box.Dx() != 8 || box.Dy() != 1 {
		t.Errorf("a line of one row became %v", box)
	}
}

// There is no picture of a page that is not there.
func TestNoPicture(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	job := o.aDocument(1, 40)
	f := record.Fax{Account: o.account, TIFF: job.TIFF, TIFFSize: job.TIFFSize}
	deleted, none := f, f
	deleted.Deleted, none.TIFFSize = true, 0
	for _, tt := range []struct {
		name string
		fax  *record.Fax
		page int
	}{
		{"before the first page", &f, 0},
		{"behind the last page", &f, 2},
		{"deleted document", &deleted, 1},
		{"no document", &none, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := WritePNG(&bytes.Buffer{}, o.store, tt.fax, tt.page); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("error %v, want %v", err, store.ErrNotFound)
			}
		})
	}
	if err := WritePNG(&bytes.Buffer{}, o.store, &f, 1); err != nil {
		t.Errorf("the page that is there: %v", err)
	}
}

// aPaper is a document of one page whose rows a function draws.
func aPaper(t *testing.T, resolution page.Resolution, draw func(y int, row []byte), rows int) *tiff.Document {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "a.tif"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	w, err := tiff.NewWriter(file, tiff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = w.Add(page.Layout{Resolution: resolution}, func(emit func([]byte) error) error {
		for y := range rows {
			row := make([]byte, page.Width/8)
			draw(y, row)
			if err := emit(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := tiff.Open(file, size)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
