package tiff

import "dialtone/fax/t4"

const (
	trialRows  = 64
	trialBytes = 64 << 10
)

// recognize settles how the strips of T.4 and T.6 are coded. Fields that say so are wrong
// in some files: if the rows at the start of the first strip cannot be read as declared,
// the way of reading that gets the most of them is taken.
func (p *pageReader) recognize(code []byte) {
	ways := p.ways()
	if len(ways) == 0 {
		return
	}
	p.format = ways[0]
	want := trialRows
	if p.length > 0 {
		want = min(want, p.rowsPerStrip)
	}
	most := -1
	for _, f := range ways {
		stats, whole := try(f, code[:min(len(code), trialBytes)], want)
		if good := stats.Rows - stats.BadRows; good > most {
			p.format, most = f, good
		}
		if whole && stats.BadRows == 0 {
			return
		}
	}
}

// ways are the formats a strip may have, the one declared first.
func (p *pageReader) ways() []t4.Format {
	declared := t4.Format{Width: p.width, LSBFirst: p.lsbFirst}
	switch p.compression {
	case compressionRLE:
		declared.Bare = true
	case compressionT4:
		if p.twoD {
			declared.Coding = t4.MR
		}
	case compressionT6:
		declared.Coding = t4.MMR
	default:
		return nil
	}
	ways := []t4.Format{declared}
	for _, lsbFirst := range []bool{p.lsbFirst, !p.lsbFirst} {
		for _, f := range []t4.Format{{Coding: t4.MH}, {Coding: t4.MR}, {Coding: t4.MMR}, {Bare: true}} {
			f.Width, f.LSBFirst = p.width, lsbFirst
			if f != declared {
				ways = append(ways, f)
			}
		}
	}
	return ways
}

// try decodes up to want rows; whole says that so many there were.
func try(f t4.Format, code []byte, want int) (stats t4.Stats, whole bool) {
	dec, err := t4.NewDecoder(f)
	if err != nil {
		return stats, false
	}
	row := func([]byte) error {
		if dec.Stats().Rows >= want {
			return errEnough
		}
		return nil
	}
	if dec.Feed(code, row) == nil {
		_ = dec.Finish(row) // what there is counts
	}
	return dec.Stats(), dec.Stats().Rows >= want
}
