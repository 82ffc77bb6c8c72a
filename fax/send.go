package fax

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/store"
	"dialtone/store/record"
)

// Call is a call to be made for a fax.
type Call struct {
	Account record.ID
	Number  record.ID // the account's number it goes out with
	From    string
	To      string
	Fax     string // the fax's identifier
}

// Dialer makes calls for faxes.
type Dialer interface {
	// Dial calls and returns once T.38 is agreed. A [CallError] says why there is no call.
	Dial(ctx context.Context, c Call) (Line, error)
}

// Line is a call on which T.38 was agreed.
type Line interface {
	// ID is the call's identifier.
	ID() string
	Agreed() Agreed
	// Start gives what comes to receive, a copy each, and ended the end of the call. Both
	// must not wait. What is given to send goes out.
	Start(receive func([]byte), ended func()) (send func([]byte))
	Hangup()
}

// CallError says why a call came to nothing, with a reason of [record.Fax].
type CallError struct {
	Reason, Detail string
	// Upstream says that neither the far end nor the account is to blame: the fax does
	// not count.
	Upstream bool
}

// Error is the detail.
func (e *CallError) Error() string { return e.Detail }

// permanent are the reasons after which no further call is made.
var permanent = map[string]bool{
	record.FaxNotFound: true, record.FaxDeclined: true, record.FaxUnsendable: true, record.FaxCanceledUser: true,
	t30.NotReceiver.Code(): true, t30.SourceFailed.Code(): true, t30.PollRefused.Code(): true,
}

// send makes one attempt for a fax and writes what came of it.
func (s *Service) send(ctx context.Context, f *record.Fax, j *job) {
	admission, err := s.config.Limiter.Admit(ctx, f.Account, Outbound, fmt.Sprintf("%s.%d", f.ID, f.Attempts+1))
	var limit *LimitError
	switch {
	case errors.As(err, &limit):
		s.wait(ctx, f, j, record.FaxRateLimited, limit.Error(), s.now().Add(limit.RetryAfter))
		return
	case err != nil:
		s.wait(ctx, f, j, record.FaxInternal, "the limit could not be written", s.now().Add(pauses[0]))
		s.log.Error("fax not admitted", "fax", f.ID, "err", err)
		return
	}
	switch err := s.claim(f); {
	case errors.Is(err, errNotDue):
		s.refund(f, admission)
		return
	case err != nil: // it is admitted, and counts no second time
		s.log.Error("fax not sent", "fax", f.ID, "err", err)
		s.rest(ctx)
		return
	}
	o := s.attempt(ctx, f, j, admission)
	f.EndedAt = s.now()
	f.Seconds = f.EndedAt.Sub(f.StartedAt).Round(time.Millisecond).Seconds()
	s.settle(f, o, j)
}

// errNotDue says that a fax was called off, or is being sent, since it was looked at.
var errNotDue = errors.New("the fax is not due")

// claim writes that an attempt begins, if the fax is still to be sent.
func (s *Service) claim(f *record.Fax) error {
	if f.Attempts == 0 {
		s.remember(f)
	}
	step, since := f.Step, f.StepAt
	return s.change(f, func(now *record.Fax) {
		now.State, now.Reason, now.Detail, now.NextAttemptAt = record.FaxDialing, "", "", time.Time{}
		now.Step, now.StepAt = step, since
		now.Attempts++
		now.StartedAt = s.now()
	})
}

// change writes what is changed of a fax that waits and is due, and brings f up to date.
// errNotDue when it does not wait, or not for us.
func (s *Service) change(f *record.Fax, change func(*record.Fax)) error {
	var now record.Fax
	err := s.config.Store.Update(context.Background(), func(tx *store.Tx) (err error) {
		now, err = tx.Fax(f.Account, f.ID)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && (now.State != record.FaxQueued || now.Attempts != f.Attempts):
			return errNotDue
		case err != nil:
			return err
		}
		change(&now)
		return tx.PutFax(&now)
	})
	if err == nil {
		*f = now
	}
	return err
}

