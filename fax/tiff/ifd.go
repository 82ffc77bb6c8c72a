package tiff

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// file is a TIFF file being read.
type file struct {
	r     io.ReaderAt
	size  int64
	order binary.ByteOrder
}

// header reads the byte order and the offset of the first directory.
func (f *file) header() (first int64, err error) {
	b := make([]byte, headerBytes)
	if f.size < headerBytes {
		return 0, ErrNotTIFF
	}
	if _, err := f.r.ReadAt(b, 0); err != nil {
		return 0, fmt.Errorf("cannot read TIFF header: %w", err)
	}
	switch string(b[:2]) {
	case "II":
		f.order = binary.LittleEndian
	case "MM":
		f.order = binary.BigEndian
	default:
		return 0, ErrNotTIFF
	}
	if f.order.Uint16(b[2:]) != version {
		return 0, ErrNotTIFF
	}
	return int64(f.order.Uint32(b[4:])), nil
}

// read returns n bytes at an offset, or an error that wraps ErrDamaged past the end.
func (f *file) read(at, n int64) ([]byte, error) {
	if at < 0 || n < 0 || at > f.size || n > f.size-at {
		return nil, fmt.Errorf("%d bytes at %d of %d: %w", n, at, f.size, ErrDamaged)
	}
	b := make([]byte, n)
	if k, err := f.r.ReadAt(b, at); err != nil && (err != io.EOF || k < len(b)) {
		return nil, fmt.Errorf("cannot read TIFF: %w", err)
	}
	return b, nil
}

// field is where the values of a field are.
type field struct {
	kind  uint16
	count int64
	value []byte // the last four bytes of the entry: the values or their offset
}

// ifd is an image file directory.
type ifd struct {
	file   *file
	fields map[tag]field
}

// directory reads the directory at an offset and the offset of the next one.
func (f *file) directory(at int64) (ifd, int64, error) {
	head, err := f.read(at, 2)
	if err != nil {
		return ifd{}, 0, err
	}
	n := int64(f.order.Uint16(head))
	if n == 0 || n > maxEntries {
		return ifd{}, 0, fmt.Errorf("directory of %d fields: %w", n, ErrDamaged)
	}
	b, err := f.read(at+2, n*entryBytes)
	if err != nil {
		return ifd{}, 0, err
	}
	d := ifd{f, make(map[tag]field, n)}
	for ; len(b) > 0; b = b[entryBytes:] {
		name := tag(f.order.Uint16(b))
		if _, twice := d.fields[name]; !twice {
			d.fields[name] = field{f.order.Uint16(b[2:]), int64(f.order.Uint32(b[4:])), b[8:entryBytes]}
		}
	}
	// Some writers end the file before the link of the last directory.
	link, err := f.read(at+2+n*entryBytes, 4)
	if err != nil {
		return d, 0, nil
	}
	return d, int64(f.order.Uint32(link)), nil
}

func (d ifd) has(t tag) bool {
	_, ok := d.fields[t]
	return ok
}

// values returns up to most values of a field of whole numbers.
func (d ifd) values(t tag, most int64) ([]int64, error) {
	f, ok := d.fields[t]
	if !ok {
		return nil, nil
	}
	var size int64
	switch f.kind {
	case typeByte:
		size = 1
	case typeShort:
		size = 2
	case typeLong:
		size = 4
	default:
		return nil, fmt.Errorf("field %d has type %d: %w", t, f.kind, ErrDamaged)
	}
	b, err := d.bytes(f, size*min(f.count, most))
	if err != nil {
		return nil, err
	}
	list := make([]int64, 0, min(f.count, most))
	for ; int64(len(b)) >= size; b = b[size:] {
		switch size {
		case 1:
			list = append(list, int64(b[0]))
		case 2:
			list = append(list, int64(d.file.order.Uint16(b)))
		default:
			list = append(list, int64(d.file.order.Uint32(b)))
		}
	}
	return list, nil
}

// bytes returns the first n bytes of a field's values.
func (d ifd) bytes(f field, n int64) ([]byte, error) {
	if n <= 4 {
		return f.value[:n], nil
	}
	return d.file.read(int64(d.file.order.Uint32(f.value)), n)
}

// number returns the first value of a field, or what it is by default.
func (d ifd) number(t tag, otherwise int64) int64 {
	if list, err := d.values(t, 1); err == nil && len(list) > 0 {
		return list[0]
	}
	return otherwise
}

// resolution returns a number of dots per inch, 0 if there is none that makes sense.
func (d ifd) resolution(t tag) float64 {
	f, ok := d.fields[t]
	if !ok {
		return 0
	}
	v := float64(d.number(t, 0)) // some writers put a whole number
	if f.kind == typeRational {
		b, err := d.bytes(f, 8)
		if err != nil {
			return 0
		}
		v = float64(d.file.order.Uint32(b)) / float64(d.file.order.Uint32(b[4:]))
	}
	if d.number(tagResolutionUnit, unitInch) == unitCentimetre {
		v *= 2.54
	}
	if math.IsNaN(v) || v < 1 || v > 10000 {
		return 0
	}
	return v
}

// ascii returns a text of up to 64 bytes.
func (d ifd) ascii(t tag) string {
	f, ok := d.fields[t]
	if !ok || f.kind != typeASCII {
		return ""
	}
	b, err := d.bytes(f, min(f.count, 64))
	if err != nil {
		return ""
	}
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
