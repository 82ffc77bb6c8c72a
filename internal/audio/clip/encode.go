package clip

import "dialtone/internal/audio"

// Encode encodes samples at Rate once.
func Encode(pcm []int16, c audio.Codec) []byte { return newEncoder(c)(nil, pcm) }

// lead is how much of a loop's end its encoders hear before its beginning, in samples.
const lead = Rate / 5

// EncodeLoop encodes samples at Rate, a whole number of frames, that are played over and
// over: the filters begin where the end has left them.
func EncodeLoop(pcm []int16, c audio.Codec) []byte {
	encode := newEncoder(c)
	encode(nil, pcm[max(0, len(pcm)-lead):])
	return encode(make([]byte, 0, len(pcm)/2), pcm)
}

// newEncoder starts a stream of any codec. What is cut in frames of a multiple of two
// samples gives the same in pieces.
func newEncoder(c audio.Codec) func(dst []byte, pcm []int16) []byte {
	if c == audio.G722 {
		return audio.NewG722Encoder().Append
	}
	appendLaw := audio.AppendULaw
	if c == audio.PCMA {
		appendLaw = audio.AppendALaw
	}
	var down audio.Downsampler
	var narrow [frame / 2]int16
	return func(dst []byte, pcm []int16) []byte {
		for len(pcm) > 0 {
			n := min(len(pcm), frame)
			dst = appendLaw(dst, down.Append(narrow[:0], pcm[:n]))
			pcm = pcm[n:]
		}
		return dst
	}
}

// Decode is the sound of encoded samples, and its rate in Hz.
func Decode(encoded []byte, c audio.Codec) (pcm []int16, rate int) {
	switch c {
	case audio.G722:
		pcm = audio.NewG722Decoder().Append(make([]int16, 0, 2*len(encoded)), encoded)
	case audio.PCMA:
		pcm = audio.AppendFromALaw(make([]int16, 0, len(encoded)), encoded)
	default:
		pcm = audio.AppendFromULaw(make([]int16, 0, len(encoded)), encoded)
	}
	return pcm, c.SampleRate()
}
