package media

import (
	"encoding/binary"
	"strings"
	"time"
)

// digitNames are the events 0 to 15 (RFC 4733 section 3.2).
const digitNames = "0123456789*#ABCD"

// eventSize is the payload of a telephone-event (RFC 4733 section 2.3).
const eventSize = 4

// forgotten is the silence after which an event without an end counts as ended.
const forgotten = time.Second

// events follows the digits that come in.
type events struct {
	ts       uint32
	digit    byte
	open     bool // not told yet
	known    bool // ts is of an event seen
	relayed  bool
	duration uint32 // in units of clock
	clock    int
	at       time.Duration
}

// receiveEvent takes a telephone-event packet: it is relayed as it is and told at its end.
func (s *Stream) receiveEvent(l *loop, h header, b []byte, clock int) {
	f := &s.flow
	payload := h.payload(b)
	if len(payload) < eventSize || clock <= 0 {
		f.dropped++
		return
	}
	s.noteEvent(l, h.ts, payload, clock)
	relayed := f.relayed
	s.relay(l, h, b)
	f.events.relayed = f.events.relayed || f.relayed != relayed
	if f.events.open && payload[1]&0x80 != 0 {
		s.tellEvent()
	}
}

// noteEvent follows an event by its timestamp: a new one ends the one before. Packets that
// come late change nothing.
func (s *Stream) noteEvent(l *loop, ts uint32, payload []byte, clock int) {
	e := &s.flow.events
	if !e.known || int32(ts-e.ts) > 0 || l.now-e.at > forgotten {
		if e.open {
			s.tellEvent()
		}
		*e = events{ts: ts, known: true, clock: clock}
		if int(payload[0]) < len(digitNames) {
			e.digit, e.open = digitNames[payload[0]], true
		}
	}
	if ts == e.ts {
		e.duration, e.at = max(e.duration, uint32(binary.BigEndian.Uint16(payload[2:]))), l.now
	}
}

func (s *Stream) tellEvent() {
	e := &s.flow.events
	e.open = false
	s.tell(DTMF{Digit: e.digit, Duration: units(e.duration, e.clock), Relayed: e.relayed})
}

// expireEvent tells an event whose end was lost.
func (s *Stream) expireEvent(l *loop) {
	if e := &s.flow.events; e.open && l.now-e.at > forgotten {
		s.tellEvent()
	}
}

// scaleDuration changes an event's duration from one clock to another.
func scaleDuration(payload []byte, from, to int) {
	if len(payload) < eventSize || from <= 0 {
		return
	}
	d := uint64(binary.BigEndian.Uint16(payload[2:])) * uint64(to) / uint64(from)
	binary.BigEndian.PutUint16(payload[2:], uint16(min(d, 1<<16-1)))
}

// The shape of a digit we make, in frames: 100 ms of event, its end sent three times
// (RFC 4733 section 2.5.1.4), 60 ms of pause.
const (
	digitFrames = 5
	endFrames   = 3
	pauseFrames = 3
)

// maxDigits is how many may wait to be sent.
const maxDigits = 64

// volume is the level of events, −10 dBm0.
const volume = 10

// digits are those to send.
type digits struct {
	waiting []byte
	frame   int // of the first
	ts      uint32
}

func (d *digits) busy() bool { return len(d.waiting) > 0 }

// SendDTMF sends digits (0-9 * # A-D) to the peer one after another as telephone-events;
// meanwhile nothing else goes there. ErrNoEvents says that the peer takes none.
func (s *Stream) SendDTMF(text string) error {
	codes := make([]byte, 0, len(text))
	for _, c := range []byte(strings.ToUpper(text)) {
		i := strings.IndexByte(digitNames, c)
		if i < 0 {
			return ErrDigits
		}
		codes = append(codes, byte(i))
	}
	if len(codes) > maxDigits {
		return ErrDigits
	}
	p := s.path.Load()
	if p == nil || len(p.events) == 0 {
		return ErrNoEvents
	}
	s.engage(func(l *loop) {
		d := &s.flow.digits
		d.waiting = append(d.waiting, codes[:min(len(codes), maxDigits-len(d.waiting))]...)
	})
	return nil
}

// engage changes what the stream makes, in its loop, and sees that it is called for it.
func (s *Stream) engage(what func(l *loop)) {
	l := s.loop.Load()
	l.post(func() {
		if s.flow.gone {
			return
		}
		what(l)
		if s.flow.player.source != nil || s.flow.digits.busy() {
			l.addMaker(s)
		}
	}, true)
}

// makeDigit sends the next packet of a digit.
func (s *Stream) makeDigit(l *loop, p *path) {
	d, o := &s.flow.digits, &s.flow.out
	clock := p.clock
	event, ok := p.event(clock)
	if !ok || !p.sends {
		d.waiting = d.waiting[:0]
		return
	}
	n := d.frame
	d.frame++
	switch {
	case n >= digitFrames+endFrames+pauseFrames-1:
		d.frame = 0
		d.waiting = d.waiting[1:]
		return
	case n >= digitFrames+endFrames:
		return
	}
	h := header{pt: event.PT, marker: n == 0, ssrc: o.ssrc}
	seq, ts := o.next(l.now, clock)
	if n == 0 {
		d.ts = ts
	}
	h.seq, h.ts = seq, d.ts
	o.from = nil
	o.took(l.now, seq, ts)
	b := l.out[:headerSize+eventSize]
	h.put(b)
	b[headerSize], b[headerSize+1] = d.waiting[0], volume
	if n >= digitFrames {
		b[headerSize+1] |= 0x80
	}
	duration := samples(frame*time.Duration(min(n+1, digitFrames)), event.Clock)
	binary.BigEndian.PutUint16(b[headerSize+2:], uint16(min(duration, 1<<16-1)))
	s.transmit(l, b)
}
