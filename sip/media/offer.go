package media

import (
	"bytes"
	"fmt"

	"dialtone/sip/sdp"
)

// OfferOptions say what to offer.
type OfferOptions struct {
	// Codecs are the other leg's; they come first, and their payload types are kept
	// where they are free. Nil offers all we can transcode.
	Codecs []sdp.Codec
	// Only offers Codecs alone, so that nothing can be transcoded.
	Only bool
	// Direction is what we want to do; SendRecv unless a hold is passed on.
	Direction sdp.Direction
	// T38 offers fax instead of audio.
	T38 *sdp.T38
}

// Offer writes an offer, the first or a new one. It is open until RemoteAnswer or
// Rollback.
func (s *Stream) Offer(o OfferOptions) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, ErrClosed
	case s.ours != nil || s.theirs != nil:
		return nil, ErrOrder
	}
	m, err := s.offerSection(o)
	if err != nil {
		return nil, err
	}
	d := s.begin()
	if s.mine != nil { // all sections of before keep their places
		d.Media = make([]sdp.Media, len(s.mine.Media))
		for i := range d.Media {
			d.Media[i] = refuse(&s.mine.Media[i])
		}
	}
	if hasMain(d, s.main) {
		d.Media[s.main] = m // may change from audio to fax: RFC 3264 section 8.3.3
	} else {
		d.Media = append(d.Media, m)
	}
	s.ours, s.last = d, nil
	s.wasOpen, s.local = s.local, s.write(d)
	return s.local, nil
}

func (s *Stream) offerSection(o OfferOptions) (sdp.Media, error) {
	if o.T38 != nil {
		return s.faxSection(*o.T38), nil
	}
	codecs := s.offered(o.Codecs, o.Only)
	if len(codecs) == 0 {
		return sdp.Media{}, fmt.Errorf("cannot offer media: %w", ErrNoCodec)
	}
	m := sdp.Media{
		Kind: "audio", Proto: "RTP/AVP", Port: int(s.addr.Port()), Codecs: codecs, Connection: s.addr.Addr(),
		Direction: o.Direction, Ptime: ptime,
	}
	if hasMain(s.peers, s.main) && s.peers.Media[s.main].RTCPMux && s.mine.Media[s.main].RTCPMux {
		m.RTCPMux = true
	}
	s.offerKeys(&m)
	return m, nil
}

// offerKeys adds what the policy wants; a peer that has SRTP already keeps its form.
func (s *Stream) offerKeys(m *sdp.Media) {
	known := s.mine != nil && hasMain(s.mine, s.main) && len(s.mine.Media[s.main].Crypto) > 0
	switch {
	case s.policy == Mandatory || known && s.mine.Media[s.main].Secure():
		m.Proto = "RTP/SAVP"
	case s.policy == Preferred || known:
	default:
		return
	}
	if known { // the suite and key in use, so that both keep their contexts
		m.Crypto = append(m.Crypto, s.key(s.outKey.Suite, 1))
	}
	for _, suite := range suites[:3] {
		if !known || suite != s.outKey.Suite {
			m.Crypto = append(m.Crypto, s.key(suite, len(m.Crypto)+1))
		}
	}
}

func (s *Stream) faxSection(t sdp.T38) sdp.Media {
	return sdp.Media{
		Kind: "image", Proto: "udptl", Port: int(s.addr.Port()), Formats: []string{"t38"}, Connection: s.addr.Addr(),
		Attributes: t.Attributes(),
	}
}

// RemoteAnswer takes the peer's answer to our offer. Other answers to the same offer may
// follow until the next round, as forks and early dialogs send them; the last one holds.
// ErrNotAcceptable says that the peer refused the media or answered what was not offered;
// the round is over then and what was agreed before still holds.
func (s *Stream) RemoteAnswer(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	offer := s.ours
	switch {
	case s.closed:
		return ErrClosed
	case offer == nil && s.theirs == nil:
		offer = s.last
	}
	if offer == nil {
		return ErrOrder
	}
	if s.ours == nil && bytes.Equal(b, s.lastAnswer) {
		return nil
	}
	d, err := read(b)
	if err == nil {
		err = s.acceptAnswer(offer, d)
	}
	if err != nil {
		if s.ours != nil {
			s.ours, s.local = nil, s.wasOpen
		}
		return err
	}
	s.ours, s.last, s.lastAnswer = nil, offer, bytes.Clone(b)
	return nil
}

// acceptAnswer checks the answer against the offer and follows it.
func (s *Stream) acceptAnswer(offer, answer *sdp.Session) error {
	main := min(s.main, len(offer.Media)-1)
	if main >= len(answer.Media) {
		return fmt.Errorf("answer without the section offered: %w", ErrNotAcceptable)
	}
	ours, theirs := &offer.Media[main], &answer.Media[main]
	if theirs.Port == 0 || theirs.Kind != ours.Kind {
		return fmt.Errorf("answer refuses the media: %w", ErrNotAcceptable)
	}
	if ours.Kind == "image" {
		s.agree(offer, answer, main, T38, nil)
		return nil
	}
	common := inCommon(ours, theirs)
	if len(common) == 0 || !hasVoice(common) {
		return fmt.Errorf("answer without a codec offered: %w", ErrNotAcceptable)
	}
	if err := s.answerKeys(ours, theirs); err != nil {
		return err
	}
	s.agree(offer, answer, main, Audio, common)
	return nil
}

// inCommon are the answer's codecs that were offered. A payload type nobody explains is
// what the offer said it is.
func inCommon(ours, theirs *sdp.Media) []sdp.Codec {
	var common []sdp.Codec
	for _, c := range theirs.Codecs {
		if c.Name == "" {
			if known, ok := ours.Codec(c.PT); ok {
				c = known
			}
		}
		if _, ok := ours.Find(c); ok {
			common = append(common, c)
		}
	}
	return common
}

func hasVoice(list []sdp.Codec) bool {
	for _, c := range list {
		if voice(c) {
			return true
		}
	}
	return false
}

// answerKeys takes the key the answer chose for one we offered. The suite tells which,
// since no two of ours have one; phones are careless with the tag.
func (s *Stream) answerKeys(ours, theirs *sdp.Media) error {
	for _, c := range theirs.Crypto {
		for _, o := range ours.Crypto {
			if c.Suite == o.Suite {
				return s.useKeys(c, o)
			}
		}
	}
	if ours.Secure() || theirs.Secure() || s.policy == Mandatory {
		return fmt.Errorf("answer without an SRTP key: %w", ErrNotAcceptable)
	}
	return s.useKeys(sdp.Crypto{}, sdp.Crypto{})
}
