package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// result is how a registration ended.
type result uint8

const (
	succeeded result = iota
	refused
	unavailable // 503
	timedOut
)

// scenario decides who registers when. Its calls come from one worker.
type scenario interface {
	// launch begins what is due.
	launch(w *worker, now time.Duration)
	// ended is told about every registration that is over.
	ended(w *worker, index int, how result, retryAfter time.Duration)
	// woken is told about an alarm set with [worker.wake].
	woken(w *worker, index int)
	// over says that the run is.
	over(w *worker, now time.Duration) bool
}

// worker is one thread with its own phones and sockets.
type worker struct {
	composer
	cfg    Config
	number int
	first  int // number of its first phone in the fleet
	phones []phone
	epoll  int
	in     *batch
	out    *batch
	outFD  int // whose the datagrams in out are
	wheel  wheel
	chance *rand.Rand
	match  []byte
	open   int // transactions

	tally
	start time.Time
	now   time.Duration // since start
	last  time.Duration // last success
}

func newWorker(cfg Config, number int, id uint32) (*worker, error) {
	first, end := share(len(cfg.Accounts), number, cfg.Workers)
	w := &worker{
		composer: composer{id: id, expires: cfg.Expires},
		cfg:      cfg, number: number, first: first, phones: make([]phone, end-first),
		in: newBatch(), out: newBatch(), chance: rand.New(rand.NewPCG(cfg.Seed, uint64(number))),
	}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot make epoll: %w", err)
	}
	w.epoll = epoll
	if err := w.openSockets(); err != nil {
		w.close()
		return nil, err
	}
	for i := range w.phones {
		p, account := &w.phones[i], cfg.Accounts[first+i]
		p.user, p.domain = account.User, account.Domain
		p.socket = int32(i * len(w.sockets) / len(w.phones))
		w.secret(&p.ha1, p.user, []byte(p.domain), account.Password)
	}
	return w, nil
}

func (w *worker) openSockets() error {
	from, to := share(w.cfg.Sockets, w.number, w.cfg.Workers)
	for i := from; i < to; i++ {
		local := sourceAddress(w.cfg.Target.Addr(), i%w.cfg.Addresses)
		s, err := openSocket(local, w.cfg.Target)
		if err != nil {
			return err
		}
		w.sockets = append(w.sockets, s)
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(len(w.sockets) - 1)}
		if err := unix.EpollCtl(w.epoll, unix.EPOLL_CTL_ADD, s.fd, &event); err != nil {
			return fmt.Errorf("cannot watch socket: %w", err)
		}
	}
	return nil
}

func (w *worker) close() {
	for _, s := range w.sockets {
		_ = unix.Close(s.fd)
	}
	_ = unix.Close(w.epoll)
}

// run does one scenario.
func (w *worker) run(ctx context.Context, start time.Time, s scenario) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	w.tally, w.start, w.wheel, w.last = tally{}, start, wheel{}, 0
	w.drop()
	var events [64]unix.EpollEvent
	for ctx.Err() == nil {
		w.now = time.Since(w.start)
		s.launch(w, w.now)
		w.expire(s)
		w.flush()
		if s.over(w, w.now) {
			break
		}
		n, err := unix.EpollWait(w.epoll, events[:], 1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			break
		}
		for _, e := range events[:max(n, 0)] {
			w.receive(w.sockets[e.Fd].fd, s)
		}
		w.flush()
	}
	w.abandon()
	w.Seconds = w.last.Seconds()
}

// drop throws away what came after the last run.
func (w *worker) drop() {
	for _, s := range w.sockets {
		for {
			if n, err := w.in.receive(s.fd, unix.MSG_DONTWAIT); err != nil || n == 0 {
				break
			}
		}
	}
}

// abandon closes what is open when the run ends.
func (w *worker) abandon() {
	for i := range w.phones {
		p := &w.phones[i]
		if p.open {
			w.Unfinished++
		}
		p.open, p.due = false, 0
	}
	w.open = 0
}

// begin starts a registration. An action that needs a nonce the phone has not got
// starts with a challenge.
func (w *worker) begin(index int, a action) {
	p := &w.phones[index]
	p.action, p.challenges, p.began = a, 0, w.now
	p.authorised = a != register && len(p.nonce) > 0
	if a == rebind {
		p.old, p.socket = p.socket, (p.socket+1)%int32(len(w.sockets))
	}
	w.Started++
	w.send(index)
}

