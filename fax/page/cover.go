package page

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Measures of the cover page in millimetres.
const (
	coverEdge  = 20.0
	coverTitle = 14.0
	coverText  = 5.0
	coverLine  = 6.5 // from one base line to the next
	coverNames = 28.0
	coverRule  = 0.5
)

// MaxCoverText bounds the message of a cover page, in bytes; what goes beyond, or beyond
// the paper, is cut.
const MaxCoverText = 8000

// Cover is a page before the others. Empty fields are left out.
type Cover struct {
	Title   string // "Fax" if empty
	To      string
	From    string
	Company string
	Subject string
	Date    string // as it shall stand there
	Pages   string // how many, the cover page included
	Text    string // lines are wrapped
}

// Bitmap draws the page, Width pixels wide and as long as the paper.
func (c Cover) Bitmap(l Layout) *Bitmap {
	s := sheet{newBitmap(Width, l.Rows()), l, coverEdge}
	title := c.Title
	if title == "" {
		title = "Fax"
	}
	s.y += coverTitle * 0.8
	s.line(newPen(s.to, l.Resolution, bold(), coverTitle), coverEdge, title)
	s.rule(coverLine)
	plain, strong := newPen(s.to, l.Resolution, regular(), coverText), newPen(s.to, l.Resolution, bold(), coverText)
	for _, f := range []struct{ name, text string }{
		{"To", c.To}, {"From", c.From}, {"Company", c.Company}, {"Date", c.Date}, {"Pages", c.Pages}, {"Subject", c.Subject},
	} {
		if f.text != "" {
			s.y += coverLine
			s.line(strong, coverEdge, f.name+":")
			s.line(plain, coverEdge+coverNames, f.text)
		}
	}
	s.rule(coverLine)
	s.y += coverLine
	s.text(plain, c.Text)
	return s.to
}

// sheet is a page that is filled from the top.
type sheet struct {
	to     *Bitmap
	layout Layout
	y      float64 // millimetres from the top
}

func (s *sheet) baseline() float64 { return s.y * s.layout.Resolution.rowsMM() }

// line writes a text from x millimetres to the edge.
func (s *sheet) line(p *pen, x float64, text string) {
	p.draw(x*columnsMM, s.baseline(), p.fit(text, (widthMM-coverEdge-x)*columnsMM))
}

// rule draws a line across the page after a space.
func (s *sheet) rule(space float64) {
	s.y += space
	left := int(math.Round(coverEdge * columnsMM))
	s.to.box(left, int(s.baseline()), Width-2*left, max(1, s.layout.Resolution.rows(coverRule)))
}

// text writes lines, wrapped, as far as the paper goes.
func (s *sheet) text(p *pen, text string) {
	if len(text) > MaxCoverText {
		text = strings.ToValidUTF8(text[:MaxCoverText], "") + "…"
	}
	for text != "" {
		line, rest := p.wrap(text, (widthMM-2*coverEdge)*columnsMM)
		s.y += coverLine
		last := s.y+coverLine > s.layout.Paper.lengthMM()-coverEdge
		if last && rest != "" {
			line += "…"
		}
		s.line(p, coverEdge, line)
		if last {
			return
		}
		text = rest
	}
}

// wrap takes a line off a text: up to the end of a line, or as many words as fit.
func (p *pen) wrap(text string, most float64) (line, rest string) {
	space := -1
	for i, c := range text {
		if c == '\n' {
			return text[:i], text[i+1:]
		}
		if unicode.IsSpace(c) {
			space = i
		}
		_, width := p.glyph(c)
		if most -= width * p.unitX; most >= 0 || i == 0 {
			continue
		}
		if space <= 0 {
			return text[:i], text[i:] // a word wider than the line
		}
		_, n := utf8.DecodeRuneInString(text[space:])
		return text[:space], text[space+n:]
	}
	return text, ""
}
