package call

import (
	"context"

	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// Waiting entertains whoever is on hold.
type Waiting interface {
	// Music is what a party of a call hears while the other one, a user of an account or
	// nobody known, holds him; nil has nothing for it, and the party's phone shows the
	// hold. It may look at the disk.
	Music(account, user string) media.Source
}

// connect lets two legs hear each other; or one of them music, if the other one has put
// him on hold.
func (c *Call) connect(a, b *leg) {
	c.join(a, b)
	for _, l := range []*leg{a, b} {
		if by := c.other(l); by != nil && by.holds {
			c.entertain(l, by)
		}
	}
}

// entertain plays music to a leg that by holds. False where there is none, and the phone
// is to show the hold: to those who help, to fax machines, and where the other
// side plays its own.
func (c *Call) entertain(l, by *leg) bool {
	if c.m.config.Waiting == nil || c.emergency || c.passage.fax || by.media == nil || l.media == nil || by.who.trunk != "" && by.media.Talks() {
		return false
	}
	account, user := string(by.who.account), string(by.who.user)
	c.background(func(ctx context.Context) func(*Call) {
		source := c.m.config.Waiting.Music(account, user)
		return func(c *Call) { c.play(l, by, source) }
	})
	return true
}

// play begins the music, unless the hold is over by now.
func (c *Call) play(l, by *leg, source media.Source) {
	switch {
	case l.gone || l.owner.Load() != c || c.other(l) != by || !by.holds || c.ring != nil:
	case source == nil, c.passage.fax:
		c.reoffer(l, sdp.SendOnly)
	default:
		l.media.Play(source)
		if codec, ok := l.media.Codec(); ok && source.Clip(codec) == nil {
			c.offerOurs(l)
		}
	}
}

// offerOurs asks a leg that talks what we do not for what we do.
func (c *Call) offerOurs(l *leg) {
	if l.offering || l.asked != nil || !l.answered {
		return
	}
	offer, err := l.media.Offer(media.OfferOptions{Direction: l.wish})
	if err != nil {
		c.log.Info("cannot offer music", "uri", l.uri, "err", err)
		return
	}
	if err := l.Reoffer(offer); err != nil {
		l.media.Rollback()
		return
	}
	l.offering = true
}
