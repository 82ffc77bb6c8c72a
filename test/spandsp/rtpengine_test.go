//go:build spandsp

package spandsp_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"dialtone/sip/sdp"
)

// rtpengine is Debian's relay, in userspace, which turns T.38 into audio and back. It is
// asked by its ng protocol: a cookie and a bencoded dictionary a datagram.
type rtpengine struct {
	conn   net.Conn
	cookie int
}

func startRTPEngine(t *testing.T) *rtpengine {
	t.Helper()
	path, err := exec.LookPath("rtpengine")
	if err != nil {
		t.Fatalf("rtpengine is not installed (Debian package rtpengine-daemon): %v", err)
	}
	socket, at := listen(t)
	if err := socket.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--foreground", "--log-stderr", "--table=-1", "--interface=127.0.0.1", //nolint:noctx // killed below
		"--listen-ng="+at.String(), "--port-min=43000", "--port-max=43999", "--num-threads=1", "--log-level=5")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("udp", at.String()) //nolint:noctx // sends nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("rtpengine:\n%s", &said)
		}
	})
	e := &rtpengine{conn: conn}
	for end := time.Now().Add(time.Minute); ; {
		_, err := e.ask(text("command"), text("ping"))
		if err == nil {
			return e
		}
		if time.Now().After(end) {
			t.Fatalf("rtpengine does not answer: %v", err)
		}
	}
}

// listen is a socket of one end of a call.
func listen(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// text and list are bencoded.
func text(s string) string { return strconv.Itoa(len(s)) + ":" + s }

func list(all ...string) string {
	out := "l"
	for _, s := range all {
		out += text(s)
	}
	return out + "e"
}

// join makes a call: offered is what one end offers, how what becomes of its T.38. The
// other end answers with a description. What comes back is where each of them sends to.
func (e *rtpengine) join(id, how, offered, answered string) (offerer, answerer sdp.Media, err error) {
	with := func(command, description string) []string {
		return []string{
			text("T.38"), list(how), text("call-id"), text(id), text("command"), text(command),
			text("from-tag"), text("a"), text("sdp"), text(description),
		}
	}
	if answerer, err = e.describe(with("offer", offered)...); err == nil {
		offerer, err = e.describe(append(with("answer", answered), text("to-tag"), text("b"))...)
	}
	return offerer, answerer, err
}

// leave ends a call.
func (e *rtpengine) leave(id string) error {
	_, err := e.ask(text("call-id"), text(id), text("command"), text("delete"), text("from-tag"), text("a"))
	return err
}

var errAnswer = errors.New("rtpengine's answer")

// describe is the stream of a description that comes back.
func (e *rtpengine) describe(pairs ...string) (m sdp.Media, err error) {
	answer, err := e.ask(pairs...)
	if err != nil {
		return m, err
	}
	_, rest, _ := bytes.Cut(answer, []byte("3:sdp"))
	length, rest, _ := bytes.Cut(rest, []byte(":"))
	n, err := strconv.Atoi(string(length))
	if err != nil || n > len(rest) {
		return m, fmt.Errorf("%w: %q", errAnswer, answer)
	}
	s, err := sdp.Parse(rest[:n])
	if err != nil {
		return m, fmt.Errorf("%w: %q: %w", errAnswer, answer, err)
	}
	at := slices.IndexFunc(s.Media, func(m sdp.Media) bool { return m.Port != 0 })
	if at < 0 {
		return m, fmt.Errorf("%w: no stream in %q", errAnswer, answer)
	}
	return s.Media[at], nil
}

// ask sends a dictionary and returns the answer as it is bencoded.
func (e *rtpengine) ask(pairs ...string) ([]byte, error) {
	e.cookie++
	cookie := strconv.Itoa(e.cookie) + " "
	question := cookie + "d"
	for _, p := range pairs {
		question += p
	}
	_ = e.conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := e.conn.Write([]byte(question + "e")); err != nil {
		return nil, err
	}
	for b := make([]byte, 1<<16); ; {
		n, err := e.conn.Read(b)
		if err != nil {
			return nil, err
		}
		answer, ours := bytes.CutPrefix(b[:n], []byte(cookie))
		switch {
		case !ours: // to one of before
		case bytes.Contains(answer, []byte("6:result2:ok")), bytes.Contains(answer, []byte("6:result4:pong")):
			return bytes.Clone(answer), nil
		default:
			return nil, fmt.Errorf("%w: %q", errAnswer, answer)
		}
	}
}
