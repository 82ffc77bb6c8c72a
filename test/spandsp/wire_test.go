//go:build spandsp

package spandsp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"dialtone/fax/t38"
	"dialtone/internal/audio"
	"dialtone/sip/sdp"
	"dialtone/test/spandsp"
)

// received hands on what comes in at a socket until that is closed, or nobody wants it.
func received(ctx context.Context, c *net.UDPConn) <-chan []byte {
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

// describeT38 and describeAudio are descriptions of one stream at a socket.
func describeT38(at netip.AddrPort) string {
	out := describe(at) + fmt.Sprintf("m=image %d udptl t38\r\n", at.Port())
	for _, a := range (sdp.T38{MaxBitRate: 14400, MaxDatagram: 400, UDPEC: sdp.ECRedundancy}).Attributes() {
		out += "a=" + a.Name + ":" + a.Value + "\r\n"
	}
	return out
}

func describeAudio(at netip.AddrPort) string {
	return describe(at) + fmt.Sprintf("m=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:%d\r\n", at.Port(), spandsp.Tick)
}

func describe(at netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n", at.Addr())
}

// talk lets our terminal talk in real time until the fax is over.
func talk(ctx context.Context, terminal *t38.Terminal, c *net.UDPConn, to netip.AddrPort) (t38.Result, error) {
	in := received(ctx, c)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		out, next := terminal.Poll(time.Now())
		for _, b := range out {
			if _, err := c.WriteToUDPAddrPort(b, to); err != nil {
				return t38.Result{}, err
			}
		}
		if r, ok := terminal.Done(time.Now()); ok {
			return r, nil
		}
		timer.Reset(max(time.Until(next), time.Millisecond))
		select {
		case <-timer.C:
		case b := <-in:
			_ = terminal.Receive(b, time.Now())
		case <-ctx.Done():
			return t38.Result{}, ctx.Err()
		}
	}
}

// frame is the samples of a tick.
const frame = 8 * spandsp.Tick

// phone is a fax machine at a telephone line of RTP.
type phone struct {
	machine *spandsp.Peer
	c       *net.UDPConn
	to      netip.AddrPort
	said    int // ticks
	line    [frame]int16
	packet  []byte
	heard   []int16
	next    uint16 // number of the packet that is to come
	started bool
}

// run lets the machine speak and hear in real time until the fax is over.
func (p *phone) run(ctx context.Context) (spandsp.Result, error) {
	in := received(ctx, p.c)
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for begun := time.Now(); ; {
		if r, ok := p.machine.Done(); ok {
			return r, nil
		}
		select {
		case <-ticker.C:
			for ; p.said < int(time.Since(begun)/tick); p.said++ {
				if err := p.say(); err != nil {
					return spandsp.Result{}, err
				}
			}
		case b := <-in:
			p.hear(b)
		case <-ctx.Done():
			return spandsp.Result{}, ctx.Err()
		}
	}
}

// say sends the machine's next tick. Before anything comes, the line is silent.
func (p *phone) say() error {
	p.machine.Say(p.line[:])
	p.packet = append(p.packet[:0], 0x80, 0)
	p.packet = binary.BigEndian.AppendUint16(p.packet, uint16(p.said))
	p.packet = binary.BigEndian.AppendUint32(p.packet, uint32(p.said*frame))
	p.packet = binary.BigEndian.AppendUint32(p.packet, 0xfa)
	p.packet = audio.AppendULaw(p.packet, p.line[:])
	if !p.started {
		p.machine.Hear(make([]int16, frame))
	}
	_, err := p.c.WriteToUDPAddrPort(p.packet, p.to)
	return err
}

const rtpHeader = 12

// hear takes a packet of RTP. What is missing before it was silence of the same length.
func (p *phone) hear(b []byte) {
	if len(b) <= rtpHeader || b[0] != 0x80 || b[1]&0x7f != 0 {
		return // RTCP, or no audio
	}
	seq := binary.BigEndian.Uint16(b[2:])
	if !p.started {
		p.started, p.next = true, seq
	}
	switch gap := int16(seq - p.next); {
	case gap < 0:
		return
	case gap > 0:
		p.machine.Hear(make([]int16, int(gap)*frame))
	}
	p.next = seq + 1
	p.heard = audio.AppendFromULaw(p.heard[:0], b[rtpHeader:])
	p.machine.Hear(p.heard)
}

// TestSilentLine: a machine that nobody talks to gives up.
func TestSilentLine(t *testing.T) {
	m, err := spandsp.New(spandsp.Options{Machine: true, Caller: true, File: newBook(1, bookFormat).write(t), Ident: "555 0199"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	p := phone{machine: m}
	for range 90 * 1000 / spandsp.Tick {
		p.machine.Say(p.line[:])
		p.machine.Hear(make([]int16, frame))
		if r, ok := m.Done(); ok {
			if r.OK || r.Pages != 0 {
				t.Errorf("%+v", r)
			}
			return
		}
	}
	t.Error("the machine does not give up")
}
