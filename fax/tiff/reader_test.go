package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"testing"

	"dialtone/fax/t4"
)

const (
	sheetWidth = 203
	sheetRows  = 50
)

// sheet is the fields of a page of sheetWidth by sheetRows pixels.
func sheet() map[tag]value {
	return map[tag]value{
		tagWidth: short(sheetWidth), tagLength: short(sheetRows), tagBitsPerSample: short(1),
		tagCompression: short(compressionNone), tagPhotometric: short(whiteIsZero), tagSamples: short(1),
		tagXResolution: {typeRational, []uint32{204, 1}}, tagYResolution: {typeRational, []uint32{98, 1}},
	}
}

// coded is one way to store a page.
type coded struct {
	name   string
	fields map[tag]value
	code   func(t testing.TB, p rows) []byte
}

func faxed(name string, f t4.Format, end bool, compression, options uint32) coded {
	f.Width = sheetWidth
	fields := map[tag]value{tagCompression: short(compression), tagT4Options: long(options)}
	if f.LSBFirst {
		fields[tagFillOrder] = short(2)
	}
	return coded{name, fields, func(t testing.TB, p rows) []byte { return code(t, f, p, end) }}
}

// everyCoding is each way of storing a page that the reader knows.
func everyCoding() []coded {
	all := []coded{
		{"plain", map[tag]value{}, func(_ testing.TB, p rows) []byte { return bytes.Join(p, nil) }},
		{
			"plain, low bit first",
			map[tag]value{tagFillOrder: short(2)},
			func(_ testing.TB, p rows) []byte { return reversed(bytes.Join(p, nil)) },
		},
		{
			"pack bits",
			map[tag]value{tagCompression: short(compressionPackBits)},
			func(_ testing.TB, p rows) []byte { return packed(p) },
		},
	}
	for _, lsbFirst := range []bool{false, true} {
		for _, end := range []bool{false, true} {
			name := fmt.Sprintf(" low bit first %t, ended %t", lsbFirst, end)
			all = append(all,
				faxed("RLE"+name, t4.Format{Bare: true, LSBFirst: lsbFirst}, end, compressionRLE, 0),
				faxed("MH"+name, t4.Format{LSBFirst: lsbFirst}, end, compressionT4, 0),
				faxed("MH aligned"+name, t4.Format{LSBFirst: lsbFirst, AlignEOL: true}, end, compressionT4, t4AlignedEOL),
				faxed("MR"+name, t4.Format{Coding: t4.MR, LSBFirst: lsbFirst, K: 4}, end, compressionT4, t4TwoDimensional),
				faxed("MMR"+name, t4.Format{Coding: t4.MMR, LSBFirst: lsbFirst}, end, compressionT6, 0),
			)
		}
	}
	return all
}

func reversed(b []byte) []byte {
	b = bytes.Clone(b)
	for i := range b {
		b[i] = bits.Reverse8(b[i])
	}
	return b
}

// packed compresses rows with runs of up to 128 and literals.
func packed(p rows) (b []byte) {
	for _, row := range p {
		for len(row) > 0 {
			n := 1
			for n < len(row) && n < 128 && row[n] == row[0] {
				n++
			}
			if n > 1 {
				b = append(b, byte(1-n), row[0])
			} else {
				b = append(b, 0, row[0], 0x80) // 0x80 is to be skipped
			}
			row = row[n:]
		}
	}
	return b
}

func inverted(p rows) rows {
	q := make(rows, len(p))
	for y, row := range p {
		q[y] = bytes.Clone(row)
		for x := range row {
			q[y][x] ^= 0xff
		}
		trim(q[y], sheetWidth)
	}
	return q
}

