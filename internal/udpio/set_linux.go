package udpio

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// windowGathers is the length of the window in which the density of datagrams is
// measured, in gathering times.
const windowGathers = 8

// enough is how many datagrams are worth waking up for: a socket may have room for few
// more.
const enough = 64

// Set waits for datagrams on several sockets. It belongs to one goroutine; only Close
// may be called by others.
//
// The runtime's poller watches a descriptor for good: a thread of it would wake for
// every datagram that comes and for every one that is sent, wanted or not. So it
// watches an epoll set of ours instead, in which a socket is armed for one datagram at a
// time; while datagrams gather no socket is, and only the timer wakes anybody.
type Set struct {
	mu     sync.Mutex // guards the descriptors' being open
	closed bool
	file   *os.File
	fd     int // of file
	raw    syscall.RawConn
	conns  []*Conn
	armed  []bool // by socket
	timer  int
	looked func(uintptr) bool // s.look, made once
	events []unix.EpollEvent

	gather time.Duration
	pause  time.Duration // from one Wait to the next while datagrams gather; 0: they don't
	woke   time.Time     // the end of the last Wait
	taken  int           // datagrams since
	began  time.Time     // of the window
	count  int           // datagrams in the window
}

// ofTimer marks the timer's events; those of a socket have its number.
const ofTimer = -1

// NewSet makes a set of sockets; no socket may be in two. While more than one datagram
// comes in each time of the length gather, a Wait may take that long, so that they share
// what waking up costs, and less when many come; a datagram after a quiet while is told
// at once. 0 gathers nothing.
func NewSet(gather time.Duration, conns ...*Conn) (*Set, error) {
	s := &Set{conns: conns, armed: make([]bool, len(conns)), gather: gather, events: make([]unix.EpollEvent, len(conns)+1)}
	s.looked = s.look
	var err error
	if s.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(s.fd, true); err != nil { // has the runtime watch it
		_ = unix.Close(s.fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	s.file = os.NewFile(uintptr(s.fd), "datagrams")
	if s.raw, err = s.file.SyscallConn(); err == nil {
		err = s.watch()
	}
	if err != nil {
		_ = s.file.Close()
		return nil, err
	}
	return s, nil
}

func (s *Set) watch() (err error) {
	for i, c := range s.conns {
		if err := c.sys.control(s.fd, unix.EPOLL_CTL_ADD, unix.EPOLLONESHOT, i); err != nil {
			return err
		}
	}
	if s.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
		return os.NewSyscallError("timerfd_create", err)
	}
	// An edge for each end of a time: the timer need not be read.
	err = unix.EpollCtl(s.fd, unix.EPOLL_CTL_ADD, s.timer, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: ofTimer})
	if err != nil {
		_ = unix.Close(s.timer)
	}
	return os.NewSyscallError("epoll_ctl", err)
}

// Close ends a Wait, and those to come, with net.ErrClosed. The sockets stay open.
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	s.closed = true
	return errors.Join(s.file.Close(), unix.Close(s.timer))
}

// Wait returns when there may be datagrams. The error net.ErrClosed ends the set or one
// of its sockets.
func (s *Set) Wait() error {
	now := time.Now()
	s.measure(now)
	gathered, err := s.prepare(now)
	if err == nil && !gathered {
		err = s.await()
	}
	s.woke, s.taken = time.Now(), 0
	return err
}

// Gather changes how long datagrams may wait for each other.
func (s *Set) Gather(d time.Duration) { s.gather = d }

// Took is told how many datagrams were read since Wait.
func (s *Set) Took(n int) { s.taken += n }

// prepare sets what ends the wait; gathered says that it has ended.
func (s *Set) prepare(now time.Time) (gathered bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false, net.ErrClosed
	}
	if s.pause > 0 && s.taken > 0 && s.taken < 2*enough {
		left := s.pause - now.Sub(s.woke)
		if left <= 0 {
			return true, nil
		}
		spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(left))}
		return false, os.NewSyscallError("timerfd_settime", unix.TimerfdSettime(s.timer, 0, &spec, nil))
	}
	for i, c := range s.conns {
		if s.armed[i] {
			continue
		}
		if err := c.sys.control(s.fd, unix.EPOLL_CTL_MOD, unix.EPOLLIN|unix.EPOLLONESHOT, i); err != nil {
			return false, err
		}
		s.armed[i] = true
	}
	return false, nil
}

// measure finds out how densely datagrams come, and how long they may gather: no longer
// than it takes until there are enough.
func (s *Set) measure(now time.Time) {
	if s.gather <= 0 {
		return
	}
	s.count += s.taken
	past := now.Sub(s.began)
	if past < windowGathers*s.gather {
		return
	}
	s.pause = 0
	if s.count > int(past/s.gather) {
		s.pause = min(s.gather, enough*past/time.Duration(s.count))
	}
	s.began, s.count = now, 0
}

// await returns after an event.
func (s *Set) await() error {
	err := s.raw.Read(s.looked)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	return err
}

// look takes note of what has happened and tells whether anything has. One time too
// many is no harm: who finds no datagram waits again.
func (s *Set) look(uintptr) bool {
	n, err := epollTake(s.fd, s.events)
	for _, e := range s.events[:max(n, 0)] {
		if e.Fd != ofTimer {
			s.armed[e.Fd] = false
		}
	}
	return n > 0 || err != 0 && err != unix.EINTR
}
