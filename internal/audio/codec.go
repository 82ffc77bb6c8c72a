package audio

// Codec is an encoding of speech at 64 kbit/s: a millisecond is 8 bytes in each of them.
type Codec uint8

// The codecs, named as in RFC 3551.
const (
	PCMU Codec = iota + 1 // G.711 µ-law
	PCMA                  // G.711 A-law
	G722                  // G.722 mode 1
)

// BytesPerMillisecond is the size of a millisecond in every Codec.
const BytesPerMillisecond = 8

// SampleRate is the rate of the sound in Hz. G.722 has 16000 although RTP counts 8000.
func (c Codec) SampleRate() int {
	if c == G722 {
		return 16000
	}
	return 8000
}

func (c Codec) String() string {
	switch c {
	case PCMU:
		return "PCMU"
	case PCMA:
		return "PCMA"
	case G722:
		return "G722"
	}
	return "unknown"
}
