package sip

import "dialtone/sip/wire"

// framing cuts messages from a connection and wraps what is sent over it. Its reader
// is one goroutine; append and ping may be called by others.
type framing interface {
	// next reads the first frame in buf, whose bytes it may change; the frame's length
	// is 0 when it is not there as a whole. After an error the connection ends.
	next(buf []byte) (frame, error)
	// begun tells whether frames taken so far hold a part of a message.
	begun() bool
	// append wraps a message.
	append(dst, message []byte) []byte
	// ping asks the peer whether it is there; nil where phones ask us (RFC 5626 3.5.1).
	ping() []byte
}

// frame is one frame of a connection.
type frame struct {
	length  int
	message []byte // the message or keepalive it completes, if any
	reply   []byte // what to answer on the connection itself, if anything
}

// streamFraming is plain SIP over TCP and TLS.
type streamFraming struct{}

func (streamFraming) next(buf []byte) (frame, error) {
	n, err := wire.NextFrame(buf)
	return frame{length: n, message: buf[:n]}, err
}

func (streamFraming) begun() bool { return false }

func (streamFraming) append(dst, message []byte) []byte { return append(dst, message...) }

func (streamFraming) ping() []byte { return nil }
