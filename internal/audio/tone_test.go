package audio

import (
	"math"
	"testing"
	"time"
)

func TestTones(t *testing.T) {
	for name, c := range map[string]struct {
		tone     Tone
		hertz    []float64
		from, to time.Duration // of a part that sounds
		silent   time.Duration // a moment without sound, 50 ms
		length   time.Duration // until it starts again
	}{
		"US ring-back":   {RingBack("US"), []float64{440, 480}, 0, 2 * time.Second, 3 * time.Second, 6 * time.Second},
		"US busy":        {Busy("us"), []float64{480, 620}, 0, 500 * time.Millisecond, 700 * time.Millisecond, time.Second},
		"US congestion":  {Congestion("CA"), []float64{480, 620}, 0, 250 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond},
		"FR ring-back":   {RingBack("FR"), []float64{440}, 0, 1500 * time.Millisecond, 2 * time.Second, 5 * time.Second},
		"FR busy":        {Busy("FR"), []float64{440}, 0, 500 * time.Millisecond, 700 * time.Millisecond, time.Second},
		"GB second ring": {RingBack("GB"), []float64{400, 450}, 600 * time.Millisecond, time.Second, 500 * time.Millisecond, 3 * time.Second},
		"anywhere":       {RingBack("ZZ"), []float64{425}, 0, time.Second, 2 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(d time.Duration) int { return int(d * toneRate / time.Second) }
			samples := make([]int16, 2*at(c.length))
			NewToneSource(c.tone).Fill(samples)
			for round := range 2 {
				turn := samples[round*at(c.length):][:at(c.length)]
				sound := turn[at(c.from):at(c.to)]
				for _, hertz := range c.hertz {
					if level := ToneLevel(sound, toneRate, hertz); math.Abs(level-toneLevel) > 0.2 {
						t.Errorf("turn %d: %.0f Hz at %.2f dBm0", round, hertz, level)
					}
				}
				want := toneLevel + 10*math.Log10(float64(len(c.hertz)))
				if level := Level(sound); math.Abs(level-want) > 0.2 {
					t.Errorf("turn %d: together %.2f dBm0, want %.2f", round, level, want)
				}
				if level := Level(turn[at(c.silent):][:at(50*time.Millisecond)]); level != Silence {
					t.Errorf("turn %d: pause at %.1f dBm0", round, level)
				}
			}
		})
	}
}

func TestToneInPieces(t *testing.T) {
	whole, pieces := make([]int16, 16000), make([]int16, 16000)
	NewToneSource(Busy("DE")).Fill(whole)
	source := NewToneSource(Busy("DE"))
	for rest := pieces; len(rest) > 0; {
		n := min(160, len(rest))
		source.Fill(rest[:n])
		rest = rest[n:]
	}
	for i := range whole {
		if whole[i] != pieces[i] {
			t.Fatalf("sample %d: %d in pieces, %d at once", i, pieces[i], whole[i])
		}
	}
}

func TestToneForEver(t *testing.T) {
	samples := make([]int16, 80000)
	NewToneSource(Tone{{Hertz: [2]float64{350, 440}, Level: -13}}).Fill(samples)
	for _, hertz := range []float64{350, 440} {
		if level := ToneLevel(samples[72000:], toneRate, hertz); math.Abs(level+13) > 0.1 {
			t.Errorf("%.0f Hz at %.2f dBm0 after ten seconds", hertz, level)
		}
	}
}

func TestToneOddities(t *testing.T) {
	for name, tone := range map[string]Tone{
		"no steps": nil, "a step too short": {{Duration: 1}}, "too loud": {{Hertz: [2]float64{440, 440}, Level: 20}},
	} {
		t.Run(name, func(t *testing.T) {
			samples := make([]int16, 800)
			NewToneSource(tone).Fill(samples)
			if level := Level(samples); level > fullScale+3.02 || name != "too loud" && level != Silence {
				t.Errorf("%.1f dBm0", level)
			}
		})
	}
}

func TestToneDoesNotAllocate(t *testing.T) {
	source, frame := NewToneSource(RingBack("US")), make([]int16, 160)
	if n := testing.AllocsPerRun(1000, func() { source.Fill(frame) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
