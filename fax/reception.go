package fax

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/store"
	"dialtone/store/record"
)

// Incoming is an inbound fax call.
type Incoming struct {
	Account  record.ID
	Number   *record.Number // called
	From, To string
	Call     string // the call's identifier
}

// Reception is an inbound fax, from its answer to its document.
type Reception struct {
	*Session
	s     *Service
	fax   record.Fax
	pages []record.FaxPage // those with a size are stored; the last may have broken off
	busy  bool             // a page is being stored
}

// Receive begins an inbound fax that was admitted: it is on disk that it began.
func (s *Service) Receive(ctx context.Context, in *Incoming) (*Reception, error) {
	now := s.now()
	r := &Reception{Session: newSession(), s: s, fax: record.Fax{
		ID: record.NewFaxID(now), Account: in.Account, Direction: record.FaxInbound, State: record.FaxReceiving,
		Number: in.Number.ID, From: in.From, To: in.To, Call: in.Call, CreatedAt: now, StartedAt: now,
		Mailed: in.Number.FaxRecipients, DeleteMailed: in.Number.DeleteDocuments, Attempts: 1,
	}}
	err := s.config.Store.Update(ctx, func(tx *store.Tx) error { return tx.PutFax(&r.fax) })
	if err != nil {
		return nil, fmt.Errorf("cannot begin fax: %w", err)
	}
	s.tell(EventReceiving, &r.fax)
	return r, nil
}

// ID is the fax's.
func (r *Reception) ID() string { return r.fax.ID }

// Start begins the fax over T.38: datagrams go out by send, which must not wait.
func (r *Reception) Start(a Agreed, tone bool, send func([]byte)) {
	terminal := t38.New(a.config(t30.Config{
		Ident: ident(r.fax.To), Caps: t30.AllCaps(), Sink: r, SkipCED: tone, Progress: r.progress,
	}))
	r.s.wg.Go(func() {
		r.run(r.s.ctx, r.s.config.Now, terminal, send)
		if r.busy {
			p := <-r.stored
			p.apply()
		}
		r.finish(outcomeOf(r.result.Outcome))
	})
}

// Fail ends a fax that never came to T.38.
func (r *Reception) Fail(reason, detail string) {
	r.s.wg.Go(func() {
		r.finish(outcome{reason, detail})
		close(r.done)
	})
}

// progress hears of the far end's name.
func (r *Reception) progress(e t30.Event) {
	if e.Kind == t30.Identified {
		r.fax.Station = e.Ident
	}
}

// Page takes a page: it is stored before it is confirmed.
func (r *Reception) Page(p t30.Page) error {
	code, page, err := recode(&p)
	if err != nil {
		return err
	}
	page.At = r.s.now()
	n := p.Number
	if n < len(r.pages) && !r.pages[n].Incomplete {
		return nil // it came again because our word was lost
	}
	r.pages = append(r.pages[:min(n, len(r.pages))], page)
	r.note(&p, &page)
	if r.busy {
		return errBusy // never: the engine asks for one page at a time
	}
	r.busy = true
	fax := r.fax
	r.s.wg.Go(func() {
		err := r.s.storePage(&fax, n, &page, code)
		r.stored <- stored{func() { r.pages[n], r.busy = page, false }, err}
	})
	return t30.ErrPending
}

// errBusy refuses a page while another is being stored.
var errBusy = errors.New("another page is being stored")

// note counts a page in the record.
func (r *Reception) note(p *t30.Page, page *record.FaxPage) {
	f := &r.fax
	f.TotalPages = len(r.pages)
	f.BadRows += page.BadRows
	f.Rate, f.ECM = p.Code.Carrier.Rate(), p.Code.ECM
	f.Coding, f.Resolution = p.Code.Coding.String(), p.Code.Format.Resolution.String()
}

// storePage makes a page durable.
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
	s.metrics.pages.Inc()
	return nil
}

// outcome is why a fax is not whole; empty for one that is.
type outcome struct{ reason, detail string }

func outcomeOf(o t30.Outcome) outcome {
	if o == t30.OK {
		return outcome{}
	}
	return outcome{o.Code(), o.String()}
}

// finish makes the document of what came and tells who is to have it.
func (r *Reception) finish(o outcome) {
	f := &r.fax
	f.EndedAt = r.s.now()
	f.Seconds = f.EndedAt.Sub(f.StartedAt).Round(time.Millisecond).Seconds()
	f.Resent += r.result.Resent
	f.Lost, f.Recovered = r.result.Network.Lost, r.result.Network.Recovered
	if r.result.Ident != "" {
		f.Station = r.result.Ident
	}
	if err := r.s.conclude(f, r.pages, o); err != nil {
		r.s.log.Error("fax is not told yet", "fax", f.ID, "err", err)
	}
}

// ident is a number as a machine's name: at most 20 digits, + and spaces.
func ident(number string) string {
	if len(number) > 20 {
		return number[:20]
	}
	return number
}
