package call

import (
	"time"

	"dialtone/internal/audio/prompt"
	"dialtone/sip/media"
	"dialtone/store/record"
)

// Voice speaks to people.
type Voice interface {
	// Say says words the way an account's user wants them said; nil cannot.
	Say(account, user record.ID, words ...prompt.Word) media.Source
}

// speech bounds how long something that is said to somebody is waited for.
const speech = 20 * time.Second

// announceNext says something to who waits when it is time for it: his place, or the
// offer to call him back, whichever is first.
func (c *Call) announceNext(w *queueing) {
	w.timer.stop()
	w.timer = nil
	var next time.Duration
	if a := w.queue.Announcements; a != nil {
		next = time.Duration(a.FrequencySeconds) * time.Second
	}
	if in, ok := c.offersIn(w); ok && (next == 0 || in < next) {
		next = max(in, time.Millisecond)
	}
	if next > 0 {
		w.timer = c.after(next, func(c *Call) { c.announce(w) })
	}
}

// offersIn is when who waits is to be offered for the first time to be called back.
func (c *Call) offersIn(w *queueing) (time.Duration, bool) {
	if w.offered || !c.callable(w) {
		return 0, false
	}
	due := w.joined.Add(time.Duration(w.queue.Callback.OfferAfterSeconds) * time.Second)
	return due.Sub(c.m.now()), true
}

// callable says whether who waits can be called back: the queue offers it, and his number
// is known.
func (c *Call) callable(w *queueing) bool {
	return w.queue.Callback != nil && w.of.who.number != "" && !w.of.who.private
}

// announce says to who waits what is due, instead of the music, which goes on behind it.
func (c *Call) announce(w *queueing) {
	if c.queueing != w {
		return
	}
	w.timer = nil
	defer c.announceNext(w)
	var words []prompt.Word
	if w.queue.Announcements != nil {
		words = placeWords(c.m.config.Queues.Position(w.ticket))
	}
	if in, ok := c.offersIn(w); ok && in <= 0 {
		w.offered = true
	}
	if w.offered && c.callable(w) {
		words = append(words, prompt.CallbackOffer)
	}
	c.sayQueued(w, words)
}

// placeWords tell a place in a queue.
func placeWords(n int) []prompt.Word {
	switch n {
	case 0:
		return nil
	case 1:
		return []prompt.Word{prompt.NextInLine}
	}
	return append([]prompt.Word{prompt.Position}, prompt.Number(uint(n))...)
}

// sayQueued says words to who waits; then the music is back.
func (c *Call) sayQueued(w *queueing, words []prompt.Word) {
	source := c.says(w.queue.Account, "", words)
	if source == nil || w.of.media == nil {
		return
	}
	back := func(c *Call) {
		w.limit.stop()
		if c.queueing == w && w.speaking {
			w.speaking, c.played = false, nil
			if w.music != nil {
				w.of.media.Play(w.music)
			}
		}
	}
	w.speaking, c.played = true, back
	w.of.media.Play(source)
	w.limit.stop() // that of what was said before
	w.limit = c.after(speech, back)
}

// says is words as sound, nil where there is no voice or nothing to say.
func (c *Call) says(account, user record.ID, words []prompt.Word) media.Source {
	if c.m.config.Voice == nil || len(words) == 0 {
		return nil
	}
	return c.m.config.Voice.Say(account, user, words...)
}

// queueKey takes a key press of somebody who waits in a queue: 1 accepts to be called
// back. True when the key is for us.
func (c *Call) queueKey(l *leg, digit byte) bool {
	w := c.queueing
	if w == nil || w.of != l {
		return false
	}
	if digit == '1' && w.offered && c.callable(w) {
		c.acceptCallback(w)
	}
	return true
}

// farewell says words to somebody and then ends the call, at the latest after a while.
// Where there is no voice he hears a tone.
func (c *Call) farewell(l *leg, o outcome, words ...prompt.Word) {
	c.ends = &o
	bye := func(c *Call) { c.end(o) }
	source := c.says(l.who.account, l.who.user, words)
	if source == nil {
		source = confirmation()
	}
	c.played = bye
	l.media.Play(source)
	c.after(speech, bye)
}
