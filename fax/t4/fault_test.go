package t4

import (
	"bytes"
	"errors"
	"testing"
)

// faulty codes rows with an encoder for each, so that a test may spoil one.
func faulty(t *testing.T, f Format, p page, spoil map[int]func(code []byte) []byte) []byte {
	t.Helper()
	f.AlignEOL, f.K = true, max(f.K, 1)
	e, err := NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for i, row := range p {
		// With all bytes flushed by fill the code of the row is a piece of its own.
		code := e.AppendRow(nil, row)
		code = e.align(code, 0)
		code = e.bits.flush(code)
		if change := spoil[i]; change != nil {
			code = change(code)
		}
		all = append(all, code...)
	}
	return e.AppendEnd(all)
}

func flip(n int) func([]byte) []byte {
	return func(code []byte) []byte {
		code[n] ^= 0xff
		return code
	}
}

func cut(n int) func([]byte) []byte {
	return func(code []byte) []byte { return code[:n] }
}

func TestConcealment(t *testing.T) {
	const eolLength = 2
	text := textPage(1728, 300)
	rows := text[60:72]
	for name, tc := range map[string]struct {
		coding Coding
		k      int
		spoil  map[int]func([]byte) []byte
		bad    []int // rows that repeat the one before
		worst  int
	}{
		"none":                  {spoil: nil},
		"a bad code":            {spoil: map[int]func([]byte) []byte{3: flip(eolLength + 1)}, bad: []int{3}, worst: 1},
		"row cut short":         {spoil: map[int]func([]byte) []byte{3: cut(10)}, bad: []int{3}, worst: 1},
		"only its EOL":          {spoil: map[int]func([]byte) []byte{3: cut(eolLength)}, bad: []int{3}, worst: 1},
		"three without rows":    {spoil: map[int]func([]byte) []byte{3: cut(eolLength), 4: cut(eolLength), 5: cut(eolLength)}, bad: []int{3, 4, 5}, worst: 3},
		"first":                 {spoil: map[int]func([]byte) []byte{0: flip(eolLength + 1)}, bad: []int{0}, worst: 1},
		"last":                  {spoil: map[int]func([]byte) []byte{11: flip(eolLength + 1)}, bad: []int{11}, worst: 1},
		"apart":                 {spoil: map[int]func([]byte) []byte{2: cut(9), 3: cut(9), 7: cut(9)}, bad: []int{2, 3, 7}, worst: 2},
		"MR, one dimension":     {coding: MR, k: 4, spoil: map[int]func([]byte) []byte{4: cut(9)}, bad: []int{4, 5, 6, 7}, worst: 4},
		"MR, two dimensions":    {coding: MR, k: 4, spoil: map[int]func([]byte) []byte{6: cut(4)}, bad: []int{6, 7}, worst: 2},
		"MR, last before a tag": {coding: MR, k: 4, spoil: map[int]func([]byte) []byte{7: cut(4)}, bad: []int{7}, worst: 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := Format{Coding: tc.coding, Width: 1728, K: tc.k}
			want := make(page, 0, len(rows))
			for i, row := range rows {
				switch {
				case !contains(tc.bad, i):
					want = append(want, row)
				case i == 0:
					want = append(want, make([]byte, len(row)))
				default:
					want = append(want, want[i-1])
				}
			}
			got, stats, err := decode(t, f, faulty(t, f, rows, tc.spoil), 7)
			if err != nil {
				t.Fatal(err)
			}
			if diff := differ(want, got); diff != "" {
				t.Error(diff)
			}
			stats.run = 0
			if w := (Stats{Rows: len(rows), BadRows: len(tc.bad), WorstRun: tc.worst, Ended: true}); stats != w {
				t.Errorf("%+v, want %+v", stats, w)
			}
		})
	}
}

func contains(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}

