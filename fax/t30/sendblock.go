package t30

import "math/bits"

// Sizes of error correction (T.4 Annex A).
const (
	blockFrames  = 256
	frameOctets  = 256
	frameHead    = 4 // address, control, kind, number
	rcpFrames    = 3
	maxCorrected = 4 // requests before the rate is looked at
)

// outgoing is a part of a page that is sent with error correction.
type outgoing struct {
	number  int // in the page
	resend  *[blockFrames]bool
	asked   int  // requests since the rate was looked at
	missing int  // frames that were missing when it was looked at last
	busy    bool // the receiver is storing
	arena   []byte
}

// frames is how many the block has.
func (s *sender) frames() int {
	rest := len(s.data) - s.block.number*blockFrames*frameOctets
	return max(1, min(blockFrames, (rest+frameOctets-1)/frameOctets))
}

func (s *sender) lastBlock() bool {
	return (s.block.number+1)*blockFrames*frameOctets >= len(s.data)
}

// sendBlock sends the frames that are needed and asks what came.
func (s *sender) sendBlock() {
	s.block.busy = false
	var frames [][]byte
	s.block.arena = s.block.arena[:0]
	if cap(s.block.arena) == 0 {
		s.block.arena = make([]byte, 0, s.frames()*(frameHead+frameOctets))
	}
	for n := range s.frames() {
		if s.block.resend == nil || s.block.resend[n] {
			frames = append(frames, s.frame(n))
		}
	}
	for range rcpFrames {
		frames = append(frames, []byte{address, controlMore, fRCP})
	}
	s.ask(confirming, []Signal{
		{Kind: Silence, Duration: gap},
		{Kind: Frames, Carrier: s.rate, Short: s.short(), Frames: frames},
	}, procedure(s.partEnd(fPPS)))
}

// frame is one frame of the page; the last is filled up with zeros.
func (s *sender) frame(n int) []byte {
	from := len(s.block.arena)
	a := append(s.block.arena, address, controlMore, fFCD, bits.Reverse8(byte(n)))
	at := (s.block.number*blockFrames + n) * frameOctets
	a = append(a, s.data[min(at, len(s.data)):min(at+frameOctets, len(s.data))]...)
	for len(a) < from+frameHead+frameOctets {
		a = append(a, 0)
	}
	s.block.arena = a
	return a[from:]
}

// partEnd is the frame after a block, of kind PPS or EOR.
func (s *sender) partEnd(kind byte) []byte {
	then := byte(fNULL)
	if s.lastBlock() {
		then = s.own(s.ends)
	}
	if kind == fEOR {
		return newFrame(true, s.own(kind), then)
	}
	return newFrame(true, s.own(kind), then,
		bits.Reverse8(byte(s.page)), bits.Reverse8(byte(s.block.number)), bits.Reverse8(byte(s.frames()-1)))
}

func (s *sender) nextBlock() {
	s.block = outgoing{number: s.block.number + 1, arena: s.block.arena}
	s.sendBlock()
}

// missing sends what did not come; the map has a bit for each frame.
func (s *sender) missing(fif []byte) {
	var resend [blockFrames]bool
	count := 0
	for n := range s.frames() {
		if n/8 < len(fif) && fif[n/8]&(0x80>>(n%8)) != 0 {
			resend[n] = true
			count++
		}
	}
	if count == 0 { // then nothing is missing
		s.accepted()
		return
	}
	s.result.Resent += count
	s.tell(Event{Kind: Correcting, Page: s.page, Code: s.dcs.code(), Frames: count})
	s.block.resend = &resend
	s.block.asked++
	if s.block.asked < maxCorrected {
		s.sendBlock()
		return
	}
	s.change(count)
}

// change goes on at a lower rate, at the same if fewer frames are missing than before,
// or gives up.
func (s *sender) change(count int) {
	was := s.rate
	better := s.block.missing == 0 || count < s.block.missing
	s.block.missing, s.block.asked = count, 0
	if !better {
		if s.slow(); s.rate == was {
			s.ask(stopping, nil, procedure(s.partEnd(fEOR)))
			return
		}
	}
	s.dcs.carrier = s.rate
	s.ask(slowing, nil, procedure(newFrame(true, s.own(fCTC), s.dcs.append(nil)[:2]...)))
}

func (s *sender) slowed(f frame) {
	if f.kind != fCTR {
		s.garbled()
		return
	}
	s.long = true
	s.sendBlock()
}

// notReady asks again until T5 is over.
func (s *sender) notReady() {
	if !s.block.busy {
		s.block.busy, s.until = true, s.now.Add(t5)
	}
	if !s.now.Before(s.until) {
		s.hangUp(NotReady)
		return
	}
	s.ask(confirming, nil, procedure(newFrame(true, s.own(fRR))))
}
