package peer

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// sound is a call's RTP: 20 ms packets of PCMU, a tone sent and what is heard kept.
type sound struct {
	conn *net.UDPConn
	id   uint32

	mu      sync.Mutex
	remote  netip.AddrPort
	heard   []float64 // samples, the last second
	packets int
	events  string // digits of RFC 4733
	event   uint32 // RTP timestamp of the last one
	version int
	lastSDP string
	sending chan struct{}
	pressed uint16 // packets of digits sent
}

// openSound binds a port on the address the handset signals from.
func openSound(local net.Addr) *sound {
	host, _, _ := net.SplitHostPort(local.String())
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		panic(fmt.Sprintf("cannot open RTP socket: %v", err))
	}
	s := &sound{conn: conn, id: rand.Uint32()}
	go s.listen()
	return s
}

func (s *sound) close() {
	s.hush()
	_ = s.conn.Close()
}

// sdp is the description to send; its version rises when it changes.
func (s *sound) sdp(direction string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.conn.LocalAddr().(*net.UDPAddr)
	family := "IP4"
	if a.IP.To4() == nil {
		family = "IP6"
	}
	rest := fmt.Sprintf("s=-\r\nc=IN %s %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=%s\r\n",
		family, a.IP, a.Port, direction)
	if rest != s.lastSDP {
		s.version++
		s.lastSDP = rest
	}
	return fmt.Sprintf("v=0\r\no=- %d %d IN %s %s\r\n%s", s.id, s.version, family, a.IP, rest)
}

var (
	connectionLine = regexp.MustCompile(`(?m)^c=IN IP[46] (\S+)`)
	mediaLine      = regexp.MustCompile(`(?m)^m=audio (\d+) `)
)

// aim sends to where a description says.
func (s *sound) aim(sdp string) {
	c, m := connectionLine.FindStringSubmatch(sdp), mediaLine.FindStringSubmatch(sdp)
	if c == nil || m == nil {
		return
	}
	addr, err := netip.ParseAddr(c[1])
	port, perr := strconv.ParseUint(m[1], 10, 16)
	if err != nil || perr != nil || port == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remote = netip.AddrPortFrom(addr, uint16(port))
}

// Tone sends a tone of so many hertz until Quiet or the end of the handset.
func (c *PhoneCall) Tone(hertz float64) {
	s := c.sound
	s.hush()
	stop := make(chan struct{})
	s.mu.Lock()
	s.sending = stop
	s.mu.Unlock()
	go s.play(hertz, stop)
}

// Quiet ends the tone.
func (c *PhoneCall) Quiet() { c.sound.hush() }

func (s *sound) hush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sending != nil {
		close(s.sending)
		s.sending = nil
	}
}

func (s *sound) play(hertz float64, stop chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	packet := make([]byte, 12+160)
	packet[0] = 0x80
	seq, ts, ssrc, at := uint16(rand.Uint32()), rand.Uint32(), rand.Uint32(), 0
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		for i := range 160 {
			packet[12+i] = mulaw(int16(8000 * math.Sin(2*math.Pi*hertz*float64(at)/8000)))
			at++
		}
		binary.BigEndian.PutUint16(packet[2:], seq)
		binary.BigEndian.PutUint32(packet[4:], ts)
		binary.BigEndian.PutUint32(packet[8:], ssrc)
		seq, ts = seq+1, ts+160
		s.mu.Lock()
		to := s.remote
		s.mu.Unlock()
		if to.IsValid() {
			_, _ = s.conn.WriteToUDPAddrPort(packet, to)
		}
	}
}

// digitNames are the events 0 to 11 (RFC 4733 section 3.2).
const digitNames = "0123456789*#"

// Digit sends a digit, * or # as an RFC 4733 event.
func (c *PhoneCall) Digit(digit byte) {
	s := c.sound
	s.mu.Lock()
	to, seq := s.remote, s.pressed
	s.pressed += 6
	s.mu.Unlock()
	packet := []byte{0x80, 101 | 0x80, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, byte(strings.IndexByte(digitNames, digit)), 10, 0, 160}
	for i := range uint16(6) {
		binary.BigEndian.PutUint16(packet[2:], seq+i)
		binary.BigEndian.PutUint32(packet[4:], uint32(seq)*160)
		binary.BigEndian.PutUint16(packet[14:], 160*(i+1))
		if i > 0 {
			packet[1] = 101
		}
		if i >= 3 {
			packet[13] = 0x8a
		}
		_, _ = s.conn.WriteToUDPAddrPort(packet, to)
	}
}