// wait puts a fax back without an attempt.
func (s *Service) wait(ctx context.Context, f *record.Fax, j *job, reason, detail string, until time.Time) {
	canceled := j.settle()
	if !canceled && ctx.Err() != nil {
		return // the daemon stops
	}
	err := s.change(f, func(f *record.Fax) {
		f.Reason, f.Detail, f.NextAttemptAt = reason, detail, until
		if canceled {
			s.callOff(f)
		}
	})
	switch {
	case errors.Is(err, errNotDue):
	case err != nil:
		s.log.Error("fax cannot be put back", "fax", f.ID, "err", err)
		s.rest(ctx)
	case canceled:
		s.tellSent(f)
	}
}

// rest keeps a fax from being looked at for a while, since nothing can be written of it.
func (s *Service) rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(s.look):
	}
}

// refund gives a place within the limit back.
func (s *Service) refund(f *record.Fax, a *Admission) {
	if err := a.Refund(context.Background()); err != nil {
		s.log.Error("fax still counts", "fax", f.ID, "err", err)
	}
}

// attempt makes the call and sends what was not confirmed yet.
func (s *Service) attempt(ctx context.Context, f *record.Fax, j *job, a *Admission) outcome {
	source, err := s.open(f)
	if err != nil {
		return outcome{record.FaxUnsendable, err.Error()}
	}
	defer source.close()
	line, err := s.config.Dialer.Dial(ctx, Call{f.Account, f.Number, f.From, f.To, f.ID})
	var failed *CallError
	if errors.As(err, &failed) {
		if failed.Upstream {
			s.refund(f, a)
		}
		return outcome{failed.Reason, failed.Detail}
	}
	if err != nil {
		return outcome{record.FaxInternal, err.Error()}
	}
	defer line.Hangup()
	f.Call, f.State, f.Transport = line.ID(), record.FaxSending, record.FaxOverT38
	if err := s.put(f); err != nil {
		s.log.Error("fax's state cannot be written", "fax", f.ID, "err", err)
	}
	r := s.transfer(ctx, f, j, line, source)
	if r.Pages == 0 {
		s.step(f, r.Outcome)
	}
	return outcomeOf(r.Outcome)
}

// transfer sends over an agreed line.
func (s *Service) transfer(ctx context.Context, f *record.Fax, j *job, line Line, source *source) t38.Result {
	session := newSession()
	before := f.Pages
	source.first = before
	terminal := t38.New(line.Agreed().config(t30.Config{
		Caller: true, Ident: ident(f.From), Caps: capsOf(f.Step), Source: source,
		Progress: func(e t30.Event) { s.progress(f, before, e) },
	}))
	j.begin(session)
	send := line.Start(session.Datagram, session.HungUp)
	s.metrics.active.Inc()
	session.run(ctx, s.config.Now, terminal, send)
	s.metrics.active.Dec()
	r := session.result
	f.Pages = before + r.Pages
	f.Station = r.Ident
	f.Resent += r.Resent
	f.Lost, f.Recovered = r.Network.Lost, r.Network.Recovered
	if r.Pages > 0 {
		c := r.Last
		f.Rate, f.ECM, f.Coding, f.Resolution = c.Carrier.Rate(), c.ECM, c.Coding.String(), c.Format.Resolution.String()
	}
	return r
}

// progress tells of pages as they are confirmed.
func (s *Service) progress(f *record.Fax, before int, e t30.Event) {
	switch e.Kind {
	case t30.Identified:
		f.Station = e.Ident
	case t30.PageDone:
		f.Pages = before + e.Page + 1
		fax := *f
		s.wg.Go(func() { s.confirmed(&fax) })
	}
}

