package media

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"dialtone/sip/sdp"
)

// Tap takes what one peer says from the stream's loop to a [Tape]. The loop puts packets
// in and never waits: what has no room is counted and lost to the recording, not to the
// call. It is used by one stream at a time.
type Tap struct {
	channel int
	closed  atomic.Bool
	missed  atomic.Uint64 // packets there was no room for

	// The ring: written by the loop, read by the tape.
	buf        []byte
	head, tail atomic.Uint64 // bytes put in and taken out since the beginning

	// The loop's.
	learned   *path
	encodings [128]encoding
}

// tapSize is how much waits for the tape, in bytes: five seconds of 64 kbit/s in packets
// of 20 ms.
const tapSize = 1 << 16

// tapHeader is in front of each packet: its size, its encoding, its clock divided by 100,
// SSRC and timestamp, and when it came.
const tapHeader = 2 + 1 + 1 + 2 + 4 + 4 + 8

func newTap(channel int) *Tap { return &Tap{channel: channel, buf: make([]byte, tapSize)} }

// sound is one packet on its way to a tape.
type sound struct {
	encoding encoding
	clock    int // Hz
	ssrc, ts uint32
	at       time.Duration // since the engine's start
	payload  []byte
}

// hear puts a packet in. Only the stream's loop calls it.
func (t *Tap) hear(now time.Duration, p *path, h header, b []byte) {
	if t.closed.Load() {
		return
	}
	if t.learned != p {
		t.learn(p)
	}
	if t.encodings[h.pt] == noEncoding {
		return
	}
	payload := h.payload(b)
	head := t.head.Load()
	need := uint64(tapHeader + len(payload))
	if len(payload) == 0 || need > tapSize-(head-t.tail.Load()) {
		if len(payload) > 0 {
			t.missed.Add(1)
		}
		return
	}
	var front [tapHeader]byte
	binary.LittleEndian.PutUint16(front[0:], uint16(len(payload)))
	front[2] = byte(t.encodings[h.pt])
	binary.LittleEndian.PutUint16(front[4:], uint16(p.clockOf(p.known[h.pt])/100))
	binary.LittleEndian.PutUint32(front[6:], h.ssrc)
	binary.LittleEndian.PutUint32(front[10:], h.ts)
	binary.LittleEndian.PutUint64(front[14:], uint64(now))
	t.put(head, front[:])
	t.put(head+tapHeader, payload)
	t.head.Store(head + need)
}

// learn looks up what the payload types of a path are.
func (t *Tap) learn(p *path) {
	t.learned = p
	t.encodings = [128]encoding{}
	for _, c := range p.formats {
		t.encodings[c.PT&0x7f] = encodingOf(c)
	}
}

func (t *Tap) put(at uint64, b []byte) {
	n := copy(t.buf[at%tapSize:], b)
	copy(t.buf, b[n:])
}

func (t *Tap) get(at uint64, b []byte) {
	n := copy(b, t.buf[at%tapSize:])
	copy(b[n:], t.buf)
}

// next takes a packet out, its payload into b; false when there is none. Only the tape
// calls it.
func (t *Tap) next(b []byte) (p sound, ok bool) {
	tail := t.tail.Load()
	if tail == t.head.Load() {
		return p, false
	}
	var front [tapHeader]byte
	t.get(tail, front[:])
	size := int(binary.LittleEndian.Uint16(front[0:]))
	p = sound{
		encoding: encoding(front[2]), clock: 100 * int(binary.LittleEndian.Uint16(front[4:])),
		ssrc: binary.LittleEndian.Uint32(front[6:]), ts: binary.LittleEndian.Uint32(front[10:]),
		at: time.Duration(binary.LittleEndian.Uint64(front[14:])), payload: b[:size],
	}
	t.get(tail+tapHeader, p.payload)
	t.tail.Store(tail + tapHeader + uint64(size))
	return p, true
}

// Record lets a tap hear what the peer sends from now on, in place of the one before; nil
// ends it. What is protected on the way is heard in clear.
func (s *Stream) Record(t *Tap) {
	s.loop.Load().post(func() {
		if !s.flow.gone {
			s.flow.tap = t
		}
	}, false)
}

// Wide says whether the codec in use carries more than telephone sound.
func Wide(c sdp.Codec) bool { return encodingOf(c).rate() > narrowRate }
