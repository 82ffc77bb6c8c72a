package media

import (
	"fmt"
	"strings"

	"github.com/pion/opus"

	"dialtone/internal/audio"
	"dialtone/sip/sdp"
)

// encoding is how speech in a packet is coded, as far as it can be made sound again.
type encoding uint8

// The encodings beside those of package audio.
const (
	unknownEncoding encoding = 0
	noEncoding      encoding = 0xfe // no speech: comfort noise
	opusEncoding    encoding = 0xff
)

// Rates of linear sound, in Hz.
const (
	narrowRate = 8000
	wideRate   = 16000
)

func encodingOf(c sdp.Codec) encoding {
	if known := coding(c); known != 0 {
		return encoding(known)
	}
	switch {
	case strings.EqualFold(c.Name, "opus"):
		return opusEncoding
	case c.ComfortNoise():
		return noEncoding
	}
	return unknownEncoding
}

// rate is that of the sound, in Hz; 0 for what cannot be decoded.
func (e encoding) rate() int {
	switch e {
	case unknownEncoding, noEncoding:
		return 0
	case opusEncoding:
		return wideRate
	}
	return audio.Codec(e).SampleRate()
}

// voiceDecoder makes linear sound of one rate from packets of one encoding.
type voiceDecoder struct {
	encoding encoding
	decode   func(dst []int16, payload []byte) ([]int16, error)
	resample func(dst, samples []int16) []int16 // nil: nothing to do
	raw      []int16
}

// newVoiceDecoder starts a stream; ok is false for an encoding that cannot be decoded.
func newVoiceDecoder(e encoding, rate int) (d *voiceDecoder, ok bool) {
	d = &voiceDecoder{encoding: e}
	switch e {
	case unknownEncoding, noEncoding:
		return d, false
	case opusEncoding:
		if d.decode, ok = opusDecoder(); !ok {
			return d, false
		}
	default:
		d.decode = linearDecoder(audio.Codec(e))
	}
	switch from := e.rate(); {
	case from < rate:
		d.resample = new(audio.Upsampler).Append
	case from > rate:
		d.resample = new(audio.Downsampler).Append
	}
	return d, true
}

func linearDecoder(c audio.Codec) func([]int16, []byte) ([]int16, error) {
	switch c {
	case audio.PCMU:
		return func(dst []int16, b []byte) ([]int16, error) { return audio.AppendFromULaw(dst, b), nil }
	case audio.PCMA:
		return func(dst []int16, b []byte) ([]int16, error) { return audio.AppendFromALaw(dst, b), nil }
	default:
		g722 := audio.NewG722Decoder()
		return func(dst []int16, b []byte) ([]int16, error) { return g722.Append(dst, b), nil }
	}
}

// opusLongest is the longest packet, 120 ms (RFC 6716 section 2.1.4), in samples.
const opusLongest = wideRate * 120 / 1000

func opusDecoder() (func([]int16, []byte) ([]int16, error), bool) {
	decoder, err := opus.NewDecoderWithOutput(wideRate, 1)
	if err != nil {
		return nil, false
	}
	block := make([]int16, opusLongest)
	return func(dst []int16, b []byte) ([]int16, error) {
		n, err := decoder.DecodeToInt16(b, block)
		if err != nil {
			return dst, fmt.Errorf("cannot decode Opus: %w", err)
		}
		return append(dst, block[:n]...), nil
	}, true
}

// append decodes a packet; what cannot be decoded is left out.
func (d *voiceDecoder) append(dst []int16, payload []byte) []int16 {
	if d.decode == nil {
		return dst
	}
	if d.resample == nil {
		dst, _ = d.decode(dst, payload)
		return dst
	}
	d.raw, _ = d.decode(d.raw[:0], payload)
	return d.resample(dst, d.raw)
}
