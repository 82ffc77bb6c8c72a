package sip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/google/go-cmp/cmp"

	"dialtone/sip/wire"
)

// masked is a client's frame.
func masked(f ws.Frame) []byte {
	f.Payload = bytes.Clone(f.Payload)
	return ws.MustCompileFrame(ws.MaskFrameInPlaceWith(f, [4]byte{1, 2, 3, 4}))
}

func piece(opcode ws.OpCode, last bool, text string) []byte {
	return masked(ws.NewFrame(opcode, last, []byte(text)))
}

func whole(text string) []byte { return piece(ws.OpText, true, text) }

// frameTests are what a client may send, what is understood of it and what is answered.
var frameTests = []struct {
	name     string
	in       [][]byte
	messages []string
	replies  []string
	err      error // nil: the connection stays
}{
	{name: "text", in: [][]byte{whole("one"), whole("two")}, messages: []string{"one", "two"}},
	{name: "binary", in: [][]byte{piece(ws.OpBinary, true, "\xff\x00")}, messages: []string{"\xff\x00"}},
	{name: "empty", in: [][]byte{whole("")}},
	{name: "keepalive", in: [][]byte{whole("\r\n\r\n")}, messages: []string{"\r\n\r\n"}},
	{name: "medium", in: [][]byte{whole(strings.Repeat("m", 126))}, messages: []string{strings.Repeat("m", 126)}},
	{name: "largest", in: [][]byte{whole(strings.Repeat("l", wire.MaxMessage))}, messages: []string{strings.Repeat("l", wire.MaxMessage)}},
	{name: "fragments", in: [][]byte{piece(ws.OpText, false, "a"), piece(ws.OpContinuation, false, ""), piece(ws.OpContinuation, true, "b")}, messages: []string{"ab"}},
	{
		name:     "a ping among fragments",
		in:       [][]byte{piece(ws.OpText, false, "caf\xc3"), piece(ws.OpPing, true, "here?"), piece(ws.OpContinuation, true, "\xa9")},
		messages: []string{"café"}, replies: []string{"\x8a\x05here?"},
	},
	{name: "pong", in: [][]byte{piece(ws.OpPong, true, "unasked")}},
	{name: "close", in: [][]byte{piece(ws.OpClose, true, "\x03\xe9bye"), whole("never")}, replies: []string{"\x88\x02\x03\xe9"}, err: io.EOF},
	{name: "close without a reason", in: [][]byte{piece(ws.OpClose, true, "")}, replies: []string{"\x88\x00"}, err: io.EOF},
	{name: "close with half a code", in: [][]byte{piece(ws.OpClose, true, "\x03")}, replies: []string{protocolError}, err: errAny},
	{name: "close with a code of nobody", in: [][]byte{piece(ws.OpClose, true, "\x03\xed")}, replies: []string{protocolError}, err: errAny},
	{name: "not masked", in: [][]byte{ws.MustCompileFrame(ws.NewTextFrame([]byte("x")))}, replies: []string{protocolError}, err: ws.ErrProtocolMaskRequired},
	{name: "reserved bit", in: [][]byte{masked(ws.Frame{Header: ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText}})}, replies: []string{protocolError}, err: ws.ErrProtocolNonZeroRsv},
	{name: "reserved opcode", in: [][]byte{piece(3, true, "")}, replies: []string{protocolError}, err: ws.ErrProtocolOpCodeReserved},
	{name: "ping too long", in: [][]byte{piece(ws.OpPing, true, strings.Repeat("p", 126))}, replies: []string{protocolError}, err: ws.ErrProtocolControlPayloadOverflow},
	{name: "ping in pieces", in: [][]byte{piece(ws.OpPing, false, "p")}, replies: []string{protocolError}, err: ws.ErrProtocolControlNotFinal},
	{name: "continuation of nothing", in: [][]byte{piece(ws.OpContinuation, true, "x")}, replies: []string{protocolError}, err: ws.ErrProtocolContinuationUnexpected},
	{name: "text among fragments", in: [][]byte{piece(ws.OpText, false, "a"), whole("b")}, replies: []string{protocolError}, err: ws.ErrProtocolContinuationExpected},
	{name: "text that is none", in: [][]byte{whole("caf\xe9")}, replies: []string{"\x88\x02\x03\xef"}, err: errNotUTF8},
	{name: "too large", in: [][]byte{whole(strings.Repeat("l", wire.MaxMessage+1))}, replies: []string{tooLarge}, err: wire.ErrFrameTooLarge},
	{name: "too large, announced", in: [][]byte{{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}}, replies: []string{tooLarge}, err: wire.ErrFrameTooLarge},
	{name: "length below zero", in: [][]byte{{0x81, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4}}, replies: []string{protocolError}, err: ws.ErrHeaderLengthMSB},
	{
		name:    "fragments too large",
		in:      [][]byte{piece(ws.OpText, false, strings.Repeat("l", wire.MaxMessage)), piece(ws.OpContinuation, true, "l")},
		replies: []string{tooLarge}, err: wire.ErrFrameTooLarge,
	},
}

