package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"dialtone/internal/udpio"
)

// Phones send RTP as phones in calls do, PCMU in packets of 20 ms, and count what comes.
// They share one socket: a relay tells them apart by the ports it gave them.
type Phones struct {
	conn     *udpio.Conn
	received atomic.Int64
	reading  sync.WaitGroup
}

// RTPReport is what became of the packets.
type RTPReport struct{ Sent, Received int64 }

const (
	rtpFrame  = 20 * time.Millisecond
	rtpHeader = 12
	rtpPacket = rtpHeader + 160 // PCMU
	// rtpSpread is how many bursts the packets of a frame are spread over.
	rtpSpread = 20
	// rtpTail is how long the last packets may take.
	rtpTail = 100 * time.Millisecond
	// MaxRTP bounds the phones.
	MaxRTP = 4096
)

// NewPhones opens the phones' socket.
func NewPhones(ctx context.Context) (*Phones, error) {
	conn, err := udpio.Listen(ctx, "127.0.0.1:0", udpio.Options{ReadBuffer: socketBuffer, WriteBuffer: socketBuffer})
	if err != nil {
		return nil, err
	}
	p := &Phones{conn: conn}
	p.reading.Go(p.read)
	return p, nil
}

// Addr is where all of them hear.
func (p *Phones) Addr() netip.AddrPort { return p.conn.LocalAddr() }

// Close hangs up.
func (p *Phones) Close() {
	_ = p.conn.Close()
	p.reading.Wait()
}

func (p *Phones) read() {
	in := udpio.NewBatch(batchSize, maxDatagram)
	for {
		if err := p.conn.Read(in); errors.Is(err, net.ErrClosed) {
			return
		}
		p.received.Add(int64(len(in.Packets)))
	}
}

// Talk sends for a time to the relay's ports, one for each phone.
func (p *Phones) Talk(ctx context.Context, ports []netip.AddrPort, d time.Duration) (RTPReport, error) {
	if len(ports) == 0 || len(ports) > MaxRTP {
		return RTPReport{}, fmt.Errorf("cannot talk to %d ports: %w", len(ports), ErrBound)
	}
	for _, at := range ports {
		if err := checkTarget(at); err != nil {
			return RTPReport{}, err
		}
	}
	var sent int64
	before := p.received.Load()
	packets := make([]udpio.Packet, len(ports))
	for i := range packets {
		packets[i] = udpio.Packet{Data: newRTP(uint32(i)), Peer: ports[i]}
	}
	start := time.Now()
	for n := 0; n < int(d/rtpFrame)*rtpSpread && ctx.Err() == nil; n++ {
		time.Sleep(time.Until(start.Add(time.Duration(n) * rtpFrame / rtpSpread)))
		burst, number := n%rtpSpread, n/rtpSpread
		due := packets[burst*len(packets)/rtpSpread : (burst+1)*len(packets)/rtpSpread]
		for i := range due {
			binary.BigEndian.PutUint16(due[i].Data[2:], uint16(number))
			binary.BigEndian.PutUint32(due[i].Data[4:], uint32(number)*(rtpPacket-rtpHeader))
		}
		failed, err := p.conn.Write(due)
		if err != nil {
			return RTPReport{}, err
		}
		sent += int64(len(due) - failed)
	}
	time.Sleep(rtpTail)
	return RTPReport{Sent: sent, Received: p.received.Load() - before}, ctx.Err()
}

// newRTP is a packet of PCMU (RFC 3550 5.1).
func newRTP(ssrc uint32) []byte {
	b := make([]byte, rtpPacket)
	b[0] = 2 << 6
	binary.BigEndian.PutUint32(b[8:], ssrc+1)
	return b
}
