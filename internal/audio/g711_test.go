package audio

import (
	"math"
	"testing"
)

// Values of G.711 Tables 1 and 2, times the 8 and 4 that make 16 bits of them.
func TestG711Values(t *testing.T) {
	for name, c := range map[string]struct {
		decode func(byte) int16
		values map[byte]int
	}{
		"µ-law": {DecodeULaw, map[byte]int{
			0x80: 4 * 8031, 0x8f: 4 * 4191, 0x9f: 4 * 2079, 0xaf: 4 * 1023, 0xbf: 4 * 495, 0xcf: 4 * 231, 0xdf: 4 * 99,
			0xef: 4 * 33, 0xfe: 4 * 2, 0xff: 0, 0x7f: 0, 0x7e: -4 * 2, 0x0f: -4 * 4191, 0x00: -4 * 8031,
		}},
		"A-law": {DecodeALaw, map[byte]int{
			0xaa: 8 * 4032, 0xa5: 8 * 2112, 0xb5: 8 * 1056, 0x85: 8 * 528, 0x95: 8 * 264, 0xe5: 8 * 132, 0xf5: 8 * 66,
			0xd5: 8, 0x55: -8, 0x25: -8 * 2112, 0x2a: -8 * 4032,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for b, want := range c.values {
				if got := int(c.decode(b)); got != want {
					t.Errorf("%#02x is %d, want %d", b, got, want)
				}
			}
		})
	}
}

func TestG711EncodesToTheNearestStep(t *testing.T) {
	for name, c := range map[string]struct {
		encode func(int16) byte
		decode func(byte) int16
		// step is the interval of a magnitude (the quantiser's table), largest the
		// last value it has.
		step    func(int) int
		largest int
	}{
		"µ-law": {EncodeULaw, DecodeULaw, func(v int) int {
			for segment, end := range []int{31, 95, 223, 479, 991, 2015, 4063, 8159} {
				if v < 4*end {
					return 8 << segment
				}
			}
			return 0
		}, 32124},
		"A-law": {EncodeALaw, DecodeALaw, func(v int) int {
			for segment, end := range []int{64, 128, 256, 512, 1024, 2048, 4096} {
				if v < 8*end {
					return 16 << segment
				}
			}
			return 0
		}, 32256},
	} {
		t.Run(name, func(t *testing.T) {
			last := math.MinInt16
			for v := math.MinInt16; v <= math.MaxInt16; v++ {
				magnitude := max(v, -v)
				got := int(c.decode(c.encode(int16(v))))
				if off := max(got-v, v-got); magnitude < c.largest && off > c.step(magnitude)/2 {
					t.Fatalf("%d becomes %d, step %d", v, got, c.step(magnitude))
				}
				if got < last {
					t.Fatalf("%d becomes %d, less than its lower neighbour %d", v, got, last)
				}
				last = got
			}
			for b := range 256 {
				v := c.decode(byte(b))
				if again := c.encode(v); again != byte(b) && v != 0 {
					t.Errorf("%#02x becomes %#02x", b, again)
				}
			}
		})
	}
}

// The digital milliwatt of G.711 Tables 5 and 6: 1 kHz at 0 dBm0.
var (
	milliwattULaw = []byte{0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e}
	milliwattALaw = []byte{0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4}
)

func TestDigitalMilliwatt(t *testing.T) {
	for name, samples := range map[string][]int16{
		"µ-law": AppendFromULaw(nil, milliwattULaw), "A-law": AppendFromALaw(nil, milliwattALaw),
	} {
		t.Run(name, func(t *testing.T) {
			for what, level := range map[string]float64{"level": Level(samples), "tone": ToneLevel(samples, 8000, 1000)} {
				if math.Abs(level) > 0.1 {
					t.Errorf("%s is %.2f dBm0", what, level)
				}
			}
		})
	}
}

func TestBetweenLaws(t *testing.T) {
	for b := range 256 {
		u, a := byte(b), byte(b)
		if got, want := ulawToALaw[u], EncodeALaw(DecodeULaw(u)); got != want {
			t.Errorf("µ-law %#02x becomes %#02x, want %#02x", u, got, want)
		}
		if got, want := alawToULaw[a], EncodeULaw(DecodeALaw(a)); got != want {
			t.Errorf("A-law %#02x becomes %#02x, want %#02x", a, got, want)
		}
	}
}
