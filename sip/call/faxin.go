package call

import (
	"context"
	"errors"
	"time"

	"dialtone/fax"
	"dialtone/internal/audio"
	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
	"dialtone/store/record"
)

// Faxes receives faxes and holds accounts to their limits: a [fax.Service] and its
// [fax.Limiter].
type Faxes interface {
	Admit(ctx context.Context, account record.ID, d fax.Direction, key string) (*fax.Admission, error)
	Receive(ctx context.Context, in *fax.Incoming) (*fax.Reception, error)
}

// Times of a fax call.
const (
	// askT38 is how long after the answer the far end may ask for T.38 before we do.
	askT38 = time.Second
	// awaitT38 is how long it may take until T.38 is agreed.
	awaitT38 = 35 * time.Second
)

// faxing is a call that one of our fax machines has.
type faxing struct {
	l         *leg // the far end
	reception *fax.Reception
	line      *faxLine // of a fax that is sent
	asked     bool     // we have asked for T.38
	started   bool
}

// receiveFax takes a call to a number for faxes: admitted and on disk it is answered.
func (c *Call) receiveFax(l *leg) {
	faxes := c.m.config.Faxes
	if faxes == nil || l.media == nil {
		c.end(refusal(480, "Temporarily Unavailable", record.ReasonUnreachable))
		return
	}
	in := &fax.Incoming{Account: c.decision.Account, From: c.record.From, To: c.record.To, Call: c.id}
	c.view(func(d directory) { in.Number = d.NumberByID(c.decision.Fax) })
	key := l.CallID() + ";" + l.RemoteTag()
	c.background(func(ctx context.Context) func(*Call) {
		ctx = context.WithoutCancel(ctx) // what is on disk counts, also for a caller who gives up meanwhile
		admission, err := faxes.Admit(ctx, in.Account, fax.Inbound, key)
		if err != nil {
			return func(c *Call) { c.end(faxRefusal(err)) }
		}
		r, err := faxes.Receive(ctx, in)
		if err != nil {
			refund := admission.Refund(ctx)
			return func(c *Call) {
				c.log.Error("fax not taken", "err", errors.Join(err, refund))
				c.end(faxRefusal(err))
			}
		}
		c.deliver(func(c *Call) { c.machineAnswers(l, r, admission) }, func() {
			r.Fail(callDropped, goneEarly)
			if err := admission.Refund(ctx); err != nil {
				c.log.Error("fax still counts", "err", err)
			}
		})
		return nil
	})
}

// What is told of a call that ended before there was a fax.
const (
	callDropped = "call_dropped" // as t30.CallDropped has it
	goneEarly   = "the call ended before the fax began"
)

// deliver does something in the call's goroutine, or lost when the call is over by then.
func (c *Call) deliver(do func(*Call), lost func()) {
	if !c.box.put(message{do: do, lost: lost}) {
		lost()
	}
}

// faxRefusal is the outcome of a fax that was not admitted, or cannot be received now: a
// busy machine is tried again.
func faxRefusal(err error) outcome {
	var limit *fax.LimitError
	switch {
	case errors.Is(err, fax.ErrBusy):
		return outcome{
			result: record.CallRejected, reason: record.ReasonUserBusy, status: 486, text: "Busy Here",
			retryAfter: 60, by: record.HungUpBySystem, cause: 17,
		}
	case !errors.As(err, &limit):
		return endInternal
	}
	return outcome{
		result: record.CallRejected, reason: record.ReasonFaxLimit, status: 486, text: "Fax Limit Reached",
		retryAfter: limit.Seconds(), by: record.HungUpBySystem, cause: 17, why: "fax limit reached",
	}
}

// machineAnswers answers a fax call. Without the answer it does not count.
func (c *Call) machineAnswers(l *leg, r *fax.Reception, admission *fax.Admission) {
	c.faxing = &faxing{l: l, reception: r}
	err := errGone
	if !l.gone && !c.over {
		err = c.answerMachine(l)
	}
	if err == nil {
		return
	}
	c.background(func(ctx context.Context) func(*Call) {
		if err := admission.Refund(context.WithoutCancel(ctx)); err != nil {
			c.log.Error("fax still counts", "err", err)
		}
		return nil
	})
	c.end(mediaRefusal(err))
}

// errGone says that the far end hung up before it was answered.
var errGone = errors.New("the caller has hung up")

// answerMachine answers with T.38 where that was offered, else with the tone of a fax
// machine, and asks for T.38.
func (c *Call) answerMachine(l *leg) error {
	if offered, ok := l.media.OfferedT38(); ok && c.offer != nil {
		ours := agreeable(offered)
		answer, err := l.media.Answer(media.AnswerOptions{T38: &ours})
		if err == nil {
			err = c.answerWith(l, answer)
		}
		if err != nil {
			return err
		}
		c.record.AnsweredAt = c.m.now()
		c.faxAnswered(l)
		c.startFax()
		return nil
	}
	if err := c.answerAlone(l); err != nil {
		return err
	}
	c.faxAnswered(l)
	l.media.Play(answeringTone())
	f := c.faxing
	c.after(askT38, func(c *Call) { c.askForT38(f) })
	c.after(awaitT38, func(c *Call) { c.noT38(f) })
	return nil
}

func (c *Call) faxAnswered(l *leg) {
	c.light(l, StateConfirmed)
	c.notify(EventAnswered)
}

