package journal

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	// headBytes is the length of a frame's head.
	headBytes = 16
	// sumBytes of it are the checksum of the rest.
	sumBytes = 4
	// maxPayload bounds one frame, and with it one commit, in bytes.
	maxPayload = 8 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// beginFrame empties dst and leaves room for a head.
func beginFrame(dst []byte) []byte { return append(dst[:0], make([]byte, headBytes)...) }

// sealFrame writes the head of a frame whose payload is complete.
func sealFrame(frame []byte, number uint64) {
	binary.BigEndian.PutUint32(frame[4:], uint32(len(frame)-headBytes))
	binary.BigEndian.PutUint64(frame[8:], number)
	binary.BigEndian.PutUint32(frame, crc32.Checksum(frame[sumBytes:], castagnoli))
}

// parseFrame reads the frame that b begins with. ok says that it is sound.
func parseFrame(b []byte) (number uint64, payload []byte, ok bool) {
	if len(b) < headBytes {
		return 0, nil, false
	}
	length := binary.BigEndian.Uint32(b[4:])
	if length > maxPayload || int(length) > len(b)-headBytes {
		return 0, nil, false
	}
	b = b[:headBytes+int(length)]
	if crc32.Checksum(b[sumBytes:], castagnoli) != binary.BigEndian.Uint32(b) {
		return 0, nil, false
	}
	return binary.BigEndian.Uint64(b[8:]), b[headBytes:], true
}

// payloadLen is the length of a sound frame's payload.
func payloadLen(frame []byte) int { return int(binary.BigEndian.Uint32(frame[4:])) }

// appendOp appends one change; a nil value deletes.
func appendOp(dst, key, value []byte) []byte {
	dst = append(binary.AppendUvarint(dst, uint64(len(key))), key...)
	if value == nil {
		return append(dst, 0)
	}
	return append(binary.AppendUvarint(dst, uint64(len(value))+1), value...)
}

// cutOp takes the first change off a payload.
func cutOp(payload []byte) (key, value, rest []byte, ok bool) {
	key, rest, ok = cutBytes(payload, 0)
	if !ok || len(key) == 0 {
		return nil, nil, nil, false
	}
	if len(rest) > 0 && rest[0] == 0 {
		return key, nil, rest[1:], true
	}
	value, rest, ok = cutBytes(rest, 1)
	return key, value, rest, ok
}

// cutBytes takes a length, of which more is subtracted, and so many bytes off b.
func cutBytes(b []byte, more uint64) (field, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n < more || n-more > uint64(len(b)-size) {
		return nil, nil, false
	}
	b, n = b[size:], n-more
	return b[:n:n], b[n:], true
}
