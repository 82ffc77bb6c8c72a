package fax

import (
	"bytes"
	"testing"

	"dialtone/fax/page"
	"dialtone/fax/t30"
	"dialtone/store/record"
)

// Whatever the far end takes, each page has its line on top and what was below stays.
func TestEncodeHeader(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	job := o.aDocument(2, 40)
	fax := record.Fax{Account: o.account, TIFF: job.TIFF, TIFFSize: job.TIFFSize, From: "+12125550123", To: "+13125550199"}
	source, err := o.open(&fax)
	if err != nil {
		t.Fatal(err)
	}
	defer source.close()
	if source.header.From != "+12125550123 Test" || source.header.To != fax.To || source.header.Pages != 2 || source.header.Time == "" {
		t.Errorf("header %+v", source.header)
	}
	for _, tt := range []struct {
		name   string
		format t30.Format
		rows   int
	}{
		{"as it is", t30.Format{Resolution: t30.Fine}, 40},
		{"joined", t30.Format{Resolution: t30.Standard}, 20},
		{"wider", t30.Format{Resolution: t30.Fine, Width: t30.B4}, 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, err := source.Encode(1, t30.Code{Format: tt.format, Coding: t30.MMR})
			if err != nil {
				t.Fatal(err)
			}
			var rows [][]byte
			if err := rowsOf(code, tt.format.Pixels(), func(row []byte) error {
				rows = append(rows, bytes.Clone(row))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			line, err := headerLine(source.header, 2, tt.format)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != line.Height+tt.rows {
				t.Fatalf("%d rows below %d of the line", len(rows), line.Height)
			}
			for y := range line.Height {
				if !bytes.Equal(rows[y], line.Row(y)) {
					t.Fatalf("row %d of the line differs", y)
				}
			}
			if first := rows[line.Height]; first[21] != 0xff {
				t.Errorf("the page begins with %x", first)
			}
		})
	}
}

// The text a sender asks for stands in place of the account's name.
func TestHeaderText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := record.Fax{Account: o.account, From: "+12125550123", Header: "Dr. Ann"}
	if h := o.header(&f, 3); h.From != "+12125550123 Dr. Ann" || h.Pages != 3 {
		t.Errorf("%+v", h)
	}
}

// withoutLines takes the lines above pages of so many rows off.
func withoutLines(t *testing.T, rows [][]byte, length int) (left [][]byte) {
	t.Helper()
	top, err := headerLine(page.Header{}, 1, t30.Format{Resolution: t30.Fine})
	if err != nil {
		t.Fatal(err)
	}
	line := top.Height
	for len(rows) >= line+length {
		left = append(left, rows[line:line+length]...)
		rows = rows[line+length:]
	}
	if len(rows) > 0 {
		t.Errorf("%d rows are too many", len(rows))
	}
	return left
}
