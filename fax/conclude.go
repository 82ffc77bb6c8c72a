package fax

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"dialtone/fax/t30"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/store"
	"dialtone/store/record"
)

// maxDocument bounds a document, in bytes.
const maxDocument = 256 << 20

// received is an inbound fax that is over: the pages that are stored, and why there are no
// more.
type received struct {
	fax   record.Fax
	pages []record.FaxPage
	o     outcome
}

// tellOf concludes an inbound fax, later if that cannot be done now: on a full disk, say.
func (s *Service) tellOf(r *received) {
	f := r.fax
	if err := s.conclude(&f, r.pages, r.o); err != nil {
		s.log.Error("fax is not told yet", "fax", f.ID, "err", err)
		s.untold.put(r)
	}
}

// untold are inbound faxes that are over and could not be concluded. There are no more of
// them than the disk had room for.
type untold struct {
	mu   sync.Mutex
	list []*received
}

func (u *untold) put(r *received) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list = append(u.list, r)
}

// take empties it.
func (u *untold) take() (list []*received) {
	u.mu.Lock()
	defer u.mu.Unlock()
	list, u.list = u.list, nil
	return list
}

// tellLate concludes what could not be concluded before.
func (s *Service) tellLate() {
	for _, r := range s.untold.take() {
		s.tellOf(r)
	}
}

// conclude ends an inbound fax: it makes the documents of the pages there are, and in one
// transaction writes what became of it and the mails about it.
func (s *Service) conclude(f *record.Fax, pages []record.FaxPage, o outcome) error {
	stored := pages[:0:0]
	f.Pages = 0
	for _, p := range pages {
		if p.Size == 0 {
			continue
		}
		stored = append(stored, p)
		if !p.Incomplete {
			f.Pages++
		}
	}
	if o.reason == "" && f.Pages < len(stored) {
		o = outcomeOf(t30.Uncorrectable)
	}
	f.Reason, f.Detail = o.reason, o.detail
	f.TotalPages, f.BadRows = len(stored), badRows(stored)
	switch {
	case len(stored) == 0:
		f.State = record.FaxFailed
	case o.reason == "":
		f.State = record.FaxReceived
	default:
		f.State = record.FaxPartial
	}
	if len(stored) > 0 {
		if err := s.document(f, stored); err != nil {
			return err
		}
	}
	rows, err := s.mails(f)
	if err != nil {
		return err
	}
	err = s.config.Store.UpdateUrgent(context.Background(), func(tx *store.Tx) error {
		errs := []error{tx.PutFax(f), tx.ForgetFaxPages(f.Account, f.ID)}
		for i := range rows {
			_, err := tx.PutOutbox(rows[i])
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
	if err != nil {
		return fmt.Errorf("cannot conclude fax %q: %w", f.ID, err)
	}
	s.metrics.ended(f)
	s.tell(EventReceived, f)
	s.log.Info("fax received", "fax", f.ID, "call", f.Call, "from", f.From, "to", f.To, "pages", f.Pages, "status", f.State, "reason", f.Reason)
	return nil
}

// document makes TIFF and PDF of stored pages.
func (s *Service) document(f *record.Fax, pages []record.FaxPage) error {
	file, err := os.CreateTemp("", "fax-*.tif")
	if err != nil {
		return fmt.Errorf("cannot make document of fax %q: %w", f.ID, err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	blobs := s.config.Store.Blobs()
	writer, err := tiff.NewWriter(file, tiff.Options{Coding: t4.MMR, Software: "Dialtone"})
	if err == nil {
		err = s.writePages(writer, pages)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err == nil {
		f.TIFF, f.TIFFSize, err = blobs.Put(file, maxDocument)
	}
	if err != nil {
		return fmt.Errorf("cannot make document of fax %q: %w", f.ID, err)
	}
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot make document of fax %q: %w", f.ID, err)
	}
	if f.PDF, f.PDFSize, err = s.pdf(file, info.Size(), f); err != nil {
		return fmt.Errorf("cannot make PDF of fax %q: %w", f.ID, err)
	}
	return nil
}

// writePages writes stored pages into a TIFF.
func (s *Service) writePages(w *tiff.Writer, pages []record.FaxPage) error {
	for i := range pages {
		if err := s.writePage(w, &pages[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) writePage(w *tiff.Writer, p *record.FaxPage) error {
	file, err := s.config.Store.Blobs().Open(p.Code)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	code, err := io.ReadAll(io.LimitReader(file, p.Size))
	if err != nil {
		return err
	}
	err = w.StartPage(tiff.Page{Width: p.Width, XDPI: p.XDPI, YDPI: p.YDPI, Time: p.At})
	if err == nil {
		err = rowsOf(code, p.Width, w.Row)
	}
	if err == nil {
		err = w.EndPage(p.BadRows, p.WorstRun)
	}
	return err
}

// pdf makes the PDF of a TIFF.
func (s *Service) pdf(file io.ReaderAt, size int64, f *record.Fax) (h [32]byte, n int64, err error) {
	doc, err := tiff.Open(file, size)
	if err != nil {
		return h, 0, err
	}
	var out bytes.Buffer
	if err := doc.WritePDF(&out, infoOf(f)); err != nil {
		return h, 0, err
	}
	return s.config.Store.Blobs().Put(&out, maxDocument)
}