// send sends a new request, the first of its transaction.
func (w *worker) send(index int) {
	p := &w.phones[index]
	p.seq++
	if p.authorised {
		p.nc++
	}
	p.state = Unknown
	if !p.open {
		p.open = true
		w.open++
	}
	p.interval, p.deadline = w.cfg.T1, w.now+64*w.cfg.T1
	w.alarm(index, w.now+p.interval)
	w.Requests++
	n := w.transmit(index)
	if p.authorised {
		w.answer.add(n)
	} else {
		w.request.add(n)
	}
}

func (w *worker) transmit(index int) int {
	p := &w.phones[index]
	fd := w.sockets[p.socket].fd
	if fd != w.outFD || w.out.full() {
		w.flush()
		w.outFD = fd
	}
	n := len(w.appendRequest(w.out.room(), p, uint32(w.first+index)))
	w.out.add(n)
	return n
}

func (w *worker) flush() {
	n := w.out.n
	if n == 0 {
		return
	}
	sent, err := w.out.send(w.outFD)
	w.Unsent += uint64(n - sent)
	if errors.Is(err, unix.ECONNREFUSED) {
		w.Refused++
	}
}

// alarm wakes the phone once more; an earlier alarm is forgotten.
func (w *worker) alarm(index int, due time.Duration) {
	w.phones[index].due = due
	w.wheel.add(alarm{int32(index), due})
}

// wake lets the scenario hear of a phone that has nothing under way.
func (w *worker) wake(index int, after time.Duration) { w.alarm(index, w.now+max(after, 1)) }

func (w *worker) expire(s scenario) {
	for alarms := w.wheel.next(w.now); alarms != nil; alarms = w.wheel.next(w.now) {
		for _, a := range alarms {
			p := &w.phones[a.phone]
			switch {
			case p.due != a.due:
			case a.due > w.now:
				w.wheel.add(a)
			case !p.open:
				p.due = 0
				s.woken(w, int(a.phone))
			case w.now >= p.deadline:
				w.end(s, int(a.phone), timedOut, 0)
			default:
				w.repeat(int(a.phone))
			}
		}
	}
}

// repeat is timer E: RFC 3261 section 17.1.2.2.
func (w *worker) repeat(index int) {
	p := &w.phones[index]
	p.interval = min(2*p.interval, w.cfg.T2)
	w.alarm(index, min(w.now+p.interval, p.deadline))
	w.Repeats++
	w.transmit(index)
}

func (w *worker) receive(fd int, s scenario) {
	const rounds = 16 // then the others get their turn
	for range rounds {
		n, err := w.in.receive(fd, unix.MSG_DONTWAIT)
		if errors.Is(err, unix.ECONNREFUSED) {
			w.Refused++
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		w.now = time.Since(w.start)
		for i := range n {
			w.handle(w.in.datagram(i), s)
		}
		if n < batchSize {
			return
		}
	}
}

func (w *worker) handle(datagram []byte, s scenario) {
	r, ok := parseResponse(datagram, w.id)
	index := int(r.phone) - w.first
	if !ok || index < 0 || index >= len(w.phones) || r.status >= len(w.statuses) {
		w.Malformed++
		return
	}
	p := &w.phones[index]
	switch {
	case !p.open || r.seq != p.seq:
		w.Late++
		return
	case r.status < 200:
		return
	}
	w.Responses++
	w.statuses[r.status]++
	switch {
	case r.status == 401 && p.accepts(&r.challenge):
		w.Challenges++
		w.challenge.add(len(datagram))
		w.take(index, &r.challenge)
		w.send(index)
	case r.status == 200:
		w.success.add(len(datagram))
		w.check(p, datagram)
		w.end(s, index, succeeded, 0)
	case r.status == 503:
		w.end(s, index, unavailable, time.Duration(r.retryAfter)*time.Second)
	default:
		w.end(s, index, refused, 0)
	}
}

// end closes the registration.
func (w *worker) end(s scenario, index int, how result, retryAfter time.Duration) {
	p := &w.phones[index]
	p.open, p.due = false, 0
	w.open--
	switch how {
	case succeeded:
		w.Succeeded++
		w.latency.add(w.now - p.began)
		w.last = w.now
		p.state = Bound
		if p.action == unregister {
			p.state = Unbound
		}
	case refused:
		w.Failed++
	case unavailable:
		w.Unavailable++
	case timedOut:
		w.TimedOut++
	}
	s.ended(w, index, how, retryAfter)
}
