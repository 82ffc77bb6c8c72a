//go:build spandsp

package spandsp_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"dialtone/fax/t38"
	"dialtone/sip/sdp"
	"dialtone/test/spandsp"
)

// describeT38 is the description of a terminal at a socket.
func describeT38(at netip.AddrPort) string {
	out := spandsp.Describe(at) + fmt.Sprintf("m=image %d udptl t38\r\n", at.Port())
	for _, a := range (sdp.T38{MaxBitRate: 14400, MaxDatagram: 400, UDPEC: sdp.ECRedundancy}).Attributes() {
		out += "a=" + a.Name + ":" + a.Value + "\r\n"
	}
	return out
}

// talk lets our terminal talk in real time until the fax is over.
func talk(ctx context.Context, terminal *t38.Terminal, c *net.UDPConn, to netip.AddrPort) (t38.Result, error) {
	in := spandsp.Received(ctx, c)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		out, next := terminal.Poll(time.Now())
		for _, b := range out {
			if _, err := c.WriteToUDPAddrPort(b, to); err != nil {
				return t38.Result{}, err
			}
		}
		if r, ok := terminal.Done(time.Now()); ok {
			return r, nil
		}
		timer.Reset(max(time.Until(next), time.Millisecond))
		select {
		case <-timer.C:
		case b := <-in:
			_ = terminal.Receive(b, time.Now())
		case <-ctx.Done():
			return t38.Result{}, ctx.Err()
		}
	}
}

// TestSilentLine: a machine that nobody talks to gives up.
func TestSilentLine(t *testing.T) {
	m, err := spandsp.New(spandsp.Options{Machine: true, Caller: true, File: newBook(1, bookFormat).write(t), Ident: "555 0199"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	line := make([]int16, 8*spandsp.Tick)
	for range 90 * 1000 / spandsp.Tick {
		m.Say(line)
		m.Hear(make([]int16, len(line)))
		if r, ok := m.Done(); ok {
			if r.OK || r.Pages != 0 {
				t.Errorf("%+v", r)
			}
			return
		}
	}
	t.Error("the machine does not give up")
}
