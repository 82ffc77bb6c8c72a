package fax

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/fax/tiff"
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
	// busy says that a page is being stored; others wait their turn.
	busy    bool
	waiting []keeping
}

// keeping is page n, which is to be stored, in T.6. The far end waits for one that is
// awaited, and only for that.
type keeping struct {
	n       int
	page    record.FaxPage
	code    []byte
	awaited bool
}

// Bounds of what is received.
const (
	maxReceiving = 500 // faxes at a time, of all accounts
	// leastRoom is what the disk must have left for a fax to be taken, in bytes.
	leastRoom = 16 << 20
)

// ErrBusy refuses a fax: no machine is free, or the disk is full. Its sender is to come
// again.
var ErrBusy = errors.New("no fax machine is free")

// Receive begins an inbound fax that was admitted: it is on disk that it began. ErrBusy
// refuses it.
func (s *Service) Receive(ctx context.Context, in *Incoming) (*Reception, error) {
	if n := s.receiving.Add(1); n > maxReceiving {
		s.receiving.Add(-1)
		return nil, fmt.Errorf("%d faxes are being received: %w", n-1, ErrBusy)
	}
	r, err := s.receive(ctx, in)
	if err != nil {
		s.receiving.Add(-1)
		return nil, fmt.Errorf("cannot begin fax: %w", err)
	}
	s.tell(EventReceiving, &r.fax)
	return r, nil
}

func (s *Service) receive(ctx context.Context, in *Incoming) (*Reception, error) {
	if err := s.config.Store.Blobs().Room(leastRoom); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	now := s.now()
	r := &Reception{Session: newSession(), s: s, fax: record.Fax{
		ID: record.NewFaxID(now), Account: in.Account, Direction: record.FaxInbound, State: record.FaxReceiving,
		Number: in.Number.ID, From: in.From, To: in.To, Call: in.Call, CreatedAt: now, StartedAt: now,
		Transport: record.FaxOverG711, Mailed: in.Number.FaxRecipients, DeleteMailed: in.Number.DeleteDocuments, Attempts: 1,
	}}
	err := s.config.Store.Update(ctx, func(tx *store.Tx) error { return tx.PutFax(&r.fax) })
	if errors.Is(err, store.ErrNoSpace) {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return r, err
}

// ID is the fax's.
func (r *Reception) ID() string { return r.fax.ID }

// Start begins the fax over T.38: datagrams go out by send, which must not wait.
func (r *Reception) Start(a Agreed, tone bool, send func([]byte)) {
	r.fax.Transport = record.FaxOverT38
	terminal := t38.New(a.config(t30.Config{
		Ident: ident(r.fax.To), Caps: t30.AllCaps(), Sink: r, SkipCED: tone, Progress: r.progress,
	}))
	r.s.wg.Go(func() { r.finish(r.talk(terminal, send)) })
}

// talk receives the fax. A fault in it ends it alone.
func (r *Reception) talk(terminal *t38.Terminal, send func([]byte)) (o outcome) {
	defer func() {
		if fault := recover(); fault != nil {
			r.s.log.Error("fax failed", "fax", r.fax.ID, "panic", fault)
			o = outcome{record.FaxInternal, "a fault of the daemon"}
		}
	}()
	r.s.metrics.active.Inc()
	defer r.s.metrics.active.Dec()
	r.run(r.s.ctx, r.s.config.Now, terminal, send)
	for r.busy {
		(<-r.stored).apply()
	}
	return outcomeOf(r.result.Outcome)
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
	n := p.Number
	if n < len(r.pages) && !r.pages[n].Incomplete {
		return nil // it came again because our word was lost
	}
	if n >= t30.MaxPages {
		return t30.ErrTooLarge
	}
	code, page, err := recode(&p)
	if code == nil {
		return err
	}
	page.At = r.s.now()
	for len(r.pages) < n { // given up before anything of them came
		r.pages = append(r.pages, record.FaxPage{Incomplete: true})
	}
	if pixels(r.pages[:n])+pixels([]record.FaxPage{page}) > tiff.MaxPixels {
		return t30.ErrTooLarge // nobody could read the document
	}
	r.pages = append(r.pages[:n], page)
	r.note(&p)
	r.store(keeping{n: n, page: page, code: code, awaited: err == nil && !p.Incomplete})
	if err != nil {
		return err // what is legible of it is kept, unless it comes again
	}
	return t30.ErrPending
}

// store stores a page once the one before is.
func (r *Reception) store(k keeping) {
	if r.busy {
		r.waiting = slices.DeleteFunc(r.waiting, func(w keeping) bool { return w.n == k.n })
		r.waiting = append(r.waiting, k)
		return
	}
	r.busy = true
	fax := r.fax
	r.s.wg.Go(func() {
		err := r.s.keepPage(&fax, &k)
		r.stored <- stored{func() { r.kept(&k) }, k.awaited, err}
	})
}

// kept notes that a page is stored, and goes on with the next.
func (r *Reception) kept(k *keeping) {
	if k.page.Size > 0 {
		r.pages[k.n] = k.page
	}
	r.busy = false
	if len(r.waiting) > 0 {
		next := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.store(next)
	}
}

// note counts a page in the record.
func (r *Reception) note(p *t30.Page) {
	f := &r.fax
	f.TotalPages, f.BadRows = len(r.pages), badRows(r.pages)
	f.Rate, f.ECM = p.Code.Carrier.Rate(), p.Code.ECM
	f.Coding, f.Resolution = p.Code.Coding.String(), p.Code.Format.Resolution.String()
}

// pixels are those of all pages.
func pixels(pages []record.FaxPage) (n int64) {
	for i := range pages {
		n += int64(pages[i].Width) * int64(pages[i].Rows)
	}
	return n
}

// badRows are those of all pages.
func badRows(pages []record.FaxPage) (n int) {
	for i := range pages {
		n += pages[i].BadRows
	}
	return n
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
	defer r.s.receiving.Add(-1)
	f := &r.fax
	f.EndedAt = r.s.now()
	f.Seconds = f.EndedAt.Sub(f.StartedAt).Round(time.Millisecond).Seconds()
	f.Resent = r.result.Resent
	f.Lost, f.Recovered = r.result.Network.Lost, r.result.Network.Recovered
	if r.result.Ident != "" {
		f.Station = r.result.Ident
	}
	r.s.tellOf(&received{*f, r.pages, o})
}

// ident is a number as a machine's name: at most 20 digits, + and spaces.
func ident(number string) string {
	if len(number) > 20 {
		return number[:20]
	}
	return number
}
