package tiff

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"dialtone/fax/t4"
)

// Info is what a PDF says of itself. Empty fields are left out.
type Info struct {
	Title    string
	Subject  string
	Producer string
	Created  time.Time
}

// Where a page is drawn if the resolution is not known: as fax in fine resolution.
const (
	defaultXDPI = 204
	defaultYDPI = 196

	pointsPerInch = 72
	minPoints     = 3 // of a side, PDF 1.4 appendix C
	maxPoints     = 14400
)

// The first objects; those of pages follow.
const (
	catalogObject = 1 + iota
	pagesObject
	infoObject
	firstPageObject
)

// PDF writes a document of pages, each one image of T.6 code (PDF 1.4, CCITTFaxDecode).
// The same pages and Info give the same bytes.
type PDF struct {
	out     io.Writer
	at      int64
	offsets []int64 // of objects, from 1 on
	pages   []int   // their objects
	info    Info
	err     error
}

// NewPDF writes the start of a document.
func NewPDF(out io.Writer, info Info) (*PDF, error) {
	p := &PDF{out: out, offsets: make([]int64, firstPageObject), info: info}
	p.printf("%%PDF-1.4\n%%\xe2\xe3\xcf\xd3\n")
	return p, p.err
}

// Add adds a page of Rows rows of T.6 code, its first bit the highest of the first byte.
// ended says whether the code has the end of the facsimile block.
func (p *PDF) Add(page Page, code []byte, ended bool) error {
	switch {
	case p.err != nil:
		return p.err
	case len(p.pages) == MaxPages:
		return fmt.Errorf("cannot write page %d of a PDF: %w", MaxPages+1, ErrLimit)
	case page.Width < 1 || page.Width > t4.MaxWidth || page.Rows < 1 || page.Rows > t4.MaxRows:
		return fmt.Errorf("cannot write page of %d by %d pixels to a PDF: %w", page.Width, page.Rows, ErrLimit)
	}
	width, height := points(page.Width, page.XDPI, defaultXDPI), points(page.Rows, page.YDPI, defaultYDPI)
	node := len(p.offsets)
	p.pages = append(p.pages, node)
	p.object(node, "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Contents %d 0 R\n"+
		"/Resources << /ProcSet [/PDF /ImageB] /XObject << /I %d 0 R >> >> >>",
		pagesObject, width, height, node+1, node+2)
	draw := fmt.Sprintf("q %s 0 0 %s 0 0 cm /I Do Q", width, height)
	p.stream(node+1, "", []byte(draw))
	end := ""
	if !ended {
		end = " /EndOfBlock false"
	}
	p.stream(node+2, fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d\n"+
		"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode\n"+
		"/DecodeParms << /K -1 /Columns %d /Rows %d%s >>",
		page.Width, page.Rows, page.Width, page.Rows, end), code)
	return p.err
}

// Close writes the end of the document, which has at least one page.
func (p *PDF) Close() error {
	if len(p.pages) == 0 && p.err == nil {
		p.err = fmt.Errorf("cannot write PDF without pages: %w", ErrState)
	}
	p.object(catalogObject, "<< /Type /Catalog /Pages %d 0 R >>", pagesObject)
	var kids strings.Builder
	for _, node := range p.pages {
		fmt.Fprintf(&kids, "\n%d 0 R", node)
	}
	p.object(pagesObject, "<< /Type /Pages /Count %d /Kids [%s ] >>", len(p.pages), kids.String())
	p.object(infoObject, "<<%s >>", p.info.fields())
	start := p.at
	p.printf("xref\n0 %d\n0000000000 65535 f \n", len(p.offsets))
	for _, at := range p.offsets[1:] {
		p.printf("%010d 00000 n \n", at)
	}
	p.printf("trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n",
		len(p.offsets), catalogObject, infoObject, start)
	return p.err
}

func (p *PDF) object(n int, format string, args ...any) {
	p.begin(n)
	p.printf(format, args...)
	p.printf("\nendobj\n")
}

func (p *PDF) stream(n int, fields string, data []byte) {
	p.begin(n)
	p.printf("<< %s /Length %d >>\nstream\n", fields, len(data))
	p.write(data)
	p.printf("\nendstream\nendobj\n")
}

func (p *PDF) begin(n int) {
	if n == len(p.offsets) {
		p.offsets = append(p.offsets, 0)
	}
	p.offsets[n] = p.at
	p.printf("%d 0 obj\n", n)
}

func (p *PDF) printf(format string, args ...any) { p.write(fmt.Appendf(nil, format, args...)) }

func (p *PDF) write(b []byte) {
	if p.err != nil {
		return
	}
	n, err := p.out.Write(b)
	p.at += int64(n)
	if err != nil {
		p.err = fmt.Errorf("cannot write PDF: %w", err)
	}
}

// points is the length of a side, to a hundredth.
func points(pixels int, dpi, otherwise float64) string {
	if dpi <= 0 {
		dpi = otherwise
	}
	v := min(max(float64(pixels)*pointsPerInch/dpi, minPoints), maxPoints)
	return strings.TrimSuffix(fmt.Sprintf("%.2f", v), ".00")
}

func (i Info) fields() string {
	var b strings.Builder
	for _, f := range []struct{ name, text string }{
		{"Title", i.Title}, {"Subject", i.Subject}, {"Producer", i.Producer},
	} {
		if f.text != "" {
			fmt.Fprintf(&b, " /%s %s", f.name, pdfText(f.text))
		}
	}
	if !i.Created.IsZero() {
		fmt.Fprintf(&b, " /CreationDate (D:%s)", i.Created.UTC().Format("20060102150405Z"))
	}
	return b.String()
}

// pdfText is a text as UTF-16, in hexadecimal: no character of it means anything to PDF.
func pdfText(s string) string {
	var b bytes.Buffer
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	b.WriteByte('>')
	return b.String()
}
