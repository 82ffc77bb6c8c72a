package media

import (
	"bytes"
	"fmt"
	"slices"

	"dialtone/sip/sdp"
)

// useKeys makes the contexts for a pair of keys; those in use stay, so that rollover
// counters and replay windows go on. Empty ones mean RTP.
func (s *Stream) useKeys(in, out sdp.Crypto) error {
	if in.Suite == "" {
		s.opener, s.sealer = nil, nil
		s.inKey, s.outKey = in, out
		return nil
	}
	opened, sealed := s.opener, s.sealer
	if opened == nil || !sameKey(in, s.inKey) {
		context, err := newContext(in)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotAcceptable, err)
		}
		opened = &opener{context: context}
	}
	if sealed == nil || !sameKey(out, s.outKey) {
		context, err := newContext(out)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotAcceptable, err)
		}
		sealed = &sealer{context: context}
	}
	s.opener, s.sealer, s.inKey, s.outKey = opened, sealed, in, out
	return nil
}

func sameKey(a, b sdp.Crypto) bool {
	return a.Suite == b.Suite && bytes.Equal(a.Key, b.Key) && bytes.Equal(a.MKI, b.MKI)
}

// agree ends a round: what the loop shall do from now on.
func (s *Stream) agree(mine, peers *sdp.Session, main int, kind Kind, common []sdp.Codec) {
	s.mine, s.peers, s.main = mine, peers, main
	s.rounds++
	ours, theirs := &mine.Media[main], &peers.Media[main]
	p := &path{
		kind: kind, round: s.rounds, symmetric: s.symmetric, peer: s.peer,
		remote: theirs.Addr(), remoteRTCP: theirs.RTCPAddr(), mux: ours.RTCPMux && theirs.RTCPMux,
	}
	if kind == T38 {
		p.sends = true
		s.path.Store(p)
		return
	}
	held := theirs.Held()
	p.sends = !held && ours.Direction.Send()
	p.expects = ours.Direction.Recv() && theirs.Direction.Send() && !held
	p.in, p.out = s.opener, s.sealer
	p.learn(s.accepted(ours), common)
	s.path.Store(p)
}

// accepted is what the peer may send: what our description lists, and what earlier ones
// did, for packets under way.
func (s *Stream) accepted(ours *sdp.Media) []sdp.Codec {
	list := slices.Clone(ours.Codecs)
	for _, c := range s.types {
		if _, listed := ours.Codec(c.PT); !listed {
			list = append(list, c)
		}
	}
	return list
}
