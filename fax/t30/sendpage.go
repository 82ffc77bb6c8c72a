package t30

// begin sends the page at work.
func (s *sender) begin() {
	code := s.dcs.code()
	data, err := s.cfg.Source.Encode(s.page, code)
	if err != nil {
		s.result.Err = err
		s.hangUp(SourceFailed)
		return
	}
	s.data = withRTC(data, code.Coding)
	s.result.Last = code
	s.ends = s.endsWith()
	s.tell(Event{Kind: PageStarted, Page: s.page, Code: code})
	if code.ECM {
		s.block = outgoing{}
		s.sendBlock()
		return
	}
	s.ask(confirming, []Signal{
		{Kind: Silence, Duration: gap},
		{Kind: Image, Carrier: s.rate, Short: s.short(), Data: s.data},
	}, procedure(newFrame(true, s.own(s.ends))))
}

// short reports whether the next page goes with the short training, and that the one
// after it does.
func (s *sender) short() bool {
	long := s.long
	s.long = false
	return !long && s.rate.Modem() == V17
}

// endsWith is what is said after the page: another like it, another, or no more.
func (s *sender) endsWith() byte {
	next, ok := s.cfg.Source.Format(s.page + 1)
	switch {
	case !ok:
		return fEOP
	case choose(s.cfg.Caps, s.peer, next, s.rate) == s.dcs:
		return fMPS
	}
	return fEOM
}

// confirmed takes the reply to the end of a page or of a part of it.
func (s *sender) confirmed(f frame) {
	switch {
	case f.kind == fMCF || f.kind == fPIP:
		s.accepted()
	case f.kind == fRTP && !s.partial():
		s.finished(true)
	case f.kind == fRTN || f.kind == fPIN:
		s.rejected()
	case f.kind == fPPR && s.dcs.ecm:
		s.missing(f.fif)
	case f.kind == fRNR && s.dcs.ecm:
		s.notReady()
	case f.kind == fDIS && s.ends == fEOM && !s.partial(): // the confirmation was lost
		s.finished(false)
		s.identified(f)
	default:
		s.garbled()
	}
}

func (s *sender) partial() bool { return s.dcs.ecm && !s.lastBlock() }

func (s *sender) accepted() {
	if s.partial() {
		s.nextBlock()
		return
	}
	s.finished(false)
}

// finished goes on after a confirmed page, through a new training if that is asked.
func (s *sender) finished(retrain bool) {
	s.result.Pages++
	s.tell(Event{Kind: PageDone, Page: s.page, Code: s.dcs.code()})
	s.rejects, s.until = 0, s.now.Add(t1)
	s.page++
	switch {
	case s.ends == fEOP:
		s.hangUp(OK)
	case s.ends == fEOM:
		s.stage = calling
		s.wait(cngPeriod)
	case retrain:
		s.train()
	default:
		s.begin()
	}
}

// rejected sends the page again, slower.
func (s *sender) rejected() {
	s.result.Rejects++
	s.rejects++
	s.tell(Event{Kind: PageRejected, Page: s.page, Code: s.dcs.code()})
	if s.rejects >= maxRejects {
		s.hangUp(Rejected)
		return
	}
	s.slow()
	s.train()
}
