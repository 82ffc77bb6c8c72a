package tiff

import (
	"encoding/binary"
	"math"
	"time"

	"dialtone/fax/t4"
)

const timeLayout = "2006:01:02 15:04:05"

// directory builds an image file directory in the byte order the Writer uses. Fields are
// put in ascending order of their tags.
type directory struct {
	at      int64 // offset of the directory in the file
	fields  int   // that it will have
	entries []byte
	values  []byte // of more than 4 bytes, behind the entries
}

func (d *directory) short(t tag, v ...uint16) {
	var value []byte
	for _, n := range v {
		value = binary.LittleEndian.AppendUint16(value, n)
	}
	d.put(t, typeShort, len(v), value)
}

func (d *directory) long(t tag, v uint32) {
	d.put(t, typeLong, 1, binary.LittleEndian.AppendUint32(nil, v))
}

// rational puts a resolution: exact if it is whole, else to a thousandth.
func (d *directory) rational(t tag, v float64) {
	numerator, denominator := v, uint32(1)
	if v != math.Trunc(v) {
		numerator, denominator = math.Round(v*1000), 1000
	}
	value := binary.LittleEndian.AppendUint32(nil, uint32(min(max(numerator, 0), math.MaxUint32)))
	d.put(t, typeRational, 1, binary.LittleEndian.AppendUint32(value, denominator))
}

func (d *directory) ascii(t tag, v string) {
	d.put(t, typeASCII, len(v)+1, append([]byte(v), 0))
}

func (d *directory) put(t tag, kind, count int, value []byte) {
	e := binary.LittleEndian.AppendUint16(d.entries, uint16(t))
	e = binary.LittleEndian.AppendUint16(e, uint16(kind))
	e = binary.LittleEndian.AppendUint32(e, uint32(count))
	if len(value) > 4 {
		e = binary.LittleEndian.AppendUint32(e, uint32(d.at)+uint32(d.size()+len(d.values)))
		d.values = append(d.values, value...)
		if len(d.values)%2 != 0 {
			d.values = append(d.values, 0)
		}
	} else {
		e = append(e, value...)
		e = append(e, make([]byte, 4-len(value))...)
	}
	d.entries = e
}

// size is that of the count, the entries and the link.
func (d *directory) size() int { return 2 + d.fields*entryBytes + 4 }

func (d *directory) bytes() []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(d.fields))
	b = append(b, d.entries...)
	b = append(b, 0, 0, 0, 0)
	return append(b, d.values...)
}

// directory returns the directory of a page whose strip has length bytes, to be written
// next.
func (w *Writer) directory(p *pageWriter, length int64) directory {
	// Offsets depend on the number of fields: put them twice.
	d := directory{at: w.at}
	w.fill(&d, p, length)
	d = directory{at: w.at, fields: len(d.entries) / entryBytes}
	w.fill(&d, p, length)
	return d
}

// fill puts the fields of RFC 2301 sections 2 and 3, in ascending order.
func (w *Writer) fill(d *directory, p *pageWriter, length int64) {
	compression, options, optionsTag := uint16(compressionT4), uint32(0), tagT4Options
	switch w.options.Coding {
	case t4.MR:
		options = t4TwoDimensional
	case t4.MMR:
		compression, optionsTag = compressionT6, tagT6Options
	}
	fillOrder := uint16(1)
	if w.options.LSBFirst {
		fillOrder = 2
	}
	d.long(tagSubfileType, onePageOfMany)
	d.long(tagWidth, uint32(p.Width))
	d.long(tagLength, uint32(p.Rows))
	d.short(tagBitsPerSample, 1)
	d.short(tagCompression, compression)
	d.short(tagPhotometric, whiteIsZero)
	d.short(tagFillOrder, fillOrder)
	d.long(tagStripOffsets, uint32(p.start))
	d.short(tagOrientation, 1)
	d.short(tagSamples, 1)
	d.long(tagRowsPerStrip, uint32(p.Rows))
	d.long(tagStripByteCounts, uint32(length))
	d.rational(tagXResolution, p.XDPI)
	d.rational(tagYResolution, p.YDPI)
	d.long(optionsTag, options)
	d.short(tagResolutionUnit, unitInch)
	d.short(tagPageNumber, uint16(w.pages), 0) // of how many is not known
	if w.options.Software != "" {
		d.ascii(tagSoftware, w.options.Software)
	}
	if p.Time != (time.Time{}) {
		d.ascii(tagDateTime, p.Time.Format(timeLayout))
	}
	w.quality(d, p)
}

// quality puts the fields that say how well the page was received.
func (w *Writer) quality(d *directory, p *pageWriter) {
	clean := uint16(0)
	if p.BadRows > 0 {
		clean = linesRegenerated
	}
	d.long(tagBadFaxLines, uint32(p.BadRows))
	d.short(tagCleanFaxData, clean)
	d.long(tagWorstFaxLines, uint32(p.WorstRun))
}
