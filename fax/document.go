package fax

import (
	"fmt"
	"io"

	"dialtone/fax/tiff"
	"dialtone/store"
	"dialtone/store/record"
)

// WritePDF writes a fax's document as a PDF, made of its TIFF: its code is copied, so it
// takes little. store.ErrNotFound when it has none, or no longer.
func WritePDF(out io.Writer, from *store.Store, f *record.Fax) error {
	if f.TIFFSize == 0 || f.Deleted {
		return store.ErrNotFound
	}
	file, err := from.Blobs().Open(f.TIFF)
	if err != nil {
		return fmt.Errorf("cannot open document of fax %q: %w", f.ID, err)
	}
	defer func() { _ = file.Close() }()
	doc, err := tiff.Open(file, f.TIFFSize)
	if err != nil {
		return fmt.Errorf("cannot read document of fax %q: %w", f.ID, err)
	}
	return doc.WritePDF(out, infoOf(f))
}

// infoOf is what the PDF of a fax says of itself.
func infoOf(f *record.Fax) tiff.Info {
	return tiff.Info{Title: "Fax " + f.From + " – " + f.To, Producer: "Dialtone", Created: f.CreatedAt}
}
