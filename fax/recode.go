package fax

import (
	"errors"
	"fmt"

	"dialtone/fax/t30"
	"dialtone/fax/t4"
	"dialtone/store/record"
)

// Bounds of what is confirmed of a page sent without error correction: beyond, the sender
// is asked for it again.
const (
	maxBadPercent = 15  // of its rows
	maxBadRun     = 100 // rows in a row
)

// densities are dots per inch across and down.
var densities = map[t30.Resolution][2]float64{
	t30.Standard:  {204, 98},
	t30.Fine:      {204, 196},
	t30.Superfine: {204, 391},
	t30.R300:      {300, 300},
	t30.R400:      {408, 391},
}

// codings are those of T.30 in the words of T.4.
var codings = map[t30.Coding]t4.Coding{t30.MH: t4.MH, t30.MR: t4.MR, t30.MMR: t4.MMR}

// recode reads a received page and gives it in T.6, damaged rows replaced. Where the
// sender is not to hear that it is well, err says why: [t30.ErrUnreadable] or
// [t30.ErrTooLarge]; there is code all the same, of what can be read. A page that cannot be
// read to its end is incomplete. There is no code of a page without a row that its
// sender does not hear to be well.
func recode(p *t30.Page) (code []byte, page record.FaxPage, err error) {
	width := p.Code.Format.Pixels()
	dpi := densities[p.Code.Format.Resolution]
	page = record.FaxPage{Width: width, XDPI: dpi[0], YDPI: dpi[1], Incomplete: p.Incomplete}
	dec, err := t4.NewDecoder(t4.Format{Coding: codings[p.Code.Coding], Width: width})
	if err != nil {
		return nil, page, err
	}
	enc, err := t4.NewEncoder(t4.Format{Coding: t4.MMR, Width: width})
	if err != nil {
		return nil, page, err
	}
	emit := func(row []byte) error {
		code = enc.AppendRow(code, row)
		return nil
	}
	err = dec.Feed(p.Data, emit)
	if err == nil {
		err = dec.Finish(emit)
	}
	if err != nil && !errors.Is(err, t4.ErrDamaged) && !errors.Is(err, t4.ErrTooLong) {
		return nil, page, fmt.Errorf("cannot read page %d: %w", p.Number+1, err)
	}
	stats := dec.Stats()
	page.BadRows, page.WorstRun = stats.BadRows, stats.WorstRun
	page.Incomplete = page.Incomplete || err != nil
	verdict := judge(p, &stats, err)
	if enc.Rows() == 0 {
		page.Incomplete = page.Incomplete || !stats.Ended
		if verdict != nil || p.Incomplete {
			return nil, page, verdict
		}
		code = enc.AppendRow(code, make([]byte, (width+7)/8)) // in place of a page that counts
	}
	page.Rows = enc.Rows()
	page.Incomplete = page.Incomplete || verdict != nil
	return enc.AppendEnd(code), page, verdict
}

// judge says what the sender of a page hears of it. With error correction it sent what
// came, and would send the same again.
func judge(p *t30.Page, stats *t4.Stats, err error) error {
	damaged := err != nil || 100*stats.BadRows > maxBadPercent*stats.Rows || stats.WorstRun > maxBadRun || stats.Rows == 0
	switch {
	case p.Incomplete:
		return nil
	case errors.Is(err, t4.ErrTooLong):
		return t30.ErrTooLarge
	case damaged && !p.Code.ECM:
		return t30.ErrUnreadable
	}
	return nil
}

// rowsOf gives the rows of a stored page, one after the other.
func rowsOf(code []byte, width int, emit func(row []byte) error) error {
	dec, err := t4.NewDecoder(t4.Format{Coding: t4.MMR, Width: width})
	if err != nil {
		return err
	}
	if err := dec.Feed(code, emit); err != nil {
		return err
	}
	return dec.Finish(emit)
}