// confirmed writes how many pages were, unless more is known by now.
func (s *Service) confirmed(fax *record.Fax) {
	err := s.config.Store.Update(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Fax(fax.Account, fax.ID)
		if err != nil || f.State != record.FaxSending || f.Attempts != fax.Attempts || f.Pages >= fax.Pages {
			return err
		}
		f.Pages, f.Station = fax.Pages, fax.Station
		return tx.PutFax(&f)
	})
	if err != nil {
		s.log.Error("progress of fax cannot be written", "fax", fax.ID, "err", err)
		return
	}
	s.tell(EventSending, fax)
}

// settle ends an attempt: the fax is delivered, is tried again, or has failed.
func (s *Service) settle(f *record.Fax, o outcome, j *job) {
	canceled := j.settle()
	switch {
	case o.reason == "":
		f.State, f.Reason, f.Detail, f.Pages = record.FaxDelivered, "", "", f.TotalPages
	case canceled:
		s.callOff(f)
	default:
		s.retry(f, o)
	}
	s.keep(f)
	s.log.Info("fax attempt ended", "fax", f.ID, "call", f.Call, "to", f.To, "pages", f.Pages, "status", f.State, "reason", f.Reason)
	s.tellSent(f)
}

// keep writes what came of an attempt, however long that takes on a full disk: nobody is to
// get a fax twice.
func (s *Service) keep(f *record.Fax) {
	for {
		err := s.put(f)
		if err == nil {
			return
		}
		s.log.Error("outcome of fax cannot be written", "fax", f.ID, "err", err)
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(s.look):
		}
	}
}

// tellSent tells of a fax whose attempt is over.
func (s *Service) tellSent(f *record.Fax) {
	switch {
	case f.State == record.FaxDelivered:
		s.tell(EventSent, f)
	case f.Over():
		s.tell(EventFailed, f)
	default:
		s.tell(EventQueued, f)
		return
	}
	s.metrics.ended(f)
}

// retry puts a fax whose attempt failed back into the queue, or ends it.
func (s *Service) retry(f *record.Fax, o outcome) {
	f.Reason, f.Detail = o.reason, o.detail
	if !permanent[o.reason] && f.Attempts < f.MaxAttempts {
		f.State, f.NextAttemptAt = record.FaxQueued, s.now().Add(pauseAfter(f))
		return
	}
	f.State, f.EndedAt = record.FaxFailed, s.now()
	if f.Pages > 0 {
		f.State = record.FaxPartial
	}
}

// callOff ends a fax because somebody wants it.
func (s *Service) callOff(f *record.Fax) {
	f.State, f.Reason, f.Detail, f.EndedAt = record.FaxCanceled, record.FaxCanceledUser, "the fax was called off", s.now()
}

// errUnderWay says that a fax is just being taken up, or settled.
var errUnderWay = errors.New("the fax is under way")

// Cancel calls a fax off. ErrNotFound when there is none that is not over.
func (s *Service) Cancel(ctx context.Context, account record.ID, id string) error {
	const looks = 3 // it may be taken up between two of them
	for range looks {
		if j := s.queue.job(account, id); j != nil {
			if j.cancel() {
				return nil
			}
			select {
			case <-j.done:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := s.cancelWaiting(ctx, account, id); !errors.Is(err, errUnderWay) {
			return err
		}
	}
	return store.ErrNotFound
}

// cancelWaiting calls a fax off that waits.
func (s *Service) cancelWaiting(ctx context.Context, account record.ID, id string) error {
	var f record.Fax
	err := s.config.Store.Update(ctx, func(tx *store.Tx) (err error) {
		f, err = tx.Fax(account, id)
		switch {
		case err != nil:
			return err
		case f.Over() || f.Direction != record.FaxOutbound:
			return store.ErrNotFound
		case f.State != record.FaxQueued:
			return errUnderWay
		}
		s.callOff(&f)
		return tx.PutFax(&f)
	})
	if err == nil {
		s.tellSent(&f)
	}
	return err
}
