package media

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The benchmark relays the packets of calls whose phones are another process, and counts
// the processor time of this one alone. The floor is the cheapest Go program that could do
// it: one epoll loop, one receive, one send a packet.
//
//	go test -run '^$' -bench . -benchtime 1x ./sip/media

const (
	benchCalls   = 300
	benchSeconds = 3
	phonesEnv    = "MEDIA_BENCH_PHONES"
)

// orders is what the phones' process is told.
type orders struct {
	Targets []netip.AddrPort // none: the phones only listen
	Seconds int
}

// TestPhones is the other process.
func TestPhones(t *testing.T) {
	if os.Getenv(phonesEnv) == "" {
		t.Skip("runs as the benchmark's other process")
	}
	phones := make([]*net.UDPConn, 2*benchCalls)
	addrs := make([]netip.AddrPort, len(phones))
	for i := range phones {
		phones[i] = listenOn(t, "127.0.0.1")
		addrs[i] = addrOf(phones[i])
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(addrs); err != nil {
		t.Fatal(err)
	}
	var o orders
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		t.Fatal(err)
	}
	var received atomic.Int64
	var readers sync.WaitGroup
	for _, p := range phones {
		readers.Go(func() {
			for b := make([]byte, 300); ; received.Add(1) {
				if _, err := p.Read(b); err != nil {
					return
				}
			}
		})
	}
	sent := pace(phones, o)
	time.Sleep(100 * time.Millisecond) // for the last to arrive
	for _, p := range phones {
		p.Close()
	}
	readers.Wait()
	if err := out.Encode([2]int64{sent, received.Load()}); err != nil {
		t.Fatal(err)
	}
}

// pace sends as the phones do: each a packet every 20 ms, spread over that time.
func pace(phones []*net.UDPConn, o orders) (sent int64) {
	packet := make([]byte, 172)
	packet[0] = 0x80
	start := time.Now()
	for n := 0; n < o.Seconds*50; n++ {
		if len(o.Targets) == 0 {
			time.Sleep(frame)
			continue
		}
		for i, p := range phones {
			if i%20 == 0 {
				due := time.Duration(n)*frame + frame*time.Duration(i)/time.Duration(len(phones))
				time.Sleep(due - time.Since(start))
			}
			binary.BigEndian.PutUint16(packet[2:], uint16(n))
			binary.BigEndian.PutUint32(packet[4:], uint32(n*160))
			binary.BigEndian.PutUint32(packet[8:], uint32(i+1))
			if _, err := p.WriteToUDPAddrPort(packet, o.Targets[i]); err == nil {
				sent++
			}
		}
	}
	return sent
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs the phones against what set makes of their addresses.
func measure(b *testing.B, set func(phones []netip.AddrPort) []netip.AddrPort) {
	c := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestPhones$")
	c.Env, c.Stderr = append(os.Environ(), phonesEnv+"=1"), os.Stderr
	in, err := c.StdinPipe()
	out, err2 := c.StdoutPipe()
	if err := errors.Join(err, err2, c.Start()); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	var addrs []netip.AddrPort
	if lines.Scan(); json.Unmarshal(lines.Bytes(), &addrs) != nil {
		b.Fatalf("phones say %q", lines.Text())
	}
	targets := set(addrs)
	before := processorTime()
	if err := json.NewEncoder(in).Encode(orders{targets, benchSeconds}); err != nil {
		b.Fatal(err)
	}
	var counts [2]int64
	if lines.Scan(); json.Unmarshal(lines.Bytes(), &counts) != nil {
		b.Fatalf("phones say %q", lines.Text())
	}
	used := processorTime() - before
	if err := c.Wait(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(used.Nanoseconds())/1e3/float64(counts[1]), "cpu-µs/packet")
	if len(targets) > 0 {
		b.ReportMetric(100*float64(counts[0]-counts[1])/float64(counts[0]), "%lost")
	}
	b.ReportMetric(0, "ns/op")
}

func BenchmarkRelay(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		for range b.N {
			loop := newBareLoop(b)
			measure(b, loop.join)
			loop.stop()
		}
	})
	for name, profile := range map[string][2]string{"RTP": {"0", "0"}, "PCMU to G722": {"0", "9"}} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				e := newEngine(b)
				measure(b, func(phones []netip.AddrPort) []netip.AddrPort { return joinAll(b, e, phones, profile) })
				e.Close()
			}
		})
	}
}

// BenchmarkMusic plays one clip to all phones: the cost of a packet to one who is held or
// parked.
func BenchmarkMusic(b *testing.B) {
	music := NewTone(beep)
	for range b.N {
		e := newEngine(b)
		measure(b, func(phones []netip.AddrPort) []netip.AddrPort {
			for _, p := range phones {
				s, _ := newStream(b, e)
				if err := s.RemoteOffer(describe(p, "RTP/AVP 0")); err != nil {
					b.Fatal(err)
				}
				if _, err := s.Answer(AnswerOptions{}); err != nil {
					b.Fatal(err)
				}
				s.Play(music)
			}
			return nil
		})
		e.Close()
	}
}

// joinAll makes calls of the phones, two by two.
func joinAll(b *testing.B, e *Engine, phones []netip.AddrPort, formats [2]string) []netip.AddrPort {
	targets := make([]netip.AddrPort, len(phones))
	for i := 0; i < len(phones); i += 2 {
		legA, _ := newStream(b, e)
		legB, _ := newStream(b, e)
		negotiate(b, legA, legB, describe(phones[i], "RTP/AVP "+formats[0]), describe(phones[i+1], "RTP/AVP "+formats[1]))
		if err := Join(legA, legB); err != nil {
			b.Fatal(err)
		}
		targets[i], targets[i+1] = legA.Addr(), legB.Addr()
	}
	return targets
}

// bareLoop relays without looking at what it relays.
type bareLoop struct {
	b     *testing.B
	poll  *poller
	dest  [4096]*target
	via   [4096]int
	over  atomic.Bool
	ended chan struct{}
}

func newBareLoop(b *testing.B) *bareLoop {
	p, err := newPoller()
	if err != nil {
		b.Fatal(err)
	}
	return &bareLoop{b: b, poll: p, ended: make(chan struct{})}
}

func (l *bareLoop) join(phones []netip.AddrPort) []netip.AddrPort {
	targets, fds := make([]netip.AddrPort, len(phones)), make([]int, len(phones))
	for i := range phones {
		fd, err := listen(loopback, 0)
		if err != nil {
			l.b.Fatal(err)
		}
		name, err := unix.Getsockname(fd)
		if err != nil {
			l.b.Fatal(err)
		}
		fds[i], targets[i] = fd, netip.AddrPortFrom(loopback, uint16(name.(*unix.SockaddrInet4).Port))
	}
	for i, fd := range fds {
		l.dest[fd], l.via[fd] = newTarget(phones[i^1]), fds[i^1]
		if err := l.poll.add(fd, 0); err != nil {
			l.b.Fatal(fmt.Errorf("cannot watch: %w", err))
		}
		l.b.Cleanup(func() { closeSocket(fd) })
	}
	go l.run()
	return targets
}

func (l *bareLoop) run() {
	defer close(l.ended)
	defer l.poll.close()
	var r reader
	buf := make([]byte, 2048)
	for !l.over.Load() {
		for _, e := range l.poll.wait(100) {
			if n := r.receive(int(e.Fd), buf); n > 0 {
				send(l.via[e.Fd], buf[:n], l.dest[e.Fd])
			}
		}
	}
}

func (l *bareLoop) stop() {
	l.over.Store(true)
	l.poll.wake()
	<-l.ended
}
