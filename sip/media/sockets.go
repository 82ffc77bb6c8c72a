package media

import "sync/atomic"

// port is one socket of a stream.
type port struct {
	stream *Stream
	fd     int
	tag    int32 // tells this socket from an earlier one with the same descriptor
	rtcp   bool
}

// sockets finds the port of a descriptor without a lock: descriptors are small numbers,
// so a table in chunks that are never given back does it.
type sockets struct {
	chunks [maxChunks]atomic.Pointer[socketChunk]
	tags   atomic.Int32
}

type socketChunk [chunkSize]atomic.Pointer[port]

// A table for a million descriptors, more than a process can have by default.
const chunkSize, maxChunks = 1024, 1024

// add enters a port; false when its descriptor is beyond the table.
func (t *sockets) add(p *port) bool {
	if p.fd < 0 || p.fd >= chunkSize*maxChunks {
		return false
	}
	c := &t.chunks[p.fd/chunkSize]
	if c.Load() == nil {
		c.CompareAndSwap(nil, new(socketChunk))
	}
	p.tag = t.tags.Add(1)
	c.Load()[p.fd%chunkSize].Store(p)
	return true
}

// get is the port of an event; nil when it is gone.
func (t *sockets) get(fd, tag int32) *port {
	if fd < 0 || int(fd) >= chunkSize*maxChunks {
		return nil
	}
	c := t.chunks[fd/chunkSize].Load()
	if c == nil {
		return nil
	}
	if p := c[fd%chunkSize].Load(); p != nil && p.tag == tag {
		return p
	}
	return nil
}

func (t *sockets) remove(p *port) { t.chunks[p.fd/chunkSize].Load()[p.fd%chunkSize].Store(nil) }
