//go:build spandsp

package spandsp

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"time"

	"dialtone/internal/audio"
)

// Received hands on what comes in at a socket until that is closed, or nobody wants it.
func Received(ctx context.Context, c *net.UDPConn) <-chan []byte {
	in := make(chan []byte, 1024)
	go func() {
		for b := make([]byte, 2048); ; {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			select {
			case in <- bytes.Clone(b[:n]):
			case <-ctx.Done():
				return
			}
		}
	}()
	return in
}

// DescribeAudio is the description of a line at a socket.
func DescribeAudio(at netip.AddrPort) string {
	return Describe(at) + fmt.Sprintf("m=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:%d\r\n", at.Port(), Tick)
}

// Describe is the description of an end without a stream.
func Describe(at netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n", at.Addr())
}

// frame is the samples of a tick.
const frame = 8 * Tick

// Line is a telephone line of RTP with a fax machine.
type Line struct {
	Machine *Peer
	Conn    *net.UDPConn
	To      netip.AddrPort // the far end

	said    int // ticks
	samples [frame]int16
	packet  []byte
	heard   []int16
	next    uint16 // number of the packet that is to come
	started bool
}

// Run lets the machine speak and hear in real time until the fax is over.
func (l *Line) Run(ctx context.Context) (Result, error) {
	in := Received(ctx, l.Conn)
	ticker := time.NewTicker(Tick * time.Millisecond)
	defer ticker.Stop()
	for begun := time.Now(); ; {
		if r, ok := l.Machine.Done(); ok {
			return r, nil
		}
		select {
		case <-ticker.C:
			for ; l.said < int(time.Since(begun)/(Tick*time.Millisecond)); l.said++ {
				if err := l.say(); err != nil {
					return Result{}, err
				}
			}
		case b := <-in:
			l.hear(b)
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
	}
}

// say sends the machine's next tick. Before anything comes, the line is silent.
func (l *Line) say() error {
	l.Machine.Say(l.samples[:])
	l.packet = append(l.packet[:0], 0x80, 0)
	l.packet = binary.BigEndian.AppendUint16(l.packet, uint16(l.said))
	l.packet = binary.BigEndian.AppendUint32(l.packet, uint32(l.said*frame))
	l.packet = binary.BigEndian.AppendUint32(l.packet, 0xfa)
	l.packet = audio.AppendULaw(l.packet, l.samples[:])
	if !l.started {
		l.Machine.Hear(make([]int16, frame))
	}
	_, err := l.Conn.WriteToUDPAddrPort(l.packet, l.To)
	return err
}

const rtpHeader = 12

// hear takes a packet of RTP. What is missing before it was silence of the same length.
func (l *Line) hear(b []byte) {
	if len(b) <= rtpHeader || b[0] != 0x80 || b[1]&0x7f != 0 {
		return // RTCP, or no audio
	}
	seq := binary.BigEndian.Uint16(b[2:])
	if !l.started {
		l.started, l.next = true, seq
	}
	switch gap := int16(seq - l.next); {
	case gap < 0:
		return
	case gap > 0:
		l.Machine.Hear(make([]int16, int(gap)*frame))
	}
	l.next = seq + 1
	l.heard = audio.AppendFromULaw(l.heard[:0], b[rtpHeader:])
	l.Machine.Hear(l.heard)
}
