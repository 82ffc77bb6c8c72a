package t30

import "time"

// stage is what a sender waits for.
type stage uint8

const (
	calling    stage = iota // a DIS
	training                // the reply to DCS and check
	confirming              // the reply to what ended a page or a part of it
	slowing                 // the reply to a change of rate
	stopping                // the reply to the end of corrections
)

// maxRejects is how often one page may be rejected.
const maxRejects = 3

// sender is the side that sends pages.
type sender struct {
	*Engine
	stage stage
	peer  dis
	until time.Time // of calling, or of a receiver not ready
	again []Signal  // the command that is repeated
	tried int

	rate Carrier
	dcs  dcs
	long bool // the next page needs the long training

	page    int // the one at work, from 0
	data    []byte
	ends    byte // what ends the page: fMPS, fEOM or fEOP
	rejects int
	block   outgoing
}

func (s *sender) start() {
	s.stage, s.until = calling, s.now.Add(t1)
	s.send(Signal{Kind: CNG})
}

func (s *sender) heard(Carrier) {}
func (s *sender) part(frame)    {}
func (s *sender) bits([]byte)   {}
func (s *sender) stored(error)  {}
func (s *sender) broken()       {}

func (s *sender) dropped() { s.wait(t4) }

func (s *sender) sent() {
	if s.stage == calling {
		s.wait(cngPeriod)
	} else {
		s.wait(t4)
	}
}

func (s *sender) garbled() {
	s.wait(garbledPause)
}

func (s *sender) timeout() {
	switch {
	case s.stage != calling:
		s.repeat()
	case !s.now.Before(s.until):
		s.hangUp(NoAnswer)
	case s.page == 0:
		s.send(Signal{Kind: CNG})
	default: // after EOM there is nothing to say
		s.wait(cngPeriod)
	}
}

// ask sends a command, with what goes before it, and repeats the command alone until
// it is answered.
func (s *sender) ask(st stage, before, command []Signal) {
	s.stage, s.again, s.tried = st, command, 1
	s.send(before...)
	s.send(command...)
}

func (s *sender) repeat() {
	if s.tried >= tries {
		s.hangUp(s.unanswered())
		return
	}
	s.tried++
	s.send(s.again...)
}

// unanswered is the outcome when a command stays without answer.
func (s *sender) unanswered() Outcome {
	switch s.stage {
	case training:
		return NoReply
	case stopping:
		return Uncorrectable
	}
	return NoConfirmation
}

func (s *sender) farewell() Outcome {
	if s.result.Pages == 0 && s.stage <= training {
		return Refused
	}
	return Interrupted
}

func (s *sender) command(burst []frame) {
	for _, f := range burst {
		if f.kind == fCSI {
			s.result.Ident = parseIdent(f.fif)
			s.tell(Event{Kind: Identified, Ident: s.result.Ident})
		}
	}
	last := burst[len(burst)-1]
	if last.kind == fCRP && s.stage != calling {
		s.repeat()
		return
	}
	switch s.stage {
	case calling:
		s.called(last)
	case training:
		s.trained(last)
	case confirming:
		s.confirmed(last)
	case slowing:
		s.slowed(last)
	case stopping:
		if last.kind == fERR {
			s.hangUp(Uncorrectable)
		} else {
			s.garbled()
		}
	}
}

func (s *sender) called(f frame) {
	switch f.kind {
	case fDIS:
		s.identified(f)
	case fDTC:
		s.hangUp(PollRefused)
	default:
		s.garbled()
	}
}

// identified begins the training with a station that said what it can do.
func (s *sender) identified(f frame) {
	s.peer = parseDIS(f.fif)
	if !s.peer.receives {
		s.hangUp(NotReceiver)
		return
	}
	if s.rate == V21 || !s.peer.caps.allows(s.rate) {
		rate, ok := slower(V21, s.cfg.Caps, s.peer.caps)
		if !ok {
			s.hangUp(Incompatible)
			return
		}
		s.rate = rate
	}
	s.train()
}

// train says how the page will be sent and checks whether that works.
func (s *sender) train() {
	want, ok := s.cfg.Source.Format(s.page)
	if !ok {
		s.hangUp(SourceFailed)
		return
	}
	s.dcs = choose(s.cfg.Caps, s.peer, want, s.rate)
	var frames [][]byte
	if s.cfg.Ident != "" {
		frames = append(frames, newFrame(false, s.own(fTSI), appendIdent(nil, s.cfg.Ident)...))
	}
	if s.cfg.SubAddress != "" && s.peer.sub {
		frames = append(frames, newFrame(false, s.own(fSUB), appendIdent(nil, s.cfg.SubAddress)...))
	}
	if s.cfg.Sender != "" && s.peer.sid {
		frames = append(frames, newFrame(false, s.own(fSID), appendIdent(nil, s.cfg.Sender)...))
	}
	frames = append(frames, newFrame(true, s.own(fDCS), s.dcs.append(nil)...))
	s.ask(training, nil, append(procedure(frames...),
		Signal{Kind: Silence, Duration: gap},
		Signal{Kind: Check, Carrier: s.rate, Duration: checkTime}))
}

func (s *sender) trained(f frame) {
	switch f.kind {
	case fCFR:
		s.long = false
		s.tell(Event{Kind: Trained, Page: s.page, Code: s.dcs.code()})
		s.begin()
	case fFTT:
		s.result.Trainings++
		rate, ok := slower(s.rate, s.cfg.Caps, s.peer.caps)
		if !ok {
			s.hangUp(CannotTrain)
			return
		}
		s.rate = rate
		s.train()
	case fDIS: // it has not heard us
		s.repeat()
	default:
		s.garbled()
	}
}

// slow takes the next lower rate if there is one.
func (s *sender) slow() {
	if rate, ok := slower(s.rate, s.cfg.Caps, s.peer.caps); ok {
		s.rate = rate
	}
}
