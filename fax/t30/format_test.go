package t30_test

import (
	"fmt"
	"testing"

	"dialtone/fax/t30"
)

// Every outcome has a code and a text of its own.
func TestOutcomes(t *testing.T) {
	seen := make(map[string]bool)
	for o := t30.OK; o <= t30.CallDropped; o++ {
		if o.Code() == "" || o.String() == "" || seen[o.Code()] || seen[o.String()] {
			t.Errorf("outcome %d: %q %q", o, o.Code(), o)
		}
		seen[o.Code()], seen[o.String()] = true, true
	}
}

// Names are those people know; a row has as many pixels as T.4 says.
func TestNames(t *testing.T) {
	got := fmt.Sprintln(t30.MMR, t30.Fine, t30.R300, t30.B4, t30.V17At14400, t30.V21)
	if want := "MMR fine 300 dpi B4 V.17 14400 V.21\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, tc := range []struct {
		f    t30.Format
		want int
	}{
		{t30.Format{}, 1728},
		{t30.Format{Resolution: t30.Superfine, Width: t30.A3}, 2432},
		{t30.Format{Resolution: t30.R300, Width: t30.B4}, 3072},
		{t30.Format{Resolution: t30.R400}, 3456},
	} {
		if got := tc.f.Pixels(); got != tc.want {
			t.Errorf("%+v: %d pixels, want %d", tc.f, got, tc.want)
		}
	}
}
