package tiff

import (
	"errors"
	"fmt"
	"io"
	"time"

	"dialtone/fax/t4"
)

// Document is a TIFF file that was opened. Its methods may be called by several
// goroutines at once if the file may be read so.
type Document struct {
	Pages []Page

	file   *file
	images []stored
}

// stored is where a page is in the file.
type stored struct {
	strips        []strip
	rowsPerStrip  int
	compression   int64
	twoD          bool // T4Options
	lsbFirst      bool
	inverted      bool // 0 is black
	width, length int  // length 0 if not known
}

// strip is a piece of the file.
type strip struct{ at, length int64 }

// Open reads the directories of a file of size bytes, which stays in use. Reduced copies
// of pages (thumbnails) are left out.
//
// With an error that wraps ErrDamaged comes a document of the pages before the fault, if
// there are any. Other errors are those of this package.
func Open(r io.ReaderAt, size int64) (*Document, error) {
	f := &file{r: r, size: size}
	at, err := f.header()
	if err != nil {
		return nil, err
	}
	o := opener{doc: &Document{file: f}, seen: make(map[int64]bool)}
	for at != 0 && err == nil {
		at, err = o.page(at)
	}
	if err == nil && len(o.doc.Pages) == 0 {
		err = fmt.Errorf("no pages: %w", ErrDamaged)
	}
	switch {
	case err == nil:
		return o.doc, nil
	case errors.Is(err, ErrDamaged) && len(o.doc.Pages) > 0:
		return o.doc, err
	}
	return nil, err
}

// opener keeps the bounds of a document.
type opener struct {
	doc    *Document
	seen   map[int64]bool // directories
	pixels int64
	code   int64 // bytes of strips
	strips int
}

// page adds the page of a directory and returns the offset of the next one.
func (o *opener) page(at int64) (next int64, err error) {
	n := len(o.doc.Pages) + 1
	if o.seen[at] {
		return 0, fmt.Errorf("cannot read page %d: directory was seen before: %w", n, ErrDamaged)
	}
	if len(o.seen) >= 2*MaxPages || n > MaxPages {
		return 0, fmt.Errorf("more than %d pages: %w", MaxPages, ErrLimit)
	}
	o.seen[at] = true
	d, next, err := o.doc.file.directory(at)
	if err != nil {
		return 0, fmt.Errorf("cannot read page %d: %w", n, err)
	}
	if d.number(tagSubfileType, 0)&reducedImage != 0 {
		return next, nil
	}
	if err := o.add(d); err != nil {
		return 0, fmt.Errorf("cannot read page %d: %w", n, err)
	}
	return next, nil
}

func (o *opener) add(d ifd) error {
	m, err := d.image()
	if err != nil {
		return err
	}
	rows := m.length
	if rows == 0 {
		rows = t4.MaxRows / 8 // eight pages of unknown length count as one of the longest
	}
	o.pixels += int64(m.width) * int64(rows)
	for _, s := range m.strips {
		o.code += s.length
	}
	o.strips += len(m.strips)
	if o.pixels > MaxPixels || o.code > codeTimes*o.doc.file.size || o.strips > maxStrips {
		return ErrLimit
	}
	o.doc.images = append(o.doc.images, m)
	o.doc.Pages = append(o.doc.Pages, d.page(m))
	return nil
}

// page describes the page of a directory.
func (d ifd) page(m stored) Page {
	p := Page{
		Width: m.width, Rows: m.length,
		XDPI: d.resolution(tagXResolution), YDPI: d.resolution(tagYResolution),
		BadRows:     int(min(d.number(tagBadFaxLines, 0), t4.MaxRows)),
		WorstRun:    int(min(d.number(tagWorstFaxLines, 0), t4.MaxRows)),
		Orientation: int(d.number(tagOrientation, 1)),
	}
	if p.Orientation < 1 || p.Orientation > 8 {
		p.Orientation = 1
	}
	if made, err := time.Parse(timeLayout, d.ascii(tagDateTime)); err == nil {
		p.Time = made
	}
	return p
}

// image checks what a directory says of its pixels.
func (d ifd) image() (stored, error) {
	m := stored{
		compression: d.number(tagCompression, compressionNone),
		twoD:        d.number(tagT4Options, 0)&t4TwoDimensional != 0,
		lsbFirst:    d.number(tagFillOrder, 1) == 2,
		inverted:    d.number(tagPhotometric, whiteIsZero) == blackIsZero,
	}
	width, length := d.number(tagWidth, 0), d.number(tagLength, 0)
	switch {
	case d.number(tagBitsPerSample, 1) != 1 || d.number(tagSamples, 1) != 1 || d.number(tagPhotometric, 0) > blackIsZero:
		return m, fmt.Errorf("more than black and white: %w", ErrUnsupported)
	case d.has(tagTileWidth):
		return m, fmt.Errorf("tiles: %w", ErrUnsupported)
	case width < 1:
		return m, fmt.Errorf("no width: %w", ErrDamaged)
	case width > t4.MaxWidth || length > t4.MaxRows:
		return m, fmt.Errorf("%d by %d pixels: %w", width, length, ErrLimit)
	}
	switch m.compression {
	case compressionNone, compressionRLE, compressionT4, compressionT6, compressionPackBits:
	default:
		return m, fmt.Errorf("compression %d: %w", m.compression, ErrUnsupported)
	}
	m.width, m.length = int(width), int(length)
	return m, d.strips(&m)
}

// strips finds the code of an image.
func (d ifd) strips(m *stored) error {
	most := int64(max(m.length, 1))
	rows := d.number(tagRowsPerStrip, most)
	if rows < 1 || rows > most || d.fields[tagStripOffsets].count == 1 {
		rows = most
	}
	m.rowsPerStrip = int(rows)
	most = (most + rows - 1) / rows
	offsets, err := d.values(tagStripOffsets, most)
	if err != nil {
		return err
	}
	lengths, err := d.values(tagStripByteCounts, most)
	if err != nil {
		return err
	}
	if len(offsets) == 0 {
		return fmt.Errorf("no strips: %w", ErrDamaged)
	}
	for i, at := range offsets {
		s := strip{at, d.file.size - at}
		if i < len(lengths) && lengths[i] > 0 {
			s.length = min(s.length, lengths[i])
		}
		if at < headerBytes || s.length <= 0 {
			return fmt.Errorf("strip at %d of %d bytes: %w", at, d.file.size, ErrDamaged)
		}
		if s.length > maxStripBytes {
			return fmt.Errorf("strip of %d bytes: %w", s.length, ErrLimit)
		}
		m.strips = append(m.strips, s)
	}
	return nil
}
