package sip

import (
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
)

// Settings of the SIP library that it only has as package variables.
const (
	// maxDatagram is the largest UDP message sent: the library refuses what is near
	// an Ethernet frame, but a 200 with many contacts has to go out (sipgo #206).
	maxDatagram = 65507
	// readBuffer is taken for each socket and each connection.
	readBuffer = 16384
)

var configureLibrary = sync.OnceFunc(func() {
	sipgo.Init()
	sipmsg.UDPMTUSize = maxDatagram
	sipmsg.TransportBufferReadSize = readBuffer
	dialog.ConfigureLibrary()
	// The library logs whole messages of anybody who sends garbage.
	sipmsg.SetDefaultLogger(slog.New(slog.DiscardHandler))
})

// newUserAgent builds the library's user agent.
func newUserAgent(version string, stray func(*sipmsg.Response)) (*sipgo.UserAgent, error) {
	configureLibrary()
	quiet := slog.New(slog.DiscardHandler)
	return sipgo.NewUA(
		sipgo.WithUserAgent("dialtone/"+version),
		sipgo.WithUserAgentTransportLayerOptions(
			sipmsg.WithTransportLayerLogger(quiet),
			sipmsg.WithTransportLayerTransports(sipmsg.TransportsConfig{TCP: &sipmsg.TransportTCP{DialerCreate: noDialer}}),
		),
		sipgo.WithUserAgentTransactionLayerOptions(
			sipmsg.WithTransactionLayerLogger(quiet), sipmsg.WithTransactionLayerUnhandledResponseHandler(stray),
		),
	)
}

// noDialer dials nowhere. The library opens a connection of its own, in the clear, when
// the one it was given has closed before it wrote; connections are ours.
func noDialer(net.Addr) net.Dialer {
	return net.Dialer{Control: func(string, string, syscall.RawConn) error { return errConnectionGone }}
}

// newLibrary sets up the SIP library: its transactions, over connections that are ours.
func (s *Server) newLibrary() (err error) {
	quiet := slog.New(slog.DiscardHandler)
	if s.agent, err = newUserAgent(s.version, func(r *sipmsg.Response) { s.endpoint.Stray(r) }); err != nil {
		return fmt.Errorf("cannot set up SIP: %w", err)
	}
	if s.library, err = sipgo.NewServer(s.agent, sipgo.WithServerLogger(quiet)); err != nil {
		return fmt.Errorf("cannot set up SIP server: %w", err)
	}
	if s.client, err = sipgo.NewClient(s.agent, sipgo.WithClientLogger(quiet)); err != nil {
		return fmt.Errorf("cannot set up SIP client: %w", err)
	}
	return nil
}
