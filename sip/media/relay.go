package media

import (
	"dialtone/internal/audio"
	"dialtone/sip/sdp"
)

// deed is what is done with a payload type on its way to the other stream.
type deed uint8

const (
	drop deed = iota
	pass
	transcode
	passEvent  // telephone-event of the same clock
	scaleEvent // telephone-event of another clock
)

type action struct {
	deed deed
	pt   uint8 // the other side's
	code int8  // transcoder
}

// route is how packets of one stream become packets of another; the loop of both builds
// it anew when either was renegotiated.
type route struct {
	actions [128]action
	coders  []*audio.Transcoder
}

// passes says whether any audio gets from p to q.
func passes(p, q *path) bool {
	if p.kind == T38 || q.kind == T38 {
		return p.kind == q.kind
	}
	for _, c := range p.formats {
		if d, _ := carry(c, q); d == pass || d == transcode {
			return true
		}
	}
	return false
}

// carry decides how a codec reaches a path: as it is if the peer takes it, transcoded
// otherwise.
func carry(c sdp.Codec, q *path) (deed, sdp.Codec) {
	list := q.voices
	switch {
	case c.DTMF():
		e, ok := q.event(c.Clock)
		switch {
		case !ok:
			return drop, sdp.Codec{}
		case e.Clock == c.Clock:
			return passEvent, e
		}
		return scaleEvent, e
	case c.ComfortNoise():
		list = q.comforts
	}
	for _, v := range list {
		if v.Same(c) {
			return pass, v
		}
	}
	if !transcodable(c) {
		return drop, sdp.Codec{}
	}
	for _, v := range list {
		if transcodable(v) {
			return transcode, v
		}
	}
	return drop, sdp.Codec{}
}

func newRoute(from, to *path) *route {
	r := new(route)
	for _, c := range from.formats {
		d, v := carry(c, to)
		a := action{deed: d, pt: v.PT}
		if d == transcode {
			t, err := audio.New(coding(c), coding(v))
			if err != nil {
				continue
			}
			a.code = int8(len(r.coders))
			r.coders = append(r.coders, t)
		}
		r.actions[c.PT&0x7f] = a
	}
	return r
}

// relay passes a packet of s on; b has its header and payload, in clear.
func (s *Stream) relay(l *loop, h header, b []byte) {
	to := s.to.Load()
	if to == nil {
		s.flow.idle++
		return
	}
	q := to.reach()
	if q == nil || !q.sends || q.kind != Audio {
		s.flow.idle++
		return
	}
	r := s.flow.route
	if r == nil || s.flow.routeTo != q {
		r = newRoute(s.flow.seen, q)
		s.flow.route, s.flow.routeTo = r, q
	}
	a := &r.actions[h.pt]
	if to.flow.maker { // it sends something of its own
		to.flow.out.skip(s)
		s.flow.idle++
		return
	}
	switch a.deed {
	case drop:
		to.flow.out.skip(s)
		s.flow.dropped++
		return
	case transcode:
		b = s.transcode(l, r.coders[a.code], h, b)
		h.size, h.padding = headerSize, false
		if b == nil {
			to.flow.out.skip(s)
			return
		}
	case scaleEvent:
		clock := s.flow.seen.clockOf(s.flow.seen.known[h.pt])
		if e, ok := q.event(clock); ok {
			scaleDuration(b[h.size:], clock, e.Clock)
		}
	}
	h.pt = a.pt
	to.forward(l, s, h, b[h.size-headerSize:], a.deed)
	s.flow.relayed++
}

// transcode puts the payload in the other codec into the loop's second buffer.
func (s *Stream) transcode(l *loop, t *audio.Transcoder, h header, b []byte) []byte {
	payload := h.payload(b)
	if len(payload) == 0 || len(payload) > maxPayload {
		return nil
	}
	l.work += codingWork
	return t.Append(l.out[:headerSize], payload)
}

// codingWork is what transcoding a packet costs beside relaying it, in units of work.
const codingWork = 4

// maxPayload is the most one packet may hold to be transcoded: 80 ms of 64 kbit/s. What
// comes out is no longer.
const maxPayload = 640

// forward sends a packet of another stream as one of s. The first headerSize bytes of b
// are overwritten.
func (s *Stream) forward(l *loop, from *Stream, h header, b []byte, d deed) {
	o := &s.flow.out
	if d == scaleEvent {
		h.seq, h.ts = o.placeEvent(l.now, from, h, s.flow.seen.clock)
	} else {
		var fresh bool
		h.seq, h.ts, fresh = o.place(l.now, from, h, s.flow.seen.clock)
		h.marker = h.marker || fresh && d != passEvent
	}
	h.ssrc = o.ssrc
	h.put(b)
	s.transmit(l, b)
}

// reach is the stream's path, with the flow brought up to it; nil before there is one.
func (s *Stream) reach() *path {
	p := s.path.Load()
	if p != s.flow.seen && p != nil {
		s.adopt(p)
	}
	return p
}
