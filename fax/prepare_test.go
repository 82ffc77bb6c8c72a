package fax

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dialtone/fax/page"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/store/record"
)

// uploadOf is a file with that content.
func uploadOf(b []byte) Upload { return Upload{bytes.NewReader(b), int64(len(b))} }

// aTIFF is a file of pages with some black at the left, a row of them each.
func aTIFF(t testing.TB, pages int) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.tif")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := tiff.NewWriter(file, tiff.Options{Coding: t4.MH})
	if err != nil {
		t.Fatal(err)
	}
	for range pages {
		err := w.Add(page.Layout{Resolution: page.Standard}, func(emit func([]byte) error) error {
			row := make([]byte, page.Width/8)
			row[3] = 0xff
			return errors.Join(emit(row), emit(row), emit(row))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// aPNG is a black square on white.
func aPNG(t testing.TB) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range picture.Pix {
		if picture.Pix[i] = 255; i/100 > 40 && i/100 < 60 {
			picture.Pix[i] = 0
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// aBomb is a picture of 64 megapixels in some bytes.
func aBomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8000, 8000))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ghost is Ghostscript.
func ghost(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("gs")
	if err != nil {
		t.Fatalf("Ghostscript is not installed (Debian package ghostscript): %v", err)
	}
	return path
}

// aPDF is a file of pages with a black band each, the second across the paper.
func aPDF(t *testing.T, options ...string) []byte {
	t.Helper()
	return drawPDF(t, `%!PS
<< /PageSize [595 842] >> setpagedevice 100 400 300 40 rectfill showpage
<< /PageSize [842 595] >> setpagedevice 100 300 600 40 rectfill showpage
`, options...)
}

// drawPDF makes a file of a program in PostScript.
func drawPDF(t *testing.T, drawing string, options ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.ps"), []byte(drawing), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), ghost(t), append(append([]string{"-q", "-sDEVICE=pdfwrite"}, options...), "-o", "a.pdf", "a.ps")...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// script is a program that stands in for Ghostscript.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gs")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// ink are the black pixels of each page of a document.
func (o *office) ink(p Prepared) (black []int) {
	o.t.Helper()
	file, err := o.store.Blobs().Open(p.TIFF)
	if err != nil {
		o.t.Fatal(err)
	}
	defer file.Close()
	doc, err := tiff.Open(file, p.Size)
	if err != nil {
		o.t.Fatal(err)
	}
	for i := range doc.Pages {
		n := 0
		if _, err := doc.Rows(i, func(row []byte) error {
			for _, b := range row {
				for ; b != 0; b &= b - 1 {
					n++
				}
			}
			return nil
		}); err != nil {
			o.t.Fatal(err)
		}
		black = append(black, n)
	}
	return black
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.config.Ghostscript = ghost(t)
	for _, r := range []page.Resolution{page.Standard, page.Fine, page.Superfine} {
		t.Run(r.String(), func(t *testing.T) {
			p, err := o.Prepare(t.Context(), &Preparation{
				Files:  []Upload{uploadOf(aTIFF(t, 2)), uploadOf(aPNG(t)), uploadOf(aPDF(t))},
				Layout: page.Layout{Paper: page.Letter, Resolution: r},
				Cover:  &page.Cover{To: "Clinic", Text: "Please call."},
			})
			if err != nil {
				t.Fatal(err)
			}
			black := o.ink(p)
			if p.Pages != 6 || len(black) != 6 {
				t.Fatalf("%d pages, %v", p.Pages, black)
			}
			for i, n := range black {
				if n < 20 {
					t.Errorf("page %d is white: %d", i+1, n)
				}
			}
			sent := o.submitted(p)
			source, err := o.open(&sent)
			if err != nil {
				t.Fatal(err)
			}
			defer source.close()
			for i := range source.doc.Pages {
				if got := source.doc.Pages[i]; got.Width != page.Width || got.YDPI != r.YDPI() {
					t.Errorf("page %d is %+v", i+1, got)
				}
			}
		})
	}
}

// submitted is the fax of a document, not on disk.
func (o *office) submitted(p Prepared) record.Fax {
	o.t.Helper()
	f, err := o.Draft(&Job{Account: o.account, Number: o.number, To: "+13125550199", TIFF: p.TIFF, TIFFSize: p.Size, Pages: p.Pages})
	if err != nil {
		o.t.Fatal(err)
	}
	return f
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gs := ghost(t)
	whole := aPDF(t)
	for _, tt := range []struct {
		name  string
		gs    string
		files [][]byte
		code  Code
		file  int
	}{
		{"nothing", gs, nil, Empty, 0},
		{"empty file", gs, [][]byte{aPNG(t), {}}, Empty, 2},
		{"PostScript", gs, [][]byte{[]byte("%!PS\n%PDF-1.4\n100 100 100 100 rectfill showpage")}, Unsupported, 1},
		{"text", gs, [][]byte{[]byte("Dear Sir or Madam")}, Unsupported, 1},
		{"JPEG called PNG", gs, [][]byte{[]byte("\xff\xd8\xff\xe0\x00\x10JFIF")}, Unsupported, 1},
		{"half a PNG", gs, [][]byte{aPNG(t), aPNG(t)[:60]}, Damaged, 2},
		{"half a TIFF", gs, [][]byte{aTIFF(t, 1)[:40]}, Damaged, 1},
		{"too many pages", gs, [][]byte{aTIFF(t, MaxPages), aPNG(t)}, TooManyPages, 0},
		{"1,000 pages of TIFF", gs, [][]byte{aTIFF(t, 1000)}, TooManyPages, 0},
		{"1,000 pages of PDF", gs, [][]byte{drawPDF(t, "%!PS\n1000 {showpage} repeat\n")}, TooManyPages, 0},
		{"picture that unfolds", gs, [][]byte{aBomb(t)}, TooLarge, 1},
		{"too many files", gs, bytes.Split(bytes.Repeat([]byte("x "), MaxFiles+1), []byte(" "))[:MaxFiles+1], TooLarge, 0},
		{"too large", gs, [][]byte{make([]byte, MaxUpload+1)}, TooLarge, 0},
		{"PDF without Ghostscript", "", [][]byte{whole}, NoPDF, 1},
		{"half a PDF", gs, [][]byte{whole[:len(whole)/4]}, Damaged, 1},
		{"locked PDF", gs, [][]byte{aPDF(t, "-sOwnerPassword=x", "-sUserPassword=y", "-dEncryptionR=3", "-dKeyLength=128")}, Encrypted, 1},
		{"PDF in name only", gs, [][]byte{[]byte("%PDF-1.7\nhello")}, Damaged, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o.config.Ghostscript = tt.gs
			p := &Preparation{Layout: page.Layout{Resolution: page.Fine}}
			for _, b := range tt.files {
				p.Files = append(p.Files, uploadOf(b))
			}
			_, err := o.Prepare(t.Context(), p)
			var wrong *DocumentError
			if !errors.As(err, &wrong) || wrong.Code != tt.code || wrong.File != tt.file {
				t.Errorf("%v, want %s of file %d", err, tt.code, tt.file)
			}
		})
	}
}

// A PDF cannot read what is not its own.
func TestPreparePDFThatReads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.config.Ghostscript = ghost(t)
	secret := filepath.Join(t.TempDir(), "secret.ps")
	if err := os.WriteFile(secret, []byte("0 0 500 500 rectfill showpage"), 0o600); err != nil {
		t.Fatal(err)
	}
	program := fmt.Sprintf("%%PDF-1.4\n(%s) run", secret) // PostScript that says it is PDF
	_, err := o.Prepare(t.Context(), &Preparation{Files: []Upload{uploadOf([]byte(program))}, Layout: page.Layout{Resolution: page.Fine}})
	var wrong *DocumentError
	if !errors.As(err, &wrong) || wrong.Code != Damaged {
		t.Errorf("%v", err)
	}
}

// What Ghostscript is given: no environment, a folder of its own, and limits.
func TestGhostscriptIsConfined(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	note := filepath.Join(t.TempDir(), "note")
	o.config.Ghostscript = script(t, `{ pwd; ulimit -t; ulimit -c; ulimit -f; env; ls; echo "$@"; } > `+note)
	_, err := o.Prepare(t.Context(), &Preparation{Files: []Upload{uploadOf([]byte("%PDF-1.4"))}, Layout: page.Layout{Resolution: page.Fine}})
	var wrong *DocumentError
	if !errors.As(err, &wrong) || wrong.Code != Damaged {
		t.Errorf("without pages: %v", err)
	}
	b, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	if !strings.HasPrefix(filepath.Base(lines[0]), "pdf-") || lines[1] != strconv.Itoa(ghostCPU) || lines[2] != "0" || lines[3] == "unlimited" {
		t.Errorf("limits are %q", lines[:4])
	}
	if strings.Contains(string(b), "HOME=") || !strings.Contains(string(b), "-dSAFER") || !strings.Contains(string(b), "\nin.pdf\n") {
		t.Errorf("has %s", b)
	}
	if _, err := os.Stat(lines[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
}

// A caller who is gone takes the conversion and everything it started along, and the next
// one is made.
func TestPrepareCanceled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	started := filepath.Join(t.TempDir(), "started")
	o.config.Ghostscript = script(t, "mkfifo "+started+"; (cat "+started+") ; cat "+started)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := o.Prepare(ctx, &Preparation{Files: []Upload{uploadOf([]byte("%PDF-1.4"))}})
		ended <- err
	}()
	for {
		if _, err := os.Stat(started); err == nil {
			break
		}
		select {
		case <-t.Context().Done():
			t.Fatal("never started")
		case <-time.After(5 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if _, err := o.Prepare(t.Context(), &Preparation{Files: []Upload{uploadOf(aPNG(t))}}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// A colour picture of one colour stays what it is: white is no ink.
func TestPrepareWhite(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var b bytes.Buffer
	picture := image.NewRGBA(image.Rect(0, 0, 50, 50))
	for i := range picture.Bounds().Dx() * picture.Bounds().Dy() {
		picture.Set(i%50, i/50, color.White)
	}
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	p, err := o.Prepare(t.Context(), &Preparation{Files: []Upload{uploadOf(b.Bytes())}})
	if err != nil {
		t.Fatal(err)
	}
	if black := o.ink(p); len(black) != 1 || black[0] != 0 {
		t.Errorf("ink %v", black)
	}
}
