package t30

import "time"

// role is one side of the procedure. The engine calls it, never two at a time.
type role interface {
	start()
	// sent: everything that was queued is out.
	sent()
	// heard: a carrier rose.
	heard(c Carrier)
	// command: a burst of good frames ended, its last one final.
	command(burst []frame)
	// garbled: a burst ended without.
	garbled()
	// part: a frame of a page. bits: bits of a check or a page.
	part(f frame)
	bits(data []byte)
	// dropped: a fast carrier ended.
	dropped()
	timeout()
	// stored: a pending page is safe, or not.
	stored(err error)
	// broken: the call ends here; keep what there is.
	broken()
	// farewell is what a DCN means now.
	farewell() Outcome
}

// Engine is one fax call. It belongs to one goroutine. The line takes signals with
// Take while none is under way and says Sent when one is out; what it hears it tells
// by Carrier, Drop, Frame and Bits, and it calls Tick at Deadline.
type Engine struct {
	cfg  Config
	role role
	now  time.Time
	over time.Time // Limit is reached

	queue []Signal
	busy  bool // a signal that was taken is under way

	up       bool
	carrier  Carrier
	burst    []frame
	final    bool
	deadline time.Time

	ending bool // what is queued is the farewell
	cut    bool // the signal under way has lost its sense
	done   bool
	result Result
}

// New makes the engine of one fax. Start begins it.
func New(cfg Config) *Engine {
	e := &Engine{cfg: cfg}
	if cfg.Caps.Modems == 0 {
		e.cfg.Caps.Modems = V27
	}
	if cfg.Limit <= 0 {
		e.cfg.Limit = DefaultLimit
	}
	if cfg.Caller {
		e.role = &sender{Engine: e}
	} else {
		e.role = &receiver{Engine: e}
	}
	return e
}

// Start begins the fax.
func (e *Engine) Start(now time.Time) {
	e.now, e.over = now, now.Add(e.cfg.Limit)
	e.role.start()
}

// Take is the next signal to send; ok is false if there is none now.
func (e *Engine) Take() (s Signal, ok bool) {
	if e.busy || len(e.queue) == 0 {
		return Signal{}, false
	}
	s = e.queue[0]
	e.queue = e.queue[1:]
	e.busy = true
	return s, true
}

// Sent says that the signal taken last is out.
func (e *Engine) Sent(now time.Time) {
	e.now, e.busy, e.cut = now, false, false
	switch {
	case len(e.queue) > 0:
	case e.ending:
		e.done = true
	default:
		e.role.sent()
		if e.up { // it began before our signal was over
			e.hear()
		}
	}
}

func (e *Engine) hear() {
	e.role.heard(e.carrier)
	if e.carrier == V21 {
		e.wait(longBurst)
	} else {
		e.wait(stalled)
	}
}

// pass lets time pass to now, and ends a fax that takes too long.
func (e *Engine) pass(now time.Time) {
	e.now = now
	if !e.ending && now.After(e.over) {
		e.hangUp(TooLong)
	}
}

// Carrier says that a carrier rose. Within a burst of frames of procedure that is not
// complete it says nothing new.
func (e *Engine) Carrier(now time.Time, c Carrier) {
	if e.up && c == V21 && e.carrier == V21 && !e.final {
		return // some say it before each frame
	}
	if e.up {
		e.Drop(now)
	}
	e.now, e.up, e.carrier = now, true, c
	e.burst, e.final = e.burst[:0], false
	if !e.ending && !e.sending() {
		e.hear()
	}
}

// Drop says that the carrier ended.
func (e *Engine) Drop(now time.Time) {
	e.now = now
	if !e.up {
		return
	}
	e.up = false
	switch {
	case e.ending || e.sending():
	case e.carrier != V21:
		e.role.dropped()
	default:
		e.respond()
	}
}

// respond lets the role answer a burst.
func (e *Engine) respond() {
	burst, final := e.burst, e.final
	e.burst, e.final, e.deadline = e.burst[:0], false, time.Time{}
	if final {
		e.role.command(burst)
	} else {
		e.role.garbled()
	}
}

