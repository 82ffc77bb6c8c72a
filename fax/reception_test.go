package fax

import (
	"bytes"
	"errors"
	"testing"

	"dialtone/fax/t30"
	"dialtone/fax/t4"
	"dialtone/fax/tiff"
	"dialtone/store/record"
)

// begin is a fax that is being received.
func (o *office) begin() *Reception {
	o.t.Helper()
	r, err := o.Receive(o.t.Context(), &Incoming{Account: o.account, Number: o.number, From: "+13125550100", To: o.number.Number, Call: "call_x"})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// over ends it as if its call had, and gives what was told.
func (o *office) over(r *Reception, code t30.Outcome) record.Fax {
	o.t.Helper()
	for r.busy {
		(<-r.stored).apply()
	}
	r.finish(outcomeOf(code))
	return o.await(EventReceived, r.ID())
}

// corrected is how a page comes that was sent with error correction, plainly one without.
var (
	corrected = t30.Code{Coding: t30.MMR, ECM: true, Carrier: t30.V17At14400}
	plainly   = t30.Code{Coding: t30.MH, Carrier: t30.V17At14400}
)

// white is a page of so many white rows.
func white(t *testing.T, c t30.Code, rows int) []byte {
	t.Helper()
	enc, err := t4.NewEncoder(t4.Format{Coding: codings[c.Coding], Width: c.Format.Pixels()})
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	row := make([]byte, (c.Format.Pixels()+7)/8)
	for range rows {
		out = enc.AppendRow(out, row)
	}
	return enc.AppendEnd(out)
}

// A page of which nothing came, and which its sender gave up, leaves a gap that does no
// harm.
func TestGap(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.begin()
	if err := r.Page(t30.Page{Number: 2, Code: corrected, Data: white(t, corrected, 3)}); !errors.Is(err, t30.ErrPending) {
		t.Fatal(err)
	}
	if f := o.over(r, t30.Uncorrectable); f.State != record.FaxPartial || f.Pages != 1 || f.TotalPages != 1 || f.PDFSize == 0 {
		t.Errorf("%+v", f)
	}
}

// What is legible of a page that is rejected is kept in case it does not come again, and
// makes way when it does. The far end waits for the good one alone.
func TestRejected(t *testing.T) {
	t.Parallel()
	damaged := append(white(t, plainly, 10)[:12], 0xaa, 0xaa, 0xaa, 0xaa, 0x00, 0x10, 0x01, 0xaa, 0xaa, 0xaa, 0xaa)
	for _, tc := range []struct {
		name       string
		again      bool
		state      string
		pages      int
		want, rows int
	}{
		{"not again", false, record.FaxPartial, 0, 1, 0},
		{"again", true, record.FaxReceived, 1, 1, 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := newOffice(t)
			r := o.begin()
			if err := r.Page(t30.Page{Code: plainly, Data: damaged}); !errors.Is(err, t30.ErrUnreadable) {
				t.Fatal(err)
			}
			outcome := t30.Interrupted
			if tc.again { // while the first is being stored
				if err := r.Page(t30.Page{Code: plainly, Data: white(t, plainly, 10)}); !errors.Is(err, t30.ErrPending) {
					t.Fatal(err)
				}
				p := <-r.stored
				if p.awaited {
					t.Error("the far end hears of the bad one")
				}
				p.apply()
				if p = <-r.stored; !p.awaited || p.err != nil {
					t.Errorf("of the good one %+v", p)
				}
				p.apply()
				outcome = t30.OK
			}
			f := o.over(r, outcome)
			if f.State != tc.state || f.Pages != tc.pages || f.TotalPages != tc.want {
				t.Errorf("%+v", f)
			}
			if n := len(o.rows(&f)); tc.rows != 0 && n != tc.rows {
				t.Errorf("%d rows", n)
			}
		})
	}
}

