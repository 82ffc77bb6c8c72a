package clip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"

	"github.com/pion/opus"
	"github.com/pion/opus/pkg/oggreader"
)

// Opus in Ogg (RFC 7845) counts at 48 kHz, and a packet has 120 ms at most.
const (
	opusRate   = 48000
	opusPacket = opusRate * 120 / 1000
)

// maxLostPackets is how many packets may be unreadable.
const maxLostPackets = 10

// decodeOpus reads one or two channels of Opus; of chained streams the first.
func decodeOpus(ctx context.Context, file []byte) ([]float32, error) {
	reader, head, err := oggreader.NewWith(bytes.NewReader(file))
	if err != nil {
		return nil, damaged("Opus", err)
	}
	channels := int(head.Channels)
	if channels < 1 || channels > 2 || head.ChannelMap != 0 {
		return nil, refuse(Unsupported, "the Opus file has %d channels; one or two are possible", channels)
	}
	m, err := newMixer(opusRate, channels)
	if err != nil {
		return nil, err
	}
	d, err := opus.NewDecoderWithOutput(opusRate, channels)
	if err != nil {
		return nil, damaged("Opus", err)
	}
	s := opusStream{
		decoder: &d, mixer: m, skip: int(head.PreSkip), channels: channels,
		gain: float32(math.Pow(10, float64(int16(head.OutputGain))/256/20)),
	}
	if err := s.run(ctx, reader); err != nil {
		return nil, err
	}
	return s.end(int(head.PreSkip)), nil
}

// opusStream is one logical stream on its way.
type opusStream struct {
	decoder  *opus.Decoder
	mixer    *mixer
	channels int
	skip     int     // samples still to be left out at the beginning
	gain     float32 // the header's
	lost     int
	granule  uint64 // samples up to the end of the last page, those left out included
}

func (s *opusStream) run(ctx context.Context, r *oggreader.OggReader) error {
	block := make([]float32, opusPacket*s.channels)
	for first := true; ; first = false {
		packet, page, err := r.ParseNextPacket()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // cut off: what is there is good
			return nil
		case err != nil:
			return damaged("Opus", err)
		case has(packet, 0, "OpusHead"):
			return nil // another stream begins
		case first: // the comments
			continue
		}
		n, err := s.decoder.DecodeToFloat32(packet, block)
		if err != nil {
			if s.lost++; s.lost > maxLostPackets {
				return damaged("Opus", err)
			}
			continue
		}
		s.granule = page.GranulePosition
		if err := s.take(ctx, block[:n*s.channels]); err != nil {
			return err
		}
	}
}

// take passes decoded samples on, without what stands before the beginning (RFC 7845
// section 4.2).
func (s *opusStream) take(ctx context.Context, samples []float32) error {
	out := min(s.skip*s.channels, len(samples))
	s.skip -= out / s.channels
	samples = samples[out:]
	if s.gain != 1 {
		for i := range samples {
			samples[i] *= s.gain
		}
	}
	return s.mixer.add(ctx, samples)
}

// end leaves out what the last page says is beyond the end (RFC 7845 section 4.4).
func (s *opusStream) end(preSkip int) []float32 {
	samples := s.mixer.end()
	if s.granule > uint64(preSkip) {
		length := (s.granule - uint64(preSkip)) * Rate / opusRate
		samples = samples[:min(uint64(len(samples)), length)]
	}
	return samples
}
