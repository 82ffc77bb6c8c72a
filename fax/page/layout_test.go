package page

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/fax/t4"
)

// Rows of the papers: T.4 section 2.1, 3.85, 7.7 and 15.4 rows a millimetre.
func TestRows(t *testing.T) {
	got := map[Layout]int{}
	for _, p := range []Paper{A4, Letter} {
		for _, r := range []Resolution{Standard, Fine, Superfine} {
			l := Layout{p, r}
			got[l] = l.Rows()
		}
	}
	if diff := cmp.Diff(map[Layout]int{
		{A4, Standard}: 1143, {A4, Fine}: 2287, {A4, Superfine}: 4574,
		{Letter, Standard}: 1076, {Letter, Fine}: 2151, {Letter, Superfine}: 4303,
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		source Source
		layout Layout
		want   place
	}{
		"a fax page":                  {Source{1728, 2200, 204, 196}, Layout{A4, Fine}, place{0, 1728, 2200}},
		"a fax page, 8 a millimetre":  {Source{1728, 2200, 203.2, 195.58}, Layout{A4, Fine}, place{0, 1728, 2200}},
		"a fax page, standard":        {Source{1728, 1100, 204, 98}, Layout{A4, Fine}, place{0, 1728, 2200}},
		"a fax page, superfine":       {Source{1728, 4400, 204, 391}, Layout{A4, Fine}, place{0, 1728, 2200}},
		"300 dpi A4":                  {Source{2480, 3508, 300, 300}, Layout{A4, Fine}, place{20, 1688, 2287}},
		"600 dpi letter, superfine":   {Source{5100, 6600, 600, 600}, Layout{Letter, Superfine}, place{0, 1728, 4285}},
		"a small one keeps its size":  {Source{600, 300, 300, 300}, Layout{A4, Fine}, place{660, 408, 196}},
		"a long one keeps its length": {Source{2480, 7016, 300, 300}, Layout{A4, Fine}, place{20, 1688, 4574}},
		"one of A3 shrinks":           {Source{2432, 3300, 204, 196}, Layout{A4, Fine}, place{0, 1728, 2345}},
		"no resolution, upright":      {Source{1000, 1001, 0, 0}, Layout{A4, Fine}, place{0, 1728, 1657}},
		"no resolution, long":         {Source{1000, 5000, 0, 0}, Layout{A4, Standard}, place{625, 477, 1143}},
		"no resolution, wide":         {Source{5000, 10, 0, 0}, Layout{A4, Standard}, place{0, 1728, 2}},
		"a line":                      {Source{16384, 1, 0, 0}, Layout{A4, Standard}, place{0, 1728, 1}},
		"a column":                    {Source{1, 65535, 0, 0}, Layout{A4, Standard}, place{863, 1, 1143}},
		"resolution absurd":           {Source{1, 65535, 1, 1}, Layout{A4, Superfine}, place{762, 204, 65535}},
	} {
		if got := tc.layout.place(tc.source); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

// Whatever the source, its place is within the page.
func TestPlaceBounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := Source{
			Width: rapid.IntRange(1, maxSide).Draw(rt, "width"), Height: rapid.IntRange(1, t4.MaxRows).Draw(rt, "height"),
			XDPI: rapid.SampledFrom([]float64{0, 1, 204, 10000}).Draw(rt, "x"), YDPI: rapid.SampledFrom([]float64{0, 1, 98, 10000}).Draw(rt, "y"),
		}
		l := Layout{Paper(rapid.IntRange(0, 1).Draw(rt, "paper")), Resolution(rapid.IntRange(0, 2).Draw(rt, "resolution"))}
		p := l.place(s)
		if p.left < 0 || p.width < 1 || p.left+p.width > Width || p.height < 1 || p.height > t4.MaxRows {
			rt.Fatalf("%+v", p)
		}
	})
}

func TestNames(t *testing.T) {
	if got := []string{Standard.String(), Fine.String(), Superfine.String(), Resolution(9).String()}; !cmp.Equal(got, []string{"standard", "fine", "superfine", "Resolution(9)"}) {
		t.Error(got)
	}
	if Fine.XDPI() != 204 || Standard.YDPI() != 98 || Fine.YDPI() != 196 || Superfine.YDPI() != 391 {
		t.Error("not the numbers of RFC 2301")
	}
}
