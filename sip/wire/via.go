package wire

import (
	"bytes"
	"net/netip"
	"strconv"
)

// Via is one value of a Via header (RFC 3261 20.42).
type Via struct {
	// Value is the whole of it, as sent.
	Value []byte
	// Transport is UDP, TCP, TLS, WS, WSS or another token, in any case.
	Transport []byte
	// Host is the sent-by host: a name, an IPv4 address, or an IPv6 address without
	// brackets. Port is 0 when absent.
	Host []byte
	Port uint16
	// Params are the parameters, from the first semicolon's right side on.
	Params []byte
	// Branch, Received and MAddr are those parameters' values, nil when absent.
	Branch, Received, MAddr []byte
	// RPort: the sender wants the answer where he sent from (RFC 3581).
	RPort bool
	// Valid is false when the value is not what the grammar allows.
	Valid bool

	addr netip.Addr // Host, if it is an address
	// received and rport are where Value has those parameters, semicolon included.
	received, rport span
}

// span is a part of a slice; empty when it is not there.
type span struct{ from, to int }

// cookie begins every branch that identifies its transaction (RFC 3261 8.1.1.7).
const cookie = "z9hG4bK"

// HasCookie tells whether the branch identifies the transaction.
func (v *Via) HasCookie() bool { return bytes.HasPrefix(v.Branch, []byte(cookie)) }

// parse reads the first of a list of values.
func (v *Via) parse(list []byte) *Error {
	value, _, _, _, err := nextValue(list)
	if err != nil {
		return ErrVia
	}
	v.Value = value
	head := value
	if semicolon := indexByte(value, ';'); semicolon >= 0 {
		head, v.Params = value[:semicolon], value[semicolon+1:]
		if len(skipLWS(v.Params)) == 0 {
			return ErrVia
		}
	}
	number, sentBy, ok := v.protocol(head)
	if !ok || !v.sentBy(trimLWS(sentBy)) {
		return ErrVia
	}
	if fault := v.params(); fault != nil {
		return fault
	}
	v.Valid = true
	if string(number) != "2.0" {
		return ErrVia
	}
	return nil
}

// spaced tells that there are blanks before the parameters other than the one after
// the transport.
func (v *Via) spaced() bool {
	blanks := 0
	for _, c := range v.Value {
		if c == ';' {
			break
		}
		if c <= ' ' {
			blanks++
		}
	}
	return blanks != 1
}

// protocol reads "SIP/2.0/UDP" and the blanks after it.
func (v *Via) protocol(b []byte) (number, sentBy []byte, ok bool) {
	name, b := cutToken(b)
	number, b, first := cutSlashToken(b)
	transport, b, second := cutSlashToken(b)
	sentBy = skipLWS(b)
	if !first || !second || !EqualFold(name, "SIP") || len(sentBy) == len(b) {
		return nil, nil, false
	}
	v.Transport = transport
	return number, sentBy, true
}

func cutToken(b []byte) (token, rest []byte) {
	n := 0
	for n < len(b) && isToken(b[n]) {
		n++
	}
	return b[:n:n], b[n:]
}

// cutSlashToken cuts a slash, with blanks around it, and a token.
func cutSlashToken(b []byte) (token, rest []byte, ok bool) {
	b = skipLWS(b)
	if len(b) == 0 || b[0] != '/' {
		return nil, nil, false
	}
	token, rest = cutToken(skipLWS(b[1:]))
	return token, rest, len(token) > 0
}

// sentBy reads host and port.
func (v *Via) sentBy(b []byte) bool {
	var port []byte
	if len(b) > 0 && b[0] == '[' {
		end := indexByte(b, ']')
		if end < 0 {
			return false
		}
		addr, ok := parseIPv6(b[1:end])
		if !ok {
			return false
		}
		v.addr, v.Host, port = addr, b[1:end], skipLWS(b[end+1:])
	} else {
		end := len(b)
		if colon := indexByte(b, ':'); colon >= 0 {
			end = colon
		}
		v.Host, port = trimLWS(b[:end]), b[end:]
		if !hostName(v.Host) {
			return false
		}
		if v4, ok := parseIPv4(v.Host); ok {
			v.addr = netip.AddrFrom4(v4)
		}
	}
	if len(port) == 0 {
		return true
	}
	n, ok := Uint(skipLWS(port[1:]), 65535)
	v.Port = uint16(n)
	return ok && n > 0 && port[0] == ':'
}

// params finds the parameters that matter. None of them may come twice.
func (v *Via) params() *Error {
	branch := false
	for rest := v.Params; ; {
		name, value, next, more, err := NextParam(rest)
		if err != nil {
			return ErrVia
		}
		if !more {
			break
		}
		at := span{from: len(v.Value) - len(rest) - 1, to: len(v.Value)}
		if len(next) > 0 {
			at.to -= len(next) + 1
		}
		twice := false
		switch {
		case EqualFold(name, "branch"):
			v.Branch, branch, twice = value, true, branch
		case EqualFold(name, "received"):
			twice = v.received.to > 0
			v.Received, v.received = value, at
		case EqualFold(name, "rport"):
			v.RPort, v.rport, twice = true, at, v.RPort
		case EqualFold(name, "maddr"):
			v.MAddr, twice = value, v.MAddr != nil
		}
		if twice {
			return ErrVia
		}
		rest = next
	}
	if branch && (len(v.Branch) == 0 || string(v.Branch) == cookie || !all(v.Branch, inToken)) {
		return ErrBranch
	}
	return nil
}

// ResponseAddr is where the answer to a request goes that came in a datagram from
// source: back to source, as if the sender had always asked for that with rport
// (RFC 3581 4), because behind a NAT nothing else arrives. Only a sender who names
// the very address he sends from has the answer at the port he names (RFC 3261
// 18.2.2). maddr is not followed: it would let anybody aim our answers at others. The
// answer to a request that came by a connection goes into the connection.
func (v *Via) ResponseAddr(source netip.AddrPort) netip.AddrPort {
	switch {
	case !v.Valid || v.RPort || v.addr.Unmap() != source.Addr().Unmap():
		return source
	case v.Port != 0:
		return netip.AddrPortFrom(source.Addr(), v.Port)
	case EqualFold(v.Transport, "TLS"):
		return netip.AddrPortFrom(source.Addr(), 5061)
	}
	return netip.AddrPortFrom(source.Addr(), 5060)
}

// append writes the value with received and rport as RFC 3261 18.2.1 and RFC 3581 4
// ask for; whatever the sender put there himself is dropped.
func (v *Via) append(dst []byte, source netip.AddrPort) []byte {
	addr := source.Addr().Unmap().WithZone("")
	if !v.Valid || !addr.IsValid() {
		return appendUnfolded(dst, v.Value)
	}
	first, second := v.received, v.rport
	if second.from < first.from {
		first, second = second, first
	}
	dst = appendUnfolded(dst, v.Value[:first.from])
	dst = appendUnfolded(dst, v.Value[first.to:second.from])
	dst = appendUnfolded(dst, v.Value[second.to:])
	if v.RPort || v.addr.Unmap() != addr {
		dst = addr.AppendTo(append(dst, ";received="...))
	}
	if v.RPort {
		dst = strconv.AppendUint(append(dst, ";rport="...), uint64(source.Port()), 10)
	}
	return dst
}
