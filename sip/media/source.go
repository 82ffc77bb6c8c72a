package media

import "dialtone/sip/sdp"

// Source is something to play: music, a prompt, a tone. One Source may be played to any
// number of streams at once.
type Source interface {
	// Clip is the source in a codec, ready to send; nil if it has none. It is called
	// once per Play and renegotiation, not per packet.
	Clip(c sdp.Codec) *Clip
}

// Clip is audio in frames of 20 ms, encoded. It is immutable.
type Clip struct {
	// Frames are RTP payloads; an empty one is 20 ms in which nothing is sent.
	Frames [][]byte
	// Loop starts again at the end.
	Loop bool
	// Live clips have one position for all who listen, as a radio has; others begin
	// for each listener.
	Live bool
}
