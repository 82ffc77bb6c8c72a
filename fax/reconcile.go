package fax

import (
	"context"
	"errors"

	"dialtone/store"
	"dialtone/store/record"
)

// interrupted is why a fax ends that was on its way when the daemon did.
var interrupted = outcome{record.FaxInterrupted, "the daemon was stopped during the call"}

// Recover finishes what an earlier run left: every confirmed page of an inbound fax is
// told, and an outbound one is sent on later. It comes before the first call and before
// Serve, and looks at what is on disk alone.
func (s *Service) Recover() error {
	open, err := s.config.Store.OpenFaxes()
	if err != nil {
		return err
	}
	for i := range open {
		if err := s.resume(&open[i]); err != nil {
			s.log.Error("fax of an earlier run is not finished", "fax", open[i].ID, "err", err)
		}
	}
	return nil
}

func (s *Service) resume(f *record.Fax) error {
	switch f.State {
	case record.FaxReceiving:
		pages, err := s.config.Store.FaxPages(f.Account, f.ID)
		if err != nil {
			return err
		}
		f.EndedAt = s.now()
		for i := range pages {
			f.EndedAt = pages[i].At
		}
		s.tellOf(&received{*f, pages, interrupted})
	case record.FaxDialing, record.FaxSending:
		return s.resumeSending(f)
	}
	return nil
}

// resumeSending puts a fax back into the queue, unless all of it was confirmed.
func (s *Service) resumeSending(f *record.Fax) error {
	if f.TotalPages > 0 && f.Pages >= f.TotalPages {
		f.State, f.Reason, f.Detail, f.EndedAt = record.FaxDelivered, "", "", s.now()
	} else {
		s.retry(f, interrupted)
	}
	if err := s.put(f); err != nil {
		return err
	}
	s.tellSent(f)
	return nil
}

// put writes a fax.
func (s *Service) put(f *record.Fax) error {
	return s.config.Store.Update(context.Background(), func(tx *store.Tx) error { return tx.PutFax(f) })
}

// forgetMailed deletes the documents of faxes that are to go once they are mailed.
func (s *Service) forgetMailed() {
	waiting, err := s.config.Store.FaxesToDelete()
	if err != nil {
		s.log.Error("cannot look for faxes that were mailed", "err", err)
		return
	}
	for i := range waiting {
		if f := &waiting[i]; s.mailed(f) {
			s.forget(f)
		}
	}
}

// mailed says whether every recipient's mail was taken.
func (s *Service) mailed(f *record.Fax) bool {
	if !attached(f) {
		return false // the mail has no document; whoever deletes this one has none
	}
	for _, to := range f.Mailed {
		queue := store.OutboxQueue{Account: f.Account, Name: queueOf(f, to)}
		page, err := s.config.Store.OutboxRows(store.OutboxQuery{OutboxQueue: queue, State: store.OutboxDelivered, Limit: 1})
		if err != nil || len(page.Items) == 0 {
			return false
		}
	}
	return len(f.Mailed) > 0
}

func (s *Service) forget(f *record.Fax) {
	err := s.config.Store.Update(context.Background(), func(tx *store.Tx) error {
		now, err := tx.Fax(f.Account, f.ID)
		if err != nil {
			return err
		}
		now.Deleted, now.TIFFSize, now.PDFSize = true, 0, 0
		now.TIFF, now.PDF = [32]byte{}, [32]byte{}
		return tx.PutFax(&now)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.log.Error("cannot delete document of fax", "fax", f.ID, "err", err)
	}
}
