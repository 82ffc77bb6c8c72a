package fax

import (
	"errors"
	"fmt"
	"os"

	"dialtone/fax/page"
	"dialtone/fax/t30"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/store/record"
)

// source gives the pages of a document to be sent, from the first one that was not
// confirmed by an earlier call.
type source struct {
	file   *os.File
	doc    *tiff.Document
	first  int
	header page.Header
}

// open opens a fax's document.
func (s *Service) open(f *record.Fax) (*source, error) {
	file, err := s.config.Store.Blobs().Open(f.TIFF)
	if err != nil {
		return nil, fmt.Errorf("cannot open document: %w", err)
	}
	doc, err := tiff.Open(file, f.TIFFSize)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("cannot read document: %w", err)
	}
	return &source{file: file, doc: doc, header: s.header(f, len(doc.Pages))}, nil
}

func (s *source) close() { _ = s.file.Close() }

// Format is what page n looks like at best.
func (s *source) Format(n int) (f t30.Format, ok bool) {
	n += s.first
	if n >= len(s.doc.Pages) {
		return f, false
	}
	return formatOf(&s.doc.Pages[n]), true
}

// formatOf is the fax format nearest to a page. Documents are prepared in one of them.
func formatOf(p *tiff.Page) t30.Format {
	f := t30.Format{Resolution: t30.Fine}
	switch {
	case p.YDPI > 300:
		f.Resolution = t30.Superfine
	case p.YDPI < 150 && p.YDPI > 0:
		f.Resolution = t30.Standard
	}
	for w := t30.A4; w <= t30.A3; w++ {
		if f.Width = w; f.Pixels() >= p.Width {
			break
		}
	}
	return f
}

// Encode codes page n for the far end. Where that takes fewer rows to the inch, rows are
// joined: black stays black. The line that says who sends it is drawn last, and sharp.
func (s *source) Encode(n int, c t30.Code) ([]byte, error) {
	n += s.first
	enc, err := t4.NewEncoder(t4.Format{
		Coding: codings[c.Coding], Width: c.Format.Pixels(), MinRowBits: c.MinRowBits, K: rowsOfK(c.Format.Resolution),
	})
	if err != nil {
		return nil, err
	}
	header, err := headerLine(s.header, n+1, c.Format)
	if err != nil {
		return nil, fmt.Errorf("cannot draw line above page %d: %w", n+1, err)
	}
	out := &coder{enc: enc}
	top := page.NewOverlay(header, out.add)
	rows := &joiner{
		emit: top.Row, every: joined(formatOf(&s.doc.Pages[n]).Resolution, c.Format.Resolution),
		row: make([]byte, (c.Format.Pixels()+7)/8), width: c.Format.Pixels(),
	}
	if _, err := s.doc.Rows(n, rows.add); err != nil {
		return nil, fmt.Errorf("cannot read page %d: %w", n+1, err)
	}
	if err := errors.Join(rows.end(), top.Close()); err != nil {
		return nil, fmt.Errorf("cannot code page %d: %w", n+1, err)
	}
	return enc.AppendEnd(out.code), nil
}

// rowsOfK is the parameter K of a resolution (T.4 section 4.2.1).
func rowsOfK(r t30.Resolution) int {
	if r == t30.Standard {
		return 2
	}
	return 4
}

// joined is how many rows of one resolution make one of another.
func joined(from, to t30.Resolution) int {
	rows := map[t30.Resolution]int{t30.Standard: 1, t30.Fine: 2, t30.Superfine: 4}
	if rows[from] == 0 || rows[to] == 0 {
		return 1
	}
	return max(rows[from]/rows[to], 1)
}

// joiner makes one row of several of the document's.
type joiner struct {
	emit  func(row []byte) error
	every int
	width int
	row   []byte
	n     int
}

func (j *joiner) add(row []byte) error {
	for i := range min(len(row), len(j.row)) {
		j.row[i] |= row[i]
	}
	if j.n++; j.n < j.every {
		return nil
	}
	return j.flush()
}

func (j *joiner) flush() error {
	if spare := j.width % 8; spare != 0 {
		j.row[len(j.row)-1] &= 0xff << (8 - spare)
	}
	err := j.emit(j.row)
	clear(j.row)
	j.n = 0
	return err
}

// end emits what is left.
func (j *joiner) end() error {
	if j.n == 0 {
		return nil
	}
	return j.flush()
}

// coder codes rows.
type coder struct {
	enc  *t4.Encoder
	code []byte
}

func (c *coder) add(row []byte) error {
	c.code = c.enc.AppendRow(c.code, row)
	return nil
}
