package clip

import "bytes"

// The decoder takes frames of MPEG-2 that are filled up with a byte for shorter than they
// are, and loses its place. That happens at 22,050 Hz alone, where frames are no whole
// number of bytes; these are packed anew, each with all that belongs to it and of the
// one size the decoder gets right.
const (
	repackBitrate = 14 // index of the highest, 160 kbit/s
	repackSize    = 72 * 160_000 / 22050
)

// repack packs a file of frames of MPEG-2 layer III at 22,050 Hz anew.
func repack(file []byte) []byte {
	var out bytes.Buffer
	var reservoir []byte // main data of the frames so far, the newest last
	for len(file) > 0 {
		h, ok := readMP3Header(file)
		if !ok || h.size > len(file) {
			file = file[1:]
			continue
		}
		f := readLSF(file[:h.size])
		file = file[h.size:]
		if f == nil {
			continue
		}
		out.Write(f.repack(reservoir))
		reservoir = append(reservoir, f.main...)
		reservoir = reservoir[max(0, len(reservoir)-maxReservoir):]
	}
	return out.Bytes()
}

// maxReservoir is how far a frame of MPEG-2 may reach back, in bytes.
const maxReservoir = 255

// lsfFrame is a frame of MPEG-2 (ISO/IEC 13818-3 section 2.4.1.7).
type lsfFrame struct{ head, side, main []byte }

// readLSF takes a frame apart; nil if it is too short for what it says.
func readLSF(b []byte) *lsfFrame {
	at, side := 4, 17
	if b[1]&1 == 0 {
		at += 2 // check sum
	}
	if mono(b) {
		side = 9
	}
	if len(b) < at+side {
		return nil
	}
	return &lsfFrame{b[:4], b[at : at+side], b[at+side:]}
}

func mono(head []byte) bool { return head[3]>>6 == 3 }

// length is that of the frame's main data, in bytes.
func (f *lsfFrame) length() int {
	const channel = 63 // bits of side information of one
	first := 9
	count := 1
	if !mono(f.head) {
		first, count = 10, 2
	}
	bits := 0
	for c := range count {
		for i := range 12 {
			at := first + c*channel + i
			bits += int(f.side[at/8]>>(7-at%8)&1) << (11 - i)
		}
	}
	return (bits + 7) / 8
}

// repack makes one frame that reaches back to none. One that cannot be made is silent.
func (f *lsfFrame) repack(reservoir []byte) []byte {
	b := make([]byte, repackSize)
	copy(b, f.head)
	b[1] |= 1 // no check sum
	b[2] = repackBitrate<<4 | f.head[2]&0x0d
	back := int(f.side[0])
	if back > len(reservoir) {
		return b
	}
	main := append(reservoir[len(reservoir)-back:len(reservoir):len(reservoir)], f.main...)
	main = main[:min(f.length(), len(main))]
	if 4+len(f.side)+len(main) > len(b) {
		return b
	}
	n := 4 + copy(b[4:], f.side)
	b[4] = 0 // reaches back
	copy(b[n:], main)
	return b
}
