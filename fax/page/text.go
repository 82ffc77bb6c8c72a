package page

import (
	"image"
	"math"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The Go fonts have Latin, Greek and Cyrillic letters; any other is drawn as a box.
var (
	regular = sync.OnceValue(func() *sfnt.Font { return parse(goregular.TTF) })
	bold    = sync.OnceValue(func() *sfnt.Font { return parse(gobold.TTF) })
)

func parse(ttf []byte) *sfnt.Font {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
}

// inkShare is how much of a pixel a letter covers for it to be black, of 255. Under a
// half, so that thin strokes stay in standard resolution.
const inkShare = 100

// pen draws text of one size on a bitmap whose pixels are not square.
type pen struct {
	to         *Bitmap
	font       *sfnt.Font
	unitX      float64 // pixels of a unit of the font
	unitY      float64
	buffer     sfnt.Buffer
	rasterizer vector.Rasterizer
	mask       *image.Alpha
}

// newPen returns a pen for letters of a size, from one line to the next, in millimetres.
func newPen(to *Bitmap, r Resolution, font *sfnt.Font, sizeMM float64) *pen {
	units := float64(font.UnitsPerEm())
	return &pen{to: to, font: font, unitX: sizeMM * columnsMM / units, unitY: sizeMM * r.rowsMM() / units}
}

// glyph returns the letter for a character and its width in units of the font.
func (p *pen) glyph(c rune) (sfnt.GlyphIndex, float64) {
	if !unicode.IsGraphic(c) {
		c = ' '
	}
	g, err := p.font.GlyphIndex(&p.buffer, c)
	if err != nil {
		g = 0
	}
	width, err := p.font.GlyphAdvance(&p.buffer, g, p.em(), 0)
	if err != nil {
		return g, 0
	}
	return g, float64(width) / 64
}

// em asks the font for outlines in its own units.
func (p *pen) em() fixed.Int26_6 { return fixed.Int26_6(p.font.UnitsPerEm()) << 6 }

// width is that of a text in pixels.
func (p *pen) width(text string) float64 {
	sum := 0.0
	for _, c := range text {
		_, width := p.glyph(c)
		sum += width
	}
	return sum * p.unitX
}

// fit cuts a text to a width in pixels; an ellipsis stands for what is left out.
func (p *pen) fit(text string, most float64) string {
	cut, at, ellipsis := 0, 0.0, p.width("…")
	for i, c := range text {
		if at+ellipsis <= most {
			cut = i
		}
		_, width := p.glyph(c)
		if at += width * p.unitX; at > most {
			return text[:cut] + "…"
		}
	}
	return text
}

// draw writes a text on a base line, from x on to the right.
func (p *pen) draw(x, baseline float64, text string) {
	for _, c := range text {
		g, width := p.glyph(c)
		p.letter(g, x, baseline)
		x += width * p.unitX
	}
}

// letter fills the outline of a letter.
func (p *pen) letter(g sfnt.GlyphIndex, x, baseline float64) {
	outline, err := p.font.LoadGlyph(&p.buffer, g, p.em(), nil)
	if err != nil || len(outline) == 0 {
		return
	}
	bounds := outline.Bounds()
	left := int(math.Floor(x + p.unitX*float64(bounds.Min.X)/64))
	top := int(math.Floor(baseline + p.unitY*float64(bounds.Min.Y)/64))
	right := int(math.Ceil(x + p.unitX*float64(bounds.Max.X)/64))
	bottom := int(math.Ceil(baseline + p.unitY*float64(bounds.Max.Y)/64))
	p.rasterizer.Reset(right-left+1, bottom-top+1)
	at := func(f fixed.Point26_6) (float32, float32) {
		return float32(x + p.unitX*float64(f.X)/64 - float64(left)), float32(baseline + p.unitY*float64(f.Y)/64 - float64(top))
	}
	for _, s := range outline {
		ax, ay := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.rasterizer.ClosePath()
			p.rasterizer.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			p.rasterizer.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			bx, by := at(s.Args[1])
			p.rasterizer.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			bx, by := at(s.Args[1])
			cx, cy := at(s.Args[2])
			p.rasterizer.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	p.rasterizer.ClosePath()
	p.stamp(left, top)
}

// stamp turns what was filled black.
func (p *pen) stamp(left, top int) {
	size := p.rasterizer.Bounds()
	if p.mask == nil || p.mask.Rect.Dx() < size.Dx() || p.mask.Rect.Dy() < size.Dy() {
		p.mask = image.NewAlpha(size)
	}
	clear(p.mask.Pix)
	p.rasterizer.Draw(p.mask, size, image.Opaque, image.Point{})
	for y := range size.Dy() {
		for x, v := range p.mask.Pix[y*p.mask.Stride:][:size.Dx()] {
			if v >= inkShare {
				p.to.blacken(left+x, top+y)
			}
		}
	}
}
