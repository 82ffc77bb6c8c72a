package wire

import (
	"errors"
	"strings"
	"testing"
)

const (
	framed   = "OPTIONS sip:h SIP/2.0\r\nContent-Length: 4\r\n\r\nbody"
	compact4 = "OPTIONS sip:h SIP/2.0\r\nL :\r\n 4\r\n\r\nbody"
)

var frames = []struct {
	name, buf string
	n         int
	err       error
}{
	{"whole", framed, len(framed), nil},
	{"two", framed + framed, len(framed), nil},
	{"compact and folded", compact4 + "x", len(compact4), nil},
	{"body to come", framed[:len(framed)-1], 0, nil},
	{"headers to come", "OPTIONS sip:h SIP/2.0\r\nContent-Length: 4\r\n\r", 0, nil},
	{"nothing", "", 0, nil},
	{"ping", "\r\n\r\n" + framed, 4, nil},
	{"half a ping", "\r\n\r", 0, nil},
	{"pong", "\r\n", 2, nil},
	{"line break before a message", "\r\n" + framed, 2, nil},
	{"three line breaks", "\r\n\r\n\r\n", 4, nil},
	{"carriage return", "\r", 0, nil},
	{"carriage return and else", "\rx", 1, nil},
	{"no length", "OPTIONS sip:h SIP/2.0\r\nX: y\r\n\r\nbody", 31, ErrFrame},
	{"two lengths", "OPTIONS sip:h SIP/2.0\r\nl: 4\r\nContent-Length: 4\r\n\r\nbody", 50, ErrFrame},
	{"negative", "OPTIONS sip:h SIP/2.0\r\nl: -4\r\n\r\nbody", 32, ErrFrame},
	{"length in another header's fold", "OPTIONS sip:h SIP/2.0\r\nX: y\r\n l: 4\r\n\r\nbody", 38, ErrFrame},
	{"too large", "OPTIONS sip:h SIP/2.0\r\nl: 65535\r\n\r\n", 0, ErrFrameTooLarge},
	{"gigantic", "OPTIONS sip:h SIP/2.0\r\nl: 4294967296\r\n\r\n", 0, ErrFrameTooLarge},
	{"headers without end", strings.Repeat("x", MaxMessage), 0, ErrFrameTooLarge},
}

func TestNextFrame(t *testing.T) {
	for _, tt := range frames {
		t.Run(tt.name, func(t *testing.T) {
			if n, err := NextFrame([]byte(tt.buf)); n != tt.n || !errors.Is(err, tt.err) {
				t.Fatalf("NextFrame = %d, %v; want %d, %v", n, err, tt.n, tt.err)
			}
		})
	}
}

func TestKeepalive(t *testing.T) {
	for _, tt := range []struct {
		b                      string
		ping, pause, keepalive bool
	}{
		{"\r\n\r\n", true, false, true},
		{"\r\n", false, true, true},
		{"\x00\x00\x00\x00", false, false, true},
		{"", false, false, true},
		{"\r\n\r\nx", false, false, false},
	} {
		b := []byte(tt.b)
		if IsPing(b) != tt.ping || IsBreak(b) != tt.pause || IsKeepalive(b) != tt.keepalive {
			t.Errorf("%q: ping %t, break %t, keepalive %t", b, IsPing(b), IsBreak(b), IsKeepalive(b))
		}
	}
}

// FuzzNextFrame: a frame is never longer than what there is nor empty in a full
// buffer, more bytes never change a frame that was whole, and Scan sees the same body.
func FuzzNextFrame(f *testing.F) {
	for _, tt := range frames {
		f.Add([]byte(tt.buf), []byte("\r\n"))
	}
	for _, tt := range tortured {
		f.Add(tortureMessage(f, tt.file), []byte("x"))
	}
	f.Fuzz(func(t *testing.T, buf, more []byte) {
		n, err := NextFrame(buf)
		if n < 0 || n > len(buf) || n > MaxMessage || n == 0 && err == nil && len(buf) > 2*MaxMessage {
			t.Fatalf("NextFrame of %d bytes = %d, %v", len(buf), n, err)
		}
		if n == 0 || err != nil {
			return
		}
		again, err := NextFrame(append(append([]byte{}, buf...), more...))
		if (again != n || err != nil) && !IsBreak(buf) {
			t.Fatalf("with more bytes %d, %v instead of %d", again, err, n)
		}
		var m Message
		if err := Scan(buf[:n], &m); err == nil && m.contentLength != len(m.Body) {
			t.Fatalf("frame of %d bytes has a body of %d, Content-Length %d", n, len(m.Body), m.contentLength)
		}
	})
}
