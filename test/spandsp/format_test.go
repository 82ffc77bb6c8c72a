//go:build spandsp

package spandsp_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/test/spandsp"
)

// Wide paper and fine resolutions go both ways.
func TestFormats(t *testing.T) {
	for _, f := range []t30.Format{
		{Resolution: t30.Fine, Width: t30.B4},
		{Resolution: t30.Superfine, Width: t30.A3},
		{Resolution: t30.R300},
		{Resolution: t30.R300, Width: t30.A3},
		{Resolution: t30.R400},
		{Resolution: t30.R400, Width: t30.B4},
	} {
		for _, caller := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v %v they call %t", f.Resolution, f.Width, caller), func(t *testing.T) {
				b := newBook(1, f)
				o := spandsp.Options{Caller: caller, Ident: "555 0199", ECM: true, V29: true, V17: true, MR: true, MMR: true}
				o.File = filepath.Join(t.TempDir(), "in.tif")
				if caller {
					o.File = b.write(t)
				}
				far, err := spandsp.New(o)
				if err != nil {
					t.Fatal(err)
				}
				got := &tray{}
				fax := t30.Config{Caller: !caller, Caps: t30.AllCaps(), Source: b, Sink: got}
				near, peer := newCall(1, weather{}, t38.New(t38.Config{Fax: fax}), far).run(t)
				far.Close()
				if near.Outcome != t30.OK || !peer.OK || near.Last.Format != f {
					t.Fatalf("we say %q, they say %q; %+v", near.Outcome, peer.Text, near.Last)
				}
				pages := got.pages
				if !caller {
					pages = read(t, o.File)
				}
				if why := b.compare(pages, false); why != "" {
					t.Error(why)
				}
			})
		}
	}
}
