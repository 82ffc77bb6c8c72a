package sip

import (
	"log/slog"
	"sync"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"
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
	// The library logs whole messages of anybody who sends garbage.
	sipmsg.SetDefaultLogger(slog.New(slog.DiscardHandler))
})

// newUserAgent builds the library's user agent.
func newUserAgent(version string) (*sipgo.UserAgent, error) {
	configureLibrary()
	quiet := slog.New(slog.DiscardHandler)
	return sipgo.NewUA(
		sipgo.WithUserAgent("dialtone/"+version),
		sipgo.WithUserAgentTransportLayerOptions(sipmsg.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sipmsg.WithTransactionLayerLogger(quiet)),
	)
}
