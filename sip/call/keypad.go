package call

import (
	"context"
	"strings"
	"time"

	"dialtone/sip/route"
)

// Bounds of what is keyed in during a call.
const (
	// keyPause parts the keys of a code: who waits longer begins anew.
	keyPause = 2 * time.Second
	// dialPause ends a number that no # ends.
	dialPause = 4 * time.Second
	// maxKeyed is how many digits a number may have.
	maxKeyed = 32
)

// keys are the last keys somebody pressed during a call.
type keys struct {
	pressed string
	at      time.Time
}

// dialling is a user who has keyed in a code that transfers, and goes on with the number,
// while the other party hears music.
type dialling struct {
	by, of   *leg
	attended bool
	number   string
	timer    *timer
}

// key takes a key press as part of a code of the account's or of the number behind it.
// True when the key is for us and the other party is not to have it.
func (c *Call) key(l *leg, digit byte) bool {
	if d := c.dialling; d != nil {
		if d.by != l {
			return false
		}
		c.dialled(d, digit)
		return true
	}
	k := &l.keys
	if now := c.m.now(); now.Sub(k.at) > keyPause {
		*k = keys{at: now}
	} else {
		k.at = now
	}
	k.pressed += string(digit)
	k.pressed = k.pressed[max(0, len(k.pressed)-8):]
	if digit < '0' && digit != '#' && digit != '*' || l.who.user == "" {
		return false
	}
	blind, attended, rec := c.keyedCodes(l)
	switch {
	case rec != "" && strings.HasSuffix(k.pressed, rec):
		return c.recordKeyed(l)
	case attended != "" && strings.HasSuffix(k.pressed, attended):
		return c.keyedTransfer(l, true)
	case blind != "" && strings.HasSuffix(k.pressed, blind):
		return c.keyedTransfer(l, false)
	}
	return false
}

// keyedCodes are the codes a leg's account has for its users during a call.
func (c *Call) keyedCodes(l *leg) (blind, attended, rec string) {
	c.view(func(d directory) {
		if a := d.Account(l.who.account); a != nil {
			blind, attended = a.FeatureCodes[route.FeatureTransferBlind], a.FeatureCodes[route.FeatureTransferAttended]
			rec = a.FeatureCodes[route.FeatureRecordToggle]
		}
	})
	return blind, attended, rec
}

// keyedTransfer lets a user dial whom the other party is to talk to. During a
// consultation the code leads back to who waits.
func (c *Call) keyedTransfer(l *leg, attended bool) bool {
	l.keys = keys{}
	if t := c.consultation; t != nil {
		if t.by == l {
			c.giveUp(t)
		}
		return t.by == l
	}
	of := c.other(l)
	switch {
	case c.protected(), l.who.trunk != "", l.who.device == "":
		return false
	case of == nil || !of.answered || !l.answered || of.media == nil || l.media == nil:
		return false
	case c.transfer != nil, c.ring != nil, c.parking != nil, l.asked != nil, of.asked != nil, c.transfers >= maxTransfers:
		return false
	}
	d := &dialling{by: l, of: of, attended: attended}
	c.dialling = d
	c.keepWaiting(of, l, func() bool { return c.dialling == d })
	l.media.Leave()
	l.media.Play(dialTone(c.region(l)))
	c.dialSoon(d)
	return true
}

// keepWaiting plays to a leg what is heard on hold, as long as there is a reason.
func (c *Call) keepWaiting(l, by *leg, still func() bool) {
	l.media.Leave()
	w := c.m.config.Waiting
	if w == nil {
		l.media.Play(waitingTone())
		return
	}
	account, user := string(by.who.account), string(by.who.user)
	c.background(func(context.Context) func(*Call) {
		source := w.Music(account, user)
		if source == nil {
			source = waitingTone()
		}
		return func(c *Call) {
			if !l.gone && l.owner.Load() == c && still() {
				l.media.Play(source)
			}
		}
	})
}

// dialled takes the next digit of the number; # ends it, * gives up.
func (c *Call) dialled(d *dialling, digit byte) {
	d.by.media.Stop()
	switch {
	case digit == '#' && d.number != "":
		c.dialEnded(d)
	case digit == '#', digit == '*' && d.number != "" && d.number[0] != '*', len(d.number) >= maxKeyed:
		c.dialGivenUp(d)
	default:
		d.number += string(digit)
		c.dialSoon(d)
	}
}

// dialSoon takes the number as it is, or gives up, when no more keys come.
func (c *Call) dialSoon(d *dialling) {
	d.timer.stop()
	wait := dialPause
	if d.number == "" {
		wait *= 3
	}
	d.timer = c.after(wait, func(c *Call) {
		switch {
		case c.dialling != d:
		case d.number == "":
			c.dialGivenUp(d)
		default:
			c.dialEnded(d)
		}
	})
}

// dialEnded does with the number what the code was for.
func (c *Call) dialEnded(d *dialling) {
	d.timer.stop()
	c.dialling = nil
	c.m.metrics.transfers.Inc()
	c.transfers++
	if d.attended && c.consult(d.by, d.of, d.number) {
		return
	}
	c.blind(d.by, d.of, d.number, &keyedReferral{c: c, by: d.by, of: d.of})
}

// dialGivenUp lets the two talk again.
func (c *Call) dialGivenUp(d *dialling) {
	d.timer.stop()
	c.dialling = nil
	c.talkAgain(d.by, d.of)
}

// dialLeft ends the dialling when one of the two has hung up.
func (c *Call) dialLeft(l *leg) {
	if d := c.dialling; d != nil && (l == d.by || l == d.of) {
		d.timer.stop()
		c.dialling = nil
	}
}

// talkAgain connects two who were parted for a transfer.
func (c *Call) talkAgain(by, of *leg) {
	for _, l := range []*leg{by, of} {
		if l.gone {
			return
		}
		l.media.Stop()
	}
	c.connect(by, of)
}

// keyedReferral is a transfer that no REFER asked for: its outcome is heard.
type keyedReferral struct {
	c      *Call
	by, of *leg
}

// Accept has nobody to tell.
func (*keyedReferral) Accept() error { return nil }

// Reject has nobody to tell: what is refused is not begun.
func (*keyedReferral) Reject(int, string) error { return nil }

// Progress lets the transferor hear that it rings.
func (r *keyedReferral) Progress(int, string) {
	if !r.by.gone {
		r.by.media.Play(ringTone(r.c.region(r.by)))
	}
}

// Done connects the two again when the transfer came to nothing.
func (r *keyedReferral) Done(status int, _ string) {
	if status < 300 || r.c.over || r.c.transfer != nil || r.c.other(r.by) != r.of {
		return
	}
	r.c.talkAgain(r.by, r.of)
}

// region is the country whose tones a leg's user knows.
func (c *Call) region(l *leg) (region string) {
	c.view(func(d directory) {
		if a := d.Account(l.who.account); a != nil {
			region = a.Region
		}
	})
	return region
}