// A row whose end never comes is one bad row, whatever its length, and the next is read.
func TestEndlessRow(t *testing.T) {
	f := Format{Width: 1728}
	rows := textPage(1728, 300)[60:64]
	code := faulty(t, f, rows, map[int]func([]byte) []byte{
		1: func([]byte) []byte { return append([]byte{0, 1}, bytes.Repeat([]byte{0x55}, 1<<20)...) },
	})
	got, stats, err := decode(t, f, code, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if diff := differ(page{rows[0], rows[0], rows[2], rows[3]}, got); diff != "" {
		t.Error(diff)
	}
	if stats.BadRows != 1 {
		t.Errorf("%+v", stats)
	}
}

// Fill may be of any length (T.4 section 4.1.3) and takes no memory.
func TestEndlessFill(t *testing.T) {
	f := Format{Width: 1728}
	rows := textPage(1728, 300)[60:64]
	fill := func(code []byte) []byte { return append(code, make([]byte, 1<<20)...) }
	code := faulty(t, f, rows, map[int]func([]byte) []byte{0: fill, 2: fill})
	d, err := NewDecoder(f)
	if err != nil {
		t.Fatal(err)
	}
	var got page
	if err := d.Feed(code, func(row []byte) error {
		got = append(got, bytes.Clone(row))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := differ(rows, got); diff != "" || !d.Stats().Ended {
		t.Errorf("%+v %s", d.Stats(), diff)
	}
	if n := cap(d.in.buf); n > 16<<10 {
		t.Errorf("keeps %d bytes", n)
	}
}

// The noise of a modem before the first end-of-line code is no row.
func TestNoiseBeforePage(t *testing.T) {
	f := Format{Width: 1728}
	rows := textPage(1728, 300)[60:64]
	for name, noise := range map[string][]byte{
		"short": {0xff, 0x55, 0x13},
		"fill":  make([]byte, 300),
		"long":  bytes.Repeat([]byte{0xff}, 20000),
	} {
		got, stats, err := decode(t, f, append(noise, encode(t, f, rows)...), 54)
		if err != nil || stats.BadRows != 0 {
			t.Fatalf("%s: %+v, %v", name, stats, err)
		}
		if diff := differ(rows, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A page may end with one end-of-line code of six lost, or without any.
func TestEndOfPage(t *testing.T) {
	f := Format{Coding: MR, Width: 1728}
	rows := textPage(1728, 300)[60:64]
	code := encode(t, f, rows)
	for _, tc := range []struct {
		name  string
		drop  int
		ended bool
	}{{"whole", 0, true}, {"five", 2, true}, {"two", 7, false}, {"none", 10, false}} {
		got, stats, err := decode(t, f, code[:len(code)-tc.drop], 54)
		if err != nil || stats.BadRows != 0 || stats.Ended != tc.ended {
			t.Errorf("%s: %+v, %v", tc.name, stats, err)
		}
		if diff := differ(rows, got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

func TestNothingAfterTheEnd(t *testing.T) {
	for _, coding := range []Coding{MH, MR, MMR} {
		f := Format{Coding: coding, Width: 1728}
		code := encode(t, f, textPage(1728, 200))
		got, stats, err := decode(t, f, append(code, code...), 300)
		if err != nil || len(got) != 200 || stats.Rows != 200 {
			t.Errorf("%v: %d rows, %+v, %v", coding, len(got), stats, err)
		}
	}
}

// Without end-of-line codes the rows up to a fault are what there is.
func TestDamaged(t *testing.T) {
	for name, f := range map[string]Format{
		"MMR":  {Coding: MMR, Width: 1728},
		"bare": {Bare: true, Width: 1728},
	} {
		rows := blankPage(1728, 6)
		code := encode(t, f, rows)
		if f.Coding == MMR {
			code = code[:0]
			code = append(code, 0xff, 0x00, 0x00) // eight white rows, no code
		} else {
			copy(code[9:], []byte{0, 0, 0})
		}
		got, stats, err := decode(t, f, code, 1)
		if !errors.Is(err, ErrDamaged) || stats.Rows != len(got) || len(got) == 0 {
			t.Errorf("%s: %d rows, %+v, %v", name, len(got), stats, err)
		}
	}
}

func TestTooLong(t *testing.T) {
	e, err := NewEncoder(Format{Width: 8})
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for range MaxRows + 2 {
		lines = e.AppendRow(lines, []byte{0x3c})
	}
	for name, tc := range map[string]struct {
		format Format
		code   []byte
	}{
		"MMR":  {Format{Coding: MMR, Width: 1728}, bytes.Repeat([]byte{0xff}, 1<<20)},
		"bare": {Format{Bare: true, Width: 8}, bytes.Repeat([]byte{0x98}, 1<<20)},
		"MH":   {Format{Width: 8}, lines},
	} {
		t.Run(name, func(t *testing.T) {
			got, stats, err := decode(t, tc.format, tc.code, 4096)
			if !errors.Is(err, ErrTooLong) || len(got) != MaxRows || stats.Rows != MaxRows {
				t.Errorf("%d rows, %+v, %v", len(got), stats, err)
			}
		})
	}
}

// What emit returns ends the page.
func TestEmitFails(t *testing.T) {
	full := errors.New("disk full")
	for _, coding := range []Coding{MH, MR, MMR} {
		f := Format{Coding: coding, Width: 1728}
		d, err := NewDecoder(f)
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		emit := func([]byte) error {
			calls++
			return full
		}
		code := encode(t, f, textPage(1728, 20))
		for range 2 {
			if err := d.Feed(code, emit); !errors.Is(err, full) {
				t.Errorf("%v: %v", coding, err)
			}
		}
		if calls != 1 {
			t.Errorf("%v: called %d times", coding, calls)
		}
	}
}

func TestFormatBounds(t *testing.T) {
	for name, f := range map[string]Format{
		"no width":      {},
		"wide":          {Width: MaxWidth + 1},
		"coding":        {Width: 8, Coding: 3},
		"negative K":    {Width: 8, K: -1},
		"negative fill": {Width: 8, MinRowBits: -1},
		"much fill":     {Width: 8, MinRowBits: 1 << 20},
		"bare MR":       {Width: 8, Coding: MR, Bare: true},
	} {
		if err := f.Validate(); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewEncoder(f); err == nil {
			t.Errorf("%s: encoder", name)
		}
		if _, err := NewDecoder(f); err == nil {
			t.Errorf("%s: decoder", name)
		}
		if _, err := NewTranscoder(f, f); err == nil {
			t.Errorf("%s: transcoder", name)
		}
	}
}
