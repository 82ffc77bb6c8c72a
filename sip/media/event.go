package media

import (
	"net/netip"
	"time"
)

// Event is something a stream tells the sink it was made with: DTMF, NoMedia, Latched,
// Played or FaxTone. Sinks are called by the loops one event at a time per stream and must
// not wait.
type Event interface{ event() }

// DTMF is a digit the peer sent as telephone-event (RFC 4733), told once, at its end.
type DTMF struct {
	Digit    byte // 0-9 * # A-D
	Duration time.Duration
	// Relayed says that the joined stream's peer got it too. When it is false and a
	// stream is joined, that peer takes no telephone-event: send it an INFO.
	Relayed bool
}

// NoMedia says that nothing came for Config.SilenceAfter though the peer should be
// sending. It is told once per silence.
type NoMedia struct{ Silence time.Duration }

// Latched says where the peer's packets come from and ours go to, when that is not (or
// no longer) the address in its description.
type Latched struct{ Address netip.AddrPort }

// Played says that what Play started has ended by itself.
type Played struct{ Source Source }

func (DTMF) event()    {}
func (NoMedia) event() {}
func (Latched) event() {}
func (Played) event()  {}