// Frame is a frame that was received; good says that its check sequence was right.
func (e *Engine) Frame(now time.Time, b []byte, good bool) {
	e.pass(now)
	if e.ending || !e.up {
		return
	}
	f, ok := parseFrame(b)
	good = good && ok
	if good && f.kind == fDCN && e.carrier == V21 {
		e.end(e.role.farewell())
		return
	}
	switch {
	case e.sending():
	case e.carrier != V21:
		e.wait(stalled)
		if good {
			e.role.part(f)
		}
	case good && len(b) <= maxFrame && len(e.burst) < maxBurst && !e.final:
		f.fif = append([]byte(nil), f.fif...)
		e.burst, e.final = append(e.burst, f), f.final
		if f.final {
			e.wait(settle)
		}
	}
}

// Bits are bits that were received, not framed.
func (e *Engine) Bits(now time.Time, data []byte) {
	e.pass(now)
	if e.up && e.carrier != V21 && !e.ending && !e.sending() {
		e.wait(stalled)
		e.role.bits(data)
	}
}

// Tick lets time pass.
func (e *Engine) Tick(now time.Time) {
	e.pass(now)
	if e.done || e.deadline.IsZero() || now.Before(e.deadline) {
		return
	}
	e.deadline = time.Time{}
	switch {
	case !e.up:
		e.role.timeout()
	default: // the end of the carrier was never heard
		e.Drop(now)
	}
}

// Deadline is when Tick is next to be called; zero if nothing is waited for.
func (e *Engine) Deadline() time.Time { return e.deadline }

// Stored tells that a page whose Sink said ErrPending is stored, or why not.
func (e *Engine) Stored(now time.Time, err error) {
	e.now = now
	if !e.ending && !e.done {
		e.role.stored(err)
	}
}

// Cancel ends the fax from here: the far end is told.
func (e *Engine) Cancel(now time.Time) {
	e.now = now
	if !e.ending && !e.done {
		e.hangUp(Canceled)
	}
}

// Dropped ends the fax because the call is gone.
func (e *Engine) Dropped(now time.Time) {
	e.now = now
	if e.done {
		return
	}
	if !e.ending {
		o := e.role.farewell()
		if o != OK && o != Uncorrectable { // else all was said
			o = CallDropped
		}
		e.end(o)
	}
	e.done = true
}

// Checking reports whether a speed check is to come: a line that does not carry it
// says by Bits how it went.
func (e *Engine) Checking() bool {
	r, ok := e.role.(*receiver)
	return ok && r.known && r.check && !e.done
}

// Result is how the fax went; ok is false while it is under way.
func (e *Engine) Result() (r Result, ok bool) { return e.result, e.done }

// sending reports whether a signal of ours is on the line, or about to be. T.30 is
// half duplex: what is heard meanwhile is no answer.
func (e *Engine) sending() bool { return e.busy || len(e.queue) > 0 }

func (e *Engine) wait(d time.Duration) { e.deadline = e.now.Add(d) }

func (e *Engine) send(all ...Signal) {
	e.deadline = time.Time{}
	e.queue = append(e.queue, all...)
}

// say queues frames of procedure after the gap between carriers.
func (e *Engine) say(frames ...[]byte) {
	e.send(procedure(frames...)...)
}

func procedure(frames ...[]byte) []Signal {
	return []Signal{{Kind: Silence, Duration: gap}, {Kind: Frames, Carrier: V21, Frames: frames}}
}

// own is a frame's kind as we write it: the caller has received a DIS.
func (e *Engine) own(kind byte) byte {
	if e.cfg.Caller {
		return kind | speaker
	}
	return kind
}

// hangUp says goodbye.
func (e *Engine) hangUp(o Outcome) {
	e.role.broken()
	e.conclude(o)
	e.queue = e.queue[:0]
	e.say(newFrame(true, e.own(fDCN)))
}

// end is reached when the far end has said goodbye.
func (e *Engine) end(o Outcome) {
	e.role.broken()
	e.conclude(o)
	e.queue = append(e.queue[:0], Signal{Kind: Silence, Duration: gap})
}

func (e *Engine) conclude(o Outcome) {
	e.result.Outcome = o
	e.ending, e.cut, e.deadline = true, e.busy, time.Time{}
}

// Cut reports whether the signal under way is to be broken off: then the line says
// Sent at once.
func (e *Engine) Cut() bool { return e.cut }

// Hearing reports whether the engine takes a carrier to be there, and which. It gives
// up one that has been silent for long.
func (e *Engine) Hearing() (c Carrier, up bool) { return e.carrier, e.up }

func (e *Engine) tell(ev Event) {
	if e.cfg.Progress != nil {
		e.cfg.Progress(ev)
	}
}
