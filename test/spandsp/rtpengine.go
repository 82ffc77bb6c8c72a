//go:build spandsp

package spandsp

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"dialtone/sip/sdp"
)

// RTPEngine is Debian's relay in userspace, which turns T.38 into audio and back. It is
// asked by its ng protocol: a cookie and a bencoded dictionary a datagram.
type RTPEngine struct {
	mu     sync.Mutex
	conn   net.Conn
	cookie int
}

// StartRTPEngine starts it for a test, and waits until it answers.
func StartRTPEngine(t testing.TB) *RTPEngine {
	t.Helper()
	path, err := exec.LookPath("rtpengine")
	if err != nil {
		t.Fatalf("rtpengine is not installed (Debian package rtpengine-daemon): %v", err)
	}
	socket, at := Listen(t)
	if err := socket.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--config-file=none", "--foreground", "--log-stderr", "--table=-1", "--interface=127.0.0.1", //nolint:noctx // killed below
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
	e := &RTPEngine{conn: conn}
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

// Listen is a socket of one end of a call.
func Listen(t testing.TB) (*net.UDPConn, netip.AddrPort) {
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

// What becomes of the T.38 of who offers: audio; of audio: T.38.
const (
	Decode = "decode"
	Force  = "force"
)

// Offer begins a call with what one end offers, and returns what the other end is offered.
// How says what becomes of T.38.
func (e *RTPEngine) Offer(id, how, description string) (string, error) {
	return e.describe(said("offer", id, how, description)...)
}

// Answer goes on with what the other end answers, and returns what the offerer is answered.
func (e *RTPEngine) Answer(id, how, description string) (string, error) {
	return e.describe(append(said("answer", id, how, description), text("to-tag"), text("b"))...)
}

func said(command, id, how, description string) []string {
	return []string{
		text("T.38"), list(how), text("call-id"), text(id), text("command"), text(command),
		text("from-tag"), text("a"), text("sdp"), text(description),
	}
}

// Delete ends a call.
func (e *RTPEngine) Delete(id string) error {
	_, err := e.ask(text("call-id"), text(id), text("command"), text("delete"), text("from-tag"), text("a"))
	return err
}

var errAnswer = errors.New("rtpengine's answer")

// describe is the description that comes back.
func (e *RTPEngine) describe(pairs ...string) (string, error) {
	answer, err := e.ask(pairs...)
	if err != nil {
		return "", err
	}
	_, rest, _ := bytes.Cut(answer, []byte("3:sdp"))
	length, rest, _ := bytes.Cut(rest, []byte(":"))
	n, err := strconv.Atoi(string(length))
	if err != nil || n > len(rest) {
		return "", fmt.Errorf("%w: %q", errAnswer, answer)
	}
	return string(rest[:n]), nil
}

// Stream is the one stream of a description that is not refused.
func Stream(description string) (m sdp.Media, err error) {
	s, err := sdp.Parse([]byte(description))
	if err != nil {
		return m, err
	}
	at := slices.IndexFunc(s.Media, func(m sdp.Media) bool { return m.Port != 0 })
	if at < 0 {
		return m, fmt.Errorf("%w: no stream in %q", errAnswer, description)
	}
	return s.Media[at], nil
}

// ask sends a dictionary and returns the answer as it is bencoded.
func (e *RTPEngine) ask(pairs ...string) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
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
