package t38

import (
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38/ifp"
	"dialtone/fax/t38/udptl"
)

const (
	// chunk is the time of fast data in one packet.
	chunk = 30 * ms
	// overhead is that of a data packet over its octets, leastChunk the fewest octets
	// before the redundancy is made less instead.
	overhead   = 5
	leastChunk = 20
	// late is how far the pump may be behind before it forgets what it missed, rather
	// than flood the far end.
	late = 200 * ms
)

// transmitter sends signals as a modem would.
type transmitter struct {
	t         *Terminal
	datagrams *udptl.Sender
	room      int // octets of fast data a packet may have

	busy  bool
	at    time.Time // of the next step
	sig   t30.Signal
	step  step
	frame int // of the signal's frames
	pos   int // octets of the frame, or of the data
	total int // octets of data
	line  stuffer

	indicator ifp.Indicator // what was said last
	packet    []byte
	zeros     []byte
}

// step is what comes next of a signal.
type step uint8

const (
	stepBegin step = iota
	stepFrame      // octets of a frame, or its end
	stepData       // octets of data, not framed
	stepEnd        // all is out and its time is over
)

func (x *transmitter) init(t *Terminal) {
	x.t = t
	x.datagrams = udptl.NewSender(udptl.Options{
		Correction: t.cfg.Correction, Depth: t.cfg.Depth, Span: t.cfg.Span, MaxDatagram: t.cfg.MaxDatagram,
	})
	x.room = x.datagrams.Room(leastChunk+overhead) - overhead
}

// start opens the path: firewalls let in what has been sent to.
func (x *transmitter) start(now time.Time) {
	x.at = now
	x.say(now, ifp.NoSignal)
}

// run does what is due; it reports whether it did anything.
func (x *transmitter) run(now time.Time) (did bool) {
	if x.busy && x.t.fax.Cut() {
		x.finish(now)
		return true
	}
	if !x.busy {
		sig, ok := x.t.fax.Take()
		if !ok {
			return false
		}
		x.busy, x.sig, x.step, x.frame, x.pos = true, sig, stepBegin, 0, 0
		if now.Sub(x.at) > late || x.at.After(now) {
			x.at = now
		}
		did = true
	}
	for x.busy && !x.at.After(now) {
		if now.Sub(x.at) > late {
			x.at = now
		}
		x.next(now)
		did = true
	}
	return did
}

func (x *transmitter) next(now time.Time) {
	switch x.step {
	case stepBegin:
		x.begin(now)
	case stepFrame:
		x.sendFrame(now)
	case stepData:
		x.sendData(now)
	case stepEnd:
		x.finish(now)
	}
}

// begin says what signal comes.
func (x *transmitter) begin(now time.Time) {
	x.step = stepEnd
	switch x.sig.Kind {
	case t30.Silence:
		x.silence(now)
		x.at = x.at.Add(x.sig.Duration)
	case t30.CNG:
		x.say(now, ifp.CNG)
	case t30.CED:
		x.say(now, ifp.CED)
		x.at = x.at.Add(x.sig.Duration)
	case t30.Frames:
		x.step = stepFrame
		x.train(now)
	case t30.Check, t30.Image:
		x.total = len(x.sig.Data)
		if x.sig.Kind == t30.Check {
			x.total = int(x.sig.Duration * time.Duration(x.sig.Carrier.Rate()) / (8 * time.Second))
		}
		x.train(now)
		if x.sig.Kind == t30.Check && x.t.cfg.LocalTCF {
			x.at = x.at.Add(x.sig.Duration)
			return
		}
		x.step = stepData
	}
}

// train says which modem trains, and gives it time.
func (x *transmitter) train(now time.Time) {
	s := &signals[x.sig.Carrier]
	if x.sig.Short {
		x.say(now, s.short)
		x.at = x.at.Add(s.shortTrain)
		return
	}
	x.say(now, s.long)
	x.at = x.at.Add(s.train)
}

func (x *transmitter) silence(now time.Time) {
	if x.indicator != ifp.NoSignal {
		x.say(now, ifp.NoSignal)
	}
}

// chunkSize is how many octets the next packet has at most. Frames of procedure go
// octet by octet, as gateways expect.
func (x *transmitter) chunkSize() int {
	if x.sig.Carrier == t30.V21 {
		return 1
	}
	return max(1, min(x.room, int(chunk*time.Duration(x.sig.Carrier.Rate())/(8*time.Second))))
}

// sendFrame sends the next octets of a frame, or its check sequence.
func (x *transmitter) sendFrame(now time.Time) {
	c := x.sig.Carrier
	if x.frame == len(x.sig.Frames) {
		x.step = stepEnd
		return
	}
	f := x.sig.Frames[x.frame]
	if x.pos < len(f) {
		part := f[x.pos:min(x.pos+x.chunkSize(), len(f))]
		x.data(now, ifp.Field{Type: ifp.HDLCData, Data: part})
		x.at = x.at.Add(air(x.line.add(part), c))
		x.pos += len(part)
		return
	}
	x.frame, x.pos, x.line = x.frame+1, 0, stuffer{}
	if x.frame == len(x.sig.Frames) {
		x.data(now, ifp.Field{Type: ifp.FCSGoodEnd})
		x.at = x.at.Add(air(burstTail, c))
		return
	}
	x.data(now, ifp.Field{Type: ifp.FCSGood})
	x.at = x.at.Add(air(frameTail, c))
}

// sendData sends the next octets that are not framed.
func (x *transmitter) sendData(now time.Time) {
	n := min(x.chunkSize(), x.total-x.pos)
	var part []byte
	if x.sig.Kind == t30.Image {
		part = x.sig.Data[x.pos : x.pos+n]
	} else {
		for len(x.zeros) < n {
			x.zeros = append(x.zeros, 0)
		}
		part = x.zeros[:n]
	}
	x.pos += n
	kind := ifp.ImageData
	if x.pos >= x.total {
		kind, x.step = ifp.ImageEnd, stepEnd
	}
	x.data(now, ifp.Field{Type: kind, Data: part})
	x.at = x.at.Add(air(8*n, x.sig.Carrier))
}

// finish ends a signal. The tone of a calling fax goes on until the next.
func (x *transmitter) finish(now time.Time) {
	if x.sig.Kind != t30.CNG {
		x.silence(now)
	}
	x.busy, x.sig = false, t30.Signal{}
	x.t.fax.Sent(now)
}

func (x *transmitter) say(now time.Time, i ifp.Indicator) {
	x.indicator = i
	x.line = stuffer{}
	x.packet = ifp.AppendIndicator(x.packet[:0], i)
	x.send(now)
}

func (x *transmitter) data(now time.Time, f ifp.Field) {
	x.packet = ifp.AppendData(x.packet[:0], x.t.cfg.Version, signals[x.sig.Carrier].data, f)
	x.send(now)
}

func (x *transmitter) send(now time.Time) {
	d := x.datagrams.Append(x.t.buffer(), x.packet)
	x.t.push(d)
	x.t.tail.set(d, now)
}
