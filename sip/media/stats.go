package media

import (
	"net/netip"
	"time"
)

// Stats is what a stream has seen, for the call's record.
type Stats struct {
	Kind   Kind
	Codec  string         // of what we send, as in the rtpmap; empty without audio
	Secure bool           // SRTP
	Remote netip.AddrPort // where packets go
	// Received is measured here, Sent is what the peer reports of our packets.
	Received, Sent Quality
	// RoundTrip is by RTCP; 0 when the peer reports nothing.
	RoundTrip time.Duration
}

// Quality is one direction of a leg.
type Quality struct {
	Packets, Bytes uint64 // RTP with headers; Bytes of Sent count payload
	Lost           uint64
	Loss           float64       // the share lost, 0 to 1
	Jitter         time.Duration // last smoothed value (RFC 3550 section 6.4.1)
	MaxJitter      time.Duration
	// MOS is estimated by the E-model (ITU-T G.107) from loss, jitter and delay:
	// 1 to 4.5, 0 without packets.
	MOS float64
}
