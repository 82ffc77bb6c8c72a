package audio

import (
	"fmt"
	"math"
	"testing"
)

var codecs = []Codec{PCMU, PCMA, G722}

// encoded is a second of a tone in a codec.
func encoded(c Codec, hertz, dBm0 float64) []byte {
	samples := sineAt(c.SampleRate(), hertz, dBm0)
	switch c {
	case PCMU:
		return AppendULaw(nil, samples)
	case PCMA:
		return AppendALaw(nil, samples)
	case G722:
	}
	return NewG722Encoder().Append(nil, samples)
}

func decoded(c Codec, frame []byte) []int16 {
	switch c {
	case PCMU:
		return AppendFromULaw(nil, frame)
	case PCMA:
		return AppendFromALaw(nil, frame)
	case G722:
	}
	return NewG722Decoder().Append(nil, frame)
}

func TestTranscoder(t *testing.T) {
	for _, from := range codecs {
		for _, to := range codecs {
			for _, milliseconds := range []int{10, 20, 30, 60} {
				t.Run(fmt.Sprintf("%v to %v, %d ms", from, to, milliseconds), func(t *testing.T) {
					transcoder, err := New(from, to)
					if err != nil {
						t.Fatal(err)
					}
					in, size := encoded(from, 1004, -10), milliseconds*BytesPerMillisecond
					var out []byte
					for ; len(in) >= size; in = in[size:] {
						before := len(out)
						if out = transcoder.Append(out, in[:size]); len(out)-before != size {
							t.Fatalf("%d bytes of %d", len(out)-before, size)
						}
					}
					samples := decoded(to, out)
					if snr := signalToNoise(samples, to.SampleRate(), 1004); snr < 30 {
						t.Errorf("%.1f dB above the noise", snr)
					}
					if level := ToneLevel(samples[len(samples)/10:], to.SampleRate(), 1004); math.Abs(level+10) > 0.3 {
						t.Errorf("comes out at %.2f dBm0", level)
					}
				})
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, pair := range [][2]Codec{{0, PCMU}, {PCMU, 0}, {G722 + 1, PCMU}, {PCMU, G722 + 1}} {
		if _, err := New(pair[0], pair[1]); err == nil {
			t.Errorf("%d to %d is no error", pair[0], pair[1])
		}
	}
}

func TestTranscoderDoesNotAllocate(t *testing.T) {
	for _, from := range codecs {
		for _, to := range codecs {
			transcoder, err := New(from, to)
			if err != nil {
				t.Fatal(err)
			}
			frame, dst := encoded(from, 440, -10)[:160], make([]byte, 0, 160)
			if n := testing.AllocsPerRun(50, func() { transcoder.Append(dst, frame) }); n != 0 {
				t.Errorf("%v to %v: %v allocations", from, to, n)
			}
		}
	}
}

// FuzzTranscoder: any bytes are sound in every codec, in frames of any length.
func FuzzTranscoder(f *testing.F) {
	f.Add([]byte{0, 255, 0x55, 0xd5}, uint8(1))
	f.Add(encoded(G722, 1000, 0)[:400], uint8(160))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		for _, from := range codecs {
			for _, to := range codecs {
				transcoder, err := New(from, to)
				if err != nil {
					t.Fatal(err)
				}
				var out []byte
				for rest := b; len(rest) > 0; {
					n := min(max(int(size), 1), len(rest))
					out, rest = transcoder.Append(out, rest[:n]), rest[n:]
				}
				if len(out) != len(b) {
					t.Fatalf("%v to %v: %d bytes of %d", from, to, len(out), len(b))
				}
			}
		}
	})
}
