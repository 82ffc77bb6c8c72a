package t4

import (
	"strings"
	"testing"
)

// Rows as the tables of T.4 and T.6 code them, by hand.
func TestBytes(t *testing.T) {
	const (
		eol = "000000000001 "
		rtc = eol + eol + eol + eol + eol + eol
	)
	for name, tc := range map[string]struct {
		format Format
		rows   string // a row a word, x is black
		want   string
	}{
		"MH blank":  {Format{Width: 1728}, "." + strings.Repeat(".", 1727), eol + "010011011 00110101" + rtc},
		"MH black":  {Format{Width: 8}, "xxxxxxxx", eol + "00110101 000101" + rtc},
		"MH mixed":  {Format{Width: 8}, "..xxx...", eol + "0111 10 1000" + rtc},
		"MH long":   {Format{Width: 5200}, strings.Repeat(".", 5200), eol + "000000011111 000000011111 11011 101010" + rtc},
		"MH filled": {Format{Width: 8, MinRowBits: 24}, "..xxx...", eol + "0111 10 1000" + "00" + rtc},
		"MH aligned": {
			Format{Width: 8, AlignEOL: true},
			"..xxx... ..xxx...",
			"0000" + eol + "0111 10 1000" + "00" + eol + "0111 10 1000" + "00" + eol + strings.Repeat("0000"+eol, 5),
		},
		"MH bare": {Format{Width: 8, Bare: true}, "..xxx... xxxxxxxx", "0111 10 1000 000000 00110101 000101 00"},
		"MR": {
			Format{Width: 8, Coding: MR},
			"..xxx... ...xx... ........",
			eol + "1 0111 10 1000" + eol + "0 011 1 1" + eol + "1 10011" + strings.Repeat(eol+"1", 6),
		},
		"MMR": {Format{Width: 8, Coding: MMR}, "..xxx... ...xx... ........ x......x", "001 0111 10 1 011 1 1 0001 1 001 00110101 010 010 1" + eol + eol},
		"MMR vertical": {
			Format{Width: 40, Coding: MMR},
			strings.Repeat(".", 10) + strings.Repeat("x", 20) + strings.Repeat(".", 10) + " " +
				strings.Repeat(".", 7) + strings.Repeat("x", 26) + strings.Repeat(".", 7),
			"001 00111 00001101000 1 0000010 0000011 1" + eol + eol,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var p page
			for _, text := range strings.Fields(tc.rows) {
				row := make([]byte, tc.format.RowBytes())
				for i, c := range text {
					if c == 'x' {
						blacken(row, i, i+1)
					}
				}
				p = append(p, row)
			}
			want := strings.ReplaceAll(tc.want, " ", "")
			want += strings.Repeat("0", -len(want)&7)
			if got := bitText(encode(t, tc.format, p)); got != want {
				t.Errorf("\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func bitText(code []byte) string {
	var b strings.Builder
	for _, v := range code {
		for i := range 8 {
			b.WriteByte('0' + v>>(7-i)&1)
		}
	}
	return b.String()
}

// Code words are prefixes of no other, so that a table may decode them.
func TestCodesArePrefixFree(t *testing.T) {
	for colour := range 2 {
		all := append(append([]word{{1, eolZeros}}, terminating[colour][:]...), makeUp[colour][:]...)
		prefixFree(t, all)
	}
	prefixFree(t, append([]word{{1, modeBits}, {0, modeBits}}, modeWord[1:]...))
}

func prefixFree(t *testing.T, all []word) {
	t.Helper()
	for i, a := range all {
		for _, b := range all[i+1:] {
			n := min(a.length, b.length)
			if a.bits>>(a.length-n) == b.bits>>(b.length-n) {
				t.Errorf("%0*b and %0*b", a.length, a.bits, b.length, b.bits)
			}
		}
	}
}
