//go:build spandsp

package spandsp_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/test/spandsp"
)

// cell is one combination: indexes into the dimensions.
type cell [8]int

// The dimensions.
const (
	direction = iota
	corrected
	modem
	codings
	pageCount
	resolution
	conditions
	version
)

var (
	directions = [...]string{"ours to theirs", "theirs to ours"}
	pageCounts = [...]int{1, 2, 5, 10}
	weathers   = [...]weather{
		{name: "fair"},
		{name: "reordered", reorder: 0.02, dup: 0.02},
		{name: "jittery", jitter: 60 * time.Millisecond},
		{name: "1 % lost", loss: 0.01},
		{name: "3 % lost", loss: 0.03, dup: 0.01, reorder: 0.01},
		{name: "10 % lost", loss: 0.10},
	}
	sizes = cell{len(directions), 2, len(modems), 3, len(pageCounts), 3, len(weathers), 2}
)

func (c cell) String() string {
	kind := "uncorrected"
	if c[corrected] == 1 {
		kind = "corrected"
	}
	return fmt.Sprintf("%s, %s, %s, %v, %d pages, %v, %s, version %d", directions[c[direction]], kind,
		modems[c[modem]].name, t30.Coding(c[codings]), pageCounts[c[pageCount]], t30.Resolution(c[resolution]),
		weathers[c[conditions]].name, 3*c[version])
}

// legal leaves out MMR without correction.
func (c cell) legal() bool { return c[corrected] == 1 || c[codings] != int(t30.MMR) }

// all is every legal cell, in an order of chance that is always the same.
func all() (cells []cell) {
	var c cell
	for {
		if c.legal() {
			cells = append(cells, c)
		}
		i := 0
		for ; i < len(c); i++ {
			if c[i]++; c[i] < sizes[i] {
				break
			}
			c[i] = 0
		}
		if i == len(c) {
			break
		}
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	return cells
}

// pairwise is count cells in which every pair of values of two dimensions occurs.
func pairwise(cells []cell, count int) (chosen []cell) {
	type pair struct{ d1, v1, d2, v2 int }
	seen := make(map[pair]bool)
	fresh := func(c cell, mark bool) (n int) {
		for i := range c {
			for j := range i {
				p := pair{i, c[i], j, c[j]}
				if !seen[p] {
					n++
				}
				seen[p] = seen[p] || mark
			}
		}
		return n
	}
	left := slices.Clone(cells)
	for len(chosen) < count {
		best := 0
		for i := range left {
			if fresh(left[i], false) > fresh(left[best], false) {
				best = i
			}
		}
		fresh(left[best], true)
		chosen = append(chosen, left[best])
		left = slices.Delete(left, best, best+1)
	}
	return chosen
}

// soak tells whether long tests run whole.
func soak() bool { return os.Getenv("DIALTONE_SOAK") != "" }

// Faxes go both ways between our terminal and libspandsp's in every combination, the
// pages alike to the pixel. One datagram in ten lost may cost one fax in twenty.
func TestMatrix(t *testing.T) {
	cells := all()
	if !soak() {
		cells = pairwise(cells, 120)
	}
	playAll(t, cells, false)
}

// A fax machine with modems behind a gateway understands what we send, and we what it
// sends: training, pacing and ends of signals are such that its modem follows.
func TestGateway(t *testing.T) {
	count := 30
	if soak() {
		count = 600
	}
	playAll(t, pairwise(all(), count), true)
}

func playAll(t *testing.T, cells []cell, gateway bool) {
	rough, failed := 0, 0
	for i, c := range cells {
		why := c.play(t, uint64(i), gateway)
		switch {
		case c[conditions] == len(weathers)-1:
			rough++
			if why != "" {
				t.Logf("%v: %s", c, why)
				failed++
			}
		case why != "":
			t.Errorf("%v: %s", c, why)
		}
	}
	if failed*20 > rough {
		t.Errorf("%d of %d faxes failed with one datagram in ten lost", failed, rough)
	}
	t.Logf("%d combinations", len(cells))
}

// play sends a fax to or from a terminal, or through a gateway; why is empty if all went
// well.
func (c cell) play(t *testing.T, seed uint64, gateway bool) (why string) {
	b := newBook(pageCounts[c[pageCount]], t30.Format{Resolution: t30.Resolution(c[resolution])})
	m := modems[c[modem]]
	theirs := spandsp.Options{
		Caller: c[direction] == 1, Ident: "555 0199", ECM: c[corrected] == 1, V29: m.v29, V17: m.v17,
		MR: c[codings] >= int(t30.MR), MMR: c[codings] == int(t30.MMR), Version: 3 * c[version],
		Gateway: gateway,
	}
	caps := t30.AllCaps()
	caps.Modems, caps.ECM, caps.MR, caps.MMR = m.set, theirs.ECM, theirs.MR, theirs.MMR
	got := &tray{}
	ours := t30.Config{Caller: !theirs.Caller, Ident: "+1 555 0100", Caps: caps, Source: b, Sink: got}
	if theirs.Caller {
		theirs.File = b.write(t)
	} else {
		theirs.File = filepath.Join(t.TempDir(), "in.tif")
	}
	far, err := spandsp.New(theirs)
	if err != nil {
		t.Fatal(err)
	}
	x := newCall(seed, weathers[c[conditions]], t38.New(t38.Config{Fax: ours, Version: theirs.Version}), far)
	near, peer := x.run(t)
	far.Close() // which ends the file
	if near.Outcome != t30.OK || !peer.OK {
		return fmt.Sprintf("we say %q after %d pages, they say %q after %d", near.Outcome, near.Pages, peer.Text, peer.Pages)
	}
	if near.Last.ECM != theirs.ECM || near.Last.Coding != t30.Coding(c[codings]) || near.Last.Carrier.Rate() != m.rate && near.Trainings == 0 {
		return fmt.Sprintf("sent as %+v", near.Last)
	}
	pages := got.pages
	if !theirs.Caller {
		pages = read(t, theirs.File)
	}
	return b.compare(pages, !theirs.ECM && weathers[c[conditions]].loss > 0)
}

// compare says how received pages differ. Rows may be bad where packets were lost and
// nothing corrects that.
func (b book) compare(pages []picture, lossy bool) string {
	if len(pages) != len(b.pages) {
		return fmt.Sprintf("%d pages came of %d", len(pages), len(b.pages))
	}
	for i, want := range b.pages {
		if len(pages[i]) != len(want) && !lossy || len(pages[i]) == 0 || len(pages[i][0]) != len(want[0]) {
			return fmt.Sprintf("page %d has %d rows of %d, or another width", i, len(pages[i]), len(want))
		}
		wrong := 0
		for y := range min(len(want), len(pages[i])) {
			if string(want[y]) != string(pages[i][y]) {
				wrong++
			}
		}
		if wrong > 0 && !lossy || wrong > len(want)/4 {
			return fmt.Sprintf("page %d has %d rows that differ", i, wrong)
		}
	}
	return ""
}
