package event

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"
)

// contactUser is how much of our tag is the user part of our Contact, as in the answer
// to the SUBSCRIBE.
const contactUser = 12

// newBranch is a branch nobody can guess (RFC 3261 8.1.1.7).
func newBranch() string { return "z9hG4bK" + rand.Text() }

// appendNotify writes the NOTIFY with the subscription's next CSeq, which it has counted
// already (RFC 6665 section 4.2).
func (s *subscription) appendNotify(m []byte, branch, product string, now time.Time) []byte {
	m = appendStrings(m, "NOTIFY ", s.target, " SIP/2.0\r\nVia: SIP/2.0/", strings.ToUpper(s.flow.transport), " ", bracket(s.flow.host), ":")
	m = strconv.AppendUint(m, uint64(s.flow.port), 10)
	m = appendStrings(m, ";branch=", branch, ";rport\r\nMax-Forwards: 70\r\n")
	if s.routes != "" {
		m = appendStrings(m, "Route: ", s.routes, "\r\n")
	}
	m = appendStrings(m, "From: <", s.local, ">;tag=", s.tag, "\r\nTo: <", s.remote, ">;tag=", s.remoteTag, "\r\nCall-ID: ", s.callID, "\r\nCSeq: ")
	m = strconv.AppendUint(m, uint64(s.seq), 10)
	m = appendStrings(m, " NOTIFY\r\nContact: <sip:", s.tag[:min(contactUser, len(s.tag))], "@", bracket(s.flow.host), ":")
	m = strconv.AppendUint(m, uint64(s.flow.port), 10)
	m = appendStrings(m, contactParams(s.flow.transport), ">\r\nEvent: ", s.watched.of.name)
	if s.id != "" {
		m = appendStrings(m, ";id=", s.id)
	}
	m = append(m, "\r\nSubscription-State: "...)
	if s.ended != "" {
		m = appendStrings(m, "terminated;reason=", string(s.ended))
	} else {
		m = append(m, "active;expires="...)
		m = strconv.AppendInt(m, max(int64(s.expires.Sub(now)/time.Second), 0), 10)
	}
	m = appendStrings(m, "\r\nUser-Agent: ", product, "\r\n")
	return s.appendBody(m)
}

// size is how long a NOTIFY is, about.
func (s *subscription) size() int {
	d := &s.watched.document
	return 512 + len(s.target) + len(s.routes) + len(s.local) + len(s.remote) + len(s.tag) + len(s.remoteTag) + len(s.callID) +
		len(d.head) + len(d.tail)
}

// appendBody writes the state; a subscription that must not know it any more gets none.
func (s *subscription) appendBody(m []byte) []byte {
	if s.ended == reasonRejected || s.ended == reasonNoResource {
		return append(m, "Content-Length: 0\r\n\r\n"...)
	}
	d := &s.watched.document
	var digits [10]byte
	version := digits[:0]
	if d.versioned {
		version = strconv.AppendUint(version, uint64(s.seq-1), 10)
	}
	m = appendStrings(m, "Content-Type: ", s.watched.of.contentType, "\r\nContent-Length: ")
	m = strconv.AppendInt(m, int64(len(d.head)+len(version)+len(d.tail)), 10)
	m = appendStrings(m, "\r\n\r\n", d.head)
	m = append(m, version...)
	return append(m, d.tail...)
}

// contactParams tells a phone to come to us over what it is connected with.
func contactParams(transport string) string {
	switch transport {
	case "udp":
		return ""
	case "wss":
		return ";transport=ws" // RFC 7118 5.1: there is no transport=wss
	}
	return ";transport=" + transport
}

func appendStrings(m []byte, list ...string) []byte {
	for _, s := range list {
		m = append(m, s...)
	}
	return m
}
