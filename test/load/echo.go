package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"dialtone/internal/udpio"
)

// Echo is the floor: the least a program can do that answers a fleet. It looks
// into a request for its branch and whether it has credentials, and sends a canned
// 401 or 200 of the lengths given.
type Echo struct {
	Listen    netip.AddrPort // on the loopback; port 0 takes a free one
	Batched   bool           // recvmmsg and sendmmsg, else a system call for each datagram
	Challenge int            // length of the 401 in octets
	Success   int            // length of the 200
}

// ServeEcho serves until ctx is done. ready is told the address.
func ServeEcho(ctx context.Context, e Echo, ready func(netip.AddrPort)) error {
	if !e.Listen.Addr().IsLoopback() {
		return fmt.Errorf("cannot listen at %q: %w", e.Listen, ErrNotLoopback)
	}
	answers, err := newCanned(e)
	if err != nil {
		return err
	}
	if e.Batched {
		conn, err := udpio.Listen(ctx, e.Listen.String(), udpio.Options{ReadBuffer: socketBuffer})
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
		ready(conn.LocalAddr())
		return answers.serveBatched(conn)
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(e.Listen))
	if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}
	_ = conn.SetReadBuffer(socketBuffer)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	ready(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	return answers.serve(conn)
}

// canned are the two answers.
type canned struct{ challenge, success answer }

// answer is a datagram and where in it the branch belongs.
type answer struct {
	text   []byte
	branch int
}

const cannedStart = "Via: SIP/2.0/UDP 127.0.0.1:5060;rport=5060;branch="

func newCanned(e Echo) (c canned, err error) {
	c.challenge, err = can("SIP/2.0 401 Unauthorized", `WWW-Authenticate: Digest realm="echo", nonce="0", algorithm=MD5, qop="auth"`, e.Challenge)
	if err != nil {
		return c, err
	}
	c.success, err = can("SIP/2.0 200 OK", "Expires: 3600", e.Success)
	return c, err
}

// can makes an answer of the length, the least it can have when that is 0.
func can(status, header string, length int) (answer, error) {
	place := len(status) + 2 + len(cannedStart)
	b := fmt.Appendf(nil, "%s\r\n%s%s\r\n%s\r\nX-Pad: ", status, cannedStart, bytes.Repeat([]byte("0"), branchLen), header)
	const end = "\r\n\r\n"
	if length == 0 {
		length = len(b) + len(end)
	}
	pad := length - len(b) - len(end)
	if pad < 0 || length > maxDatagram {
		return answer{}, fmt.Errorf("cannot answer with %d octets: %w, %d to %d", length, ErrBound, len(b)+len(end), maxDatagram)
	}
	return answer{append(append(b, bytes.Repeat([]byte("x"), pad)...), end...), place}, nil
}

// append appends the answer to a request; nothing when that is none of a fleet's.
func (c canned) append(dst, request []byte) []byte {
	at := bytes.Index(request, branchText)
	if at < 0 || len(request) < at+branchLen {
		return dst
	}
	a := c.challenge
	if bytes.Contains(request[at:], authorization) {
		a = c.success
	}
	start := len(dst)
	dst = append(dst, a.text...)
	copy(dst[start+a.branch:], request[at:at+branchLen])
	return dst
}

var authorization = []byte("\r\nAuthorization:")

func (c canned) serve(conn *net.UDPConn) error {
	in, out := make([]byte, maxDatagram), make([]byte, 0, maxDatagram)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(in)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if out = c.append(out[:0], in[:n]); len(out) > 0 {
			_, _ = conn.WriteToUDPAddrPort(out, from)
		}
	}
}

func (c canned) serveBatched(conn *udpio.Conn) error {
	in, memory := udpio.NewBatch(batchSize, maxDatagram), make([]byte, batchSize*maxDatagram)
	out := make([]udpio.Packet, 0, batchSize)
	for {
		if err := conn.Read(in); errors.Is(err, net.ErrClosed) {
			return nil
		}
		out = out[:0]
		room := memory[:0]
		for i := range in.Packets {
			room = c.append(room[len(room):], in.Packets[i].Data)
			if len(room) > 0 {
				out = append(out, udpio.Packet{Data: room, Peer: in.Packets[i].Peer})
			}
		}
		if _, err := conn.Write(out); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
}
