package audio

import (
	"fmt"
	"testing"
)

// BenchmarkTranscoder turns 20 ms from one codec into another.
func BenchmarkTranscoder(b *testing.B) {
	for _, from := range codecs {
		for _, to := range codecs {
			b.Run(fmt.Sprintf("%vto%v", from, to), func(b *testing.B) {
				transcoder, err := New(from, to)
				if err != nil {
					b.Fatal(err)
				}
				frame, dst := encoded(from, 440, -10)[:160], make([]byte, 0, 160)
				b.ReportAllocs()
				for b.Loop() {
					transcoder.Append(dst, frame)
				}
			})
		}
	}
}

// BenchmarkTone makes 20 ms of ring-back.
func BenchmarkTone(b *testing.B) {
	source, frame := NewToneSource(RingBack("US")), make([]int16, 160)
	b.ReportAllocs()
	for b.Loop() {
		source.Fill(frame)
	}
}

// BenchmarkG722 encodes and decodes 20 ms.
func BenchmarkG722(b *testing.B) {
	samples, frame := noise(160000)[:320], encoded(G722, 440, -10)[:160]
	b.Run("encode", func(b *testing.B) {
		encoder, dst := NewG722Encoder(), make([]byte, 0, 160)
		for b.Loop() {
			encoder.Append(dst, samples)
		}
	})
	b.Run("decode", func(b *testing.B) {
		decoder, dst := NewG722Decoder(), make([]int16, 0, 320)
		for b.Loop() {
			decoder.Append(dst, frame)
		}
	})
}
