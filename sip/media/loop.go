package media

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// frame is the time between two packets we make.
const frame = 20 * time.Millisecond

// Streams are visited once a second, a slot of them at a time.
const (
	visitSlots = 10
	visitEvery = time.Second / visitSlots
)

// bufferSize holds any datagram a phone sends, and the tag of SRTP behind it.
const bufferSize = 2048

// maxDatagram is what is taken from the network; the rest of a buffer is for SRTP.
const maxDatagram = bufferSize - 192

// loop waits for the sockets of its streams and does all their packets.
type loop struct {
	e       *Engine
	poll    *poller
	entered atomic.Int32 // streams; more than none keeps the loop ticking
	rate    atomic.Int64 // units of work in the last second or so

	mu    sync.Mutex // guards what follows
	queue []func()
	woken bool
	over  bool // no more queue
	ended chan struct{}

	// The rest is the loop's goroutine's.
	now       time.Duration // since the engine's start, of this turn
	work      int64         // units since the last visit; a packet is one
	reader    reader
	in, out   [bufferSize]byte
	current   *Stream // whose packet is in hand
	slots     [visitSlots][]*Stream
	slot      int // the next to visit
	nextVisit time.Duration
	makers    []*Stream // those with something to make every frame
	nextFrame time.Duration
	running   []func() // taken from the queue
	ran       int      // of those
	frames    uint64   // since the engine's start: the position of live clips
	stopping  bool
}

func newLoop(e *Engine) (*loop, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &loop{e: e, poll: p, ended: make(chan struct{})}, nil
}

// run is the loop's goroutine.
func (l *loop) run() {
	defer close(l.ended)
	defer l.poll.close()
	for !l.finished() {
		l.turn()
	}
}

