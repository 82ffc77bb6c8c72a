package journal

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The first frame of a file: what it is, in which format.
const (
	magicName   = "dialtone journal "
	magic       = magicName + "1\n"
	headerBytes = headBytes + len(magic) + 16
)

// header is the first frame of a file.
type header struct {
	file uint64 // the file's number
	next uint64 // of the first frame that follows: in the log, or after the snapshot
}

func (h header) appendFrame(dst []byte) []byte {
	dst = append(beginFrame(dst), magic...)
	dst = binary.BigEndian.AppendUint64(dst, h.file)
	dst = binary.BigEndian.AppendUint64(dst, h.next)
	sealFrame(dst, 0)
	return dst
}

// parseHeader reads the payload of a first frame.
func parseHeader(number uint64, payload []byte) (h header, err error) {
	text := string(payload[:min(len(payload), len(magic))])
	switch {
	case number == 0 && text == magic && len(payload) == len(magic)+16:
		numbers := payload[len(magic):]
		return header{binary.BigEndian.Uint64(numbers), binary.BigEndian.Uint64(numbers[8:])}, nil
	case number == 0 && strings.HasPrefix(text, magicName) && text != magic:
		return h, fmt.Errorf("%w: %q", ErrNewer, text)
	}
	return h, ErrDamaged
}
