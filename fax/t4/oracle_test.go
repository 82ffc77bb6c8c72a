package t4

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/ccitt"
	"pgregory.net/rapid"
)

// A decoder that is not ours reads what the encoder writes. It knows no MR.
func TestOtherDecoder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFormat(rt)
		rows := anyPage(rt, f.Width)
		f.Bare, f.AlignEOL, f.MinRowBits = false, false, 0
		if f.Coding == MR {
			f.Coding = MH
		}
		if f.Coding == MH && len(rows) == 0 {
			return
		}
		want := []byte{}
		for _, row := range rows {
			want = append(want, row...)
		}
		order, sub := ccitt.MSB, ccitt.Group3
		if f.LSBFirst {
			order = ccitt.LSB
		}
		if f.Coding == MMR {
			sub = ccitt.Group4
		}
		code := encode(t, f, rows)
		got, err := io.ReadAll(ccitt.NewReader(bytes.NewReader(code), order, sub, f.Width, len(rows), &ccitt.Options{}))
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, invert(got, f.Width)); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// invert turns rows in which 1 is white into ours.
func invert(rows []byte, width int) []byte {
	stride := (width + 7) / 8
	for i := range rows {
		rows[i] ^= 0xff
	}
	for at := 0; at < len(rows); at += stride {
		trim(rows[at:at+stride], width)
	}
	return rows
}
