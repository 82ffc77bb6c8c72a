package test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// pingCallID marks a request that shows that whatever came before it has been dealt
// with: the datagrams of one socket, and the messages of one connection, are answered
// in order.
const pingCallID = "ping@127.0.0.1"

// ping is that request.
func ping(transport string) string {
	return "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/" + transport + " 192.0.2.9;branch=z9hG4bKping;rport\r\nMax-Forwards: 70\r\n" +
		"From: <sip:t@127.0.0.1>;tag=t\r\nTo: <sip:127.0.0.1>\r\nCall-ID: " + pingCallID + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
}

// silence and closed are what there may be instead of, or after, an answer's status.
const (
	silence = "silence"
	closed  = "closed"
)

// dialUDP opens a socket towards addr.
func dialUDP(t testing.TB, addr string) net.Conn {
	t.Helper()
	var nd net.Dialer
	c, err := nd.DialContext(t.Context(), "udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// overUDP sends one datagram and returns the statuses it is answered with.
func overUDP(t testing.TB, addr string, message []byte) string {
	t.Helper()
	c := dialUDP(t, addr)
	defer c.Close()
	for _, b := range [][]byte{message, []byte(ping("UDP"))} {
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	return untilPing(t, c)
}

// untilPing returns the statuses of the datagrams before the ping's.
func untilPing(t testing.TB, c net.Conn) string {
	t.Helper()
	var got []string
	buf := make([]byte, 65536)
	for {
		n, err := c.Read(buf)
		if err != nil {
			t.Fatalf("the ping was not answered: %v", err)
		}
		if bytes.Contains(buf[:n], []byte(pingCallID)) {
			return statuses(got)
		}
		got = append(got, string(buf[8:11]))
	}
}

// overTCP sends bytes on a connection of their own, then a ping, and returns the
// statuses they are answered with, and whether the connection was closed.
func overTCP(t testing.TB, addr string, text []byte) string {
	t.Helper()
	c := dial(t, addr)
	defer c.Close()
	if _, err := c.Write(append(bytes.Clone(text), ping("TCP")...)); err != nil {
		t.Fatal(err)
	}
	var got []string
	r := bufio.NewReader(c)
	for {
		head, err := readHead(r)
		switch {
		case err != nil:
			return statuses(append(got, closed))
		case strings.Contains(head, pingCallID):
			return statuses(got)
		}
		got = append(got, head[8:11])
	}
}

// readHead reads a response without body. It may repeat what no parser takes.
func readHead(r *bufio.Reader) (head string, err error) {
	for !strings.HasSuffix(head, "\r\n\r\n") {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		head += line
	}
	return head, nil
}

func statuses(list []string) string {
	if len(list) == 0 {
		return silence
	}
	return strings.Join(list, " ")
}

// resident is the daemon's memory in bytes, as the kernel counts it.
func (d *daemon) resident() int {
	d.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\nVmRSS:")
	kilobytes := 0
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		d.t.Fatal(err)
	}
	return kilobytes << 10
}

// wantGrowth fails when the daemon's memory has grown by more than most bytes. The
// race detector takes many times the memory.
func (d *daemon) wantGrowth(before, most int) {
	d.t.Helper()
	if raceEnabled {
		most *= 8
	}
	if grown := d.resident() - before; grown > most {
		d.t.Errorf("memory has grown by %d KB, %d are allowed", grown>>10, most>>10)
	}
}

// wantAlive fails when the daemon does not say so, or has had a panic.
func (d *daemon) wantAlive() {
	d.t.Helper()
	if a := d.call(d.t, http.MethodGet, "/healthz", nil); a.status != http.StatusOK {
		d.t.Errorf("healthz: %s", a)
	}
	if strings.Contains(d.log.String(), "panic") {
		d.t.Errorf("a panic:\n%s", d.log)
	}
}
