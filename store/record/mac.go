package record

import (
	"encoding/hex"
	"errors"
	"strings"
)

// MAC is a hardware address.
type MAC [6]byte

var errMAC = errors.New("must be 12 hexadecimal digits, such as 80:5e:c0:01:02:03")

// ParseMAC reads 12 hexadecimal digits, in any case, bare or in pairs or fours
// joined by one sort of separator (':', '-', '.', ' '). All zeros, all ones and
// group addresses are refused.
func ParseMAC(s string) (MAC, error) {
	digits, ok := macDigits(strings.TrimSpace(s))
	if !ok {
		return MAC{}, errMAC
	}
	var m MAC
	if _, err := hex.Decode(m[:], []byte(digits)); err != nil {
		return MAC{}, errMAC
	}
	if m == (MAC{}) || m[0]&1 != 0 {
		return MAC{}, errors.New("must be the address of one device")
	}
	return m, nil
}

// macDigits drops separators that stand where separators may stand.
func macDigits(s string) (string, bool) {
	const bare = 12
	if len(s) == bare {
		return s, true
	}
	for _, group := range []int{2, 4} {
		n := bare/group - 1
		if len(s) != bare+n || !strings.ContainsRune(":-. ", rune(s[group])) {
			continue
		}
		parts := strings.Split(s, s[group:group+1])
		digits := strings.Join(parts, "")
		if len(parts) == n+1 && len(digits) == bare && len(parts[0]) == group {
			return digits, true
		}
	}
	return "", false
}

// String is the address as the API writes it: aa:bb:cc:dd:ee:ff.
func (m MAC) String() string {
	var b [17]byte
	for i, v := range m {
		if i > 0 {
			b[i*3-1] = ':'
		}
		hex.Encode(b[i*3:], []byte{v})
	}
	return string(b[:])
}

// Hex is the address as phones write it in file names: aabbccddeeff.
func (m MAC) Hex() string { return hex.EncodeToString(m[:]) }