// Every coding, in both byte orders and polarities, in one strip and in several.
func TestReadEveryKind(t *testing.T) {
	want := pattern(sheetWidth, sheetRows, 7)
	for _, c := range everyCoding() {
		for _, photometric := range []uint32{whiteIsZero, blackIsZero} {
			for _, perStrip := range []int{sheetRows, 16} {
				t.Run(fmt.Sprint(c.name, photometric, perStrip), func(t *testing.T) {
					stored := want
					if photometric == blackIsZero {
						stored = inverted(want)
					}
					p := directoryOf{fields: with(with(sheet(), c.fields), map[tag]value{
						tagPhotometric: short(photometric), tagRowsPerStrip: long(uint32(perStrip)),
					})}
					for y := 0; y < sheetRows; y += perStrip {
						p.strips = append(p.strips, c.code(t, stored[y:min(y+perStrip, sheetRows)]))
					}
					for _, data := range [][]byte{assemble(binary.LittleEndian, p, p), assemble(binary.BigEndian, p, p)} {
						d := open(t, data)
						if len(d.Pages) != 2 || d.Pages[1] != (Page{Width: sheetWidth, Rows: sheetRows, XDPI: 204, YDPI: 98, Orientation: 1}) {
							t.Fatalf("%+v", d.Pages)
						}
						got, stats := read(t, d, 1)
						if diff := differ(want, got); diff != "" || stats.BadRows != 0 {
							t.Errorf("%+v %s", stats, diff)
						}
					}
				})
			}
		}
	}
}

// Files whose fields are wrong in ways that are seen, and read all the same.
func TestWrongFields(t *testing.T) {
	want := pattern(sheetWidth, sheetRows, 8)
	mmr := code(t, t4.Format{Coding: t4.MMR, Width: sheetWidth}, want, true)
	mr := code(t, t4.Format{Coding: t4.MR, Width: sheetWidth}, want, true)
	mh := code(t, t4.Format{Width: sheetWidth}, want, false)
	bare := code(t, t4.Format{Width: sheetWidth, Bare: true}, want, false)
	t6 := map[tag]value{tagCompression: short(compressionT6)}
	g3 := map[tag]value{tagCompression: short(compressionT4)}
	for name, tc := range map[string]struct {
		fields map[tag]value
		code   []byte
	}{
		"fill order not said":       {t6, reversed(mmr)},
		"fill order said wrongly":   {with(t6, map[tag]value{tagFillOrder: short(2)}), mmr},
		"two dimensions not said":   {g3, mr},
		"two dimensions not there":  {with(g3, map[tag]value{tagT4Options: long(1)}), mh},
		"T.6 said to be T.4":        {g3, mmr},
		"T.4 said to be T.6":        {t6, mr},
		"no ends of lines":          {g3, bare},
		"no rows per strip":         {with(t6, map[tag]value{tagRowsPerStrip: long(0)}), mmr},
		"rows per strip too few":    {with(t6, map[tag]value{tagRowsPerStrip: long(8)}), mmr},
		"rows per strip unbounded":  {with(t6, map[tag]value{tagRowsPerStrip: long(0xffffffff)}), mmr},
		"length of strip 0":         {with(t6, map[tag]value{tagStripByteCounts: long(0)}), mmr},
		"length of strip too great": {with(t6, map[tag]value{tagStripByteCounts: long(1 << 30)}), mmr},
		"resolution whole":          {with(t6, map[tag]value{tagXResolution: short(204), tagYResolution: short(98)}), mmr},
		"width long":                {with(t6, map[tag]value{tagWidth: long(sheetWidth)}), mmr},
		"orientation unknown":       {with(t6, map[tag]value{tagOrientation: short(99)}), mmr},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, assemble(binary.BigEndian, directoryOf{fields: with(sheet(), tc.fields), strips: [][]byte{tc.code}}))
			if d.Pages[0] != (Page{Width: sheetWidth, Rows: sheetRows, XDPI: 204, YDPI: 98, Orientation: 1}) {
				t.Errorf("%+v", d.Pages[0])
			}
			got, stats := read(t, d, 0)
			if diff := differ(want, got); diff != "" || stats.BadRows != 0 {
				t.Errorf("%+v %s", stats, diff)
			}
		})
	}
}

