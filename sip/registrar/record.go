package registrar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"unique"
)

// recordVersion is the first byte of every record on disk. A record is
//
//	version | credential | account | count | count bindings
//
// with uvarints for numbers and length-prefixed text, fixed-size fields big
// endian. The connection is not kept: it does not outlive the process.
const recordVersion = 2

// maxStored is the largest number of bindings in a record: Config.MaxBindings may
// have been larger when it was written.
const maxStored = 255

var errRecord = errors.New("malformed record")

// appendRecord appends a's record. The AOR itself is the key.
func (a *aor) appendRecord(dst []byte) []byte {
	dst = append(dst, recordVersion)
	dst = appendText(dst, a.credential())
	dst = appendText(dst, a.account.id)
	dst = binary.AppendUvarint(dst, uint64(len(a.bindings)))
	for i := range a.bindings {
		dst = a.bindings[i].appendRecord(dst)
	}
	return dst
}

func (b *binding) appendRecord(dst []byte) []byte {
	dst = appendText(dst, b.uri())
	dst = append(appendText(dst, b.instance().text), byte(b.instanceForm))
	dst = appendText(dst, b.path())
	dst = appendText(dst, b.agent.Value())
	dst = appendAddr(dst, b.addr)
	dst = append(dst, b.callID[:]...)
	for _, n := range [...]uint32{b.registered, b.refreshed, b.expires, b.cseq} {
		dst = binary.BigEndian.AppendUint32(dst, n)
	}
	for _, n := range [...]uint16{b.port, b.listener, b.q} {
		dst = binary.BigEndian.AppendUint16(dst, n)
	}
	dst = append(dst, byte(b.transport))
	return binary.AppendUvarint(dst, uint64(b.regID))
}

// appendAddr appends an IPv4 address as 4 bytes, others as 16, none as nothing.
func appendAddr(dst []byte, addr [16]byte) []byte {
	switch a := netip.AddrFrom16(addr).Unmap(); {
	case a.Is4():
		b := a.As4()
		return append(append(dst, 4), b[:]...)
	case a == netip.IPv6Unspecified():
		return append(dst, 0)
	}
	return append(append(dst, 16), addr[:]...)
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// parseRecord reads the record of AOR name and the account that owns it.
func parseRecord(name, value []byte) (a *aor, accountID string, err error) {
	d := decoder{rest: value}
	if len(name) == 0 || len(name) > MaxAOR {
		return nil, "", fmt.Errorf("cannot read bindings of %q: %w", name, errRecord)
	}
	if v := d.byte(); d.ok() && v != recordVersion {
		return nil, "", fmt.Errorf("cannot read bindings of %q: unknown version %d", name, v)
	}
	a = newAOR(name, string(d.text(MaxID)))
	accountID = string(d.text(MaxID))
	n := d.uvarint(maxStored)
	a.bindings = make([]binding, n)
	for i := range a.bindings {
		d.binding(&a.bindings[i])
	}
	if !d.ok() || len(d.rest) > 0 || n == 0 {
		return nil, "", fmt.Errorf("cannot read bindings of %q: %w", name, errRecord)
	}
	return a, accountID, nil
}

// decoder cuts fields off a record; after the first that is missing or too large
// it returns zeros and ok says no.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) ok() bool { return !d.bad }

func (d *decoder) take(n int) []byte {
	if d.bad || n > len(d.rest) {
		d.bad = true
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint16() uint16 {
	if b := d.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (d *decoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uvarint(limit uint64) uint64 {
	n, size := binary.Uvarint(d.rest)
	if d.bad || size <= 0 || n > limit {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// addr reads what appendAddr wrote.
func (d *decoder) addr() (addr [16]byte) {
	a, ok := netip.AddrFromSlice(d.text(len(addr)))
	if !ok {
		return addr
	}
	return a.As16()
}

func (d *decoder) text(limit int) []byte { return d.take(int(d.uvarint(uint64(limit)))) }

func (d *decoder) binding(b *binding) {
	uri, instance, form := d.text(MaxContactURI), d.text(MaxInstance), instanceForm(d.byte())
	if form > instanceUpper || form != instanceText && len(instance) != 16 {
		d.bad = true
	}
	b.setText(uri, instance, d.text(MaxPath), form)
	b.agent = unique.Make(string(d.text(maxUserAgent)))
	b.addr = d.addr()
	copy(b.callID[:], d.take(len(b.callID)))
	for _, n := range [...]*uint32{&b.registered, &b.refreshed, &b.expires, &b.cseq} {
		*n = d.uint32()
	}
	for _, n := range [...]*uint16{&b.port, &b.listener, &b.q} {
		*n = d.uint16()
	}
	b.transport = Transport(d.byte())
	b.regID = uint32(d.uvarint(1<<32 - 1))
}
