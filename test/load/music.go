//go:build linux

package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"dialtone/internal/audio"
	"dialtone/sip/media"
)

// MusicEngine plays one clip to so many who wait with the daemon's media engine until ctx
// is done. ready is told the ports; all of them hear at the same address.
func MusicEngine(ctx context.Context, waiting int, phones netip.AddrPort, ready func([]netip.AddrPort)) error {
	if err := checkMusic(waiting, phones); err != nil {
		return err
	}
	e, err := media.New(media.Config{Address: phones.Addr(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer e.Close()
	music := media.NewTone(audio.Tone{{Hertz: [2]float64{440, 0}, Level: -12, Duration: time.Second}})
	var ports []netip.AddrPort
	for range waiting {
		s, err := e.NewStream(media.Options{Peer: phones.Addr(), Symmetric: true})
		if err != nil {
			return err
		}
		if err := s.RemoteOffer([]byte(RTPDescription(phones))); err != nil {
			return err
		}
		if _, err := s.Answer(media.AnswerOptions{}); err != nil {
			return err
		}
		s.Play(music)
		ports = append(ports, s.Addr())
	}
	ready(ports)
	<-ctx.Done()
	return nil
}

// MusicBare is the cheapest Go program that does the same: every 20 ms one send from the
// socket of each who waits.
func MusicBare(ctx context.Context, waiting int, phones netip.AddrPort, ready func([]netip.AddrPort)) (err error) {
	if err := checkMusic(waiting, phones); err != nil {
		return err
	}
	to := unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: phones.Addr().As4()}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&to.Port))[:], phones.Port())
	var fds []int
	defer func() {
		for _, fd := range fds {
			_ = unix.Close(fd)
		}
	}()
	for range waiting {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		fds = append(fds, fd)
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return os.NewSyscallError("bind", err)
		}
	}
	ready(nil)
	packet := newRTP(0)
	for ticker, n := time.NewTicker(rtpFrame), uint32(0); ctx.Err() == nil; n++ {
		<-ticker.C
		binary.BigEndian.PutUint16(packet[2:], uint16(n))
		binary.BigEndian.PutUint32(packet[4:], n*(rtpPacket-rtpHeader))
		for i, fd := range fds {
			binary.BigEndian.PutUint32(packet[8:], uint32(i))
			_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&packet[0])), rtpPacket,
				0, uintptr(unsafe.Pointer(&to)), unix.SizeofSockaddrInet4)
		}
	}
	return nil
}

func checkMusic(waiting int, phones netip.AddrPort) error {
	if err := within("number of listeners", waiting, 1, MaxRTP); err != nil {
		return err
	}
	return checkTarget(phones)
}

// Audience hears RTP of many sources at one address. The kernel notes when a packet came,
// so what is measured is the sender alone.
type Audience struct {
	conn    *net.UDPConn
	reading sync.WaitGroup

	mu      sync.Mutex // guards what follows
	sources map[uint32]*source
}

// source is one SSRC and its jitter (RFC 3550 section 6.4.1), in ns.
type source struct {
	packets, missing int64
	seq              uint16
	ts               uint32
	at               time.Duration
	jitter, worst    float64
}

// MusicReport is what an audience heard.
type MusicReport struct {
	// Sources is how many played, Packets what came of them, Missing what did not.
	Sources          int
	Packets, Missing int64
	// JitterP50 and JitterP99 are of the sources' highest jitters, as times.
	JitterP50, JitterP99 time.Duration
}

// NewAudience opens the socket.
func NewAudience() (*Audience, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err == nil {
		control := raw.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
			if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, socketBuffer) != nil {
				_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, socketBuffer)
			}
		})
		err = errors.Join(err, control)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open audience: %w", err), conn.Close())
	}
	a := &Audience{conn: conn, sources: map[uint32]*source{}}
	a.reading.Go(a.read)
	return a, nil
}

// Addr is where it hears.
func (a *Audience) Addr() netip.AddrPort { return a.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// Close ends it.
func (a *Audience) Close() {
	_ = a.conn.Close()
	a.reading.Wait()
}

// Begin forgets what was heard so far.
func (a *Audience) Begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.sources)
}

// Report tells of what was heard since Begin.
func (a *Audience) Report() (r MusicReport) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var jitters []float64
	for _, s := range a.sources {
		r.Packets += s.packets
		r.Missing += s.missing
		jitters = append(jitters, s.worst)
	}
	if r.Sources = len(jitters); r.Sources > 0 {
		slices.Sort(jitters)
		r.JitterP50 = time.Duration(jitters[len(jitters)/2])
		r.JitterP99 = time.Duration(jitters[len(jitters)*99/100])
	}
	return r
}

func (a *Audience) read() {
	packet, control := make([]byte, maxDatagram), make([]byte, 128)
	for {
		n, size, _, _, err := a.conn.ReadMsgUDPAddrPort(packet, control)
		if err != nil {
			return
		}
		if n >= rtpHeader {
			a.heard(packet, stampOf(control[:size]))
		}
	}
}

// stampOf is when the kernel had a packet.
func stampOf(control []byte) time.Duration {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return 0
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Duration(binary.NativeEndian.Uint64(m.Data))*time.Second + time.Duration(binary.NativeEndian.Uint64(m.Data[8:]))
		}
	}
	return 0
}

func (a *Audience) heard(packet []byte, at time.Duration) {
	seq, ts, ssrc := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[8:])
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sources[ssrc]
	if s == nil {
		a.sources[ssrc] = &source{packets: 1, seq: seq, ts: ts, at: at}
		return
	}
	const perSample = float64(time.Second / 8000)
	transit := float64(at-s.at) - float64(int32(ts-s.ts))*perSample
	s.jitter += (math.Abs(transit) - s.jitter) / 16
	s.worst = max(s.worst, s.jitter)
	s.missing += int64(seq-s.seq) - 1
	s.packets++
	s.seq, s.ts, s.at = seq, ts, at
}
