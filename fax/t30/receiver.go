package t30

import "time"

// receiver is the side that receives pages.
type receiver struct {
	*Engine
	known bool // a DCS has come
	dcs   dcs
	next  awaited
	until time.Time // of identification, or of a page being stored

	check bool // the next fast carrier is a speed check
	zeros zeroRun

	answer  [][]byte // the last one, to be repeated
	image   bool     // a carrier of a page has come since
	page    int      // the one at work, from 0
	begun   int      // pages whose beginning was told
	data    []byte
	total   int  // octets of pages before
	damaged bool // a page could not be corrected
	block   incoming
	storing storing
}

// awaited is what happens when nothing comes.
type awaited uint8

const (
	anyCommand awaited = iota // give up
	identity                  // identify again
	goodbye                   // all is well
)

func (r *receiver) start() {
	r.until = r.now.Add(t1)
	r.send(Signal{Kind: Silence, Duration: 200 * time.Millisecond})
	if !r.cfg.SkipCED {
		r.send(Signal{Kind: CED, Duration: cedTime})
	}
	r.identify()
}

// identify says who we are and what we can do.
func (r *receiver) identify() {
	r.next = identity
	var frames [][]byte
	if r.cfg.Ident != "" {
		frames = append(frames, newFrame(false, fCSI, appendIdent(nil, r.cfg.Ident)...))
	}
	r.say(append(frames, newFrame(true, fDIS, appendDIS(nil, r.cfg.Caps)...))...)
}

func (r *receiver) sent() {
	switch {
	case r.next == identity && r.known && r.answer != nil:
		r.wait(reidentify)
	case r.next == identity:
		r.wait(t4Identity)
	default:
		r.wait(t2)
	}
}

func (r *receiver) garbled() { r.sent() }

func (r *receiver) timeout() {
	switch {
	case r.storing.kind != 0:
		r.stillStoring()
	case r.next == goodbye:
		r.end(r.farewell())
	case r.next == anyCommand:
		r.hangUp(NoCommand)
	case r.known && r.answer != nil: // after EOM
		r.answer, r.until = nil, r.now.Add(t1)
		r.identify()
	case !r.now.Before(r.until):
		r.hangUp(r.unanswered())
	default:
		r.identify()
	}
}

func (r *receiver) unanswered() Outcome {
	if r.known {
		return NoCommand
	}
	return NoAnswer
}

func (r *receiver) farewell() Outcome {
	switch {
	case r.next == goodbye && r.damaged:
		return Uncorrectable
	case r.next == goodbye:
		return OK
	case !r.known:
		return Refused
	}
	return Interrupted
}

// reply answers a command; it is said again if the command comes again.
func (r *receiver) reply(frames ...[]byte) {
	r.answer, r.image = frames, false
	r.say(frames...)
}

func (r *receiver) replyWith(kind byte, fif ...byte) {
	r.reply(newFrame(true, kind, fif...))
}

// repeat answers a command that came again.
func (r *receiver) repeat() {
	if r.answer == nil {
		r.garbled()
		return
	}
	r.say(r.answer...)
}

func (r *receiver) command(burst []frame) {
	for _, f := range burst {
		r.note(f)
	}
	f := burst[len(burst)-1]
	switch f.kind {
	case fDCS:
		r.told(f)
	case fDTC:
		r.hangUp(PollRefused)
	case fMPS, fEOM, fEOP, fPRIMPS, fPRIEOM, fPRIEOP:
		r.ended(plain(f.kind))
	case fPPS:
		r.blockEnded(f.fif)
	case fRR:
		r.asked()
	case fCTC:
		r.slowed(f.fif)
	case fEOR:
		r.givenUp(f.fif)
	case fCRP:
		r.repeat()
	default:
		r.garbled()
	}
}

// note keeps what a caller says about itself.
func (r *receiver) note(f frame) {
	switch f.kind {
	case fTSI:
		r.result.Ident = parseIdent(f.fif)
		r.tell(Event{Kind: Identified, Ident: r.result.Ident})
	case fSUB:
		r.result.SubAddress = parseIdent(f.fif)
	case fSID:
		r.result.Sender = parseIdent(f.fif)
	}
}

// plain is a command without its request for an operator, whom there is none of.
func plain(kind byte) byte {
	switch kind {
	case fPRIMPS:
		return fMPS
	case fPRIEOM:
		return fEOM
	case fPRIEOP:
		return fEOP
	}
	return kind
}

// told takes how pages will come. A speed check follows.
func (r *receiver) told(f frame) {
	d, ok := parseDCS(f.fif)
	if !ok {
		r.replyWith(fFTT)
		return
	}
	if r.storing.kind != 0 { // the far end did not wait for its page
		r.garbled()
		return
	}
	r.broken()
	r.dcs, r.known, r.next = d, true, anyCommand
	r.check, r.zeros, r.answer = true, zeroRun{}, nil
	r.result.Last = d.code()
	r.wait(t2)
}

func (r *receiver) heard(c Carrier) {
	if c == V21 || !r.known || r.check {
		return
	}
	if r.begun <= r.page {
		r.begun = r.page + 1
		r.tell(Event{Kind: PageStarted, Page: r.page, Code: r.dcs.code()})
	}
	r.image = true
	if r.next != goodbye {
		r.next = anyCommand
	}
}

func (r *receiver) bits(data []byte) {
	switch {
	case !r.known || r.storing.kind != 0:
	case r.check:
		r.zeros.add(data)
	case !r.dcs.ecm && r.tooLarge(len(data)):
		r.hangUp(TooLarge)
	case !r.dcs.ecm:
		r.image = true
		r.data = append(r.data, data...)
	}
}

func (r *receiver) dropped() {
	if !r.known && r.next == identity { // a speed check whose command was lost
		r.identify()
		return
	}
	if !r.check {
		r.sent()
		return
	}
	if r.zeros.most == 0 { // nothing came of the check
		r.wait(t2)
		return
	}
	r.check = false
	if r.zeros.most >= r.dcs.carrier.Rate()*int(checkMin/time.Millisecond)/1000 {
		r.tell(Event{Kind: Trained, Page: r.page, Code: r.dcs.code()})
		r.replyWith(fCFR)
		return
	}
	r.result.Trainings++
	r.replyWith(fFTT)
}
