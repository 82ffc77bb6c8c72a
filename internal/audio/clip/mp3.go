package clip

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/hajimehoshi/go-mp3"
)

// isMP3 tells an MP3 file: by its ID3 tag, or by two frames of MPEG audio layer III in a
// row near its beginning.
func isMP3(file []byte) bool {
	if has(file, 0, "ID3") {
		return true
	}
	_, ok := firstMP3(file)
	return ok
}

// nearBeginning is how far into a file its first frame is looked for, in bytes.
const nearBeginning = 4096

// firstMP3 finds a frame that another one follows, or the end.
func firstMP3(file []byte) (h mp3Header, ok bool) {
	for at := range min(len(file), nearBeginning) {
		h, ok := readMP3Header(file[at:])
		if !ok {
			continue
		}
		if end := at + h.size; end == len(file) {
			return h, true
		} else if end < len(file) {
			if _, ok := readMP3Header(file[end:]); ok {
				return h, true
			}
		}
	}
	return h, false
}

// untagged is a file without the ID3v2 tags at its beginning.
func untagged(file []byte) []byte {
	const header = 10
	for has(file, 0, "ID3") && len(file) > header {
		size := header
		for i, b := range file[6:header] {
			size += int(b&0x7f) << (7 * (3 - i))
		}
		if size > len(file) {
			return nil
		}
		file = file[size:]
	}
	return file
}

// mp3Header is what the header of a frame says (ISO/IEC 11172-3 section 2.4.2.3, 13818-3
// section 2.4.2.3).
type mp3Header struct {
	lsf, quarter bool // MPEG-2; MPEG-2.5, which has half its rates
	rate         int  // Hz
	size         int  // bytes
}

// readMP3Header reads a frame's header; false for something else than layer III.
func readMP3Header(b []byte) (h mp3Header, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 {
		return h, false
	}
	version, bitrate, rate := b[1]>>3&3, int(b[2]>>4), int(b[2]>>2&3)
	if version == 1 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return h, false
	}
	h.lsf, h.quarter = version != 3, version == 0
	h.rate = [3]int{44100, 48000, 32000}[rate]
	kilobits := [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	slots := 144 // of a bit a second and Hz
	if h.lsf {
		h.rate /= 2
		kilobits = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
		slots = 72
	}
	if h.quarter {
		h.rate /= 2
	}
	h.size = slots*kilobits[bitrate]*1000/h.rate + int(b[2]>>1&1)
	return h, true
}

// decodeMP3 reads MPEG-1 and MPEG-2 layer III.
func decodeMP3(ctx context.Context, file []byte) ([]float32, error) {
	file = untagged(file)
	switch h, ok := firstMP3(file); {
	case !ok:
		return nil, refuse(Damaged, "there is no sound in the MP3 file")
	case h.quarter:
		return nil, refuse(Unsupported, "the MP3 file has %d samples a second; 16,000 to 48,000 are possible", h.rate)
	case h.lsf && h.rate == 22050:
		file = repack(file)
	}
	// Without the other methods of its reader the decoder does not read the file twice.
	d, err := mp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(file)})
	if err != nil {
		return nil, damaged("MP3", err)
	}
	const channels = 2 // the decoder doubles one
	m, err := newMixer(d.SampleRate(), channels)
	if err != nil {
		return nil, err
	}
	const step = 1152 * 4
	block, samples := make([]byte, 2*channels*step), make([]float32, channels*step)
	for {
		n, err := io.ReadFull(d, block)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return nil, damaged("MP3", err)
		}
		for i := range n / 2 {
			samples[i] = float32(int16(binary.LittleEndian.Uint16(block[2*i:]))) / (1 << 15)
		}
		if err := m.add(ctx, samples[:n/2]); err != nil {
			return nil, err
		}
		if ended {
			return m.end(), nil
		}
	}
}
