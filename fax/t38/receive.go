package t38

import (
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38/ifp"
	"dialtone/fax/t38/udptl"
)

// maxFrame is the longest frame that is put together; one of ECM has 260 octets.
const maxFrame = 280

// receiver makes carriers, frames and bits of packets.
type receiver struct {
	t         *Terminal
	now       time.Time
	datagrams *udptl.Receiver
	packet    ifp.Packet

	said    ifp.Indicator // last, with nothing after it
	fresh   bool          // said is valid
	frame   []byte
	tainted bool // packets of the frame are missing
	checked time.Time
}

func (r *receiver) init(t *Terminal) {
	r.t = t
	r.datagrams = udptl.NewReceiver(r.take)
	r.frame = make([]byte, 0, maxFrame)
}

// take takes one packet. One that cannot be read counts as missing.
func (r *receiver) take(b []byte, lost int) {
	if lost > 0 {
		r.tainted = true
	}
	p := &r.packet
	if err := p.Decode(b, r.t.cfg.Version); err != nil {
		r.tainted = true
		return
	}
	if !p.IsData {
		r.heard(p.Indicator)
		return
	}
	c, ok := carrierOfData(p.Data)
	if !ok {
		return
	}
	r.checked = time.Time{}
	if has, up := r.t.fax.Hearing(); !up || has != c {
		r.raise(c, r.tainted) // its indicator never came
	}
	r.fresh = false
	for _, f := range p.Fields {
		r.field(f)
	}
}

// heard takes an indicator. Peers repeat them.
func (r *receiver) heard(i ifp.Indicator) {
	if r.fresh && r.said == i {
		return
	}
	r.said, r.fresh = i, true
	c, ok := carrierOfIndicator(i)
	if !ok { // silence, or a tone
		r.fall()
		return
	}
	r.raise(c, false)
	if r.t.cfg.LocalTCF && c != t30.V21 && r.t.fax.Checking() {
		r.checked = r.now.Add(signals[c].train + checkTime)
	}
}

// checkTime is how long a speed check takes that does not cross the network.
const checkTime = 1500 * ms

// tick ends a speed check that was made elsewhere: had it failed, we would not have
// heard of it.
func (r *receiver) tick(now time.Time) {
	if !r.checked.IsZero() && !now.Before(r.checked) {
		r.now = now
		r.fall()
	}
}

func (r *receiver) raise(c t30.Carrier, tainted bool) {
	r.frame, r.tainted, r.checked = r.frame[:0], tainted, time.Time{}
	r.t.fax.Carrier(r.now, c)
}

func (r *receiver) fall() {
	r.frame, r.tainted = r.frame[:0], false
	if c, up := r.t.fax.Hearing(); up && !r.checked.IsZero() {
		r.t.fax.Bits(r.now, make([]byte, air8(c, checkTime)))
	}
	r.checked = time.Time{}
	r.t.fax.Drop(r.now)
}

// air8 is how many octets a carrier takes in a time.
func air8(c t30.Carrier, d time.Duration) int {
	return int(d * time.Duration(c.Rate()) / (8 * time.Second))
}

func (r *receiver) field(f ifp.Field) {
	switch f.Type {
	case ifp.HDLCData:
		r.octets(f.Data)
	case ifp.FCSGood, ifp.FCSGoodEnd:
		r.octets(f.Data)
		r.endFrame(!r.tainted)
	case ifp.FCSBad, ifp.FCSBadEnd:
		r.endFrame(false)
	case ifp.ImageData, ifp.ImageEnd:
		r.t.fax.Bits(r.now, f.Data)
	}
	switch f.Type {
	case ifp.HDLCEnd, ifp.FCSGoodEnd, ifp.FCSBadEnd, ifp.ImageEnd:
		r.fall()
	}
}

func (r *receiver) octets(b []byte) {
	if len(r.frame)+len(b) > maxFrame {
		r.tainted = true
		return
	}
	r.frame = append(r.frame, b...)
}

func (r *receiver) endFrame(good bool) {
	if len(r.frame) > 0 {
		r.t.fax.Frame(r.now, r.frame, good)
	}
	r.frame, r.tainted = r.frame[:0], false
}
