package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"dialtone/fax/t4"
)

// FuzzOpen gives any bytes to the reader. What it opens keeps to the bounds and can be
// made a PDF.
func FuzzOpen(f *testing.F) {
	p := pattern(sheetWidth, sheetRows, 9)
	for _, c := range everyCoding() {
		f.Add(assemble(binary.BigEndian, directoryOf{fields: with(sheet(), c.fields), strips: [][]byte{c.code(f, p)}}))
	}
	for _, coding := range []t4.Coding{t4.MH, t4.MR, t4.MMR} {
		data := write(f, Options{Coding: coding}, 64, pattern(64, 8, 1), pattern(64, 8, 2))
		f.Add(data)
		f.Add(data[:len(data)-30])
	}
	loop := directoryOf{fields: sheet(), strips: [][]byte{{0}}, loop: true}
	f.Add(assemble(binary.LittleEndian, loop))
	bomb := with(sheet(), map[tag]value{tagWidth: long(t4.MaxWidth), tagLength: long(t4.MaxRows), tagCompression: short(compressionT6)})
	f.Add(assemble(binary.LittleEndian, directoryOf{fields: bomb, strips: [][]byte{bytes.Repeat([]byte{0xff}, 8192)}}))
	f.Add(assemble(binary.LittleEndian, directoryOf{fields: with(sheet(), map[tag]value{
		tagCompression: short(compressionPackBits), tagWidth: long(t4.MaxWidth),
	}), strips: [][]byte{bytes.Repeat([]byte{0x81, 0xff}, 9000)}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil && !errors.Is(err, ErrNotTIFF) && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrLimit) {
			t.Fatal(err)
		}
		if d == nil {
			return
		}
		if len(d.Pages) == 0 || len(d.Pages) > MaxPages {
			t.Fatalf("%d pages", len(d.Pages))
		}
		pixels := 0
		for i, p := range d.Pages {
			pixels += p.Width * p.Rows
			if pixels > 1e7 {
				return // allowed, but takes long
			}
			rows := 0
			stats, err := d.Rows(i, func(row []byte) error {
				rows++
				if len(row) != (p.Width+7)/8 {
					t.Fatalf("row of %d bytes", len(row))
				}
				return nil
			})
			if err != nil || stats.Rows != rows || rows > t4.MaxRows || p.Rows > 0 && rows != p.Rows {
				t.Fatalf("page %+v: %d rows, %+v, %v", p, rows, stats, err)
			}
		}
		if err := d.WritePDF(io.Discard, Info{}); err != nil {
			t.Fatal(err)
		}
	})
}
