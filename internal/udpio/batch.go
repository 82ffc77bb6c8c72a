package udpio

import "net/netip"

// Packet is one datagram.
type Packet struct {
	// Data is the datagram. In a batch that has been read it lies in the batch's
	// memory and is valid until the next Read.
	Data []byte
	// Peer is where it came from, or goes to; IPv4 addresses are never mapped.
	Peer netip.AddrPort
	// Local is the address it was sent to, and to send from; only sockets bound to
	// the wildcard address tell it, and it is invalid otherwise.
	Local netip.Addr
	// Truncated says that the datagram was longer than the batch's buffers.
	Truncated bool
}

// Batch is what one Read filled. It belongs to one goroutine.
type Batch struct {
	// Packets are what was read.
	Packets []Packet
	all     []Packet
	bufs    [][]byte
	sys     batchSys
}

// NewBatch makes room for up to count datagrams of up to size bytes.
func NewBatch(count, size int) *Batch {
	b := &Batch{all: make([]Packet, count), bufs: make([][]byte, count)}
	memory := make([]byte, count*size)
	for i := range b.bufs {
		b.bufs[i] = memory[i*size : (i+1)*size : (i+1)*size]
	}
	b.sys.init(b.bufs)
	return b
}