// askForT38 offers T.38, unless the far end was quicker.
func (c *Call) askForT38(f *faxing) {
	l := f.l
	if c.faxing != f || f.started || f.asked || l.gone {
		return
	}
	if l.offering || l.asked != nil {
		c.after(askT38, func(c *Call) { c.askForT38(f) })
		return
	}
	ours := faxParameters()
	offer, err := l.media.Offer(media.OfferOptions{T38: &ours})
	if err != nil {
		c.log.Info("cannot offer T.38", "uri", l.uri, "err", err)
		return
	}
	if err := l.Reoffer(offer); err != nil {
		l.media.Rollback()
		return
	}
	l.offering, f.asked = true, true
}

// reansweredFax takes the answer to our offer of T.38.
func (c *Call) reansweredFax(f *faxing, ev dialog.Reanswered) {
	l := f.l
	l.offering = false
	if ev.Status < 300 && ev.SDP != nil && l.media.RemoteAnswer(ev.SDP) == nil {
		if l.media.Kind() == media.T38 {
			c.startFax()
		}
		return
	}
	l.media.Rollback()
	c.log.Info("T.38 refused", "uri", l.uri, "status", ev.Status)
	if ev.Status == 491 || f.started {
		return // the far end asks by itself
	}
	c.noT38(f)
}

// offeredFax answers an offer of the far end's during a fax call.
func (c *Call) offeredFax(f *faxing, ev offer) {
	l := f.l
	if ev.sdp == nil {
		c.lateOffer(l, ev)
		return
	}
	err := l.media.RemoteOffer(ev.sdp)
	o := media.AnswerOptions{}
	if err == nil {
		if offered, ok := l.media.OfferedT38(); ok {
			ours := agreeable(offered)
			o.T38 = &ours
		} else if f.started {
			err = media.ErrNotAcceptable // no way back to speech in the middle of a page
		}
	}
	var answer []byte
	if err == nil {
		answer, err = l.media.Answer(o)
	}
	if err != nil {
		l.media.Rollback()
		_ = ev.request.Respond(statusOf(err), "", nil, "")
		return
	}
	_ = ev.request.Accept(answer)
	if l.media.Kind() == media.T38 {
		c.startFax()
	}
}

// startFax lets our machine talk to the far end's: once.
func (c *Call) startFax() {
	f := c.faxing
	if f.started {
		return
	}
	f.started = true
	stream, agreed := f.l.media, c.agreed(f.l)
	stream.Stop()
	if f.line != nil {
		f.line.agreedOn(agreed)
		return
	}
	stream.Terminate(f.reception.Datagram)
	f.reception.Start(agreed, c.toneSent(), stream.SendDatagram)
	c.endWith(f.reception.Done())
}

// toneSent says whether the far end has heard our answering tone in audio.
func (c *Call) toneSent() bool { return c.m.now().Sub(c.record.AnsweredAt) > answeringTime }

// endWith ends the call when a fax is over.
func (c *Call) endWith(done <-chan struct{}) {
	c.background(func(ctx context.Context) func(*Call) {
		select {
		case <-done:
		case <-ctx.Done():
		}
		return func(c *Call) { c.end(endFeature) }
	})
}

// noT38 ends a call whose far end does not speak T.38.
func (c *Call) noT38(f *faxing) {
	if c.faxing != f || f.started {
		return
	}
	c.end(endNoT38)
}

// endNoT38 is the end of a fax call that never came to T.38.
var endNoT38 = ended(record.CallAnswered, record.ReasonIncompatibleMedia, 488, "", 0, record.HungUpBySystem)

// unfax tells our fax machine that the call is over.
func (c *Call) unfax(o outcome) {
	f := c.faxing
	if f == nil {
		return
	}
	c.faxing = nil
	switch {
	case f.line != nil:
		f.line.over(o)
	case f.started:
		f.reception.HungUp()
	case o == endNoT38:
		f.reception.Fail(record.FaxNoT38, "the sender does not speak T.38, which this machine needs")
	default:
		f.reception.Fail(callDropped, goneEarly)
	}
}

// agreed is what was agreed on with a leg.
func (c *Call) agreed(l *leg) fax.Agreed {
	t, _ := l.media.T38()
	return fax.Agreed{
		Version: t.Version, MaxBitRate: min(orDefault(t.MaxBitRate), faxRate), MaxDatagram: t.MaxDatagram,
		LocalTCF: t.RateManagement == sdp.LocalTCF, FEC: t.UDPEC == sdp.ECFEC, None: t.UDPEC == sdp.ECNone,
	}
}

// What our fax machines can do.
const (
	faxRate     = 14400 // bit/s
	faxVersion  = 0
	faxDatagram = 400 // bytes; larger ones are read, too
)

func orDefault(rate int) int {
	if rate <= 0 {
		return faxRate
	}
	return rate
}

// faxParameters are what we offer.
func faxParameters() sdp.T38 {
	return sdp.T38{Version: faxVersion, MaxBitRate: faxRate, MaxDatagram: faxDatagram, UDPEC: sdp.ECRedundancy}
}

// agreeable is our answer to what was offered.
func agreeable(offered sdp.T38) sdp.T38 {
	t := faxParameters()
	t.Version = min(offered.Version, 3)
	t.MaxBitRate = min(orDefault(offered.MaxBitRate), faxRate)
	t.RateManagement = offered.RateManagement
	if offered.UDPEC != sdp.ECUnsaid {
		t.UDPEC = offered.UDPEC
	}
	return t
}

// answeringTime is how long the answering tone lasts (T.30 section 4.3.3.2).
const answeringTime = 3 * time.Second

// answeringTone is that of a fax machine: 2100 Hz after a moment.
func answeringTone() *tone {
	return &tone{tone: audio.Tone{
		{Duration: 200 * time.Millisecond},
		{Hertz: [2]float64{2100, 0}, Level: -13, Duration: answeringTime},
		{Duration: 200 * time.Millisecond},
	}, time: answeringTime + 400*time.Millisecond}
}
