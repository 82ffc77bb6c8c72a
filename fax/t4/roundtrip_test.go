package t4

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Every page comes back as it was, whatever the format and however its code is cut.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFormat(rt)
		want := anyPage(rt, f.Width)
		code := encode(t, f, want)
		got, stats, err := decode(t, f, code, rapid.IntRange(1, 200).Draw(rt, "piece"))
		if err != nil {
			rt.Fatal(err)
		}
		if diff := differ(want, got); diff != "" {
			rt.Fatal(diff)
		}
		if w := (Stats{Rows: len(want), Ended: !f.Bare}); stats != w {
			rt.Fatalf("stats %+v, want %+v", stats, w)
		}
	})
}

// A transcoder makes what an encoder would have made of the rows.
func TestTranscode(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		from, to := anyFormat(rt), anyFormat(rt)
		to.Width = from.Width
		rows := anyPage(rt, from.Width)
		tc, err := NewTranscoder(from, to)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := tc.Append(nil, encode(t, from, rows))
		if err != nil {
			rt.Fatal(err)
		}
		if got, err = tc.AppendEnd(got); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(encode(t, to, rows), got); diff != "" {
			rt.Fatal(diff)
		}
		if tc.Stats().Rows != len(rows) {
			rt.Fatalf("%d rows, want %d", tc.Stats().Rows, len(rows))
		}
	})
}

func TestPages(t *testing.T) {
	for name, p := range map[string]page{
		"none":  nil,
		"blank": blankPage(1728, 100),
		"text":  textPage(1728, 1100),
		"noise": noisePage(1728, 100),
	} {
		for _, coding := range []Coding{MH, MR, MMR} {
			t.Run(fmt.Sprint(name, coding), func(t *testing.T) {
				f := Format{Coding: coding, Width: 1728}
				got, stats, err := decode(t, f, encode(t, f, p), 54)
				if err != nil || stats.BadRows != 0 || !stats.Ended {
					t.Fatalf("%+v, %v", stats, err)
				}
				if diff := differ(p, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// A strip of a TIFF file has rows without return to control.
func TestFlushWithoutEnd(t *testing.T) {
	p := textPage(1728, 200)
	for _, coding := range []Coding{MH, MR} {
		f := Format{Coding: coding, Width: 1728}
		e, err := NewEncoder(f)
		if err != nil {
			t.Fatal(err)
		}
		var code []byte
		for _, row := range p {
			code = e.AppendRow(code, row)
		}
		if e.Rows() != len(p) {
			t.Errorf("%v: %d rows", coding, e.Rows())
		}
		got, stats, err := decode(t, f, e.AppendFlush(code), 1000)
		if err != nil || stats.Ended {
			t.Fatalf("%v: %+v, %v", coding, stats, err)
		}
		if diff := differ(p, got); diff != "" {
			t.Errorf("%v: %s", coding, diff)
		}
	}
}
