package page

import "fmt"

// Measures of the header line in millimetres.
const (
	headerMM   = 4.2 // of paper
	headerText = 3.0
	headerEdge = 8.0 // white on either side
)

// Header is the line at the top of each page that says who sends it (47 CFR 68.318(d)).
type Header struct {
	Time  string // as it shall stand there
	From  string // name and number of the sender
	To    string // number, and name if known
	Page  int    // from 1 on
	Pages int    // 0 if not known
}

// Bitmap draws the line, Width pixels wide. Texts too long are cut.
func (h Header) Bitmap(r Resolution) *Bitmap {
	b := newBitmap(Width, r.rows(headerMM))
	p := newPen(b, r, regular(), headerText)
	pages := fmt.Sprintf("%d", h.Page)
	if h.Pages > 0 {
		pages += fmt.Sprintf("/%d", h.Pages)
	}
	left, room := headerEdge*columnsMM, float64(widthMM-2*headerEdge)*columnsMM
	baseline := float64(r.rows(headerText))
	// Time, from, to, page: their shares of the line.
	for _, c := range []struct {
		text        string
		from, until float64
	}{
		{h.Time, 0, 0.22}, {label("From: ", h.From), 0.22, 0.58}, {label("To: ", h.To), 0.58, 0.88},
	} {
		p.draw(left+c.from*room, baseline, p.fit(c.text, (c.until-c.from-0.01)*room))
	}
	pages = "Page " + pages
	p.draw(left+room-p.width(pages), baseline, pages)
	return b
}

func label(name, text string) string {
	if text == "" {
		return ""
	}
	return name + text
}

// Overlay puts a header line on top of a page that comes row by row. The line takes the
// place of white rows at the top of the page, as far as there are.
type Overlay struct {
	header *Bitmap
	emit   func(row []byte) error
	white  int // rows left out
	placed bool
}

// NewOverlay returns an Overlay that calls emit for each row.
func NewOverlay(header *Bitmap, emit func(row []byte) error) *Overlay {
	return &Overlay{header: header, emit: emit}
}

// Row takes in a row of the page, as wide as the header.
func (o *Overlay) Row(row []byte) error {
	if !o.placed && o.white < o.header.Height && blank(row) {
		o.white++
		return nil
	}
	if err := o.Close(); err != nil {
		return err
	}
	return o.emit(row)
}

// Close ends the page.
func (o *Overlay) Close() error {
	if o.placed {
		return nil
	}
	o.placed = true
	return o.header.Rows(o.emit)
}

func blank(row []byte) bool {
	for _, b := range row {
		if b != 0 {
			return false
		}
	}
	return true
}
