package tiff

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/fax/t4"
)

// What is written is read, whatever the coding.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := Options{
			Coding:   t4.Coding(rapid.IntRange(0, 2).Draw(rt, "coding")),
			LSBFirst: rapid.Bool().Draw(rt, "lsb first"),
			K:        rapid.IntRange(0, 5).Draw(rt, "k"),
			Software: rapid.SampledFrom([]string{"", "a", "abc", "Dialtone 1.0"}).Draw(rt, "software"),
		}
		var m memory
		w, err := NewWriter(&m, o)
		if err != nil {
			rt.Fatal(err)
		}
		var want []Page
		var pixels []rows
		for i := range rapid.IntRange(1, 4).Draw(rt, "pages") {
			p := Page{
				Width:    rapid.SampledFrom([]int{1, 8, 100, 1728, 2432}).Draw(rt, "width"),
				XDPI:     rapid.SampledFrom([]float64{0, 204, 203.2, 300}).Draw(rt, "x"),
				YDPI:     rapid.SampledFrom([]float64{0, 98, 97.79, 391}).Draw(rt, "y"),
				BadRows:  rapid.IntRange(0, 9).Draw(rt, "bad"),
				WorstRun: rapid.IntRange(0, 9).Draw(rt, "worst"),
				Time:     time.Date(2026, 11, 22, 4, 5, i, 0, time.UTC),
			}
			r := pattern(p.Width, rapid.IntRange(1, 40).Draw(rt, "rows"), uint64(i))
			writePage(t, w, p, r)
			p.Rows, p.Orientation = len(r), 1
			want, pixels = append(want, p), append(pixels, r)
		}
		d := open(t, m.data)
		if diff := cmp.Diff(want, d.Pages); diff != "" || w.Pages() != len(want) {
			rt.Fatal(diff)
		}
		for i := range pixels {
			got, stats := read(t, d, i)
			if diff := differ(pixels[i], got); diff != "" || stats.BadRows > 0 {
				rt.Fatal(diff)
			}
		}
	})
}

// The file is whole after each page; what of a further page was written does not harm.
func TestWholeAfterEachPage(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, Options{Coding: t4.MMR})
	if err != nil {
		t.Fatal(err)
	}
	r := pattern(1728, 2000, 1)
	for n := 1; n <= 3; n++ {
		if err := w.StartPage(Page{Width: 1728}); err != nil {
			t.Fatal(err)
		}
		for _, row := range r {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if n > 1 {
			holds(t, m.data, n-1, r)
		}
		if err := w.EndPage(0, 0); err != nil {
			t.Fatal(err)
		}
		holds(t, m.data, n, r)
	}
}

// holds checks the number of pages and the last one.
func holds(t *testing.T, data []byte, pages int, last rows) {
	t.Helper()
	d := open(t, data)
	if len(d.Pages) != pages {
		t.Fatalf("%d pages, want %d", len(d.Pages), pages)
	}
	if got, _ := read(t, d, pages-1); differ(last, got) != "" {
		t.Errorf("page %d differs", pages)
	}
}

// A page of no rows is a page.
func TestPageWithoutRows(t *testing.T) {
	for _, coding := range []t4.Coding{t4.MH, t4.MR, t4.MMR} {
		d := open(t, write(t, Options{Coding: coding}, 1728, nil, pattern(1728, 3, 1), nil))
		if len(d.Pages) != 3 || d.Pages[0].Rows != 1 || d.Pages[2].Rows != 1 {
			t.Errorf("%v: %+v", coding, d.Pages)
		}
	}
}

func TestCallsOutOfOrder(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	row := make([]byte, 1)
	for name, call := range map[string]func() error{
		"row":  func() error { return w.Row(row) },
		"end":  func() error { return w.EndPage(0, 0) },
		"page": func() error { return errors.Join(w.StartPage(Page{Width: 8}), w.StartPage(Page{Width: 8})) },
	} {
		if err := call(); !errors.Is(err, ErrState) {
			t.Errorf("%s: %v", name, err)
		}
		w.page = nil
	}
	if err := w.StartPage(Page{}); !errors.Is(err, t4.ErrFormat) {
		t.Errorf("width 0: %v", err)
	}
	if _, err := NewWriter(&m, Options{Coding: 9}); !errors.Is(err, t4.ErrFormat) {
		t.Errorf("coding: %v", err)
	}
}

func TestWriterBounds(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, Options{Coding: t4.MMR})
	if err != nil {
		t.Fatal(err)
	}
	row := make([]byte, 1)
	for i := range MaxPages {
		if err := w.StartPage(Page{Width: 8}); err != nil {
			t.Fatal(err)
		}
		for range t4.MaxRows {
			if i > 0 {
				break
			}
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Row(row); (i == 0) != errors.Is(err, t4.ErrTooLong) {
			t.Fatal(err)
		}
		if err := w.EndPage(0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.StartPage(Page{Width: 8}); !errors.Is(err, ErrLimit) {
		t.Errorf("page 1001: %v", err)
	}
	if d := open(t, m.data); len(d.Pages) != MaxPages || d.Pages[0].Rows != t4.MaxRows {
		t.Errorf("%d pages", len(d.Pages))
	}
}

// full is a disk that takes so many bytes.
type full struct {
	memory
	room int
}

var errFull = errors.New("no space left")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.room {
		return 0, errFull
	}
	f.room -= len(b)
	return f.memory.Write(b)
}

// When the disk fills up the pages before stay, wherever it happens.
func TestDiskFull(t *testing.T) {
	r := pattern(1728, 300, 1)
	whole := len(write(t, Options{Coding: t4.MMR}, 1728, r, r))
	for room := headerBytes; room < whole; room += 211 {
		disk := &full{room: room}
		w, err := NewWriter(disk, Options{Coding: t4.MMR})
		if err != nil {
			t.Fatal(err)
		}
		pages := 0
		for range 2 {
			err := w.StartPage(Page{Width: 1728})
			for _, row := range r {
				err = errors.Join(err, w.Row(row))
			}
			if err = errors.Join(err, w.EndPage(0, 0)); err == nil {
				pages++
			} else if !errors.Is(err, errFull) {
				t.Fatal(err)
			}
		}
		d, err := Open(newReader(disk.data), int64(len(disk.data)))
		if pages == 0 {
			continue
		}
		if err != nil || len(d.Pages) < pages {
			t.Fatalf("room for %d: %v", room, err)
		}
		if got, _ := read(t, d, 0); differ(r, got) != "" {
			t.Errorf("room for %d: page differs", room)
		}
	}
}

func newReader(data []byte) io.ReaderAt { return &at{data} }

type at struct{ data []byte }

func (a *at) ReadAt(b []byte, offset int64) (int, error) {
	n := copy(b, a.data[min(offset, int64(len(a.data))):])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
