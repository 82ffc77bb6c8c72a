package clip

import (
	"context"
	"encoding/binary"
	"math"

	"dialtone/internal/audio"
)

// Format tags of WAVE files (RFC 2361; Microsoft's WAVEFORMATEXTENSIBLE, whose
// sub-format begins with one of the others).
const (
	tagPCM        = 1
	tagFloat      = 3
	tagALaw       = 6
	tagULaw       = 7
	tagExtensible = 0xfffe
)

// wave is what the format chunk of a WAVE file says.
type wave struct {
	tag, channels, rate int
	block               int // bytes of a sample of all channels
	width               int // bytes of one sample
}

// decodeWAV reads RIFF WAVE: linear samples of 8 to 32 bits, floating point, and both
// laws of G.711.
func decodeWAV(ctx context.Context, file []byte) ([]float32, error) {
	var w *wave
	for rest := file[12:]; ; {
		id, body, after, ok := chunk(rest)
		switch {
		case !ok:
			return nil, refuse(Damaged, "the WAV file is cut off")
		case id == "fmt " && w == nil:
			var err error
			if w, err = readWave(body); err != nil {
				return nil, err
			}
		case id == "data" && w == nil:
			return nil, refuse(Damaged, "the WAV file does not say what is in it")
		case id == "data":
			return w.decode(ctx, body)
		}
		rest = after
	}
}

// chunk takes the first chunk off a RIFF file. A size beyond the end, as programs write
// that did not know it, is all there is.
func chunk(b []byte) (id string, body, rest []byte, ok bool) {
	if len(b) < 8 {
		return "", nil, nil, false
	}
	size := int64(binary.LittleEndian.Uint32(b[4:]))
	id, b = string(b[:4]), b[8:]
	if size > int64(len(b)) {
		return id, b, nil, true
	}
	body, rest = b[:size], b[size:]
	if size%2 == 1 && len(rest) > 0 {
		rest = rest[1:]
	}
	return id, body, rest, true
}

func readWave(b []byte) (*wave, error) {
	if len(b) < 16 {
		return nil, refuse(Damaged, "the WAV file's format is cut off")
	}
	word := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	w := &wave{tag: word(0), channels: word(2), rate: int(binary.LittleEndian.Uint32(b[4:])), block: word(12)}
	bits := word(14)
	if w.tag == tagExtensible && len(b) >= 40 {
		w.tag = word(24)
	}
	if w.channels == 0 || w.block == 0 || w.block%w.channels != 0 {
		return nil, refuse(Damaged, "the WAV file has %d channels in blocks of %d bytes", w.channels, w.block)
	}
	w.width = w.block / w.channels
	if bits > 8*w.width || w.sample() == nil {
		return nil, refuse(Unsupported, "the WAV file has samples of format %d with %d bits%s", w.tag, bits, "; linear, floating point, µ-law and A-law are possible")
	}
	return w, nil
}

// sample is how one sample is read; nil for a format that is not known.
func (w *wave) sample() func(b []byte) float32 {
	switch [2]int{w.tag, w.width} {
	case [2]int{tagPCM, 1}:
		return func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case [2]int{tagPCM, 2}:
		return func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) / (1 << 15) }
	case [2]int{tagPCM, 3}:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case [2]int{tagPCM, 4}:
		return func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31) }
	case [2]int{tagFloat, 4}:
		return func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
	case [2]int{tagFloat, 8}:
		return func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }
	case [2]int{tagULaw, 1}:
		return func(b []byte) float32 { return float32(audio.DecodeULaw(b[0])) / (1 << 15) }
	case [2]int{tagALaw, 1}:
		return func(b []byte) float32 { return float32(audio.DecodeALaw(b[0])) / (1 << 15) }
	}
	return nil
}

// decode reads the samples; an incomplete last one is left out.
func (w *wave) decode(ctx context.Context, b []byte) ([]float32, error) {
	m, err := newMixer(w.rate, w.channels)
	if err != nil {
		return nil, err
	}
	if err := m.expect(len(b) / w.block); err != nil {
		return nil, err
	}
	sample := w.sample()
	const step = 4096
	block := make([]float32, 0, step*w.channels)
	for len(b) >= w.block {
		n := min(len(b)/w.block, step) * w.block
		block = block[:0]
		for at := 0; at < n; at += w.width {
			block = append(block, sample(b[at:at+w.width]))
		}
		if err := m.add(ctx, block); err != nil {
			return nil, err
		}
		b = b[n:]
	}
	return m.end(), nil
}
