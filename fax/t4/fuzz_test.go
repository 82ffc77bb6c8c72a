package t4

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzDecoder gives any bytes to a decoder of any format. Rows are what is promised, and
// what was decoded without concealment is coded and decoded to the same.
func FuzzDecoder(f *testing.F) {
	text := textPage(1728, 200)
	for _, coding := range []Coding{MH, MR, MMR} {
		format := Format{Coding: coding, Width: 1728}
		code := encode(f, format, text)
		f.Add(code, uint8(coding), uint16(1728))
		for _, at := range []int{20, 400, 1500} {
			spoiled := bytes.Clone(code)
			spoiled[at] ^= 0x10
			f.Add(spoiled, uint8(coding), uint16(1728))
		}
		f.Add(code[:len(code)/2], uint8(coding), uint16(2048))
		f.Add(encode(f, format, nil), uint8(coding), uint16(1728))
	}
	f.Add(bytes.Repeat([]byte{0xff}, 65536/8+1), uint8(2), uint16(1728))      // 65,536 rows
	f.Add(bytes.Repeat([]byte{0x26, 0xa0, 0xdc}, 3000), uint8(2), uint16(64)) // runs of no pixels
	f.Add(bytes.Repeat([]byte{0, 0x10}, 40000), uint8(0), uint16(1728))       // nothing but ends of lines
	f.Add(bytes.Repeat([]byte{0x01, 0xf0}, 40000), uint8(0), uint16(1728))    // runs without end
	f.Add(append(bytes.Repeat([]byte{0}, 9000), 1), uint8(1), uint16(1728))   // fill
	f.Add(bytes.Repeat([]byte{0, 0x13, 0x50, 0}, 9000), uint8(1), uint16(16)) // rows of one colour
	f.Add(bytes.Repeat([]byte{0x10}, 70000), uint8(2), uint16(16384))         // passes
	f.Add([]byte{}, uint8(0), uint16(0))
	f.Fuzz(func(t *testing.T, code []byte, flags uint8, width uint16) {
		format := Format{Coding: Coding(flags & 3), Width: int(width), LSBFirst: flags&4 != 0, Bare: flags&8 != 0}
		d, err := NewDecoder(format)
		if err != nil {
			return
		}
		rows := 0
		emit := func(row []byte) error {
			rows++
			if len(row) != format.RowBytes() {
				t.Fatalf("row of %d bytes", len(row))
			}
			last := bytes.Clone(row[len(row)-1:])
			if trim(last, format.Width); last[0] != row[len(row)-1] {
				t.Fatal("pixels past the width")
			}
			return nil
		}
		err = d.Feed(code, emit)
		if err == nil {
			err = d.Finish(emit)
		}
		s := d.Stats()
		if s.Rows != rows || s.BadRows > rows || s.WorstRun > s.BadRows || rows > MaxRows {
			t.Fatalf("%d rows, %+v", rows, s)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTooLong) {
			t.Fatal(err)
		}
		if n := cap(d.in.buf) + 4*cap(d.scan.ref) + 4*cap(d.scan.cur); n > 20*format.Width+16<<10 {
			t.Fatalf("keeps %d bytes", n)
		}
	})
}

// FuzzPieces cuts code in two ways; the rows are the same.
func FuzzPieces(f *testing.F) {
	for _, coding := range []Coding{MH, MR, MMR} {
		code := encode(f, Format{Coding: coding, Width: 1728}, textPage(1728, 150))
		f.Add(code, uint8(coding), uint8(54))
		code[200] ^= 0xff
		f.Add(code, uint8(coding), uint8(1))
	}
	f.Fuzz(func(t *testing.T, code []byte, coding, piece uint8) {
		format := Format{Coding: Coding(coding % 3), Width: 1728}
		if len(code) > 20000 {
			return // the rows of both are kept
		}
		a, statsA, errA := decode(t, format, code, max(len(code), 1))
		b, statsB, errB := decode(t, format, code, max(int(piece), 1))
		if statsA != statsB || !errors.Is(errA, errB) || len(a) != len(b) {
			t.Fatalf("%d rows, %+v, %v; in pieces %d, %+v, %v", len(a), statsA, errA, len(b), statsB, errB)
		}
		for i := range a {
			if !bytes.Equal(a[i], b[i]) {
				t.Fatalf("row %d differs", i)
			}
		}
	})
}
