package sdp

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// The SRTP suites known here, named as in a=crypto.
const (
	AES128CMSHA1_80 = "AES_CM_128_HMAC_SHA1_80" //nolint:revive // SHA-1 cut to 80 bits, RFC 4568 section 6.2
	AES128CMSHA1_32 = "AES_CM_128_HMAC_SHA1_32" //nolint:revive // SHA-1 cut to 32 bits
	AEADAES128GCM   = "AEAD_AES_128_GCM"        // RFC 7714 section 14.2
	AEADAES256GCM   = "AEAD_AES_256_GCM"
)

// Crypto is an a=crypto line (RFC 4568) with its first key.
type Crypto struct {
	Tag      int
	Suite    string // one of the suites above
	Key      []byte // master key and salt, KeyLength(Suite) bytes
	Lifetime uint64 // packets; 0 when not said
	MKI      []byte // as it stands in a packet; empty without MKI
	Params   string // session parameters that need no support (WSH); usually empty
}

// KeyLength is how many bytes master key and salt of a suite have together, 0 for one
// that is not known here.
func KeyLength(suite string) int {
	switch suite {
	case AES128CMSHA1_80, AES128CMSHA1_32:
		return 16 + 14
	case AEADAES128GCM:
		return 16 + 12
	case AEADAES256GCM:
		return 32 + 12
	}
	return 0
}

// Limits on an a=crypto line.
const (
	maxTag    = 999999999
	maxMKI    = 128 // bytes, RFC 4568 section 6.1
	maxParams = 256 // bytes
)

// parseCrypto reads "tag suite inline:key[|lifetime][|mki:length][;…] [parameters]".
// Lines with an unknown suite, a key of the wrong length or parameters that would change
// the encryption are none: nobody here may choose them.
func parseCrypto(value string) (c Crypto, ok bool) {
	tag, value := cutSpace(value)
	suite, value := cutSpace(value)
	key, params := cutSpace(value)
	if c.Tag, ok = parseInt(tag, maxTag); !ok || !harmless(params) {
		return c, false
	}
	c.Suite, c.Params = strings.ToUpper(suite), params
	key, _, _ = strings.Cut(key, ";")
	method, key, _ := strings.Cut(key, ":")
	if !strings.EqualFold(method, "inline") {
		return c, false
	}
	key, rest, more := strings.Cut(key, "|")
	if c.Key, ok = parseKey(key, KeyLength(c.Suite)); !ok {
		return c, false
	}
	for more {
		var part string
		part, rest, more = strings.Cut(rest, "|")
		if !c.keyParam(part) {
			return c, false
		}
	}
	return c, true
}

// harmless says whether every session parameter can be ignored: WSH only advises
// (RFC 4568 section 6.3.7).
func harmless(params string) bool {
	if len(params) > maxParams {
		return false
	}
	for p := range strings.FieldsSeq(params) {
		if !strings.EqualFold(p[:min(len(p), 4)], "WSH=") {
			return false
		}
	}
	return true
}

// parseKey reads base64, padded or not, of exactly length bytes.
func parseKey(s string, length int) ([]byte, bool) {
	s = strings.TrimRight(s, "=")
	if length == 0 || base64.RawStdEncoding.DecodedLen(len(s)) != length {
		return nil, false
	}
	key, err := base64.RawStdEncoding.DecodeString(s)
	return key, err == nil && len(key) == length
}

// keyParam takes a lifetime ("2^31" or digits) or an MKI ("value:length").
func (c *Crypto) keyParam(s string) (ok bool) {
	value, length, isMKI := strings.Cut(s, ":")
	if isMKI {
		return c.setMKI(value, length)
	}
	if exponent, power := strings.CutPrefix(s, "2^"); power {
		e, ok := parseInt(exponent, 48) // the longest there is, RFC 3711 section 9.2
		c.Lifetime = 1 << e
		return ok
	}
	n, err := strconv.ParseUint(s, 10, 49)
	c.Lifetime = n
	return err == nil && n > 0 && n <= 1<<48
}

func (c *Crypto) setMKI(value, length string) bool {
	n, err := strconv.ParseUint(value, 10, 64)
	size, ok := parseInt(length, maxMKI)
	if err != nil || !ok || size == 0 || size < 8 && n>>(8*size) != 0 {
		return false
	}
	c.MKI = make([]byte, size)
	for i := size - 1; i >= 0; i-- {
		c.MKI[i] = byte(n)
		n >>= 8
	}
	return true
}

// append writes the line's value.
func (c *Crypto) append(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(c.Tag), 10)
	dst = append(dst, ' ')
	dst = appendText(dst, c.Suite)
	dst = append(dst, " inline:"...)
	dst = base64.StdEncoding.AppendEncode(dst, c.Key)
	if c.Lifetime != 0 {
		dst = append(dst, '|')
		dst = strconv.AppendUint(dst, c.Lifetime, 10)
	}
	if len(c.MKI) != 0 {
		dst = append(dst, '|')
		dst = strconv.AppendUint(dst, mkiValue(c.MKI), 10)
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(len(c.MKI)), 10)
	}
	if c.Params != "" {
		dst = append(dst, ' ')
		dst = appendText(dst, c.Params)
	}
	return dst
}

func mkiValue(mki []byte) (n uint64) {
	for _, b := range mki {
		n = n<<8 | uint64(b)
	}
	return n
}
