package fax

import (
	"errors"
	"os"
	"testing"

	"dialtone/fax/page"
	"dialtone/fax/t30"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
)

// FuzzRecode reads any octets as a page, in any format: what is kept of it can be read
// again, row for row, and a page that is not kept is not confirmed.
func FuzzRecode(f *testing.F) {
	f.Add([]byte{0x00, 0x10, 0x01, 0x00, 0x10, 0x01}, byte(0), byte(0), false)
	f.Add([]byte{0x80, 0x08, 0x00, 0x80}, byte(2), byte(0), true)
	f.Add([]byte{0xff, 0xff, 0x00, 0x10, 0x01}, byte(2), byte(14), true)
	f.Add([]byte{0x00, 0x1a, 0xaa, 0x00, 0x1a, 0xaa, 0x00}, byte(1), byte(7), false)
	f.Add([]byte{}, byte(2), byte(3), true)
	f.Fuzz(func(t *testing.T, data []byte, coding, format byte, ecm bool) {
		p := t30.Page{Data: data, Code: t30.Code{
			Coding: t30.Coding(coding % 3), ECM: ecm,
			Format: t30.Format{Resolution: t30.Resolution(format % 5), Width: t30.Width(format / 5 % 3)},
		}}
		code, got, err := recode(&p)
		if code == nil {
			if err == nil {
				t.Fatal("a page that is not kept is confirmed")
			}
			return
		}
		rows := 0
		if err := rowsOf(code, got.Width, func([]byte) error { rows++; return nil }); err != nil || rows != got.Rows || rows > t4.MaxRows {
			t.Errorf("%d rows of %d: %v", rows, got.Rows, err)
		}
		if err == nil && got.Incomplete && !ecm {
			t.Error("a page is confirmed that could have been asked for again")
		}
	})
}

// FuzzUpload hands in any octets, which may be a document: it becomes pages, or somebody is
// told what is wrong with it.
func FuzzUpload(f *testing.F) {
	f.Add(aTIFF(f, 1))
	f.Add(aPNG(f))
	f.Add([]byte("II*\x00\x08\x00\x00\x00"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
	f.Add([]byte("\xef\xbb\xbf \n%PDF-1.7\n"))
	f.Add([]byte("%!PS\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		w := &preparer{s: &Service{}, p: &Preparation{Layout: page.Layout{Resolution: page.Standard}}}
		pages, err := w.read(t.Context(), uploadOf(b), MaxPages)
		if err == nil {
			var file *os.File
			if file, err = os.CreateTemp(t.TempDir(), ""); err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			to, openErr := tiff.NewWriter(file, tiff.Options{Coding: t4.MMR})
			if openErr != nil {
				t.Fatal(openErr)
			}
			err = pages.add(t.Context(), to)
		}
		var wrong *DocumentError
		if err = blame(0, err); err != nil && (!errors.As(err, &wrong) || wrong.File != 1) {
			t.Errorf("unexplained: %v", err)
		}
	})
}