func (s *sound) listen() {
	buf := make([]byte, 2048)
	for {
		n, _, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if n >= 12 && buf[0]>>6 == 2 {
			s.take(buf[:n])
		}
	}
}

func (s *sound) take(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packets++
	switch p[1] & 0x7f {
	case 0:
		for _, b := range p[12:] {
			s.heard = append(s.heard, float64(linear(b)))
		}
		if extra := len(s.heard) - 8000; extra > 0 {
			s.heard = append(s.heard[:0], s.heard[extra:]...)
		}
	case 101:
		if ts := binary.BigEndian.Uint32(p[4:]); len(p) >= 16 && ts != s.event && p[12] < 12 {
			s.event = ts
			s.events += string(digitNames[p[12]])
		}
	}
}

// Hears waits until the call hears a tone of so many hertz, and that one only.
func (c *PhoneCall) Hears(t testing.TB, hertz float64) {
	t.Helper()
	c.sound.await(t, fmt.Sprintf("tone of %.0f Hz", hertz), func() bool {
		own, total := c.sound.share(hertz)
		return total > 1e6 && own > 0.9*total
	})
}

// HearsElse waits until the call hears something that is no tone of so many hertz: music.
func (c *PhoneCall) HearsElse(t testing.TB, hertz float64) {
	t.Helper()
	c.sound.await(t, fmt.Sprintf("another sound than %.0f Hz", hertz), func() bool {
		own, total := c.sound.share(hertz)
		return total > 1e6 && own < 0.5*total
	})
}

// share is the energy of one frequency and of all in the newest fifth of a second; nothing
// of either before so much was heard. s.mu is held.
func (s *sound) share(hertz float64) (own, total float64) {
	const window = 1600
	if len(s.heard) < window {
		return 0, 0
	}
	part := s.heard[len(s.heard)-window:]
	for _, v := range part {
		total += v * v
	}
	return goertzel(part, hertz), total
}

// HearsDigits waits until the call has received these digits as RFC 4733 events.
func (c *PhoneCall) HearsDigits(t testing.TB, digits string) {
	t.Helper()
	c.sound.await(t, "digits "+digits, func() bool { return c.sound.events == digits })
}

// Packets is how many RTP packets came so far.
func (c *PhoneCall) Packets() int {
	c.sound.mu.Lock()
	defer c.sound.mu.Unlock()
	return c.sound.packets
}

func (s *sound) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		s.mu.Lock()
		found, packets, events := ok(), s.packets, s.events
		s.mu.Unlock()
		if found {
			return
		}
		select {
		case <-tick.C:
		case <-timeout.C:
			t.Fatalf("%s was not heard; %d packets came, digits %q", what, packets, events)
		}
	}
}

// goertzel is the energy of one frequency in samples taken at 8 kHz.
func goertzel(samples []float64, hertz float64) float64 {
	w := 2 * math.Pi * hertz / 8000
	var s1, s2 float64
	for _, x := range samples {
		s1, s2 = x+2*math.Cos(w)*s1-s2, s1
	}
	return 2 * (s1*s1 + s2*s2 - 2*math.Cos(w)*s1*s2) / float64(len(samples))
}

// mulaw and linear are G.711's µ-law (ITU-T G.711 table 2a).
func mulaw(v int16) byte {
	x, sign := int(v), byte(0)
	if x < 0 {
		x, sign = -x, 0x80
	}
	x = min(x, 32635) + 132
	exponent := 7
	for mask := 0x4000; exponent > 0 && x&mask == 0; mask >>= 1 {
		exponent--
	}
	return ^(sign | byte(exponent<<4) | byte(x>>(exponent+3)&0x0f))
}

func linear(b byte) int {
	b = ^b
	v := (int(b&0x0f)<<3+132)<<(b>>4&7) - 132
	if b&0x80 != 0 {
		return -v
	}
	return v
}
