package media

import "bytes"

// Terminate gives the datagrams of T.38 that the peer sends to receive, a copy each,
// instead of relaying them; nil relays again. receive is called by the stream's loop and
// must not wait.
func (s *Stream) Terminate(receive func(datagram []byte)) {
	s.loop.Load().post(func() { s.flow.fax = receive }, true)
}

// SendDatagram sends a datagram of T.38 to the peer; without T.38 agreed, nothing.
func (s *Stream) SendDatagram(b []byte) {
	b = bytes.Clone(b)
	s.loop.Load().post(func() {
		p := s.reach()
		if s.flow.gone || p == nil || p.kind != T38 || s.flow.dest == nil {
			return
		}
		if send(s.rtp.fd, b, s.flow.dest) {
			s.flow.out.packets++
			s.flow.out.octets += uint64(len(b))
			s.live()
		}
	}, true)
}
