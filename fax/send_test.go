package fax

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/fax/t30"
	"dialtone/store"
	"dialtone/store/record"
)

// later submits a fax that is to go in an hour.
func (o *office) later() record.Fax {
	o.t.Helper()
	job := o.aDocument(2, 10)
	job.At = o.now().Add(time.Hour)
	f, err := o.Submit(o.t.Context(), job)
	if err != nil {
		o.t.Fatal(err)
	}
	return f
}

// A fax that was called off after the queue was looked through is not sent.
func TestCanceledBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	seen := o.later()
	if err := o.Cancel(t.Context(), o.account, seen.ID); err != nil {
		t.Fatal(err)
	}
	o.startNow(&seen)
	f, err := o.store.Fax(o.account, seen.ID)
	if err != nil || f.State != record.FaxCanceled || o.dialer.calls.Load() != 0 {
		t.Errorf("%+v, %v after %d calls", f, err, o.dialer.calls.Load())
	}
	if u := o.Use(o.account, Outbound); u.Used != 0 {
		t.Errorf("%d faxes count", u.Used)
	}
}

// startNow makes an attempt for a fax as it was seen, and waits for its end.
func (o *office) startNow(seen *record.Fax) {
	o.t.Helper()
	o.start(o.t.Context(), seen)
	if j := o.queue.job(o.account, seen.ID); j != nil {
		<-j.done
	}
}

// A fax that is called off while its call rings, or while it is admitted, stays so; another
// account cannot call it off.
func TestCanceledOnTheWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.dialer.hold = make(chan struct{})
	sent, err := o.Submit(t.Context(), o.aDocument(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	o.until("call", func() bool { return o.dialer.calls.Load() > 0 })
	if err := o.Cancel(t.Context(), "acct_other", sent.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("by another account: %v", err)
	}
	if err := o.Cancel(t.Context(), o.account, sent.ID); err != nil {
		t.Fatal(err)
	}
	if f := o.await(EventFailed, sent.ID); f.State != record.FaxCanceled {
		t.Errorf("%+v", f)
	}

	seen := o.later()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // as the job's is when it is called off
	j := &job{account: o.account, stop: cancel, done: make(chan struct{})}
	j.cancel()
	o.send(ctx, &seen, j)
	if f, err := o.store.Fax(o.account, seen.ID); err != nil || f.State != record.FaxCanceled {
		t.Errorf("while it was admitted: %+v, %v", f, err)
	}
}

// A fax whose last page was confirmed just before the daemon died was delivered, and is not
// sent again. One that lacks a page goes on.
func TestRecoverSent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		pages int
		state string
		event string
	}{
		{"all", 2, record.FaxDelivered, EventSent},
		{"one", 1, record.FaxQueued, EventQueued},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := newOffice(t)
			f := o.later()
			f.State, f.Pages, f.Attempts = record.FaxSending, tc.pages, 1
			if err := o.put(&f); err != nil {
				t.Fatal(err)
			}
			o.mu.Lock()
			o.events = nil
			o.mu.Unlock()
			if err := o.Recover(); err != nil {
				t.Fatal(err)
			}
			if got := o.await(tc.event, f.ID); got.State != tc.state || got.Pages != tc.pages {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A fax that breaks off is tried a step more careful; one that finds nobody is not. What
// helped is known for a while.
func TestLadder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := o.later()
	var steps []int
	for _, outcome := range []t30.Outcome{
		t30.NoAnswer, t30.CallDropped, t30.CannotTrain, t30.NotReady, t30.Refused, t30.Interrupted,
	} {
		o.step(&f, outcome)
		steps = append(steps, f.Step)
	}
	if diff := cmp.Diff([]int{0, 0, 1, 1, 2, 2}, steps); diff != "" {
		t.Error(diff)
	}
	for step, want := range []t30.Caps{
		t30.AllCaps(),
		{Modems: t30.V27 | t30.V29, ECM: true, MMR: true},
		{Modems: t30.V27 | t30.V29},
	} {
		got := capsOf(step)
		if got.Modems != want.Modems || got.ECM != want.ECM || got.MMR != want.MMR {
			t.Errorf("step %d: %+v", step, got)
		}
	}

	f.State = record.FaxDelivered
	if err := o.put(&f); err != nil {
		t.Fatal(err)
	}
	next := o.later()
	if o.remember(&next); next.Step != lastStep {
		t.Errorf("the next fax begins at step %d", next.Step)
	}
	f.StepAt = o.now().Add(-remembered)
	if err := o.put(&f); err != nil {
		t.Fatal(err)
	}
	late := o.later()
	if o.remember(&late); late.Step != atBest {
		t.Errorf("one much later begins at step %d", late.Step)
	}
}

// Calls that came to nothing are made again later than faxes that broke off.
func TestPauses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		reason   string
		attempts int
		want     time.Duration
	}{
		{record.FaxBusy, 1, time.Minute},
		{record.FaxBusy, 2, 3 * time.Minute},
		{record.FaxNoAnswer, 9, 15 * time.Minute},
		{t30.CannotTrain.Code(), 2, 2 * time.Minute},
		{t30.NoConfirmation.Code(), 9, 5 * time.Minute},
		{record.FaxInterrupted, 0, time.Minute},
	} {
		if got := pauseAfter(&record.Fax{Reason: tc.reason, Attempts: tc.attempts}); got != tc.want {
			t.Errorf("%s after %d: %v, want %v", tc.reason, tc.attempts, got, tc.want)
		}
	}
}

// A fax to a number that another goes to says why it waits.
func TestOneANumber(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.dialer.hold = make(chan struct{})
	first, err := o.Submit(t.Context(), o.aDocument(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	o.until("call", func() bool { return o.dialer.calls.Load() > 0 })
	second, err := o.Submit(t.Context(), o.aDocument(1, 20))
	if err != nil {
		t.Fatal(err)
	}
	o.until("reason", func() bool {
		f, err := o.store.Fax(o.account, second.ID)
		return err == nil && f.Reason == record.FaxDestination && f.State == record.FaxQueued
	})
	for _, id := range []string{second.ID, first.ID} {
		if err := o.Cancel(t.Context(), o.account, id); err != nil {
			t.Error(err)
		}
		if f := o.await(EventFailed, id); f.State != record.FaxCanceled {
			t.Errorf("%+v", f)
		}
	}
	if n := o.dialer.calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// While no calls can be made no attempt is wasted: what is due goes once they can.
func TestNotReadyToCall(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.closed.Store(true)
	o.dialer.refuse = []*CallError{{record.FaxNotFound, "no such number", false}}
	sent, err := o.Submit(t.Context(), o.aDocument(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	seen := o.looks.Load()
	o.until("two looks", func() bool { return o.looks.Load() > seen+1 })
	if f, err := o.store.Fax(o.account, sent.ID); err != nil || f.State != record.FaxQueued || f.Attempts != 0 || o.dialer.calls.Load() != 0 {
		t.Errorf("%+v, %v after %d calls", f, err, o.dialer.calls.Load())
	}
	o.closed.Store(false)
	if f := o.await(EventFailed, sent.ID); f.Attempts != 1 {
		t.Errorf("%+v", f)
	}
}
