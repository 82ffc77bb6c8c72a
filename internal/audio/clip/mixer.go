package clip

import (
	"context"
	"math"
	"time"
)

// Rate is the rate of the sound inside, Hz: that of the widest telephone codec.
const Rate = 16000

// Bounds of what a file may say of itself.
const (
	minRate     = 4000
	maxRate     = 384000
	maxChannels = 32
)

// mixer takes a file's sound as it is decoded and makes it one channel at Rate.
type mixer struct {
	channels int
	convert  *resampler // nil: it has Rate already
	mono     []float32
	out      []float32
}

// newMixer is for a file of that rate in Hz and that many channels.
func newMixer(rate, channels int) (*mixer, error) {
	if rate < minRate || rate > maxRate {
		return nil, refuse(Unsupported, "the file has %d samples a second; %d to %d are possible", rate, minRate, maxRate)
	}
	if channels < 1 || channels > maxChannels {
		return nil, refuse(Unsupported, "the file has %d channels; 1 to %d are possible", channels, maxChannels)
	}
	m := &mixer{channels: channels}
	if rate != Rate {
		m.convert = newResampler(rate, Rate)
	}
	return m, nil
}

// expect makes room for as many samples of each channel at the file's rate.
func (m *mixer) expect(samples int) error {
	n := samples
	if m.convert != nil {
		n = m.convert.length(samples)
	}
	if n > maxSamples {
		return errTooLong()
	}
	m.out = make([]float32, 0, n)
	return nil
}

func errTooLong() error {
	return refuse(TooLong, "the sound is longer than %d minutes", MaxLength/time.Minute)
}

// maxSamples is the longest sound.
const maxSamples = int(MaxLength / time.Second * Rate)

// add takes interleaved samples, full scale 1; what is left of a whole number of all
// channels is passed over.
func (m *mixer) add(ctx context.Context, samples []float32) error {
	m.mono = m.mono[:0]
	for ; len(samples) >= m.channels; samples = samples[m.channels:] {
		sum := float32(0)
		for _, s := range samples[:m.channels] {
			sum += s
		}
		m.mono = append(m.mono, sane(sum/float32(m.channels)))
	}
	if m.convert == nil {
		m.out = append(m.out, m.mono...)
	} else {
		m.out = m.convert.append(m.out, m.mono)
	}
	if len(m.out) > maxSamples {
		return errTooLong()
	}
	return ctx.Err()
}

// sane keeps floating point files from bringing in what is no number, or a level no
// sound has.
func sane(s float32) float32 {
	const most = 64
	if math.IsNaN(float64(s)) {
		return 0
	}
	return min(max(s, -most), most)
}

// end is all of it.
func (m *mixer) end() []float32 {
	if m.convert != nil {
		m.out = m.convert.flush(m.out)
	}
	return m.out[:min(len(m.out), maxSamples)]
}
