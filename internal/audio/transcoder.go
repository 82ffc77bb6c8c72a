package audio

import "fmt"

// Transcoder turns one stream of frames from one codec into another. Frames may have any
// length; what comes out has the length of what went in.
type Transcoder struct {
	from, to Codec
	wide     *widener  // G.711 to G.722
	narrow   *narrower // G.722 to G.711
}

type widener struct {
	up      Upsampler
	encoder *G722Encoder
}

type narrower struct {
	decoder *G722Decoder
	down    Downsampler
}

// New starts a stream from one codec to another. The same codec on both sides is a copy.
func New(from, to Codec) (*Transcoder, error) {
	for _, c := range [...]Codec{from, to} {
		if c < PCMU || c > G722 {
			return nil, fmt.Errorf("cannot transcode codec %d", c)
		}
	}
	t := &Transcoder{from: from, to: to}
	switch {
	case from == to:
	case to == G722:
		t.wide = &widener{encoder: NewG722Encoder()}
	case from == G722:
		t.narrow = &narrower{decoder: NewG722Decoder()}
	}
	return t, nil
}

// Append transcodes a frame. It allocates only what dst lacks.
func (t *Transcoder) Append(dst, frame []byte) []byte {
	switch {
	case t.from == t.to:
		return append(dst, frame...)
	case t.wide != nil:
		return t.wide.append(dst, frame, t.from)
	case t.narrow != nil:
		return t.narrow.append(dst, frame, t.to)
	case t.from == PCMU:
		return appendTable(dst, frame, &ulawToALaw)
	}
	return appendTable(dst, frame, &alawToULaw)
}

func (w *widener) append(dst, frame []byte, from Codec) []byte {
	var narrow [block]int16
	var wide [2 * block]int16
	for len(frame) > 0 {
		n := min(len(frame), block)
		samples := narrow[:0]
		if from == PCMU {
			samples = AppendFromULaw(samples, frame[:n])
		} else {
			samples = AppendFromALaw(samples, frame[:n])
		}
		dst = w.encoder.Append(dst, w.up.Append(wide[:0], samples))
		frame = frame[n:]
	}
	return dst
}

func (w *narrower) append(dst, frame []byte, to Codec) []byte {
	var narrow [block]int16
	var wide [2 * block]int16
	for len(frame) > 0 {
		n := min(len(frame), block)
		samples := w.down.Append(narrow[:0], w.decoder.Append(wide[:0], frame[:n]))
		if to == PCMU {
			dst = AppendULaw(dst, samples)
		} else {
			dst = AppendALaw(dst, samples)
		}
		frame = frame[n:]
	}
	return dst
}