// finished runs what is queued when the loop is to stop and says whether it may.
func (l *loop) finished() bool {
	if !l.stopping {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = len(l.queue) == 0 && l.ran == len(l.running)
	return l.over
}

// turn waits once and does what there is to do. A failure ends the media of one stream.
func (l *loop) turn() {
	defer l.recover()
	events := l.poll.wait(l.timeout())
	l.now = l.e.since()
	l.runQueue()
	for i := range events {
		if p := l.e.sockets.get(events[i].Fd, events[i].Pad); p != nil {
			l.read(p)
			l.work++
		}
	}
	l.tick()
}

func (l *loop) recover() {
	if r := recover(); r != nil {
		l.e.metrics.panics.Inc()
		l.e.log.Error("media failed", "err", r, "stack", string(debug.Stack()))
		if s := l.current; s != nil {
			s.flow.broken = true
			s.tell(NoMedia{})
		}
	}
	l.current = nil
}

// timeout is how long to wait, in ms; -1 without streams.
func (l *loop) timeout() int {
	switch {
	case l.stopping, l.ran < len(l.running):
		return 0
	case l.entered.Load() == 0:
		return -1
	}
	next := l.nextVisit
	if len(l.makers) > 0 {
		next = min(next, l.nextFrame)
	}
	left := next - l.now // of the turn before: near enough
	return int(max(0, min(left, visitEvery)+time.Millisecond-1) / time.Millisecond)
}

// read takes one packet from a socket.
func (l *loop) read(p *port) {
	n := l.reader.receive(p.fd, l.in[:maxDatagram])
	s := p.stream
	if n <= 0 || n > maxDatagram || s.loop.Load() != l || s.flow.broken {
		return
	}
	l.current = s
	s.receive(l, p, l.in[:n])
	l.current = nil
}

// tick does what time asks for.
func (l *loop) tick() {
	if len(l.makers) > 0 && l.now >= l.nextFrame {
		l.makeFrames()
	}
	if l.now >= l.nextVisit {
		l.nextVisit = max(l.nextVisit+visitEvery, l.now)
		l.rate.Store(l.work * int64(time.Second/visitEvery))
		l.work = 0
		streams := l.slots[l.slot]
		l.slot = (l.slot + 1) % visitSlots
		for _, s := range streams {
			l.current = s
			s.visit(l)
		}
		l.current = nil
	}
}

// maxLate is how many frames are made up for when the loop was late.
const maxLate = 5

func (l *loop) makeFrames() {
	for n := 0; n < maxLate && l.now >= l.nextFrame; n++ {
		l.frames = uint64(l.nextFrame / frame)
		l.nextFrame += frame
		for i := 0; i < len(l.makers); {
			s := l.makers[i]
			l.current = s
			if s.makeFrame(l) {
				i++
				continue
			}
			l.dropMaker(s)
		}
	}
	l.current = nil
	if l.now >= l.nextFrame {
		l.nextFrame = l.now + frame
	}
}

// addMaker calls the stream every frame until it has nothing more to make.
func (l *loop) addMaker(s *Stream) {
	if s.flow.maker {
		return
	}
	if len(l.makers) == 0 {
		l.nextFrame = l.now
	}
	s.flow.maker, s.flow.makerAt = true, len(l.makers)
	l.makers = append(l.makers, s)
}

func (l *loop) dropMaker(s *Stream) {
	if !s.flow.maker {
		return
	}
	s.flow.maker = false
	last := len(l.makers) - 1
	l.makers[s.flow.makerAt] = l.makers[last]
	l.makers[s.flow.makerAt].flow.makerAt = s.flow.makerAt
	l.makers[last] = nil
	l.makers = l.makers[:last]
}

// enter makes a stream one of the loop's, from any goroutine.
func (l *loop) enter(s *Stream) {
	first := l.entered.Add(1) == 1
	l.do(func() {
		f := &s.flow
		f.slot = l.slot
		f.slotAt = len(l.slots[f.slot])
		l.slots[f.slot] = append(l.slots[f.slot], s)
		if f.player.clip != nil || f.digits.busy() {
			l.addMaker(s)
		}
	}, first)
}

// leave forgets a stream; in the loop's goroutine.
func (l *loop) leave(s *Stream) {
	f := &s.flow
	slot := l.slots[f.slot]
	last := len(slot) - 1
	slot[f.slotAt] = slot[last]
	slot[f.slotAt].flow.slotAt = f.slotAt
	slot[last] = nil
	l.slots[f.slot] = slot[:last]
	l.dropMaker(s)
	if l.entered.Add(-1) == 0 {
		l.rate.Store(0)
	}
}

func (l *loop) watch(s *Stream) error {
	if err := l.poll.add(s.rtp.fd, s.rtp.tag); err != nil {
		return err
	}
	err := l.poll.add(s.rtcp.fd, s.rtcp.tag)
	if err != nil {
		l.poll.remove(s.rtp.fd)
	}
	return err
}

func (l *loop) unwatch(s *Stream) {
	l.poll.remove(s.rtp.fd)
	l.poll.remove(s.rtcp.fd)
}

// post has the loop run f between two packets; at once with wake, else when it wakes
// anyway. Closures run in the order they were posted. False when the loop is over.
func (l *loop) post(f func(), wake bool) bool {
	l.mu.Lock()
	over := l.over
	if !over {
		l.queue = append(l.queue, f)
	}
	wake = wake && !over && !l.woken
	l.woken = l.woken || wake
	l.mu.Unlock()
	if wake {
		l.poll.wake()
	}
	return !over
}

// do is post, and runs f here when the loop is over.
func (l *loop) do(f func(), wake bool) {
	if !l.post(f, wake) {
		<-l.ended
		f()
	}
}

// wait runs f in the loop and waits for it. Never from the loop itself.
func (l *loop) wait(f func()) {
	done := make(chan struct{})
	l.do(func() { defer close(done); f() }, true)
	<-done
}

// runQueue runs what was posted. What a failing closure leaves is run in the next turn.
func (l *loop) runQueue() {
	l.mu.Lock()
	l.running = append(l.running, l.queue...)
	clear(l.queue)
	l.queue, l.woken = l.queue[:0], false
	l.mu.Unlock()
	for l.ran < len(l.running) {
		f := l.running[l.ran]
		l.running[l.ran] = nil
		l.ran++
		f()
	}
	l.running, l.ran = l.running[:0], 0
}

// stop ends the loop when all that is queued has run.
func (l *loop) stop() { l.post(func() { l.stopping = true }, true) }