// A length that is not said is what the code has.
func TestLengthNotSaid(t *testing.T) {
	want := pattern(sheetWidth, sheetRows, 8)
	fields := with(sheet(), map[tag]value{tagCompression: short(compressionT6), tagLength: long(0)})
	d := open(t, assemble(binary.LittleEndian, directoryOf{
		fields: fields, strips: [][]byte{code(t, t4.Format{Coding: t4.MMR, Width: sheetWidth}, want, true)},
	}))
	got, stats := read(t, d, 0)
	if diff := differ(want, got); diff != "" || stats.BadRows != 0 || d.Pages[0].Rows != 0 {
		t.Errorf("%+v %s", stats, diff)
	}
}

// Rows that are not there are white and counted, so that a page has the length it says.
func TestMissingRows(t *testing.T) {
	all := pattern(sheetWidth, sheetRows, 8)
	for _, c := range everyCoding() {
		d := open(t, assemble(binary.LittleEndian, directoryOf{
			fields: with(sheet(), c.fields), strips: [][]byte{c.code(t, all[:30])},
		}))
		got, stats := read(t, d, 0)
		if stats.Rows != sheetRows || stats.BadRows != sheetRows-30 || stats.WorstRun != sheetRows-30 {
			t.Errorf("%s: %+v", c.name, stats)
		}
		want := append(append(rows{}, all[:30]...), make(rows, 20)...)
		for y := 30; y < sheetRows; y++ {
			want[y] = make([]byte, len(all[0]))
		}
		if diff := differ(want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// Rows beyond the length are not part of the page.
func TestRowsTooMany(t *testing.T) {
	all := pattern(sheetWidth, sheetRows+9, 8)
	for _, c := range everyCoding() {
		d := open(t, assemble(binary.LittleEndian, directoryOf{fields: with(sheet(), c.fields), strips: [][]byte{c.code(t, all)}}))
		got, stats := read(t, d, 0)
		if diff := differ(all[:sheetRows], got); diff != "" || stats.BadRows != 0 {
			t.Errorf("%s: %+v %s", c.name, stats, diff)
		}
	}
}

// Resolutions by the centimetre are turned into those by the inch.
func TestCentimetres(t *testing.T) {
	fields := with(sheet(), map[tag]value{
		tagResolutionUnit: short(unitCentimetre),
		tagXResolution:    {typeRational, []uint32{80, 1}}, tagYResolution: {typeRational, []uint32{385, 0}},
	})
	d := open(t, assemble(binary.LittleEndian, directoryOf{fields: fields, strips: [][]byte{{0}}}))
	if p := d.Pages[0]; p.XDPI < 203.1 || p.XDPI > 203.3 || p.YDPI != 0 {
		t.Errorf("%+v", p)
	}
}

// Reduced copies are no pages.
func TestThumbnails(t *testing.T) {
	p := directoryOf{fields: sheet(), strips: [][]byte{{0}}}
	small := directoryOf{fields: with(sheet(), map[tag]value{tagSubfileType: long(1), tagBitsPerSample: short(8)}), strips: [][]byte{{0}}}
	if d := open(t, assemble(binary.LittleEndian, small, p, small, p)); len(d.Pages) != 2 {
		t.Errorf("%d pages", len(d.Pages))
	}
}

func TestRefused(t *testing.T) {
	ok := directoryOf{fields: sheet(), strips: [][]byte{{0}}}
	change := func(t tag, v value) []byte {
		return assemble(binary.LittleEndian, directoryOf{fields: with(sheet(), map[tag]value{t: v}), strips: [][]byte{{0}}})
	}
	many := make([]directoryOf, MaxPages+1)
	for i := range many {
		many[i] = ok
	}
	big := make([]directoryOf, 10)
	for i := range big {
		big[i] = directoryOf{fields: with(sheet(), map[tag]value{tagWidth: long(t4.MaxWidth), tagLength: long(t4.MaxRows)}), strips: [][]byte{{0}}}
	}
	whole := assemble(binary.LittleEndian, ok)
	for name, tc := range map[string]struct {
		data []byte
		want error
	}{
		"empty":         {nil, ErrNotTIFF},
		"PDF":           {[]byte("%PDF-1.4 and more"), ErrNotTIFF},
		"big TIFF":      {[]byte("II\x2b\x00\x08\x00\x00\x00"), ErrNotTIFF},
		"no directory":  {[]byte("II\x2a\x00\x00\x00\x00\x00"), ErrDamaged},
		"cut":           {whole[:len(whole)-20], ErrDamaged},
		"no width":      {change(tagWidth, short(0)), ErrDamaged},
		"too wide":      {change(tagWidth, long(t4.MaxWidth+1)), ErrLimit},
		"too long":      {change(tagLength, long(t4.MaxRows+1)), ErrLimit},
		"grey":          {change(tagBitsPerSample, short(8)), ErrUnsupported},
		"colour":        {change(tagSamples, short(3)), ErrUnsupported},
		"palette":       {change(tagPhotometric, short(3)), ErrUnsupported},
		"tiles":         {change(tagTileWidth, short(64)), ErrUnsupported},
		"JPEG":          {change(tagCompression, short(7)), ErrUnsupported},
		"no strips":     {change(tagStripOffsets, long()), ErrDamaged},
		"strip beyond":  {change(tagStripOffsets, long(1<<30)), ErrDamaged},
		"strip as text": {change(tagStripOffsets, value{typeASCII, []uint32{1}}), ErrDamaged},
		"many pages":    {assemble(binary.LittleEndian, many...), ErrLimit},
		"many pixels":   {assemble(binary.LittleEndian, big...), ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := Open(bytes.NewReader(tc.data), int64(len(tc.data))); !errors.Is(err, tc.want) || d != nil {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

// The pages before a fault can be read.
func TestDamagedAfterPages(t *testing.T) {
	p := directoryOf{fields: sheet(), strips: [][]byte{make([]byte, 2000)}}
	last := p
	last.loop = true
	two := assemble(binary.LittleEndian, p, p)
	for name, data := range map[string][]byte{
		"loop": assemble(binary.LittleEndian, p, last),
		"cut":  append(assemble(binary.LittleEndian, p, p, p)[:len(two)-4:len(two)-4], 0xff, 0xff, 0xff, 0x7f),
	} {
		d, err := Open(bytes.NewReader(data), int64(len(data)))
		if !errors.Is(err, ErrDamaged) || d == nil || len(d.Pages) != 2 {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// Pages may share strips, but not so that a small file keeps a reader busy for long.
func TestSharedStrips(t *testing.T) {
	many := make([]directoryOf, 100)
	for i := range many {
		many[i] = directoryOf{fields: with(sheet(), map[tag]value{
			tagCompression: short(compressionT4), tagStripOffsets: long(8), tagStripByteCounts: long(1 << 30),
		})}
	}
	many[0].fields[tagStripOffsets] = long(8)
	many[0].strips = [][]byte{make([]byte, 1<<20)}
	data := assemble(binary.LittleEndian, many...)
	if _, err := Open(bytes.NewReader(data), int64(len(data))); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

// The order of bits is that of the pixels in some files of PackBits, of all bytes in others.
func TestPackBitsReversed(t *testing.T) {
	want := pattern(sheetWidth, sheetRows, 7)
	pixels := make(rows, len(want))
	for y, row := range want {
		pixels[y] = reversed(row)
	}
	for name, code := range map[string][]byte{"pixels": packed(pixels), "bytes": reversed(packed(want))} {
		d := open(t, assemble(binary.BigEndian, directoryOf{
			fields: with(sheet(), map[tag]value{tagCompression: short(compressionPackBits), tagFillOrder: short(2)}),
			strips: [][]byte{code},
		}))
		got, stats := read(t, d, 0)
		if diff := differ(want, got); diff != "" || stats.BadRows > 0 {
			t.Errorf("%s: %+v %s", name, stats, diff)
		}
	}
}
