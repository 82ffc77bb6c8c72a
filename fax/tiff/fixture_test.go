package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"dialtone/fax/t4"
)

// memory is a file.
type memory struct {
	data []byte
	at   int64
}

func (m *memory) Write(b []byte) (int, error) {
	if grow := m.at + int64(len(b)) - int64(len(m.data)); grow > 0 {
		m.data = append(m.data, make([]byte, grow)...)
	}
	copy(m.data[m.at:], b)
	m.at += int64(len(b))
	return len(b), nil
}

func (m *memory) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekStart {
		return 0, errors.New("only from the start")
	}
	m.at = offset
	return offset, nil
}

// rows is the pixels of a page.
type rows [][]byte

// pattern returns rows that differ from each other and from those of other seeds.
func pattern(width, count int, seed uint64) rows {
	random := rand.New(rand.NewPCG(seed, 5))
	p := make(rows, count)
	for y := range p {
		p[y] = make([]byte, (width+7)/8)
		if y > 0 && y%4 != 0 {
			copy(p[y], p[y-1])
		}
		for range 6 {
			x := random.IntN(width)
			for i := range min(width-x, 1+random.IntN(40)) {
				p[y][(x+i)/8] ^= 0x80 >> ((x + i) % 8)
			}
		}
	}
	return p
}

// differ says where two pages differ.
func differ(want, got rows) string {
	for y := range min(len(want), len(got)) {
		if !bytes.Equal(want[y], got[y]) {
			return fmt.Sprintf("row %d is\n%x, want\n%x", y, got[y], want[y])
		}
	}
	if len(want) != len(got) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	return ""
}

func open(t testing.TB, data []byte) *Document {
	t.Helper()
	d, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(t testing.TB, d *Document, i int) (rows, t4.Stats) {
	t.Helper()
	var p rows
	stats, err := d.Rows(i, func(row []byte) error {
		p = append(p, bytes.Clone(row))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, stats
}

// write makes a file of pages of 204 by 196 dpi.
func write(t testing.TB, o Options, width int, pages ...rows) []byte {
	t.Helper()
	var m memory
	w, err := NewWriter(&m, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		writePage(t, w, Page{Width: width, XDPI: 204, YDPI: 196}, p)
	}
	return m.data
}

func writePage(t testing.TB, w *Writer, page Page, p rows) {
	t.Helper()
	if err := w.StartPage(page); err != nil {
		t.Fatal(err)
	}
	for _, row := range p {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.EndPage(page.BadRows, page.WorstRun); err != nil {
		t.Fatal(err)
	}
}

// value is that of a field in a file made by hand.
type value struct {
	kind uint16
	v    []uint32
}

func long(v ...uint32) value  { return value{typeLong, v} }
func short(v ...uint32) value { return value{typeShort, v} }

// directoryOf is a page made by hand; StripOffsets and StripByteCounts are added.
type directoryOf struct {
	fields map[tag]value
	strips [][]byte
	loop   bool // the next directory is the first one
}

// assemble makes a file by hand.
func assemble(order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}, pages ...directoryOf,
) []byte {
	b := []byte("II")
	if order.Uint16([]byte{0, 1}) == 1 {
		b = []byte("MM")
	}
	b = order.AppendUint32(order.AppendUint16(b, version), 0)
	link := 4
	first := 0
	for _, p := range pages {
		fields := maps.Clone(p.fields)
		offsets, lengths := long(), long()
		for _, s := range p.strips {
			offsets.v, lengths.v = append(offsets.v, uint32(len(b))), append(lengths.v, uint32(len(s)))
			b = append(b, s...)
		}
		for t, v := range map[tag]value{tagStripOffsets: offsets, tagStripByteCounts: lengths} {
			if _, given := fields[t]; !given {
				fields[t] = v
			}
		}
		values := make(map[tag]int)
		for _, t := range slices.Sorted(maps.Keys(fields)) {
			values[t] = len(b)
			b = fields[t].append(b, order)
		}
		order.PutUint32(b[link:], uint32(len(b)))
		if first == 0 {
			first = len(b)
		}
		b = order.AppendUint16(b, uint16(len(fields)))
		for _, t := range slices.Sorted(maps.Keys(fields)) {
			v := fields[t]
			b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, uint16(t)), v.kind), v.count())
			if data := v.append(nil, order); len(data) <= 4 {
				b = append(b, append(data, make([]byte, 4-len(data))...)...)
			} else {
				b = order.AppendUint32(b, uint32(values[t]))
			}
		}
		link = len(b)
		b = order.AppendUint32(b, 0)
		if p.loop {
			order.PutUint32(b[link:], uint32(first))
		}
	}
	return b
}

func (v value) count() uint32 {
	if v.kind == typeRational {
		return uint32(len(v.v) / 2)
	}
	return uint32(len(v.v))
}

func (v value) append(b []byte, order binary.AppendByteOrder) []byte {
	for _, n := range v.v {
		switch v.kind {
		case typeByte:
			b = append(b, byte(n))
		case typeShort:
			b = order.AppendUint16(b, uint16(n))
		default:
			b = order.AppendUint32(b, n)
		}
	}
	return b
}

// with returns fields with others put in.
func with(fields map[tag]value, others map[tag]value) map[tag]value {
	all := maps.Clone(fields)
	maps.Copy(all, others)
	return all
}

func code(t testing.TB, f t4.Format, p rows, end bool) []byte {
	t.Helper()
	enc, err := t4.NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for _, row := range p {
		b = enc.AppendRow(b, row)
	}
	if end {
		return enc.AppendEnd(b)
	}
	return enc.AppendFlush(b)
}
