package media

import "encoding/binary"

// headerSize is that of an RTP header without contributing sources and extension.
const headerSize = 12

// header is an RTP header (RFC 3550 section 5.1).
type header struct {
	pt      uint8
	marker  bool
	padding bool
	seq     uint16
	ts      uint32
	ssrc    uint32
	size    int // with contributing sources and extension
}

// parseHeader reads the header; false if b is no RTP.
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < headerSize || b[0]>>6 != 2 {
		return h, false
	}
	h = header{
		pt: b[1] & 0x7f, marker: b[1]&0x80 != 0, padding: b[0]&0x20 != 0,
		seq: binary.BigEndian.Uint16(b[2:]), ts: binary.BigEndian.Uint32(b[4:]), ssrc: binary.BigEndian.Uint32(b[8:]),
		size: headerSize + 4*int(b[0]&0x0f),
	}
	if b[0]&0x10 != 0 {
		if len(b) < h.size+4 {
			return h, false
		}
		h.size += 4 + 4*int(binary.BigEndian.Uint16(b[h.size+2:]))
	}
	return h, len(b) >= h.size
}

// put writes the header without contributing sources and extension over the first
// headerSize bytes of b.
func (h *header) put(b []byte) {
	_ = b[headerSize-1]
	b[0], b[1] = 0x80, h.pt
	if h.padding {
		b[0] |= 0x20
	}
	if h.marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.seq)
	binary.BigEndian.PutUint32(b[4:], h.ts)
	binary.BigEndian.PutUint32(b[8:], h.ssrc)
}

// payload is what follows the header, without padding; nil if the padding is wrong.
func (h *header) payload(b []byte) []byte {
	p := b[h.size:]
	if !h.padding {
		return p
	}
	if len(p) == 0 || int(p[len(p)-1]) > len(p) || p[len(p)-1] == 0 {
		return nil
	}
	return p[:len(p)-int(p[len(p)-1])]
}

// isRTCP tells RTCP from RTP on one port (RFC 5761 section 4).
func isRTCP(b []byte) bool { return len(b) >= 8 && b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223 }
