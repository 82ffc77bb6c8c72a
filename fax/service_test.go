package fax

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
)

// office is a service on a store, with an account that has a number.
type office struct {
	*Service
	t       *testing.T
	store   *store.Store
	account record.ID
	number  *record.Number
	dialer  *loop
	closed  atomic.Bool  // no calls can be made
	looks   atomic.Int32 // how often that was asked

	mu     sync.Mutex
	events []Event
}

// loop connects what is sent to a reception of the same service.
type loop struct {
	o      *office
	refuse []*CallError // the first calls
	lose   func(n int) bool
	hold   chan struct{}  // a call waits until it is closed; nil for not
	spy    func(b []byte) // sees what the reception sends
	calls  atomic.Int32
	last   *Reception
}

func newOffice(t *testing.T) *office {
	t.Helper()
	return newOfficeIn(t, t.TempDir())
}

// newOfficeIn keeps its records in a folder.
func newOfficeIn(t *testing.T, dir string) *office {
	t.Helper()
	s, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, store: s}
	a := record.NewAccount()
	a.Name, a.Email = "Test", "test@example.com"
	o.number = &record.Number{Number: "+12125550123", FaxRecipients: []string{"ann@example.com", "bob@example.com"}}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Create(a); err != nil {
			return err
		}
		o.number.Account = a.ID
		return tx.Create(o.number)
	})
	if err != nil {
		t.Fatal(err)
	}
	o.account = a.ID
	limiter, err := NewLimiter(LimitConfig{
		Ledger: s, Limit: func(record.ID, Direction) *int { return nil }, Now: time.Now, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	o.dialer = &loop{o: o}
	o.Service = New(Config{
		Store: s, Limiter: limiter, Dialer: o.dialer, Ready: o.ready, Notify: o.note, MailDomain: "example.com",
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Registerer: prometheus.NewRegistry(),
	})
	o.patience, o.look = patience{time.Minute, 50 * time.Millisecond}, 100*time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- o.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *office) ready() bool {
	o.looks.Add(1)
	return !o.closed.Load()
}

func (o *office) note(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
}

// await waits for an event of a fax, any where id is empty.
func (o *office) await(name, id string) (f record.Fax) {
	o.t.Helper()
	o.until(name, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, e := range o.events {
			if e.Name == name && (id == "" || e.Fax.ID == id) {
				f = e.Fax
				return true
			}
		}
		return false
	})
	return f
}