// errAny stands for whatever error.
var errAny = errors.New("any")

// The farewells of RFC 6455 7.4.1.
const (
	protocolError = "\x88\x02\x03\xea"
	tooLarge      = "\x88\x02\x03\xf1"
)

// run feeds a framing with what has come so far, as the reader does.
func run(w framing, in []byte, chunk int) (messages, replies []string, err error) {
	var buf []byte
	for piece := range slices.Chunk(in, chunk) {
		buf = append(buf, piece...)
		for len(buf) > 0 {
			f, err := w.next(buf)
			if len(f.message) > 0 {
				messages = append(messages, string(f.message))
			}
			if len(f.reply) > 0 {
				replies = append(replies, string(f.reply))
			}
			if err != nil {
				return messages, replies, err
			}
			if f.length == 0 {
				break
			}
			buf = buf[f.length:]
		}
	}
	return messages, replies, nil
}

func TestWebSocketFrames(t *testing.T) {
	for _, tc := range frameTests {
		for _, chunk := range []int{1 << 20, 1000, 1} {
			if chunk == 1 && len(bytes.Join(tc.in, nil)) > 1000 {
				continue
			}
			w := &webSocket{}
			messages, replies, err := run(w, bytes.Join(tc.in, nil), chunk)
			if diff := cmp.Diff(tc.messages, messages); diff != "" {
				t.Errorf("%s by %d: messages (-want +got)\n%.500s", tc.name, chunk, diff)
			}
			if diff := cmp.Diff(tc.replies, replies); diff != "" {
				t.Errorf("%s by %d: replies (-want +got)\n%s", tc.name, chunk, diff)
			}
			if tc.err == errAny && err != nil {
				continue
			}
			if !errors.Is(err, tc.err) {
				t.Errorf("%s by %d: %v, want %v", tc.name, chunk, err, tc.err)
			}
			if err == nil && w.begun() {
				t.Errorf("%s by %d: a message is still under way", tc.name, chunk)
			}
		}
	}
}

// What is sent is one frame that a client reads as it is.
func TestWebSocketAppend(t *testing.T) {
	for name, tc := range map[string]struct {
		message string
		opcode  ws.OpCode
	}{
		"text":   {"OPTIONS sip:é SIP/2.0\r\n\r\n", ws.OpText},
		"binary": {"\xff", ws.OpBinary},
		"large":  {strings.Repeat("x", 70_000), ws.OpText},
	} {
		got, err := ws.ReadFrame(bytes.NewReader((&webSocket{}).append([]byte("before")[:0], []byte(tc.message))))
		if err != nil || got.Header.OpCode != tc.opcode || !got.Header.Fin || got.Header.Masked || string(got.Payload) != tc.message {
			t.Errorf("%s: %v %+v", name, err, got.Header)
		}
	}
}

func FuzzWebSocket(f *testing.F) {
	for _, tc := range frameTests {
		f.Add(bytes.Join(tc.in, nil), 7)
	}
	f.Fuzz(func(t *testing.T, in []byte, chunk int) {
		if chunk < 1 {
			return
		}
		once, repliesOnce, errOnce := run(&webSocket{}, bytes.Clone(in), len(in)+1)
		again, repliesAgain, errAgain := run(&webSocket{}, bytes.Clone(in), chunk)
		if !slices.Equal(once, again) || !slices.Equal(repliesOnce, repliesAgain) || (errOnce == nil) != (errAgain == nil) {
			t.Errorf("at once %q %q %v, by %d %q %q %v", once, repliesOnce, errOnce, chunk, again, repliesAgain, errAgain)
		}
		for _, m := range once {
			if len(m) > wire.MaxMessage {
				t.Errorf("a message of %d bytes", len(m))
			}
		}
	})
}

