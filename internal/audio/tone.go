package audio

import (
	"math"
	"time"
)

// Tone is a sound of the line: steps that follow one another and start again at the end.
type Tone []Step

// Step is a part of a tone with one sound.
type Step struct {
	Hertz    [2]float64    // both sound together; 0 is none
	Level    float64       // dBm0 of each frequency
	Duration time.Duration // 0: for ever
}

// ToneSource plays a tone in linear samples at 8 kHz.
type ToneSource struct {
	tone  Tone
	step  int
	left  int // samples of the step, -1: for ever
	sines [2]sine
}

const toneRate = 8000

// NewToneSource starts a tone at its beginning. A tone without steps is silence.
func NewToneSource(tone Tone) *ToneSource {
	if len(tone) == 0 {
		tone = Tone{{}}
	}
	s := &ToneSource{tone: tone}
	s.start(0)
	return s
}

// Fill writes the next samples.
func (s *ToneSource) Fill(samples []int16) {
	for len(samples) > 0 {
		if s.left == 0 {
			s.start((s.step + 1) % len(s.tone))
		}
		n := len(samples)
		if s.left > 0 {
			n = min(n, s.left)
			s.left -= n
		}
		for i := range samples[:n] {
			samples[i] = int16(min(max(s.sines[0].next()+s.sines[1].next(), -32768), 32767))
		}
		samples = samples[n:]
	}
}

// start begins a step. A duration shorter than a sample lasts one.
func (s *ToneSource) start(step int) {
	t := s.tone[step]
	s.step, s.left = step, -1
	if t.Duration > 0 {
		s.left = max(int(t.Duration*toneRate/time.Second), 1)
	}
	for i, hertz := range t.Hertz {
		s.sines[i] = newSine(hertz, t.Level)
	}
}

// sine makes a sine by recurrence: y(n) = 2·cos(ω)·y(n-1) - y(n-2).
type sine struct{ k, y1, y2 float64 }

func newSine(hertz, dBm0 float64) sine {
	if hertz <= 0 {
		return sine{}
	}
	w := 2 * math.Pi * hertz / toneRate
	return sine{k: 2 * math.Cos(w), y2: -amplitude(dBm0) * math.Sin(w)}
}

// next is y(n); it starts at zero.
func (s *sine) next() float64 {
	y := s.y1
	s.y1, s.y2 = s.k*s.y1-s.y2, s.y1
	return y
}
