package udptl

import (
	"encoding/binary"
	"errors"
)

// Limits on what a datagram may hold; more is refused.
const (
	// MaxSecondary is the number of copies or of parity packets in one datagram.
	MaxSecondary = 16
	// MaxIFP is the length of a packet in octets.
	MaxIFP = 1024
	// MaxSpan is how many packets one parity packet may cover.
	MaxSpan = 16
)

// Errors of a datagram that is refused.
var (
	ErrShort    = errors.New("datagram is cut short")
	ErrLength   = errors.New("length is beyond what is taken")
	ErrRecovery = errors.New("error recovery is malformed")
)

// Datagram is one datagram in parts. What it holds lies in the bytes it was parsed
// from.
type Datagram struct {
	Seq     uint16
	Primary []byte
	// Secondary are earlier packets, newest first: Secondary[i] is packet Seq-1-i.
	Secondary [][]byte
	// Parity are the XOR of Span packets each. Entry m of n covers the packets
	// Seq+m-n, Seq+m-2n … Seq+m-Span*n.
	Parity [][]byte
	Span   int

	parts [MaxSecondary][]byte
}

// Parse reads a datagram. Octets after its end are ignored, as peers pad.
func (d *Datagram) Parse(b []byte) error {
	if len(b) < 3 {
		return ErrShort
	}
	d.Seq, d.Secondary, d.Parity, d.Span = binary.BigEndian.Uint16(b), nil, nil, 0
	var err error
	if d.Primary, b, err = part(b[2:]); err != nil {
		return err
	}
	if len(b) == 0 { // some peers leave the recovery out when they have none
		return nil
	}
	if b[0]&0x80 == 0 {
		d.Secondary, err = d.list(b[1:])
		return err
	}
	span, b, err := part(b[1:])
	if err != nil {
		return err
	}
	if len(span) != 1 || span[0] > MaxSpan {
		return ErrRecovery
	}
	d.Span = int(span[0])
	if d.Parity, err = d.list(b); err == nil && d.Span == 0 && len(d.Parity) > 0 {
		err = ErrRecovery // only who has nothing to protect yet says 0
	}
	return err
}

func (d *Datagram) list(b []byte) ([][]byte, error) {
	n, b, err := length(b)
	if err != nil {
		return nil, err
	}
	if n > MaxSecondary {
		return nil, ErrRecovery
	}
	for i := range n {
		if d.parts[i], b, err = part(b); err != nil {
			return nil, err
		}
	}
	return d.parts[:n], nil
}

// part takes a length and that many octets. An empty packet is written as one zero.
func part(b []byte) (p, rest []byte, err error) {
	n, b, err := length(b)
	if err != nil {
		return nil, nil, err
	}
	if n > MaxIFP {
		return nil, nil, ErrLength
	}
	if n > len(b) {
		return nil, nil, ErrShort
	}
	return b[:n], b[n:], nil
}

func length(b []byte) (n int, rest []byte, err error) {
	switch {
	case len(b) == 0:
		return 0, nil, ErrShort
	case b[0] < 0x80:
		return int(b[0]), b[1:], nil
	case b[0] >= 0xc0:
		return 0, nil, ErrLength
	case len(b) < 2:
		return 0, nil, ErrShort
	}
	return int(b[0]&0x3f)<<8 | int(b[1]), b[2:], nil
}

func appendPart(dst, p []byte) []byte {
	if len(p) < 0x80 {
		dst = append(dst, byte(len(p)))
	} else {
		dst = append(dst, 0x80|byte(len(p)>>8), byte(len(p)))
	}
	return append(dst, p...)
}

func partSize(n int) int {
	if n < 0x80 {
		return 1 + n
	}
	return 2 + n
}
