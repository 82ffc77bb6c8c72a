package audio

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestG722KeepsSines(t *testing.T) {
	for _, c := range []struct{ hertz, want float64 }{
		{200, 35}, {440, 35}, {1000, 35}, {2000, 35}, {3000, 30}, {3600, 25}, {4400, 10}, {5000, 10}, {6000, 10}, {7000, 10},
	} {
		for _, level := range []float64{-30, -10, 0} {
			t.Run(fmt.Sprintf("%.0f Hz at %.0f dBm0", c.hertz, level), func(t *testing.T) {
				out := NewG722Decoder().Append(nil, NewG722Encoder().Append(nil, sineAt(16000, c.hertz, level)))
				if got := signalToNoise(out, 16000, c.hertz); got < c.want {
					t.Errorf("%.1f dB above the noise, want %.0f", got, c.want)
				}
				if got := ToneLevel(out[1600:], 16000, c.hertz); got < level-1 || got > level+1 {
					t.Errorf("comes out at %.2f dBm0", got)
				}
			})
		}
	}
}

// The sums were made when either direction gave, bit for bit, what an independent
// implementation gives for the same input, samples aside that the decoder saturates.
func TestG722Bits(t *testing.T) {
	samples := noise(160000)
	for i := range samples {
		samples[i] /= 2 // where no band overflows
	}
	encoded := NewG722Encoder().Append(nil, samples)
	codes := make([]byte, 80000)
	for i, s := range noise(len(codes)) {
		codes[i] = byte(s ^ s>>8)
	}
	var decoded []byte
	for _, s := range NewG722Decoder().Append(nil, codes) {
		decoded = binary.LittleEndian.AppendUint16(decoded, uint16(s))
	}
	for name, c := range map[string]struct {
		bytes []byte
		want  uint32
	}{"encoder": {encoded, 0x83b25b39}, "decoder": {decoded, 0x36d3f96e}} {
		t.Run(name, func(t *testing.T) {
			if got := crc32.ChecksumIEEE(c.bytes); got != c.want {
				t.Errorf("sum %#08x of %d bytes, want %#08x", got, len(c.bytes), c.want)
			}
		})
	}
}

func TestG722StaysQuiet(t *testing.T) {
	out := NewG722Decoder().Append(nil, NewG722Encoder().Append(nil, make([]int16, 16000)))
	if level := Level(out); level > -70 {
		t.Errorf("silence comes out at %.1f dBm0", level)
	}
}

func TestG722InPieces(t *testing.T) {
	samples := noise(3200)
	whole := NewG722Encoder().Append(nil, samples)
	encoder, decoder := NewG722Encoder(), NewG722Decoder()
	var pieces []byte
	var decoded []int16
	for n := 2; len(samples) > 0; n = n%320 + 2 {
		n = min(n, len(samples))
		start := len(pieces)
		pieces = encoder.Append(pieces, samples[:n])
		decoded = decoder.Append(decoded, pieces[start:])
		samples = samples[n:]
	}
	if diff := cmp.Diff(whole, pieces); diff != "" {
		t.Error("encoder", diff)
	}
	if diff := cmp.Diff(NewG722Decoder().Append(nil, whole), decoded); diff != "" {
		t.Error("decoder", diff)
	}
}

func TestG722LeavesTheOddSampleOut(t *testing.T) {
	if b := NewG722Encoder().Append(nil, make([]int16, 5)); len(b) != 2 {
		t.Errorf("%d bytes of five samples", len(b))
	}
}
