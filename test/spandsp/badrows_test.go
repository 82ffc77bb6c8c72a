//go:build spandsp

package spandsp_test

import (
	"testing"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/fax/t38/udptl"
	"dialtone/test/spandsp"
)

// Without redundancy and without correction rows are lost: the page comes all the same,
// and says which rows are bad.
func TestBadRows(t *testing.T) {
	b := newBook(2, t30.Format{Resolution: t30.Superfine})
	far, err := spandsp.New(spandsp.Options{Caller: true, Ident: "555 0199", V29: true, V17: true, File: b.write(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	got := &tray{}
	ours := t38.New(t38.Config{Fax: t30.Config{Caps: t30.AllCaps(), Sink: got}})
	x := newCall(4, weather{loss: 0.01}, ours, far)
	x.wrap = udptl.NewSender(udptl.Options{Correction: udptl.None})
	near, peer := x.run(t)
	if near.Outcome != t30.OK || !peer.OK || len(got.pages) != 2 {
		t.Fatalf("we say %q, they say %q; %d pages", near.Outcome, peer.Text, len(got.pages))
	}
	if near.Network.Lost == 0 || got.bad == 0 {
		t.Errorf("%d packets lost, %d bad rows", near.Network.Lost, got.bad)
	}
	for i, p := range got.pages {
		if len(p) < len(b.pages[i])*9/10 {
			t.Errorf("page %d has %d rows of %d", i, len(p), len(b.pages[i]))
		}
	}
}
