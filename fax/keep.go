package fax

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"dialtone/fax/t30"
	"dialtone/store"
	"dialtone/store/record"
)

// patience is how long a full disk is waited for, and how often it is tried, while the
// far end hears that we are not ready (T.30 timer T5 is a minute).
type patience struct{ most, every time.Duration }

// keepPage makes a page durable. On a full disk it waits for room for a while.
func (s *Service) keepPage(fax *record.Fax, k *keeping) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.log.Error("page not stored", "fax", fax.ID, "panic", fault)
			err = errFault
		}
	}()
	end := time.After(s.patience.most)
	for {
		err = s.storePage(fax, k.n, &k.page, k.code)
		if !errors.Is(err, store.ErrNoSpace) {
			return err
		}
		select {
		case <-time.After(s.patience.every):
		case <-end:
			return err
		case <-s.ctx.Done():
			return err
		}
	}
}

var errFault = errors.New("a fault of the daemon")

// storePage makes a page durable: its file, then the records that name it.
func (s *Service) storePage(fax *record.Fax, n int, page *record.FaxPage, code []byte) error {
	h, size, err := s.config.Store.Blobs().Put(bytes.NewReader(code), t30.MaxPage*2)
	if err != nil {
		return fmt.Errorf("cannot store page %d of fax %q: %w", n+1, fax.ID, err)
	}
	page.Code, page.Size = h, size
	if !page.Incomplete {
		fax.Pages = n + 1
	}
	err = s.config.Store.UpdateUrgent(context.Background(), func(tx *store.Tx) error {
		return errors.Join(tx.PutFaxPage(fax.Account, fax.ID, n, page), tx.PutFax(fax))
	})
	if err != nil {
		page.Size = 0
		return fmt.Errorf("cannot store page %d of fax %q: %w", n+1, fax.ID, err)
	}
	if !page.Incomplete {
		s.metrics.pages.Inc()
	}
	return nil
}
