package tiff

import (
	"fmt"

	"dialtone/fax/page"
)

// Add adds a page of fax width whose rows a function hands out, such as Document.Fit, a
// page.Bitmap's Rows or page.PNG. If the function fails the page is dropped.
func (w *Writer) Add(l page.Layout, rows func(emit func(row []byte) error) error) error {
	err := w.StartPage(Page{Width: page.Width, XDPI: l.Resolution.XDPI(), YDPI: l.Resolution.YDPI()})
	if err != nil {
		return err
	}
	if err := rows(w.Row); err != nil {
		w.DropPage()
		return err
	}
	return w.EndPage(0, 0)
}

// Fit calls emit for the rows of page i, scaled to a layout and turned the right way up.
// A page that is as the layout asks stays as it is.
func (d *Document) Fit(i int, l page.Layout, emit func(row []byte) error) error {
	p := d.Pages[i]
	if p.Rows == 0 {
		rows, err := d.count(i)
		if err != nil {
			return err
		}
		p.Rows = max(rows, 1)
	}
	if p.Orientation > 1 {
		return d.turned(i, p, l, emit)
	}
	s, err := page.NewScaler(page.Source{Width: p.Width, Height: p.Rows, XDPI: p.XDPI, YDPI: p.YDPI}, l, emit)
	if err != nil {
		return fmt.Errorf("cannot scale page %d: %w", i+1, err)
	}
	_, err = d.Rows(i, s.Row)
	return err
}

// count returns the rows of a page of which the file does not say how many.
func (d *Document) count(i int) (int, error) {
	stats, err := d.Rows(i, func([]byte) error { return nil })
	return stats.Rows, err
}

// turned is Fit for a page that is not upright, which takes it whole.
func (d *Document) turned(i int, p Page, l page.Layout, emit func(row []byte) error) error {
	b, err := page.NewBitmap(p.Width, p.Rows)
	if err != nil {
		return fmt.Errorf("cannot turn page %d: %w", i+1, err)
	}
	y := 0
	_, err = d.Rows(i, func(row []byte) error {
		copy(b.Row(y), row)
		y++
		return nil
	})
	if err != nil {
		return err
	}
	b = b.Orient(p.Orientation)
	source := page.Source{Width: b.Width, Height: b.Height, XDPI: p.XDPI, YDPI: p.YDPI}
	if p.Orientation >= 5 {
		source.XDPI, source.YDPI = p.YDPI, p.XDPI
	}
	s, err := page.NewScaler(source, l, emit)
	if err != nil {
		return fmt.Errorf("cannot scale page %d: %w", i+1, err)
	}
	return b.Rows(s.Row)
}
