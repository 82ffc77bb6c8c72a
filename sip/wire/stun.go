package wire

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// STUN as keepalive on the SIP port (RFC 5626 3.5.2): of RFC 5389 only the binding
// request, which needs no credentials, and its answers.
const (
	stunHeader       = 20
	stunCookie       = 0x2112A442
	stunRequest      = 0x0001
	stunSuccess      = 0x0101
	stunFailure      = 0x0111
	stunErrorCode    = 0x0009
	stunUnknown      = 0x000A
	stunXORMapped    = 0x0020
	stunFingerprint  = 0x8028
	stunOptional     = 0x8000 // attributes from here on may be ignored
	stunFlip         = 0x5354554e
	maxSTUN          = 548 // bytes of a request: what RFC 5389 7.1 lets a datagram have
	maxSTUNUnknown   = 8   // unknown attributes named in an answer
	stunFamilyIPv4   = 1
	stunFamilyIPv6   = 2
	stunUnknownClass = 4  // 420 is class 4
	stunUnknownCode  = 20 // number 20
)

// IsSTUN tells whether a datagram is a STUN message (RFC 5389 6): its magic number and
// length cannot begin a SIP message.
func IsSTUN(b []byte) bool {
	return len(b) >= stunHeader && len(b) <= maxSTUN && b[0]&0xc0 == 0 &&
		binary.BigEndian.Uint32(b[4:]) == stunCookie &&
		int(binary.BigEndian.Uint16(b[2:])) == len(b)-stunHeader && len(b)%4 == 0
}

// AppendSTUNResponse appends the answer to a binding request: the address it came
// from, or the mandatory attributes that are unknown. dst is returned as it was when
// the message is no binding request, or broken: then it is not answered.
func AppendSTUNResponse(dst, request []byte, source netip.AddrPort) []byte {
	if !IsSTUN(request) || binary.BigEndian.Uint16(request) != stunRequest || !source.IsValid() {
		return dst
	}
	var unknown [maxSTUNUnknown]uint16
	count, fingerprint, ok := readSTUN(request, &unknown)
	if !ok {
		return dst
	}
	start := len(dst)
	dst = append(dst, request[:stunHeader]...)
	if count == 0 {
		binary.BigEndian.PutUint16(dst[start:], stunSuccess)
		dst = appendXORMapped(dst, request, source)
	} else {
		binary.BigEndian.PutUint16(dst[start:], stunFailure)
		dst = appendUnknown(dst, unknown[:count])
	}
	length := len(dst) - start - stunHeader
	if fingerprint {
		length += 8
	}
	binary.BigEndian.PutUint16(dst[start+2:], uint16(length))
	if fingerprint {
		sum := crc32.ChecksumIEEE(dst[start:]) ^ stunFlip
		dst = binary.BigEndian.AppendUint32(dst, stunFingerprint<<16|4)
		dst = binary.BigEndian.AppendUint32(dst, sum)
	}
	return dst
}

// readSTUN walks the attributes: which mandatory ones are unknown, and whether the
// last is a fingerprint, which has to be right.
func readSTUN(request []byte, unknown *[maxSTUNUnknown]uint16) (count int, fingerprint, ok bool) {
	for at := stunHeader; at < len(request); {
		kind := binary.BigEndian.Uint16(request[at:])
		length := int(binary.BigEndian.Uint16(request[at+2:]))
		end := at + 4 + (length+3)&^3
		if end > len(request) || fingerprint {
			return 0, false, false
		}
		switch {
		case kind == stunFingerprint:
			if length != 4 || binary.BigEndian.Uint32(request[at+4:]) != crc32.ChecksumIEEE(request[:at])^stunFlip {
				return 0, false, false
			}
			fingerprint = true
		case kind < stunOptional && !knownSTUN(kind) && count < len(unknown):
			unknown[count] = kind
			count++
		}
		at = end
	}
	return count, fingerprint, true
}

// knownSTUN tells the mandatory attributes of RFC 5389: credentials are ignored, since
// none are asked for.
func knownSTUN(kind uint16) bool {
	switch kind {
	case 0x0001, 0x0006, 0x0008, stunErrorCode, stunUnknown, 0x0014, 0x0015, stunXORMapped:
		return true
	}
	return false
}

func appendXORMapped(dst, request []byte, source netip.AddrPort) []byte {
	addr := source.Addr().Unmap()
	length, family := 8, byte(stunFamilyIPv4)
	if addr.Is6() {
		length, family = 20, stunFamilyIPv6
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(stunXORMapped<<16|length))
	dst = append(dst, 0, family)
	dst = binary.BigEndian.AppendUint16(dst, source.Port()^(stunCookie>>16))
	if addr.Is6() {
		raw := addr.As16()
		return appendXOR(dst, raw[:], request[4:stunHeader])
	}
	raw := addr.As4()
	return appendXOR(dst, raw[:], request[4:])
}

func appendXOR(dst, b, with []byte) []byte {
	for i := range b {
		dst = append(dst, b[i]^with[i])
	}
	return dst
}

// appendUnknown appends the error 420 and the attributes it is about.
func appendUnknown(dst []byte, unknown []uint16) []byte {
	dst = binary.BigEndian.AppendUint32(dst, stunErrorCode<<16|4)
	dst = append(dst, 0, 0, stunUnknownClass, stunUnknownCode)
	dst = binary.BigEndian.AppendUint32(dst, uint32(stunUnknown<<16|2*len(unknown)))
	for _, kind := range unknown {
		dst = binary.BigEndian.AppendUint16(dst, kind)
	}
	if len(unknown)%2 != 0 {
		dst = append(dst, 0, 0)
	}
	return dst
}
