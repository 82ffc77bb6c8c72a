package registrar

import "encoding/hex"

// Instance is the value of a +sip.instance parameter without its quotes (RFC 5626
// section 4.1). A UUID in one case, which is what phones send, is kept as its 16
// bytes. Two are equal when their strings are.
type Instance struct {
	text string // as sent, or the UUID
	form instanceForm
}

// instanceForm says how an instance is kept. Stored on disk: never renumber.
type instanceForm uint8

const (
	instanceText instanceForm = iota
	instanceLower
	instanceUpper
)

const (
	uuidPrefix = "<urn:uuid:"
	uuidLen    = len(uuidPrefix + "00000000-0000-0000-0000-000000000000>")
)

// IsZero tells whether there is none.
func (i Instance) IsZero() bool { return i.text == "" }

// String is the instance as the phone sent it.
func (i Instance) String() string {
	if i.form == instanceText {
		return i.text
	}
	return string(i.Append(nil))
}

// Append appends the instance as the phone sent it.
func (i Instance) Append(dst []byte) []byte {
	if i.form == instanceText {
		return append(dst, i.text...)
	}
	digits := "0123456789abcdef"
	if i.form == instanceUpper {
		digits = "0123456789ABCDEF"
	}
	dst = append(dst, uuidPrefix...)
	for n := range len(i.text) {
		switch n {
		case 4, 6, 8, 10:
			dst = append(dst, '-')
		}
		dst = append(dst, digits[i.text[n]>>4], digits[i.text[n]&15])
	}
	return append(dst, '>')
}

// packed is an instance on its way into a binding.
type packed struct {
	uuid [16]byte
	text []byte // as sent
	form instanceForm
}

func pack(instance []byte) (p packed) {
	p.text = instance
	if len(instance) != uuidLen || string(instance[:len(uuidPrefix)]) != uuidPrefix || instance[uuidLen-1] != '>' {
		return p
	}
	var digits [32]byte
	lower, upper, n := false, false, 0
	for i, c := range instance[len(uuidPrefix) : uuidLen-1] {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return p
			}
			continue
		}
		lower, upper = lower || c >= 'a', upper || c >= 'A' && c <= 'Z'
		digits[n] = c
		n++
	}
	_, err := hex.Decode(p.uuid[:], digits[:])
	switch {
	case err != nil || lower && upper:
	case upper:
		p.form = instanceUpper
	default:
		p.form = instanceLower
	}
	return p
}

// bytes is what is kept.
func (p *packed) bytes() []byte {
	if p.form == instanceText {
		return p.text
	}
	return p.uuid[:]
}

// is tells whether an instance is the same, whatever the case of a UUID.
func (p *packed) is(i Instance) bool {
	return (p.form == instanceText) == (i.form == instanceText) && i.text == string(p.bytes())
}
