package fax

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"dialtone/fax/page"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/store/blob"
)

// Preparation is a document to be made of files.
type Preparation struct {
	Files  []Upload // one after the other
	Layout page.Layout
	// Cover is a page before them, nil for none. How many pages there are is filled in.
	Cover *page.Cover
}

// Prepared is a document that can be sent: a TIFF of fax pages.
type Prepared struct {
	TIFF  blob.Hash
	Size  int64
	Pages int
}

// Prepare makes files a document and keeps it. One is made at a time: the others wait. A
// [DocumentError] says what is wrong with a file. A document no fax names is swept after a
// while.
func (s *Service) Prepare(ctx context.Context, p *Preparation) (Prepared, error) {
	if err := p.check(); err != nil {
		return Prepared{}, err
	}
	select {
	case s.bench <- struct{}{}:
		defer func() { <-s.bench }()
	case <-ctx.Done():
		return Prepared{}, ctx.Err()
	}
	dir, err := os.MkdirTemp("", "fax-")
	if err != nil {
		return Prepared{}, fmt.Errorf("cannot prepare document: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w := &preparer{s: s, p: p, dir: dir}
	defer w.close()
	made, err := w.make(ctx)
	var wrong *DocumentError
	if err != nil && !errors.As(err, &wrong) {
		err = fmt.Errorf("cannot prepare document: %w", err)
	}
	return made, err
}

// check looks at what needs no reading.
func (p *Preparation) check() error {
	var sum int64
	for i := range p.Files {
		if p.Files[i].Size == 0 {
			return &DocumentError{Code: Empty, File: i + 1, Detail: "is empty"}
		}
		sum += p.Files[i].Size
	}
	switch {
	case len(p.Files) == 0 && p.Cover == nil:
		return &DocumentError{Code: Empty, Detail: "there is no file to send"}
	case len(p.Files) > MaxFiles:
		return &DocumentError{Code: TooLarge, Detail: fmt.Sprintf("a fax has at most %d files", MaxFiles)}
	case sum > MaxUpload:
		return &DocumentError{Code: TooLarge, Detail: fmt.Sprintf("the files of a fax have at most %d MB together", MaxUpload>>20)}
	}
	return nil
}

// preparer works in a folder of its own.
type preparer struct {
	s     *Service
	p     *Preparation
	dir   string
	open  []*os.File
	parts []part
}

// part is one file, so many pages.
type part struct {
	pages int
	add   func(ctx context.Context, w *tiff.Writer) error
}

func (w *preparer) close() {
	for _, f := range w.open {
		_ = f.Close()
	}
}

// make reads how many pages there are, then makes them.
func (w *preparer) make(ctx context.Context) (Prepared, error) {
	pages := 0
	if w.p.Cover != nil {
		pages = 1
	}
	for i := range w.p.Files {
		one, err := w.read(ctx, w.p.Files[i], MaxPages-pages)
		if err != nil {
			return Prepared{}, blame(i, err)
		}
		if pages += one.pages; pages > MaxPages {
			return Prepared{}, &DocumentError{Code: TooManyPages, Detail: fmt.Sprintf("a fax has at most %d pages", MaxPages)}
		}
		w.parts = append(w.parts, one)
	}
	file, err := os.Create(filepath.Join(w.dir, "document.tif"))
	if err != nil {
		return Prepared{}, err
	}
	w.open = append(w.open, file)
	if err := w.write(ctx, file, pages); err != nil {
		return Prepared{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Prepared{}, err
	}
	made := Prepared{Pages: pages}
	made.TIFF, made.Size, err = w.s.config.Store.Blobs().Put(file, maxDocument)
	return made, err
}

// blame says which file an error is about.
func blame(i int, err error) error {
	err = documentError(err)
	var wrong *DocumentError
	if errors.As(err, &wrong) {
		wrong.File = i + 1
	}
	return err
}

// write writes the cover and the files.
func (w *preparer) write(ctx context.Context, file io.WriteSeeker, pages int) error {
	to, err := tiff.NewWriter(file, tiff.Options{Coding: t4.MMR, Software: "Dialtone"})
	if err != nil {
		return err
	}
	if w.p.Cover != nil {
		cover := *w.p.Cover
		cover.Pages = strconv.Itoa(pages)
		if err := to.Add(w.p.Layout, cover.Bitmap(w.p.Layout).Rows); err != nil {
			return err
		}
	}
	for i := range w.parts {
		if err := w.parts[i].add(ctx, to); err != nil {
			return blame(i, err)
		}
	}
	return nil
}

// read finds out what a file is and how many pages it has. A PDF is turned into at most one
// page more than there is room for.
func (w *preparer) read(ctx context.Context, u Upload, room int) (part, error) {
	what, err := kindOf(u)
	if err != nil {
		return part{}, err
	}
	switch what {
	case isTIFF:
		return w.tiff(u)
	case isPNG:
		return part{1, func(_ context.Context, to *tiff.Writer) error { return w.addPNG(to, u) }}, nil
	case isPDF:
		u, err := w.pdf(ctx, u, room+1)
		if err != nil {
			return part{}, err
		}
		return w.tiff(u)
	case unknown:
	}
	return part{}, &DocumentError{Code: Unsupported, Detail: "is neither PDF, TIFF nor PNG"}
}

func (w *preparer) tiff(u Upload) (part, error) {
	doc, err := tiff.Open(u.File, u.Size)
	if err != nil {
		return part{}, err
	}
	if len(doc.Pages) == 0 {
		return part{}, &DocumentError{Code: Empty, Detail: "has no pages"}
	}
	return part{len(doc.Pages), func(ctx context.Context, to *tiff.Writer) error {
		for i := range doc.Pages {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := to.Add(w.p.Layout, func(emit func([]byte) error) error { return doc.Fit(i, w.p.Layout, emit) })
			if err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func (w *preparer) addPNG(to *tiff.Writer, u Upload) error {
	var image bytes.Buffer
	if _, err := image.ReadFrom(io.NewSectionReader(u.File, 0, u.Size)); err != nil {
		return err
	}
	return to.Add(w.p.Layout, func(emit func([]byte) error) error { return page.PNG(image.Bytes(), w.p.Layout, emit) })
}