// Pages whose code says another thing than they are, are bounded, and no fax is called
// whole that is not.
func TestBadPages(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		page   t30.Page
		err    error
		end    t30.Outcome
		state  string
		reason string
		rows   int
	}{
		{"longest", t30.Page{Code: corrected, Data: white(t, corrected, t4.MaxRows)}, t30.ErrPending, t30.OK, record.FaxReceived, "", t4.MaxRows},
		{"not legible", t30.Page{Code: corrected, Data: make([]byte, 20_000)}, t30.ErrPending, t30.OK, record.FaxPartial, "uncorrectable", 1},
		{"no rows at all", t30.Page{Code: t30.Code{Coding: t30.MH, ECM: true}, Data: bytes.Repeat([]byte{0xaa}, 500)}, t30.ErrPending, t30.OK, record.FaxPartial, "uncorrectable", 1},
		{"bomb", t30.Page{Code: corrected, Data: bytes.Repeat([]byte{0xff}, 8<<20)}, t30.ErrTooLarge, t30.TooLarge, record.FaxPartial, "too_large", t4.MaxRows},
		{"no row", t30.Page{Code: corrected, Data: white(t, corrected, 0)}, t30.ErrPending, t30.OK, record.FaxReceived, "", 1},
		{"no row, uncorrected", t30.Page{Code: plainly, Data: white(t, plainly, 0)}, t30.ErrUnreadable, t30.Interrupted, record.FaxFailed, "interrupted", 0},
		{"nothing legible of one broken off", t30.Page{Code: plainly, Data: []byte{1, 2, 3}, Incomplete: true}, nil, t30.CallDropped, record.FaxFailed, "call_dropped", 0},
		{"number beyond", t30.Page{Number: t30.MaxPages, Code: corrected, Data: white(t, corrected, 1)}, t30.ErrTooLarge, t30.TooLarge, record.FaxFailed, "too_large", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := newOffice(t)
			r := o.begin()
			if err := r.Page(tc.page); !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			f := o.over(r, tc.end)
			if f.State != tc.state || f.Reason != tc.reason || (f.Reason == "") != (f.Detail == "") {
				t.Errorf("%+v", f)
			}
			if tc.rows == 0 {
				return
			}
			if n := len(o.rows(&f)); n != tc.rows {
				t.Errorf("%d rows, want %d", n, tc.rows)
			}
		})
	}
}

// Small pages that unfold to long ones do not make a document nobody can read: the fax
// ends, and what was confirmed is told.
func TestManyLongPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.begin()
	c := corrected
	long := white(t, c, t4.MaxRows)
	for range tiff.MaxPixels/(t4.MaxRows*c.Format.Pixels()) - 1 { // as if they had come
		r.pages = append(r.pages, record.FaxPage{Width: c.Format.Pixels(), Rows: t4.MaxRows})
	}
	if err := r.Page(t30.Page{Number: len(r.pages), Code: c, Data: long}); !errors.Is(err, t30.ErrPending) {
		t.Fatal(err)
	}
	(<-r.stored).apply()
	if err := r.Page(t30.Page{Number: len(r.pages), Code: c, Data: long}); !errors.Is(err, t30.ErrTooLarge) {
		t.Errorf("beyond what a document takes: %v", err)
	}
	if f := o.over(r, t30.TooLarge); f.State != record.FaxPartial || f.Pages != 1 || f.PDFSize == 0 {
		t.Errorf("%+v", f)
	}
}

// No more faxes are received at a time than there are machines for.
func TestNoMachineFree(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receiving.Store(maxReceiving - 1)
	r := o.begin()
	if _, err := o.Receive(t.Context(), &Incoming{Account: o.account, Number: o.number}); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	o.over(r, t30.CallDropped)
	o.over(o.begin(), t30.CallDropped)
}

// A fault in one fax ends that one alone.
func TestFault(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.begin()
	r.Start(Agreed{}, true, func([]byte) { panic("of a test") })
	<-r.Done()
	if f := o.await(EventReceived, r.ID()); f.State != record.FaxFailed || f.Reason != record.FaxInternal {
		t.Errorf("%+v", f)
	}
}
