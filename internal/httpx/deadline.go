package httpx

import (
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// maxSlack and slackShare bound how much earlier than asked a connection's time may
// be up: by a quarter of a second, or a sixteenth of the server's shortest limit.
const (
	maxSlack   = 250 * time.Millisecond
	slackShare = 16
)

// slack is how far a deadline of the server's may move on before it is set again.
func slack(srv *fasthttp.Server) time.Duration {
	return min(maxSlack, min(srv.ReadTimeout, srv.WriteTimeout, srv.IdleTimeout)/slackShare)
}

// patientListener hands out connections that set their deadlines when it matters.
// TLS connections stay as they are: fasthttp has to know them.
type patientListener struct {
	net.Listener
	slack time.Duration
}

// Accept returns the listener's next connection.
func (l patientListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if _, secure := c.(interface{ Handshake() error }); err != nil || secure {
		return c, err
	}
	return &patientConn{Conn: c, slack: l.slack}, nil
}

// patientConn sets a deadline before the read or write it is for, and then only when
// it is another than the one that stands: sooner, or later by more than the slack.
// fasthttp sets four for a request, which cost as much as reading it does; a request
// that is there whole, on a connection in use, needs none. Unlike those of other
// connections its deadlines do not touch a read or write that has begun, and all of
// its methods but Close are for one goroutine.
type patientConn struct {
	net.Conn
	slack       time.Duration
	read, write deadline
}

// deadline is one that is wanted and the one that stands.
type deadline struct{ want, set time.Time }

// settle says whether the one wanted has to be set, and takes it as set.
func (d *deadline) settle(slack time.Duration) bool {
	if ahead := d.want.Sub(d.set); ahead >= 0 && ahead <= slack {
		return false
	}
	d.set = d.want
	return true
}

// Read reads within the deadline for reading.
func (c *patientConn) Read(p []byte) (int, error) {
	if c.read.settle(c.slack) {
		if err := c.Conn.SetReadDeadline(c.read.set); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(p)
}

// Write writes within the deadline for writing.
func (c *patientConn) Write(p []byte) (int, error) {
	if c.write.settle(c.slack) {
		if err := c.Conn.SetWriteDeadline(c.write.set); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// SetReadDeadline is for reads that begin from now on.
func (c *patientConn) SetReadDeadline(t time.Time) error { c.read.want = t; return nil }

// SetWriteDeadline is for writes that begin from now on.
func (c *patientConn) SetWriteDeadline(t time.Time) error { c.write.want = t; return nil }

// SetDeadline is for reads and writes that begin from now on.
func (c *patientConn) SetDeadline(t time.Time) error {
	c.read.want, c.write.want = t, t
	return nil
}
