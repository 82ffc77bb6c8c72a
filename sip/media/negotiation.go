package media

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"dialtone/sip/sdp"
)

// ptime is what our packets last, in ms.
const ptime = 20

// negotiation is the state of offers and answers of a stream (RFC 3264). One round may be
// open at a time: ours is set from Offer on, theirs from RemoteOffer on.
type negotiation struct {
	only    []sdp.Codec // all that is allowed; empty: any
	types   []sdp.Codec // what our payload types mean, for the life of the stream
	id      uint64
	version uint64 // of the last description sent
	sent    []byte // that description
	local   []byte // the last description that holds, or is answered to

	ours, theirs *sdp.Session // of the open round
	last         *sdp.Session // our offer that was answered, while more answers may come
	lastAnswer   []byte
	// What the last round agreed; nil before it.
	mine, peers *sdp.Session
	main        int // the section that carries the media, in both
	rounds      uint32

	keys    map[string]sdp.Crypto // ours, by suite
	opener  *opener
	sealer  *sealer
	inKey   sdp.Crypto
	outKey  sdp.Crypto
	wasOpen []byte // local before the open round
}

func newNegotiation(only []sdp.Codec) negotiation {
	var b [8]byte
	rand.Read(b[:])
	return negotiation{only: only, id: binary.BigEndian.Uint64(b[:]) >> 2}
}

// begin is a description of ours without sections.
func (s *Stream) begin() *sdp.Session {
	return &sdp.Session{
		Origin:     sdp.Origin{ID: s.id, Version: max(s.version, 1)},
		Connection: s.addr.Addr(),
	}
}

// write makes the body of a description; its version is one more than the last one's if
// anything else has changed (RFC 3264 section 8).
func (s *Stream) write(d *sdp.Session) []byte {
	b := d.Append(nil)
	switch {
	case s.sent == nil:
	case bytes.Equal(b, s.sent):
		return s.sent
	default:
		d.Origin.Version = s.version + 1
		b = d.Append(nil)
	}
	s.version, s.sent = d.Origin.Version, b
	return b
}

// read parses what the peer wrote.
func read(b []byte) (*sdp.Session, error) {
	d, err := sdp.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDescription, err)
	}
	return d, nil
}

// Local is the last description sent that holds, for a refresh: sent again, it says that
// nothing has changed. Nil before there is one.
func (s *Stream) Local() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.local
}

// Rollback ends the open round as if it had not begun: the offer was refused, or lost
// against the peer's own.
func (s *Stream) Rollback() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ours != nil {
		s.local = s.wasOpen
	}
	s.ours, s.theirs = nil, nil
}

// Pending says that a round is open: an offer of either side waits for its answer.
func (s *Stream) Pending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ours != nil || s.theirs != nil
}

// Held says that the peer does not want our audio, or that nothing is agreed yet.
func (s *Stream) Held() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.theirs != nil {
		i := s.acceptable(s.theirs, nil)
		return i < 0 || s.theirs.Media[i].Held()
	}
	return s.peers == nil || s.main >= len(s.peers.Media) || s.peers.Media[s.main].Held()
}

// Talks says that the peer may send, as far as is agreed: one that holds and talks plays
// music of its own.
func (s *Stream) Talks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peers != nil && s.main < len(s.peers.Media) && s.peers.Media[s.main].Direction.Send()
}

// Kind is what the last round agreed on.
func (s *Stream) Kind() Kind {
	if p := s.path.Load(); p != nil {
		return p.kind
	}
	return Audio
}

// OfferedT38 is the fax section of the peer's open offer; false if there is none.
func (s *Stream) OfferedT38() (sdp.T38, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.theirs == nil {
		return sdp.T38{}, false
	}
	return faxOf(s.theirs)
}

// T38 is the fax section the peer answered or offered in the last round; false if that
// was for audio.
func (s *Stream) T38() (sdp.T38, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.path.Load(); p == nil || p.kind != T38 {
		return sdp.T38{}, false
	}
	return faxOf(s.peers)
}

func faxOf(d *sdp.Session) (sdp.T38, bool) {
	i := fax(d)
	if i < 0 {
		return sdp.T38{}, false
	}
	return d.Media[i].T38(), true
}

// fax is the index of the first T.38 section that is not refused, -1 if none.
func fax(d *sdp.Session) int {
	for i := range d.Media {
		if m := &d.Media[i]; m.Kind == "image" && m.UDPTL() && m.Port != 0 && hasT38(m) {
			return i
		}
	}
	return -1
}

// hasT38 says whether T.38 is among a section's formats.
func hasT38(m *sdp.Media) bool {
	return slices.ContainsFunc(m.Formats, func(f string) bool { return strings.EqualFold(f, "t38") })
}

// acceptable is the index of the section of an offer that can be answered, -1 if none:
// the fax if it is wanted, else the first audio that policy and codecs allow.
func (s *Stream) acceptable(d *sdp.Session, t38 *sdp.T38) int {
	if t38 != nil {
		if i := fax(d); i >= 0 {
			return i
		}
	}
	for i := range d.Media {
		m := &d.Media[i]
		if m.Kind != "audio" || m.Port == 0 || !s.secures(m) {
			continue
		}
		for _, c := range m.Codecs {
			if voice(c) && s.allowed(c) {
				return i
			}
		}
	}
	return -1
}

// secures says whether a section's profile and keys fit the policy.
func (s *Stream) secures(m *sdp.Media) bool {
	secure, ok := rtpProfile(m.Proto)
	switch {
	case !ok:
		return false
	case secure:
		return s.policy != Off && len(m.Crypto) > 0
	}
	return s.policy != Mandatory || len(m.Crypto) > 0
}

// key is our key for a suite, the same in every description.
func (n *negotiation) key(suite string, tag int) sdp.Crypto {
	c, ok := n.keys[suite]
	if !ok {
		c = sdp.Crypto{Suite: suite, Key: make([]byte, sdp.KeyLength(suite))}
		rand.Read(c.Key)
		if n.keys == nil {
			n.keys = map[string]sdp.Crypto{}
		}
		n.keys[suite] = c
	}
	c.Tag = tag
	return c
}

// hasMain says whether a description has a section for the media.
func hasMain(d *sdp.Session, main int) bool { return d != nil && main < len(d.Media) }