func TestDelimited(t *testing.T) {
	const head = "SIP/2.0 200 OK\r\nCSeq: 1 NOTIFY\r\n"
	for _, tc := range []struct{ name, in, want string }{
		{"with a length", head + "Content-Length: 2\r\n\r\nab", head + "Content-Length: 2\r\n\r\nab"},
		{"with more than its length", head + "l: 1\r\n\r\nab", head + "l: 1\r\n\r\na"},
		{"without", head + "\r\nab", "SIP/2.0 200 OK\r\nContent-Length: 2\r\nCSeq: 1 NOTIFY\r\n\r\nab"},
		{"without, no body", "\r\n" + head + "\r\n", "SIP/2.0 200 OK\r\nContent-Length: 0\r\nCSeq: 1 NOTIFY\r\n\r\n"},
	} {
		if got := string(delimited([]byte(tc.in))); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// upgradeWith sends a request and returns the answer; nothing is read beyond the
// request.
func upgradeWith(t *testing.T, request string) (answer, rest string, err error) {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	read := make(chan string, 1)
	go func() {
		b := make([]byte, 4096)
		n, _ := far.Read(b)
		read <- string(b[:n])
		_, _ = io.Copy(io.Discard, far)
	}()
	go func() { _, _ = io.WriteString(far, request) }()
	_, err = upgrade(near)
	if err == nil {
		b := make([]byte, 100)
		n, _ := near.Read(b)
		rest = string(b[:n])
	}
	_ = near.Close()
	return <-read, rest, err
}

func TestUpgrade(t *testing.T) {
	const request = "GET /sip HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: https://a\r\n"
	answer, rest, err := upgradeWith(t, request+"Sec-WebSocket-Protocol: chat, sip\r\n\r\nearly")
	if err != nil || rest != "early" || !strings.HasPrefix(answer, "HTTP/1.1 101 ") ||
		!strings.Contains(answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") || !strings.Contains(answer, "Sec-WebSocket-Protocol: sip\r\n") {
		t.Errorf("%v, %q after %q", err, rest, answer)
	}
	for _, tc := range []struct{ name, request, status string }{
		{"no subprotocol", request + "\r\n", "400"},
		{"another subprotocol", request + "Sec-WebSocket-Protocol: chat\r\n\r\n", "400"},
		{"no upgrade", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
		{"another version", strings.Replace(request, "13", "8", 1) + "\r\n", "426"},
		{"POST", strings.Replace(request, "GET", "POST", 1) + "\r\n", "405"},
		{"HTTP/1.0", strings.Replace(request, "1.1", "1.0", 1) + "\r\n", "505"},
		{"SIP", "OPTIONS sip:a SIP/2.0\r\n\r\n", ""},
		{"endless", request + strings.Repeat("Cookie: c\r\n", maxUpgrade), ""},
	} {
		answer, _, err := upgradeWith(t, tc.request)
		if err == nil || tc.status != "" && !strings.HasPrefix(answer, "HTTP/1.1 "+tc.status) || tc.status == "" && strings.HasPrefix(answer, "HTTP/1.1 101") {
			t.Errorf("%s: %v, answered %q, want %s", tc.name, err, answer, tc.status)
		}
	}
}

// A client that does not finish its request is given up.
func TestUpgradeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		begun := time.Now()
		go func() { _, _ = io.WriteString(far, "GET / HTTP/1.1\r\n") }()
		if _, err := upgrade(near); err == nil || time.Since(begun) != upgradeTime {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
	})
}

// openStream is a connection with a registration, whose read ends with the test.
func openStream(conn net.Conn, frames framing) (ended chan error) {
	c := &stream{edge: &Server{maxExpires: 3600}, conn: conn, frames: frames}
	c.bound.Store(true)
	ended = make(chan error, 1)
	go func() { ended <- c.read(context.Background()) }()
	return ended
}

// A silent web phone is asked whether it is there, and given up when it is not.
func TestWebSocketPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		ended := openStream(near, &webSocket{})
		begun := time.Now()
		ping := make([]byte, 2)
		for n := range 3 {
			if _, err := io.ReadFull(far, ping); err != nil || string(ping) != "\x89\x00" {
				t.Fatalf("%q %v", ping, err)
			}
			if got, want := time.Since(begun), time.Duration(n+1)*pingEvery; got != want {
				t.Errorf("asked after %s, want %s", got, want)
			}
			if n < 2 {
				_, _ = far.Write(piece(ws.OpPong, true, ""))
			}
		}
		if err := <-ended; err == nil || time.Since(begun) != 3*pingEvery+pongTime {
			t.Errorf("ended after %s: %v", time.Since(begun), err)
		}
	})
}

// Fragments that trickle in do not keep a message waiting for ever.
func TestWebSocketMessageTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		ended := openStream(near, &webSocket{})
		begun := time.Now()
		trickled := make(chan struct{})
		go func() {
			defer close(trickled)
			_, err := far.Write(piece(ws.OpText, false, "OPTIONS"))
			for ; err == nil; _, err = far.Write(piece(ws.OpContinuation, false, "x")) {
				time.Sleep(time.Second)
			}
		}()
		if err := <-ended; err == nil || time.Since(begun) > messageTime+time.Second {
			t.Errorf("ended after %s: %v", time.Since(begun), err)
		}
		_ = near.Close()
		<-trickled
	})
}

// A peer that does not read is given up, and its connection closed.
func TestWriteTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := &stream{conn: near, frames: streamFraming{}}
		if err := c.write([]byte("x")); err == nil {
			t.Error("written to nobody")
		}
		if _, err := near.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("the connection is open: %v", err)
		}
	})
}
