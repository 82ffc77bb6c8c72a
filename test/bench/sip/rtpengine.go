package sip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"dialtone/test/load"
)

// rtpengineProgram is Debian's, of the package rtpengine-daemon.
const rtpengineProgram = "rtpengine"

// startRTPEngine starts rtpengine without its kernel module and makes calls in it.
func startRTPEngine(ctx context.Context, phones netip.AddrPort, calls int) (relay, error) {
	at, err := freePort()
	if err != nil {
		return relay{}, err
	}
	s, err := start(
		engine, rtpengineProgram, "--foreground", "--log-stderr", "--log-level=3", "--table=-1", "--interface=127.0.0.1",
		"--listen-ng="+at.String(), "--port-min=20000", "--port-max=29999", "--timeout=3600", "--silent-timeout=3600",
	)
	if err != nil {
		return relay{}, fmt.Errorf("%w (Debian: rtpengine-daemon)", err)
	}
	x := relay{server: s}
	x.at = at
	if x.ports, err = bridgeAll(ctx, s, phones, calls); err != nil {
		s.stop()
		return relay{}, err
	}
	return x, nil
}

func bridgeAll(ctx context.Context, s *server, phones netip.AddrPort, calls int) (ports []netip.AddrPort, err error) {
	conn, err := net.Dial("udp", s.at.String()) //nolint:noctx // sends nothing
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	ng := &control{conn: conn}
	if err := s.await(ctx, func() bool { _, err := ng.ask("command", "ping"); return err == nil }); err != nil {
		return nil, err
	}
	for i := range calls {
		a, b, err := ng.bridge(i, load.RTPDescription(phones))
		if err != nil {
			return nil, fmt.Errorf("cannot make call %d in rtpengine: %w", i, err)
		}
		ports = append(ports, a, b)
	}
	return ports, nil
}

// control speaks rtpengine's ng protocol: a cookie and a bencoded dictionary a datagram.
type control struct {
	conn   net.Conn
	cookie int
}

// bridge offers and answers one call: a and b are where its two phones send to.
func (c *control) bridge(number int, description string) (a, b netip.AddrPort, err error) {
	id := "call" + strconv.Itoa(number)
	offer, err := c.ask("command", "offer", "call-id", id, "from-tag", "a", "sdp", description)
	if err == nil {
		b, err = audioOf(offer)
	}
	if err != nil {
		return a, b, err
	}
	answer, err := c.ask("command", "answer", "call-id", id, "from-tag", "a", "to-tag", "b", "sdp", description)
	if err == nil {
		a, err = audioOf(answer)
	}
	return a, b, err
}

var errRefused = errors.New("refused")

// ask sends pairs of names and strings, and returns the answer as it is bencoded.
func (c *control) ask(pairs ...string) ([]byte, error) {
	const patience = time.Second
	c.cookie++
	cookie := strconv.Itoa(c.cookie) + " "
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if _, err := c.conn.Write(append([]byte(cookie), bencode(pairs)...)); err != nil {
		return nil, err
	}
	for b := make([]byte, 1<<16); ; {
		n, err := c.conn.Read(b)
		if err != nil {
			return nil, err
		}
		answer, ours := bytes.CutPrefix(b[:n], []byte(cookie))
		switch {
		case !ours: // to one of before
		case bytes.Contains(answer, []byte("6:result2:ok")), bytes.Contains(answer, []byte("6:result4:pong")):
			return bytes.Clone(answer), nil
		default:
			return nil, fmt.Errorf("%w: %s", errRefused, answer)
		}
	}
}

// bencode writes a dictionary of strings, its names in order.
func bencode(pairs []string) []byte {
	sorted := slices.SortedFunc(slices.Values(slices.Collect(slices.Chunk(pairs, 2))), func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	out := []byte("d")
	for _, pair := range sorted {
		for _, s := range pair {
			out = fmt.Appendf(out, "%d:%s", len(s), s)
		}
	}
	return append(out, 'e')
}

// audioOf is where the description in an answer wants audio.
func audioOf(answer []byte) (at netip.AddrPort, err error) {
	var host, port string
	for line := range strings.Lines(string(answer)) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "c=IN IP4 "); ok {
			host = v
		}
		if v, ok := strings.CutPrefix(line, "m=audio "); ok {
			port, _, _ = strings.Cut(v, " ")
		}
	}
	if at, err = netip.ParseAddrPort(host + ":" + port); err != nil {
		return at, fmt.Errorf("cannot read %q: %w", answer, err)
	}
	return at, nil
}
