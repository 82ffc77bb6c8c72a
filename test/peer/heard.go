package peer

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// rate is baresip's audio rate, samples a second.
const rate = 8000

// wavHeader is the length of the header of the files baresip writes, in bytes.
const wavHeader = 44

// Samples are what baresip has heard so far in its last call, 8 kHz linear: the newest
// file of its module sndfile.
func (b *Baresip) Samples(t testing.TB) []int16 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	if err != nil || len(files) == 0 {
		return nil
	}
	slices.Sort(files)
	raw, err := os.ReadFile(files[len(files)-1])
	if err != nil || len(raw) < wavHeader {
		return nil
	}
	// Of wider sound each sample is the mean of as many, over both channels.
	width := max(1, int(binary.LittleEndian.Uint16(raw[22:]))*int(binary.LittleEndian.Uint32(raw[24:]))/rate)
	raw = raw[wavHeader:]
	samples := make([]int16, len(raw)/2/width)
	for i := range samples {
		sum := 0
		for j := range width {
			sum += int(int16(binary.LittleEndian.Uint16(raw[2*(i*width+j):]))) //nolint:gosec // two's complement
		}
		samples[i] = int16(sum / width) //nolint:gosec // the mean of such
	}
	return samples
}

// Hears tells whether the last part of what baresip has heard, a quarter of a second,
// is a tone of that frequency.
func (b *Baresip) Hears(t testing.TB, hertz int) bool {
	t.Helper()
	samples := b.Samples(t)
	const window = rate / 4
	return len(samples) >= window && Tone(samples[len(samples)-window:], hertz) > 0.8
}

// Tone is the share of the samples' power at a frequency, by Goertzel's algorithm: 1
// for a pure tone, near 0 for silence and other sounds.
func Tone(samples []int16, hertz int) float64 {
	coefficient := 2 * math.Cos(2*math.Pi*float64(hertz)/rate)
	var s1, s2, power float64
	for _, v := range samples {
		x := float64(v)
		power += x * x
		s1, s2 = x+coefficient*s1-s2, s1
	}
	if power < float64(len(samples))*100 { // quieter than 10 of 32,768
		return 0
	}
	return (s1*s1 + s2*s2 - coefficient*s1*s2) * 2 / (power * float64(len(samples)))
}

// toneTime is how long the tone lasts that baresip sends, in seconds: longer than calls.
const toneTime = 120

// toneFile is a tone as a WAV file, 8 kHz, 16 bits, one channel (RIFF WAVE, PCM).
func toneFile(hertz int) string {
	const size = 2 * rate * toneTime
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	for i := range rate * toneTime {
		const loud = 8000
		v := loud * math.Sin(2*math.Pi*float64(hertz)*float64(i)/rate)
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(v))) //nolint:gosec // two's complement
	}
	return string(b)
}
