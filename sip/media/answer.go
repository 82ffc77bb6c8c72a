package media

import (
	"bytes"
	"fmt"
	"net/netip"

	"dialtone/sip/sdp"
)

// AnswerOptions say how to answer.
type AnswerOptions struct {
	// Prefer are the codecs the other leg talks, in its order: the first that the peer
	// offered too is taken, so that nothing is transcoded. Nil prefers what we can
	// play and transcode, in the peer's order.
	Prefer []sdp.Codec
	// Direction is what we want to do; the answer never has more than the offer allows.
	Direction sdp.Direction
	// T38 accepts the fax section of the offer with these parameters; nil refuses it.
	T38 *sdp.T38
}

// RemoteOffer takes the peer's offer, the first or a new one. It is open until Answer or
// Rollback. ErrNotAcceptable says that nothing in it can be used, ErrOrder that a round is
// open already; neither opens one.
func (s *Stream) RemoteOffer(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.ours != nil || s.theirs != nil:
		return ErrOrder
	}
	d, err := read(b)
	if err != nil {
		return err
	}
	if s.acceptable(d, &sdp.T38{}) < 0 {
		return fmt.Errorf("offer without usable media: %w", ErrNotAcceptable)
	}
	if s.peers != nil && len(d.Media) < len(s.peers.Media) && len(d.Media) <= s.main {
		return fmt.Errorf("offer without the section in use: %w", ErrNotAcceptable)
	}
	s.theirs, s.last = d, nil
	return nil
}

// Answer answers the peer's offer: the same sections in the same order (RFC 3264 section
// 6), one of them accepted. With an error the offer stays open: Rollback and refuse it.
func (s *Stream) Answer(o AnswerOptions) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, ErrClosed
	case s.theirs == nil:
		return nil, ErrOrder
	}
	offer := s.theirs
	main := s.acceptable(offer, o.T38)
	if main < 0 {
		return nil, fmt.Errorf("offer without usable media: %w", ErrNotAcceptable)
	}
	theirs := &offer.Media[main]
	d := s.begin()
	d.Media = make([]sdp.Media, len(offer.Media))
	for i := range d.Media {
		d.Media[i] = refuse(&offer.Media[i])
	}
	kind, common := Audio, []sdp.Codec(nil)
	if theirs.Kind == "image" {
		kind = T38
		d.Media[main] = s.faxSection(*o.T38)
		d.Media[main].Proto, d.Media[main].Formats = theirs.Proto, theirs.Formats
		d.Media[main].Direction = theirs.Direction.Answer(sdp.SendRecv)
	} else {
		m, err := s.answerSection(theirs, o)
		if err != nil {
			return nil, err
		}
		d.Media[main] = m
		common = inCommon(&m, theirs)
	}
	b := s.write(d)
	s.theirs, s.local = nil, b
	s.agree(d, offer, main, kind, common)
	return bytes.Clone(b), nil
}

// refuse is a section with port 0, without the other side's address.
func refuse(m *sdp.Media) sdp.Media {
	r := m.Reject()
	r.Connection, r.ConnectionName = netip.Addr{}, ""
	return r
}

func (s *Stream) answerSection(theirs *sdp.Media, o AnswerOptions) (sdp.Media, error) {
	codecs := s.answered(theirs, o.Prefer)
	if len(codecs) == 0 {
		return sdp.Media{}, fmt.Errorf("offer without a codec of use: %w", ErrNotAcceptable)
	}
	for _, c := range codecs {
		s.mean(c)
	}
	m := sdp.Media{
		Kind: "audio", Proto: theirs.Proto, Port: int(s.addr.Port()), Codecs: codecs, Connection: s.addr.Addr(),
		Direction: theirs.Direction.Answer(o.Direction), Ptime: ptime, RTCPMux: theirs.RTCPMux,
	}
	if s.policy == Off || len(theirs.Crypto) == 0 {
		return m, s.useKeys(sdp.Crypto{}, sdp.Crypto{})
	}
	in := theirs.Crypto[0]
	out := s.key(in.Suite, in.Tag)
	m.Crypto = []sdp.Crypto{out}
	return m, s.useKeys(in, out)
}
