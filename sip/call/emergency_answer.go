package call

// unreadable goes on with a call for help whose answer cannot be used. One that says
// something is passed to the caller as it is, and the trunk is asked to send its sound there
// too; one that says nothing leaves us in between, in case sound comes all the same.
func (c *Call) unreadable(from, l *leg, description []byte, err error) {
	c.log.Warn("answer to an emergency call cannot be used; the call goes on", "uri", l.uri, "err", err)
	if description == nil || from.answered || c.offer == nil {
		return
	}
	c.closeMedia(from)
	if l.media == nil {
		return
	}
	c.closeMedia(l)
	l.answered = true
	if err := l.Reoffer(c.offer); err == nil {
		l.offering = true
	}
}
