package media

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"dialtone/internal/audio"
)

// sine is so many seconds of a frequency at a level in dBm0, its phase turned every so
// many seconds, 0 for never.
func sine(hertz, level, seconds, turn float64) []int16 {
	pcm := make([]int16, int(seconds*narrowRate))
	peak := 32124 * math.Pow(10, (level-3.17)/20)
	for i := range pcm {
		phase := 2 * math.Pi * hertz * float64(i) / narrowRate
		if turn > 0 && int(float64(i)/(turn*narrowRate))%2 == 1 {
			phase += math.Pi
		}
		pcm[i] = int16(peak * math.Sin(phase))
	}
	return pcm
}

// toned is two seconds of a tone as the line has it.
func toned(t audio.Tone) []int16 {
	pcm := make([]int16, 2*narrowRate)
	audio.NewToneSource(t).Fill(pcm)
	return pcm
}

// noise is two seconds of it.
func noise() []int16 {
	r := rand.New(rand.NewPCG(1, 2))
	pcm := make([]int16, 2*narrowRate)
	for i := range pcm {
		pcm[i] = int16(r.IntN(20000) - 10000)
	}
	return pcm
}

func mixed(a, b []int16) []int16 {
	pcm := make([]int16, min(len(a), len(b)))
	for i := range pcm {
		pcm[i] = a[i] + b[i]
	}
	return pcm
}

// TestFaxTones: the tones of fax machines within their tolerances are heard, and nothing
// else that telephones sound like.
func TestFaxTones(t *testing.T) {
	calling, answers := &FaxTone{}, &FaxTone{Answers: true}
	for name, tt := range map[string]struct {
		pcm  []int16
		want *FaxTone
	}{
		"CNG":               {sine(1100, -13, 0.5, 0), calling},
		"CNG, low":          {sine(1062, -13, 0.5, 0), calling},
		"CNG, high":         {sine(1138, -13, 0.5, 0), calling},
		"CNG, short":        {sine(1100, -13, 0.425, 0), calling},
		"CNG, faint":        {sine(1100, -40, 0.5, 0), calling},
		"CNG over noise":    {mixed(sine(1100, -13, 0.5, 0), scaled(noise(), 0.05)), calling},
		"CED":               {sine(2100, -13, 3, 0), answers},
		"CED, low":          {sine(2085, -13, 3, 0), answers},
		"CED, phase turned": {sine(2100, -13, 3, 0.45), answers},
		"silence":           {make([]int16, narrowRate), nil},
		"noise":             {noise(), nil},
		"a blip":            {sine(1100, -13, 0.2, 0), nil},
		"next to CNG":       {sine(1000, -13, 2, 0), nil},
		"below CNG":         {sine(950, -13, 2, 0), nil},
		"above CNG":         {sine(1209, -13, 2, 0), nil},
		"next to CED":       {sine(2225, -13, 2, 0), nil}, // an old modem
		"too faint":         {sine(1100, -50, 2, 0), nil},
		"chord":             {mixed(sine(1100, -13, 2, 0), sine(440, -11, 2, 0)), nil},
		"ring-back":         {toned(audio.Tone{{Hertz: [2]float64{440, 480}, Level: -19}}), nil},
		"busy":              {toned(audio.Tone{{Hertz: [2]float64{480, 620}, Level: -24}}), nil},
		"digit":             {toned(audio.Tone{{Hertz: [2]float64{941, 1209}, Level: -7}}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, law := range []audio.Codec{audio.PCMU, audio.PCMA} {
				if got := heardBy(newEar(time.Hour), law, tt.pcm); got != tt.want && (got == nil || tt.want == nil || *got != *tt.want) {
					t.Errorf("%v: heard %+v, want %+v", law, got, tt.want)
				}
			}
		})
	}
}

func scaled(pcm []int16, by float64) []int16 {
	for i := range pcm {
		pcm[i] = int16(float64(pcm[i]) * by)
	}
	return pcm
}

// heardBy is what an ear hears of a sound in packets of 30 ms.
func heardBy(e *ear, law audio.Codec, pcm []int16) *FaxTone {
	encoded, pt := audio.AppendULaw(nil, pcm), uint8(0)
	if law == audio.PCMA {
		encoded, pt = audio.AppendALaw(nil, pcm), 8
	}
	p := new(path)
	p.learn(spoken[:], spoken[:])
	const size = 240
	for ; len(encoded) >= size; encoded = encoded[size:] {
		b := append(make([]byte, headerSize), encoded[:size]...)
		h := header{pt: pt, size: headerSize}
		h.put(b)
		if tone, ok := e.hear(p, h, b); ok {
			return &tone
		}
	}
	return nil
}

// TestListenForFax: the sink is told of a tone once, while the packets go on to the other
// side as they are; after its time nobody listens.
func TestListenForFax(t *testing.T) {
	e := newEngine(t)
	c := newCall(t, e, "0", "0")
	c.legA.ListenForFax(time.Hour)
	c.legB.ListenForFax(-time.Second)
	encoded := audio.AppendULaw(nil, sine(1100, -13, 1, 0))
	for ; len(encoded) >= 160; encoded = encoded[160:] {
		c.a.send(0, encoded[:160])
		if got := c.b.receive(); string(got.Payload) != string(encoded[:160]) {
			t.Fatal("a packet was changed on its way")
		}
		c.b.send(0, encoded[:160])
		c.a.receive()
	}
	if got := <-c.eventsA; got != (FaxTone{}) {
		t.Errorf("told %+v", got)
	}
	if n := len(c.eventsA) + len(c.eventsB); n > 0 {
		t.Errorf("%d more events", n)
	}
	for _, s := range []*Stream{c.legA, c.legB} {
		s.loop.Load().wait(func() {
			if s.flow.ear != nil {
				t.Error("somebody listens still")
			}
		})
	}
}
