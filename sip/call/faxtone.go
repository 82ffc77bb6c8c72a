package call

import (
	"context"
	"strings"
	"time"

	"dialtone/fax"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// listenForFax is how long after the answer the tones of fax machines are listened for.
const listenForFax = 30 * time.Second

// passage is what a call has of a fax between two others.
type passage struct {
	// fax says that the call is one: nothing of ours is heard in it, and it is transcoded
	// only where the two have no codec in common.
	fax       bool
	admission *fax.Admission // of a fax from its beginning
}

// expectFax listens for a fax in a call of a number or device that has to do with faxes.
func (c *Call) expectFax() {
	if c.passage.fax || c.protected() || !c.faxesHere() {
		return
	}
	for _, l := range []*leg{c.caller, c.callee} {
		if l.media != nil {
			l.media.ListenForFax(listenForFax)
		}
	}
}

// faxesHere says whether a device of the call is a fax machine's or its number one for
// faxes: the one called, or the one shown outside.
func (c *Call) faxesHere() (here bool) {
	c.view(func(d directory) {
		for _, l := range []*leg{c.caller, c.callee} {
			if device := d.Device(l.who.device); device != nil && device.Fax {
				here = true
			}
		}
		number := c.decision.Number
		if trunk := c.callee.who.trunk; trunk != "" && number == "" {
			number = showsNumber(&c.decision, trunk)
		}
		if n := d.NumberByID(number); n != nil && n.FaxEnabled {
			here = true
		}
	})
	return here
}

// faxHeard makes a fax of the call in which a party sounds like one. One over the limit
// goes on as a call: it is refused when it wants T.38.
func (c *Call) faxHeard(l *leg, tone media.FaxTone) {
	if c.passage.fax || !c.talking() || c.protected() {
		return
	}
	c.passage.fax = true
	c.log.Info("fax heard", "uri", l.uri, "answers", tone.Answers)
	c.speakAlike()
	c.admitPassing(func(c *Call, err error) {
		if err != nil {
			c.log.Info("fax over the limit is a call like any other", "err", err)
		}
	})
}

// admitPassing counts a fax between two others against the account's limit: one of a call
// from or to outside, once a call. then is done in the call's goroutine.
func (c *Call) admitPassing(then func(*Call, error)) {
	direction, limited := c.faxDirection()
	if !limited {
		then(c, nil)
		return
	}
	faxes, account, key := c.m.config.Faxes, c.decision.Account, c.id
	c.background(func(ctx context.Context) func(*Call) {
		_, err := faxes.Admit(context.WithoutCancel(ctx), account, direction, key)
		return func(c *Call) { then(c, err) }
	})
}

// speakAlike asks one of the two for the other's codec: transcoding spoils a fax. A phone
// is asked rather than a carrier.
func (c *Call) speakAlike() {
	a, b := c.caller, c.callee
	if a.media == nil || b.media == nil {
		return
	}
	ours, _ := a.media.Codec()
	theirs, _ := b.media.Codec()
	if ours.Same(theirs) {
		return
	}
	asked, codec := b, ours
	if !telephone(ours) || b.who.trunk != "" && telephone(theirs) {
		asked, codec = a, theirs
	}
	if telephone(codec) {
		c.ask(asked, media.OfferOptions{Codecs: []sdp.Codec{codec}, Only: true, Direction: asked.wish})
	}
}

// telephone says whether a codec is G.711.
func telephone(c sdp.Codec) bool {
	return strings.EqualFold(c.Name, "PCMU") || strings.EqualFold(c.Name, "PCMA")
}

// ask makes an offer to a leg that talks, unless another is open. Refused, everything is
// as it was.
func (c *Call) ask(l *leg, o media.OfferOptions) {
	if l.offering || l.asked != nil || !l.answered || l.gone {
		return
	}
	offer, err := l.media.Offer(o)
	if err != nil {
		c.log.Info("cannot offer", "uri", l.uri, "err", err)
		return
	}
	if err := l.Reoffer(offer); err != nil {
		l.media.Rollback()
		return
	}
	l.offering = true
}
