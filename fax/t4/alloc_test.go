package t4

import "testing"

// Once its buffers have grown, coding a page allocates nothing.
func TestAllocations(t *testing.T) {
	p := textPage(1728, 200)
	for _, coding := range []Coding{MH, MR, MMR} {
		f := Format{Coding: coding, Width: 1728}
		e, err := NewEncoder(f)
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewDecoder(f)
		if err != nil {
			t.Fatal(err)
		}
		var code []byte
		if n := testing.AllocsPerRun(5, func() {
			code = code[:0]
			for _, row := range p {
				code = e.AppendRow(code, row)
			}
			code = e.AppendEnd(code)
		}); n != 0 {
			t.Errorf("%v: coding a page allocates %v times", coding, n)
		}
		rows := 0
		emit := func([]byte) error {
			rows++
			return nil
		}
		if n := testing.AllocsPerRun(5, func() {
			d.Reset()
			if err := d.Feed(code, emit); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%v: decoding a page allocates %v times", coding, n)
		}
		if rows != 6*len(p) {
			t.Errorf("%v: %d rows", coding, rows)
		}
	}
}
