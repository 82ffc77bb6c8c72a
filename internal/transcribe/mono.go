package transcribe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxPart is the most one request holds, in bytes: services take 25 MB.
const maxPart = 20 << 20

const wavHeader = 44

// part is a stretch of a recording's file.
type part struct{ from, bytes int64 }

// split cuts a recording of two channels of 16 bits into parts that are small enough once
// they have one channel.
func split(size int64) (parts []part) {
	const most = 2 * maxPart
	for from := int64(wavHeader); from < size; from += most {
		parts = append(parts, part{from, min(most, size-from) &^ 3})
	}
	return parts
}

// errNoWAV says that a file is not what recordings are.
var errNoWAV = errors.New("not a recording")

// sampleRate reads the rate from the header.
func sampleRate(f io.ReaderAt) (int, error) {
	var b [wavHeader]byte
	if _, err := f.ReadAt(b[:], 0); err != nil {
		return 0, fmt.Errorf("cannot read recording: %w", err)
	}
	if string(b[:4]) != "RIFF" || string(b[36:40]) != "data" || binary.LittleEndian.Uint16(b[22:]) != 2 {
		return 0, errNoWAV
	}
	return int(binary.LittleEndian.Uint32(b[24:])), nil
}

// mono reads a part as a WAV file with both channels in one.
func mono(f io.ReaderAt, p part, rate int) (r io.Reader, size int64) {
	sound := p.bytes / 2
	b := make([]byte, 0, wavHeader)
	b = binary.LittleEndian.AppendUint32(append(b, "RIFF"...), uint32(wavHeader-8+sound))
	b = binary.LittleEndian.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // linear
	b = binary.LittleEndian.AppendUint16(b, 1) // channel
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(sound))
	m := &mixer{from: io.NewSectionReader(f, p.from, p.bytes)}
	return io.MultiReader(bytes.NewReader(b), m), wavHeader + sound
}

// mixer adds the two channels of what it reads.
type mixer struct {
	from io.Reader
	in   [16384]byte
	out  []byte
}

// Read gives samples of one channel.
func (m *mixer) Read(p []byte) (int, error) {
	if len(m.out) == 0 {
		n, err := io.ReadFull(m.from, m.in[:])
		n &^= 3
		if n == 0 {
			if errors.Is(err, io.ErrUnexpectedEOF) || err == nil {
				err = io.EOF
			}
			return 0, err
		}
		for i := 0; i < n; i += 4 {
			left, right := int16(binary.LittleEndian.Uint16(m.in[i:])), int16(binary.LittleEndian.Uint16(m.in[i+2:]))
			both := max(-32768, min(32767, int(left)+int(right)))
			binary.LittleEndian.PutUint16(m.in[i/2:], uint16(int16(both)))
		}
		m.out = m.in[:n/2]
	}
	n := copy(p, m.out)
	m.out = m.out[n:]
	return n, nil
}
