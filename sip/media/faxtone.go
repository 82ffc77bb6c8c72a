package media

import (
	"math"
	"time"

	"dialtone/internal/audio"
)

// FaxTone says that the peer sounds like a fax machine: it calls (CNG) or, with Answers, is
// called (CED). It is told once after ListenForFax.
type FaxTone struct{ Answers bool }

func (FaxTone) event() {}

// The tones of fax machines (T.30 section 4.3.3): 1,100 Hz ± 38 Hz for half a second,
// again and again, from who calls, 2,100 Hz ± 15 Hz for about three seconds from who is
// called.
const (
	callingHertz   = 1100
	answeringHertz = 2100
)

// A tone is heard in blocks of 10 ms, in which either frequency is a whole number of
// waves and 38 Hz beside one still mostly is.
const (
	earBlock = narrowRate / 100
	// earShare is the part of a block's power that must be the tone's. Speech and music
	// reach it for a block or two.
	earShare = 0.5
	// earPower is the least mean square of samples: about −44 dBm0.
	earPower = 100 * 100
	// earRun is how many blocks make a tone. One without it takes back two: the tone of
	// machines that switch off echo cancellers turns its phase every 450 ms (V.8).
	earRun = 35
)

// ear listens for the tones of fax machines in G.711. It belongs to a stream's loop and
// allocates nothing for a packet.
type ear struct {
	until   time.Duration // since the engine's start
	learned *path
	known   [128]encoding
	block   [earBlock]int16
	n       int
	calling tuner
	answers tuner
}

// tuner is one frequency of an ear.
type tuner struct {
	factor float64 // of the Goertzel recursion
	run    int
}

func newEar(until time.Duration) *ear {
	return &ear{until: until, calling: tuned(callingHertz), answers: tuned(answeringHertz)}
}

func tuned(hertz float64) tuner { return tuner{factor: 2 * math.Cos(2*math.Pi*hertz/narrowRate)} }

// ListenForFax tells the sink, with a FaxTone, when the peer's first tone of a fax machine
// comes within a time from now. Only speech in G.711 is listened to.
func (s *Stream) ListenForFax(within time.Duration) {
	s.loop.Load().post(func() {
		if !s.flow.gone {
			s.flow.ear = newEar(s.e.since() + within)
		}
	}, false)
}

// listen gives a packet to the stream's ear, which is taken off when it has heard
// something or the time is over.
func (s *Stream) listen(l *loop, h header, b []byte) {
	f := &s.flow
	switch tone, heard := f.ear.hear(f.seen, h, b); {
	case heard:
		f.ear = nil
		s.tell(tone)
	case l.now >= f.ear.until:
		f.ear = nil
	}
}

// hear takes a packet's sound.
func (e *ear) hear(p *path, h header, b []byte) (tone FaxTone, heard bool) {
	if e.learned != p {
		e.learn(p)
	}
	encoding := e.known[h.pt]
	if encoding == unknownEncoding {
		return FaxTone{}, false
	}
	for payload := h.payload(b); len(payload) > 0; {
		take := min(earBlock-e.n, len(payload))
		e.fill(encoding, payload[:take])
		payload = payload[take:]
		if e.n < earBlock {
			continue
		}
		e.n = 0
		e.judge()
		if e.calling.run >= earRun || e.answers.run >= earRun {
			return FaxTone{Answers: e.answers.run >= earRun}, true
		}
	}
	return FaxTone{}, false
}

// learn looks up which payload types are G.711.
func (e *ear) learn(p *path) {
	e.learned, e.n = p, 0
	e.known = [128]encoding{}
	for _, c := range p.formats {
		if known := encodingOf(c); known == encoding(audio.PCMU) || known == encoding(audio.PCMA) {
			e.known[c.PT&0x7f] = known
		}
	}
}

func (e *ear) fill(coded encoding, payload []byte) {
	if coded == encoding(audio.PCMU) {
		audio.AppendFromULaw(e.block[:e.n], payload)
	} else {
		audio.AppendFromALaw(e.block[:e.n], payload)
	}
	e.n += len(payload)
}

// judge asks a full block for both tones.
func (e *ear) judge() {
	var power float64
	for _, v := range e.block {
		power += float64(v) * float64(v)
	}
	e.calling.judge(&e.block, power)
	e.answers.judge(&e.block, power)
}

// judge counts a block that is the tuner's tone. power is the sum of the squares of its
// samples.
func (t *tuner) judge(block *[earBlock]int16, power float64) {
	if power >= earPower*earBlock && t.strength(block) >= earShare*power {
		t.run++
	} else {
		t.run = max(t.run-2, 0)
	}
}

// strength is how much of a block's power is at the frequency (Goertzel's algorithm).
func (t *tuner) strength(block *[earBlock]int16) float64 {
	var s1, s2 float64
	for _, v := range block {
		s1, s2 = float64(v)+t.factor*s1-s2, s1
	}
	return (s1*s1 + s2*s2 - t.factor*s1*s2) * 2 / earBlock
}
