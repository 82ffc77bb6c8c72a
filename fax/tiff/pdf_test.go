package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/fax/t4"
)

var update = flag.Bool("update", false, "write the golden files")

var sent = time.Date(2026, 11, 22, 9, 41, 7, 0, time.FixedZone("", -5*3600))

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s: %d bytes differ from the %d expected", name, len(got), len(want))
	}
}

func pdf(t testing.TB, d *Document, info Info) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.WritePDF(&b, info); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The files we write are those we wrote: a change of their bytes is one of the format.
func TestGolden(t *testing.T) {
	pages := []rows{pattern(1728, 60, 1), pattern(1728, 30, 2)}
	for name, o := range map[string]Options{
		"mh":  {Software: "Dialtone", LSBFirst: true},
		"mr":  {Coding: t4.MR, K: 4},
		"mmr": {Coding: t4.MMR, Software: "Dialtone"},
	} {
		data := write(t, o, 1728, pages...)
		golden(t, name+".tif", data)
		info := Info{Title: "Fax from +1 312 555 0100 (Zoë)", Subject: "PARTIAL", Producer: "Dialtone", Created: sent}
		golden(t, name+".pdf", pdf(t, open(t, data), info))
	}
}

// The code of a page in T.6 is copied; that of others is what coding their rows gives.
func TestPDFStreams(t *testing.T) {
	p := pattern(1728, 60, 1)
	want := code(t, t4.Format{Coding: t4.MMR, Width: 1728}, p, true)
	for _, o := range []Options{{}, {LSBFirst: true}, {Coding: t4.MR}, {Coding: t4.MMR}, {Coding: t4.MMR, LSBFirst: true}} {
		if b := pdf(t, open(t, write(t, o, 1728, p)), Info{}); !bytes.Contains(b, want) {
			t.Errorf("%+v: not the code expected", o)
		}
	}
}

// Code whose end is not said or which cannot be read is not handed on as it is.
func TestG4(t *testing.T) {
	p := pattern(sheetWidth, sheetRows, 1)
	mmr := code(t, t4.Format{Coding: t4.MMR, Width: sheetWidth}, p, true)
	t6 := map[tag]value{tagCompression: short(compressionT6)}
	for name, tc := range map[string]struct {
		fields    map[tag]value
		strips    [][]byte
		ended, ok bool
	}{
		"whole":      {t6, [][]byte{mmr}, true, true},
		"reversed":   {t6, [][]byte{reversed(mmr)}, true, true},
		"no end":     {t6, [][]byte{mmr[:len(mmr)-3]}, false, true},
		"cut":        {t6, [][]byte{mmr[:len(mmr)/2]}, false, false},
		"more rows":  {with(t6, map[tag]value{tagLength: short(sheetRows - 1)}), [][]byte{mmr}, false, true},
		"less rows":  {with(t6, map[tag]value{tagLength: short(sheetRows + 1)}), [][]byte{mmr}, false, false},
		"inverted":   {with(t6, map[tag]value{tagPhotometric: short(blackIsZero)}), [][]byte{mmr}, false, false},
		"two strips": {with(t6, map[tag]value{tagRowsPerStrip: short(25)}), [][]byte{mmr, mmr}, false, false},
		"no length":  {with(t6, map[tag]value{tagLength: short(0)}), [][]byte{mmr}, false, false},
		"other":      {nil, [][]byte{mmr}, false, false},
		"T.4 said":   {map[tag]value{tagCompression: short(compressionT4)}, [][]byte{mmr}, true, true},
		"T.4 indeed": {map[tag]value{tagCompression: short(compressionT4)}, [][]byte{code(t, t4.Format{Width: sheetWidth}, p, true)}, false, false},
	} {
		fields := sheet()
		if tc.fields != nil {
			fields = with(fields, tc.fields)
		}
		d := open(t, assemble(binary.LittleEndian, directoryOf{fields: fields, strips: tc.strips}))
		got, ended, ok := d.G4(0)
		if ended != tc.ended || ok != tc.ok {
			t.Errorf("%s: ended %t, %t", name, ended, ok)
		}
		if ok && !bytes.HasPrefix(mmr, got[:len(mmr)-3]) {
			t.Errorf("%s: not the code expected", name)
		}
	}
}

// Text of a user cannot become part of the document's structure.
func TestPDFText(t *testing.T) {
	b := pdf(t, open(t, write(t, Options{}, 8, pattern(8, 1, 1))), Info{Title: ")>> /JavaScript (app.alert(1))"})
	if strings.Contains(string(b), "JavaScript") {
		t.Error("title stands in the file as it is")
	}
}

func TestPDFBounds(t *testing.T) {
	var b bytes.Buffer
	p, err := NewPDF(&b, Info{})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []Page{{}, {Width: 8}, {Rows: 8}, {Width: t4.MaxWidth + 1, Rows: 8}, {Width: 8, Rows: t4.MaxRows + 1}} {
		if err := p.Add(page, nil, false); !errors.Is(err, ErrLimit) {
			t.Errorf("%+v: %v", page, err)
		}
	}
	for range MaxPages {
		if err := p.Add(Page{Width: 8, Rows: 8}, []byte{0xff}, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Add(Page{Width: 8, Rows: 8}, nil, false); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
	if p, err = NewPDF(&b, Info{}); err != nil || !errors.Is(p.Close(), ErrState) {
		t.Error("a PDF without pages")
	}
}

// A disk that fills up is reported, wherever it happens.
func TestPDFDiskFull(t *testing.T) {
	d := open(t, write(t, Options{Coding: t4.MMR}, 1728, pattern(1728, 9, 1)))
	for room := 0; room < len(pdf(t, d, Info{})); room += 97 {
		if err := d.WritePDF(&full{room: room}, Info{}); !errors.Is(err, errFull) {
			t.Errorf("room for %d: %v", room, err)
		}
	}
}

// Copying pages turns them into the coding of the file and keeps what is known of them.
func TestCopy(t *testing.T) {
	pages := []rows{pattern(1728, 60, 1), pattern(1728, 30, 2)}
	from := open(t, write(t, Options{LSBFirst: true}, 1728, pages...))
	from.Pages[1].BadRows, from.Pages[1].WorstRun = 3, 2
	var m memory
	w, err := NewWriter(&m, Options{Coding: t4.MMR})
	if err != nil {
		t.Fatal(err)
	}
	for i := range from.Pages {
		if err := w.Copy(from, i); err != nil {
			t.Fatal(err)
		}
	}
	to := open(t, m.data)
	if diff := cmp.Diff(from.Pages, to.Pages); diff != "" {
		t.Error(diff)
	}
	for i, p := range pages {
		if got, _ := read(t, to, i); differ(p, got) != "" {
			t.Errorf("page %d differs", i)
		}
	}
}
