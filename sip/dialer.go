package sip

import (
	"net"
	"time"
)

// silentTime is how long a trunk's connection may go without a word of its peer's kernel. A
// connection a firewall has forgotten would swallow the next call, be it for help, for a
// quarter of an hour.
const silentTime = 10 * time.Second

// trunkDialer connects to trunks.
func trunkDialer() *net.Dialer {
	return &net.Dialer{
		Control:         abandon,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silentTime, Interval: silentTime / 4, Count: 3},
	}
}
