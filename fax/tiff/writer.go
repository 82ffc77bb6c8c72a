package tiff

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"dialtone/fax/t4"
)

// Options is how a Writer codes pages.
type Options struct {
	Coding   t4.Coding
	LSBFirst bool   // FillOrder 2, which profile S of RFC 2301 asks for
	K        int    // as in t4.Format
	Software string // the program's name; empty for none
}

// Writer writes a document page by page. After NewWriter and after each EndPage, what it
// wrote is a whole TIFF file of the pages so far. The caller syncs and closes the file.
//
// An error is for good: the page at hand is lost, those before it are not.
type Writer struct {
	to      io.WriteSeeker
	out     *bufio.Writer
	options Options
	err     error

	at    int64 // bytes written
	link  int64 // where the offset of the next directory goes
	pages int

	page *pageWriter // at hand
	code []byte
}

// pageWriter is a page being written.
type pageWriter struct {
	Page
	enc   *t4.Encoder
	start int64 // of the strip
}

// NewWriter writes the start of a file to a file that is empty.
func NewWriter(to io.WriteSeeker, o Options) (*Writer, error) {
	if o.Coding > t4.MMR {
		return nil, fmt.Errorf("cannot write TIFF: %w", t4.ErrFormat)
	}
	w := &Writer{to: to, out: bufio.NewWriterSize(to, 32<<10), options: o, link: 4}
	w.write([]byte{'I', 'I', version, 0, 0, 0, 0, 0})
	return w, w.flush()
}

// Pages is how many pages were ended.
func (w *Writer) Pages() int { return w.pages }

// StartPage starts a page of rows of p.Width pixels.
func (w *Writer) StartPage(p Page) error {
	if w.err != nil {
		return w.err
	}
	if w.page != nil {
		return fmt.Errorf("cannot start page %d: %w", w.pages+1, ErrState)
	}
	if w.pages == MaxPages {
		return fmt.Errorf("cannot start page %d: %w", w.pages+1, ErrLimit)
	}
	enc, err := t4.NewEncoder(t4.Format{
		Coding: w.options.Coding, Width: p.Width, LSBFirst: w.options.LSBFirst, K: w.options.K,
	})
	if err != nil {
		return fmt.Errorf("cannot start page %d: %w", w.pages+1, err)
	}
	w.page = &pageWriter{Page: p, enc: enc, start: w.at}
	return nil
}

// Row adds a packed row to the page.
func (w *Writer) Row(row []byte) error {
	switch {
	case w.err != nil:
		return w.err
	case w.page == nil:
		return fmt.Errorf("cannot write row: %w", ErrState)
	case w.page.enc.Rows() == t4.MaxRows:
		return fmt.Errorf("cannot write row: %w", t4.ErrTooLong)
	}
	w.code = w.page.enc.AppendRow(w.code[:0], row)
	w.write(w.code)
	return w.err
}

// EndPage ends the page: from here on the file has it. A page of no rows gets a white
// one, so that the count of pages stays right.
func (w *Writer) EndPage(badRows, worstRun int) error {
	switch {
	case w.err != nil:
		return w.err
	case w.page == nil:
		return fmt.Errorf("cannot end page: %w", ErrState)
	}
	p := w.page
	p.BadRows, p.WorstRun = badRows, worstRun
	if p.enc.Rows() == 0 {
		w.code = p.enc.AppendRow(w.code[:0], make([]byte, (p.Width+7)/8))
		w.write(w.code)
	}
	p.Rows = p.enc.Rows()
	if w.options.Coding == t4.MMR {
		w.code = p.enc.AppendEnd(w.code[:0])
	} else {
		w.code = p.enc.AppendFlush(w.code[:0]) // without return to control, RFC 2301 section 3.5
	}
	w.write(w.code)
	length := w.at - p.start
	w.align()
	d := w.directory(p, length)
	w.write(d.bytes())
	w.connect(d)
	w.page = nil
	w.pages++
	return w.err
}

// DropPage forgets the page at hand, if there is one. Its code stays in the file, unused.
func (w *Writer) DropPage() { w.page = nil }

func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	if w.at+int64(len(b)) > math.MaxUint32 {
		w.err = fmt.Errorf("cannot write TIFF of 4 GB: %w", ErrLimit)
		return
	}
	n, err := w.out.Write(b)
	w.at += int64(n)
	w.fail(err)
}

func (w *Writer) align() {
	if w.at%2 != 0 {
		w.write([]byte{0})
	}
}

func (w *Writer) flush() error {
	if w.err == nil {
		w.fail(w.out.Flush())
	}
	return w.err
}

func (w *Writer) fail(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("cannot write TIFF: %w", err)
	}
}

// connect makes a directory the next of the file. All it points to is handed to the file
// before.
func (w *Writer) connect(d directory) {
	if w.flush() != nil {
		return
	}
	if _, err := w.to.Seek(w.link, io.SeekStart); err != nil {
		w.fail(err)
		return
	}
	_, err := w.to.Write(binary.LittleEndian.AppendUint32(nil, uint32(d.at)))
	w.fail(err)
	_, err = w.to.Seek(w.at, io.SeekStart)
	w.fail(err)
	w.link = d.at + int64(d.size()) - 4
}
