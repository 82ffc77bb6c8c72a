//go:build !linux

package udpio

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

type batchSys struct{}

func (batchSys) init([][]byte) {}

type connSys struct{}

func (connSys) init(*Conn) error { return nil }

func (connSys) close(c *Conn) error { return c.udp.Close() }

func prepare(_ syscall.RawConn, o Options) error {
	if o.ReusePort {
		return errors.New("several sockets on one port need Linux")
	}
	return nil
}

// Read waits for one datagram. The error net.ErrClosed ends the socket; others are
// passing.
func (c *Conn) Read(b *Batch) error {
	n, from, err := c.udp.ReadFromUDPAddrPort(b.bufs[0])
	if err != nil {
		b.Packets = nil
		return err
	}
	b.Packets = b.all[:1]
	b.Packets[0] = Packet{Data: b.bufs[0][:n], Peer: netip.AddrPortFrom(from.Addr().Unmap(), from.Port())}
	return nil
}

// Take is Read.
func (c *Conn) Take(b *Batch) error { return c.Read(b) }

// Set is of one socket and leaves the waiting to it.
type Set struct{}

// NewSet makes a set.
func NewSet(time.Duration, ...*Conn) (*Set, error) { return &Set{}, nil }

// Wait returns at once.
func (*Set) Wait() error { return nil }

// Gather changes nothing: nothing is gathered.
func (*Set) Gather(time.Duration) {}

// Took is told how many datagrams were read since Wait.
func (*Set) Took(int) {}

// Close leaves ending the wait to the socket.
func (*Set) Close() error { return nil }

// Lost is 0: it is not known.
func (c *Conn) Lost() uint64 { return 0 }

// Write sends the packets in order; one that cannot be sent is counted as failed.
func (c *Conn) Write(packets []Packet) (failed int, err error) {
	for i := range packets {
		if _, err := c.udp.WriteToUDPAddrPort(packets[i].Data, packets[i].Peer); errors.Is(err, net.ErrClosed) {
			return failed + len(packets) - i, err
		} else if err != nil {
			failed++
		}
	}
	return failed, nil
}
