package tiff

import (
	"fmt"
	"io"

	"dialtone/fax/t4"
)

// WritePDF writes the pages of a document as a PDF. Pages of T.6 code are copied, others
// are coded anew; Orientation is not looked at.
func (d *Document) WritePDF(out io.Writer, info Info) error {
	p, err := NewPDF(out, info)
	if err != nil {
		return err
	}
	for i := range d.Pages {
		if err := d.addTo(p, i); err != nil {
			return err
		}
	}
	return p.Close()
}

func (d *Document) addTo(p *PDF, i int) error {
	if code, ended, ok := d.G4(i); ok {
		return p.Add(d.Pages[i], code, ended)
	}
	code, rows, err := d.code(i)
	if err != nil {
		return err
	}
	page := d.Pages[i]
	page.Rows = rows
	return p.Add(page, code, true)
}

// code returns page i in T.6.
func (d *Document) code(i int) (code []byte, rows int, err error) {
	width := d.Pages[i].Width
	enc, err := t4.NewEncoder(t4.Format{Coding: t4.MMR, Width: width})
	if err != nil {
		return nil, 0, err
	}
	_, err = d.Rows(i, func(row []byte) error {
		if code = enc.AppendRow(code, row); len(code) > maxStripBytes {
			return fmt.Errorf("cannot code page %d: %w", i+1, ErrLimit)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	if enc.Rows() == 0 {
		code = enc.AppendRow(code, make([]byte, (width+7)/8))
	}
	rows = enc.Rows()
	return enc.AppendEnd(code), rows, nil
}

// Copy adds page i of a document to the file, coded as the file is.
func (w *Writer) Copy(d *Document, i int) error {
	if err := w.StartPage(d.Pages[i]); err != nil {
		return err
	}
	stats, err := d.Rows(i, w.Row)
	if err != nil {
		return err
	}
	// Rows that were bad when the page was received stay bad.
	return w.EndPage(max(d.Pages[i].BadRows, stats.BadRows), max(d.Pages[i].WorstRun, stats.WorstRun))
}
