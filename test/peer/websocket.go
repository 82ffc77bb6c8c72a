package peer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/gobwas/ws"
)

// webSocket is the connection of a phone in a browser (RFC 7118): what is written at
// once is one message, and messages are read one after another.
type webSocket struct {
	net.Conn
	in   io.Reader
	rest []byte

	mu sync.Mutex // held while a frame is written
}

// dialWebSocket connects to wss://proxy/ and asks for SIP.
func dialWebSocket(ctx context.Context, a Account) (net.Conn, error) {
	d := ws.Dialer{Protocols: []string{"sip"}, TLSConfig: a.TLS}
	conn, buffered, hs, err := d.Dial(ctx, "wss://"+a.Proxy+"/")
	if err != nil {
		return nil, err
	}
	if hs.Protocol != "sip" {
		_ = conn.Close() // not what was asked for
		return nil, errors.New("the server does not speak SIP over WebSocket")
	}
	if buffered == nil {
		buffered = bufio.NewReader(conn)
	}
	return &webSocket{Conn: conn, in: buffered}, nil
}

// Read reads messages, and answers pings.
func (w *webSocket) Read(b []byte) (int, error) {
	for len(w.rest) == 0 {
		f, err := ws.ReadFrame(w.in)
		if err != nil {
			return 0, err
		}
		switch f.Header.OpCode {
		case ws.OpPing:
			if err := w.write(ws.NewPongFrame(f.Payload)); err != nil {
				return 0, err
			}
		case ws.OpClose:
			return 0, io.EOF
		case ws.OpText, ws.OpBinary, ws.OpContinuation:
			w.rest = f.Payload
		}
	}
	n := copy(b, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

// Write sends one message.
func (w *webSocket) Write(b []byte) (int, error) {
	if err := w.write(ws.NewTextFrame(append([]byte(nil), b...))); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (w *webSocket) write(f ws.Frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return ws.WriteFrame(w.Conn, ws.MaskFrameInPlace(f))
}