// until waits for something.
func (o *office) until(what string, happened func() bool) {
	o.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !happened(); {
		if time.Now().After(end) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.t.Fatalf("no %s; %+v", what, o.events)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// Dial calls the number itself.
func (d *loop) Dial(ctx context.Context, c Call) (Line, error) {
	n := int(d.calls.Add(1))
	if d.hold != nil {
		select {
		case <-d.hold:
		case <-ctx.Done():
			return nil, &CallError{Reason: record.FaxNoAnswer, Detail: "hung up"}
		}
	}
	if n <= len(d.refuse) {
		return nil, d.refuse[n-1]
	}
	r, err := d.o.Receive(ctx, &Incoming{Account: d.o.account, Number: d.o.number, From: c.From, To: c.To, Call: "call_in"})
	if err != nil {
		return nil, err
	}
	d.last = r
	return &loopLine{r: r, lose: d.lose, spy: d.spy}, nil
}

type loopLine struct {
	r    *Reception
	lose func(n int) bool
	spy  func(b []byte)
	n    int
}

func (l *loopLine) ID() string     { return "call_out" }
func (l *loopLine) Agreed() Agreed { return Agreed{MaxBitRate: 14400} }
func (l *loopLine) Hangup()        { l.r.HungUp() }

func (l *loopLine) Start(receive func([]byte), _ func()) func([]byte) {
	l.r.Start(l.Agreed(), false, func(b []byte) {
		if l.spy != nil {
			l.spy(b)
		}
		receive(bytes.Clone(b))
	})
	return func(b []byte) {
		l.n++
		if l.lose == nil || !l.lose(l.n) {
			l.r.Datagram(bytes.Clone(b))
		}
	}
}

// aDocument makes pages of so many rows with a pattern of their own.
func (o *office) aDocument(pages, rows int) *Job {
	o.t.Helper()
	file, err := os.CreateTemp(o.t.TempDir(), "")
	if err != nil {
		o.t.Fatal(err)
	}
	w, err := tiff.NewWriter(file, tiff.Options{Coding: t4.MMR})
	if err != nil {
		o.t.Fatal(err)
	}
	for p := range pages {
		if err := w.StartPage(tiff.Page{Width: 1728, XDPI: 204, YDPI: 196}); err != nil {
			o.t.Fatal(err)
		}
		for y := range rows {
			row := make([]byte, 216)
			row[20+(y/8+p)%100] = 0xff
			if err := w.Row(row); err != nil {
				o.t.Fatal(err)
			}
		}
		if err := w.EndPage(0, 0); err != nil {
			o.t.Fatal(err)
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		o.t.Fatal(err)
	}
	j := &Job{Account: o.account, Number: o.number, To: "+13125550199", Pages: pages}
	if j.TIFF, j.TIFFSize, err = o.store.Blobs().Put(file, 1<<20); err != nil {
		o.t.Fatal(err)
	}
	return j
}

// rows are all rows of a document.
func (o *office) rows(f *record.Fax) (rows [][]byte) {
	o.t.Helper()
	file, err := o.store.Blobs().Open(f.TIFF)
	if err != nil {
		o.t.Fatal(err)
	}
	defer file.Close()
	doc, err := tiff.Open(file, f.TIFFSize)
	if err != nil {
		o.t.Fatal(err)
	}
	for i := range doc.Pages {
		if _, err := doc.Rows(i, func(row []byte) error {
			rows = append(rows, bytes.Clone(row))
			return nil
		}); err != nil {
			o.t.Fatal(err)
		}
	}
	return rows
}

func TestSendAndReceive(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.dialer.lose = func(n int) bool { return n%29 == 7 }
	sent, err := o.Submit(t.Context(), o.aDocument(2, 100))
	if err != nil {
		t.Fatal(err)
	}
	out := o.await(EventSent, sent.ID)
	if out.State != record.FaxDelivered || out.Pages != 2 || out.Attempts != 1 || out.Call != "call_out" || !out.ECM {
		t.Errorf("sent %+v", out)
	}
	in := o.await(EventReceived, "")
	if in.State != record.FaxReceived || in.Pages != 2 || in.From != "+12125550123" || in.Station != "+12125550123" || in.BadRows != 0 {
		t.Errorf("received %+v", in)
	}
	if diff := cmp.Diff(o.rows(&out), withoutLines(t, o.rows(&in), 100)); diff != "" {
		t.Errorf("pages differ: %.200s", diff)
	}
	for _, to := range o.number.FaxRecipients {
		page, err := o.store.OutboxRows(store.OutboxQuery{OutboxQueue: store.OutboxQueue{Account: o.account, Name: queueOf(&in, to)}, Limit: 5})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("mails to %s: %+v, %v", to, page.Items, err)
		}
		m, err := outbox.ReadMail(&page.Items[0])
		if err != nil || m.To != to || m.Subject != "Fax from +12125550123 (2 pages)" || len(m.Attachments) != 2 {
			t.Errorf("mail %+v, %v", m, err)
		}
	}
}

// A call that comes to nothing is made again; what the far end is not to blame for does
// not count.
func TestSendAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.dialer.refuse = []*CallError{{record.FaxUnreachable, "no trunk", true}}
	sent, err := o.Submit(t.Context(), o.aDocument(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	o.until("second attempt queued", func() bool {
		f, err := o.store.Fax(o.account, sent.ID)
		return err == nil && f.Reason == record.FaxUnreachable && f.State == record.FaxQueued && f.NextAttemptAt.After(time.Now()) && f.Attempts == 1
	})
	if u := o.config.Limiter.Use(o.account, Outbound); u.Used != 0 {
		t.Errorf("%d faxes count", u.Used)
	}
	if err := o.Cancel(t.Context(), o.account, sent.ID); err != nil {
		t.Fatal(err)
	}
	if f := o.await(EventFailed, sent.ID); f.State != record.FaxCanceled {
		t.Errorf("%+v", f)
	}
}

// What cannot work is not tried again.
func TestSendNowhere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.dialer.refuse = []*CallError{{record.FaxNotFound, "no such number", false}}
	sent, err := o.Submit(t.Context(), o.aDocument(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	if f := o.await(EventFailed, sent.ID); f.State != record.FaxFailed || f.Reason != record.FaxNotFound || f.Attempts != 1 {
		t.Errorf("%+v", f)
	}
}

// A fax that a dead daemon was receiving is told with the pages there are.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r, err := o.Receive(t.Context(), &Incoming{Account: o.account, Number: o.number, From: "+13125550100", To: o.number.Number, Call: "call_x"})
	if err != nil {
		t.Fatal(err)
	}
	enc, err := t4.NewEncoder(t4.Format{Coding: t4.MMR, Width: 1728})
	if err != nil {
		t.Fatal(err)
	}
	code := enc.AppendEnd(enc.AppendRow(nil, make([]byte, 216)))
	page := record.FaxPage{Width: 1728, Rows: 1, XDPI: 204, YDPI: 98, At: o.now()}
	fax := r.fax
	if err := o.storePage(&fax, 0, &page, code); err != nil {
		t.Fatal(err)
	}
	if err := o.Recover(); err != nil {
		t.Fatal(err)
	}
	f := o.await(EventReceived, r.ID())
	if f.State != record.FaxPartial || f.Reason != record.FaxInterrupted || f.Pages != 1 || f.PDFSize == 0 {
		t.Errorf("%+v", f)
	}
	if pages, err := o.store.FaxPages(o.account, r.ID()); err != nil || len(pages) != 0 {
		t.Errorf("pages %v, %v", pages, err)
	}
}
