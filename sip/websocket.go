package sip

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"dialtone/sip/wire"
)

// subprotocol is SIP's among those over WebSocket (RFC 7118 4.1).
const subprotocol = "sip"

// Bounds of the HTTP request a WebSocket begins with.
const (
	upgradeTime = 10 * time.Second
	maxUpgrade  = 16 << 10 // bytes: browsers send along what cookies they have
)

var (
	errUpgradeTooLarge = errors.New("WebSocket request too large")
	errNoSubprotocol   = ws.RejectConnectionError(ws.RejectionStatus(http.StatusBadRequest),
		ws.RejectionReason("the subprotocol sip is required (RFC 7118)"))
	errNotUTF8 = errors.New("WebSocket text is not UTF-8")
)

// upgrade makes a connection a WebSocket: it takes the HTTP request, with any target,
// and nothing beyond it.
func upgrade(conn net.Conn) (framing, error) {
	if err := conn.SetDeadline(time.Now().Add(upgradeTime)); err != nil {
		return nil, err
	}
	offered := false
	u := ws.Upgrader{
		Protocol: func(name []byte) bool {
			offered = string(name) == subprotocol
			return offered
		},
		OnBeforeUpgrade: func() (ws.HandshakeHeader, error) {
			if !offered {
				return nil, errNoSubprotocol
			}
			return nil, nil
		},
	}
	if _, err := u.Upgrade(&upgradeConn{Conn: conn, left: maxUpgrade}); err != nil {
		return nil, fmt.Errorf("cannot open WebSocket: %w", err)
	}
	return &webSocket{}, conn.SetDeadline(time.Time{})
}

// upgradeConn is read byte by byte, because the library buffers what it reads and
// leaves what it did not need.
type upgradeConn struct {
	net.Conn
	left int
}

func (c *upgradeConn) Read(b []byte) (int, error) {
	if c.left == 0 {
		return 0, errUpgradeTooLarge
	}
	n, err := c.Conn.Read(b[:min(1, len(b))])
	c.left -= n
	return n, err
}

// webSocket is SIP over WebSocket (RFC 7118): a message of one is a message of the
// other.
type webSocket struct {
	opcode   ws.OpCode // of the message that has begun, 0 for none
	fragment []byte    // what there is of it
}

func (w *webSocket) begun() bool { return w.opcode != 0 }

func (w *webSocket) ping() []byte { return control(ws.OpPing, nil) }

// append sends text as text, and what is none as binary (RFC 7118 5).
func (w *webSocket) append(dst, message []byte) []byte {
	opcode := ws.OpText
	if !utf8.Valid(message) {
		opcode = ws.OpBinary
	}
	out := bytes.NewBuffer(dst)
	_ = ws.WriteFrame(out, ws.NewFrame(opcode, true, message)) // a buffer takes everything
	return out.Bytes()
}

func (w *webSocket) next(buf []byte) (frame, error) {
	in := bytes.NewReader(buf)
	h, err := ws.ReadHeader(in)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return frame{}, nil
	}
	if err == nil {
		err = ws.CheckHeader(h, w.state())
	}
	switch {
	case err != nil:
		return broken(ws.StatusProtocolError, err)
	case h.OpCode.IsData() && h.Length > int64(wire.MaxMessage-len(w.fragment)):
		return broken(ws.StatusMessageTooBig, wire.ErrFrameTooLarge)
	case h.Length > int64(in.Len()):
		return frame{}, nil
	}
	start := len(buf) - in.Len()
	length := start + int(h.Length)
	payload := buf[start:length:length]
	ws.Cipher(payload, h.Mask, 0)
	f, err := w.frame(h, payload)
	f.length = length
	return f, err
}

// state is what a frame has to fit to.
func (w *webSocket) state() ws.State {
	if w.begun() {
		return ws.StateServerSide | ws.StateFragmented
	}
	return ws.StateServerSide
}

// frame takes one frame that is there as a whole.
func (w *webSocket) frame(h ws.Header, payload []byte) (frame, error) {
	switch h.OpCode {
	case ws.OpPing:
		return frame{reply: control(ws.OpPong, payload)}, nil
	case ws.OpPong:
		return frame{}, nil
	case ws.OpClose:
		return closed(payload)
	}
	opcode := h.OpCode
	if w.begun() || !h.Fin {
		if !w.begun() {
			w.opcode = opcode
		}
		w.fragment = append(w.fragment, payload...)
		if !h.Fin {
			return frame{}, nil
		}
		opcode, payload = w.opcode, w.fragment
		w.opcode, w.fragment = 0, nil
	}
	if opcode == ws.OpText && !utf8.Valid(payload) {
		return broken(ws.StatusInvalidFramePayloadData, errNotUTF8)
	}
	return frame{message: payload}, nil
}

// closed repeats the peer's status (RFC 6455 5.5.1).
func closed(payload []byte) (frame, error) {
	if len(payload) == 0 {
		return frame{reply: control(ws.OpClose, nil)}, io.EOF
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if err := ws.CheckCloseFrameData(code, reason); err != nil {
		return broken(ws.StatusProtocolError, err)
	}
	return frame{reply: control(ws.OpClose, payload[:2])}, io.EOF
}

// broken says why the connection ends.
func broken(code ws.StatusCode, err error) (frame, error) {
	return frame{reply: control(ws.OpClose, ws.NewCloseFrameBody(code, ""))}, err
}

func control(opcode ws.OpCode, payload []byte) []byte {
	return ws.MustCompileFrame(ws.NewFrame(opcode, true, payload)) // short: it cannot fail
}

// delimited gives a message the Content-Length that those of WebSockets may lack, for
// a reader of streams.
func delimited(message []byte) []byte {
	message = bytes.TrimLeft(message, "\r\n")
	n, err := wire.NextFrame(message)
	switch line := bytes.IndexByte(message, '\n') + 1; {
	case err == nil && n > 0:
		return message[:n:n]
	case n > 0 && line > 0: // its headers end at n
		length := strconv.AppendInt([]byte("Content-Length: "), int64(len(message)-n), 10)
		return bytes.Join([][]byte{message[:line], length, []byte("\r\n"), message[line:]}, nil)
	}
	return message
}
