package ifp

import "errors"

// MaxFields is how many fields a packet may have; more is refused.
const MaxFields = 32

// Errors of a packet that is refused.
var (
	ErrShort  = errors.New("packet is cut short")
	ErrType   = errors.New("packet has an unknown type")
	ErrFields = errors.New("packet has too many fields")
)

// Packet is an indicator, or data. It may be used again for the next.
type Packet struct {
	IsData    bool
	Indicator Indicator
	Data      DataType
	Fields    []Field

	fields [MaxFields]Field
}

// Bits of a packet's first octet.
const (
	hasField  = 0x80
	isData    = 0x40
	extension = 0x20
	// first is the lowest number coded as an extension, by kind.
	firstIndicator = 16
	firstDataType  = 9
)

// Decode reads a packet of a T.38 version. Zeros after its end are ignored: parity
// leaves them.
func (p *Packet) Decode(b []byte, version int) error {
	p.Fields = nil
	if len(b) == 0 {
		return ErrShort
	}
	head := b[0]
	kind, rest, err := number(b)
	if err != nil {
		return err
	}
	p.IsData = head&isData != 0
	if !p.IsData {
		if head&extension != 0 {
			kind += firstIndicator
		}
		p.Indicator = Indicator(kind)
		if p.Indicator > lastIndicator {
			return ErrType
		}
		return nil // fields an indicator has are not ours
	}
	if head&extension != 0 {
		kind += firstDataType
	}
	p.Data = DataType(kind)
	if p.Data > lastDataType {
		return ErrType
	}
	if head&hasField == 0 {
		return nil
	}
	return p.decodeFields(rest, version)
}

// number is the value of the type in the first octet, or two with the extension.
func number(b []byte) (n int, rest []byte, err error) {
	if b[0]&extension == 0 {
		return int(b[0]>>1) & 0x0f, b[1:], nil
	}
	if len(b) < 2 {
		return 0, nil, ErrShort
	}
	return int(b[0]&0x0f)<<2 | int(b[1]>>6), b[2:], nil
}

func (p *Packet) decodeFields(b []byte, version int) error {
	if len(b) == 0 {
		return ErrShort
	}
	count := int(b[0])
	if count > MaxFields {
		return ErrFields
	}
	b = b[1:]
	for i := range count {
		if len(b) == 0 {
			return ErrShort
		}
		f := &p.fields[i]
		head := b[0]
		b = b[1:]
		f.Data = nil
		if version == 0 {
			f.Type = FieldType(head >> 4 & 7)
		} else {
			f.Type = FieldType(head >> 3 & 7)
			if head&0x40 != 0 { // V.8 and V.34, which we never offer
				return ErrType
			}
		}
		if head&hasField == 0 {
			continue
		}
		if len(b) < 2 {
			return ErrShort
		}
		n := (int(b[0])<<8 | int(b[1])) + 1
		if b = b[2:]; len(b) < n {
			return ErrShort
		}
		f.Data, b = b[:n:n], b[n:]
	}
	p.Fields = p.fields[:count]
	return nil
}

// AppendIndicator writes an indicator.
func AppendIndicator(dst []byte, i Indicator) []byte {
	return appendNumber(dst, 0, int(i), firstIndicator)
}

// AppendData writes a data packet of a T.38 version. A field of more than 65,536
// octets, or more than MaxFields of them, cannot be written: they are cut.
func AppendData(dst []byte, version int, t DataType, fields ...Field) []byte {
	head := byte(isData)
	if len(fields) > 0 {
		head |= hasField
	}
	dst = appendNumber(dst, head, int(t), firstDataType)
	if len(fields) == 0 {
		return dst
	}
	fields = fields[:min(len(fields), MaxFields)]
	dst = append(dst, byte(len(fields)))
	shift := 3
	if version == 0 {
		shift = 4
	}
	for _, f := range fields {
		if len(f.Data) == 0 {
			dst = append(dst, byte(f.Type)<<shift)
			continue
		}
		data := f.Data[:min(len(f.Data), 1<<16)]
		n := len(data) - 1
		dst = append(dst, hasField|byte(f.Type)<<shift, byte(n>>8), byte(n))
		dst = append(dst, data...)
	}
	return dst
}

func appendNumber(dst []byte, head byte, n, first int) []byte {
	if n < first {
		return append(dst, head|byte(n<<1))
	}
	n -= first
	return append(dst, head|extension|byte(n>>2), byte(n<<6))
}
