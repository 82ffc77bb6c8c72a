package t38_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"dialtone/fax/t30"
	"dialtone/fax/t38"
	"dialtone/fax/t38/udptl"
)

func wantWhole(t *testing.T, d document, got *tray) {
	t.Helper()
	if len(got.pages) != d.pages {
		t.Fatalf("%d pages, want %d", len(got.pages), d.pages)
	}
	for i, p := range got.pages {
		if p.Number != i || p.Incomplete || !bytes.HasPrefix(p.Data, d.data(i)) {
			t.Errorf("page %d: number %d, %d octets, incomplete %t", i, p.Number, len(p.Data), p.Incomplete)
		}
	}
}

func noECM(c *t30.Caps) { c.ECM = false }

// Every option of the network works between two of ours.
func TestOptions(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*t38.Config)
		caps   func(*t30.Caps)
		want   t30.Carrier
	}{
		{"as it comes", func(*t38.Config) {}, nil, t30.V17At14400},
		{"without ECM", func(*t38.Config) {}, noECM, t30.V17At14400},
		{"version 3", func(c *t38.Config) { c.Version = 3 }, nil, t30.V17At14400},
		{"version 3 without ECM", func(c *t38.Config) { c.Version = 3 }, noECM, t30.V17At14400},
		{"parity", func(c *t38.Config) { c.Correction = udptl.FEC }, nil, t30.V17At14400},
		{"no correction", func(c *t38.Config) { c.Correction = udptl.None }, nil, t30.V17At14400},
		{"small datagrams", func(c *t38.Config) { c.MaxDatagram = 72 }, nil, t30.V17At14400},
		{"tiny datagrams", func(c *t38.Config) { c.MaxDatagram = 48 }, noECM, t30.V17At14400},
		{"9600 bit/s", func(c *t38.Config) { c.MaxBitRate = 9600 }, nil, t30.V29At9600},
		{"4800 bit/s", func(c *t38.Config) { c.MaxBitRate = 4800 }, nil, t30.V27At4800},
		{"V.29", func(*t38.Config) {}, func(c *t30.Caps) { c.Modems = t30.V29 | t30.V27 }, t30.V29At9600},
		{"local checks", func(c *t38.Config) { c.LocalTCF = true }, nil, t30.V17At14400},
		{"local checks without ECM", func(c *t38.Config) { c.LocalTCF = true }, noECM, t30.V17At14400},
		{"no tone", func(c *t38.Config) { c.Fax.SkipCED = true }, nil, t30.V17At14400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := document{pages: 2, size: 9000}
			a, b, got := faxes(d, caps(tc.caps))
			tc.change(&a)
			tc.change(&b)
			ra, rb := mustRun(t, newNetwork(1, weather{delay: 40 * time.Millisecond}, a, b))
			if ra.Outcome != t30.OK || rb.Outcome != t30.OK {
				t.Fatalf("caller %q, callee %q", ra.Outcome, rb.Outcome)
			}
			wantWhole(t, d, got)
			if rb.Last.Carrier != tc.want || ra.Ident != "555 0199" || rb.Network.Lost != 0 {
				t.Errorf("%+v", rb)
			}
		})
	}
}

// A page takes as long as a modem would take for it: with frames a little longer, for
// what is stuffed in and what is around them. No more goes out at once than must.
func TestPacing(t *testing.T) {
	d := document{pages: 1, size: 18_000} // 18,722 octets and the end: 10.407 s at 14,400 bit/s
	for _, tc := range []struct {
		name     string
		caps     func(*t30.Caps)
		min, max time.Duration
	}{
		{"frames", nil, 11100 * time.Millisecond, 11400 * time.Millisecond},
		{"plain", noECM, 10400 * time.Millisecond, 10420 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, b, _ := faxes(d, caps(tc.caps))
			n := newNetwork(1, weather{}, a, b)
			var begun, ended, instant time.Time
			atOnce, most := 0, 0
			n.spy = func(from int, datagram []byte) {
				if !n.now.Equal(instant) {
					instant, atOnce = n.now, 0
				}
				atOnce++
				most = max(most, atOnce)
				if from != 0 || datagram[2] != 1 { // no indicator
					return
				}
				switch {
				case datagram[3] == 0x1c: // short training, which is for pages
					if begun.IsZero() {
						begun, ended = n.now.Add(142*time.Millisecond), time.Time{}
					}
				case ended.IsZero():
					ended = n.now
				}
			}
			if ra, _ := mustRun(t, n); ra.Outcome != t30.OK {
				t.Fatal(ra.Outcome)
			}
			if took := ended.Sub(begun); took < tc.min || took > tc.max {
				t.Errorf("the page took %v", took)
			}
			if most > 3 {
				t.Errorf("%d datagrams at once", most)
			}
		})
	}
}

// soak tells whether long tests run whole.
func soak() bool { return os.Getenv("DIALTONE_SOAK") != "" }

// Faxes get through bad networks: of the runs of each row, at most so many fail.
func TestWeather(t *testing.T) {
	runs := 40
	if soak() {
		runs = 300
	}
	rough := weather{delay: 60 * time.Millisecond, jitter: 20 * time.Millisecond, reorder: 0.02, dup: 0.02}
	for _, tc := range []struct {
		loss  float64
		caps  func(*t30.Caps)
		fails float64 // share
	}{
		{0, nil, 0},
		{0, noECM, 0},
		{0.01, nil, 0},
		{0.03, nil, 0.01},
		{0.03, noECM, 0.01},
		{0.10, nil, 0.05},
		{0.10, noECM, 0.05},
	} {
		name := fmt.Sprintf("loss %v corrected %t", tc.loss, tc.caps == nil)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := make(map[string]int)
			fails := 0
			for seed := range uint64(runs) {
				d := document{pages: 2, size: 8000}
				a, b, got := faxes(d, caps(tc.caps))
				w := rough
				w.loss = tc.loss
				ra, rb, ok := newNetwork(seed, w, a, b).run()
				good := ok && ra.Outcome == t30.OK && rb.Outcome == t30.OK && len(got.pages) == d.pages
				if good && tc.caps == nil {
					wantWhole(t, d, got)
				}
				if !good {
					fails++
					failed[fmt.Sprintf("%s / %s", ra.Outcome.Code(), rb.Outcome.Code())]++
				}
			}
			if fails > int(tc.fails*float64(runs)) {
				t.Errorf("%d of %d failed: %v", fails, runs, failed)
			}
		})
	}
}

// Canceling tells the far end; what was confirmed stays so.
func TestCancel(t *testing.T) {
	a, b, got := faxes(document{pages: 5, size: 20_000}, caps(nil))
	n := newNetwork(1, weather{delay: 40 * time.Millisecond}, a, b)
	var second time.Time
	n.after = func() {
		if len(got.pages) == 2 && second.IsZero() {
			second = n.now
		}
		if !second.IsZero() && n.now.Sub(second) > 6*time.Second {
			n.ends[0].Cancel(n.now)
			n.poll(0)
		}
	}
	ra, rb := mustRun(t, n)
	if ra.Outcome != t30.Canceled || rb.Outcome != t30.Interrupted || rb.Pages != 2 || ra.Pages != 2 {
		t.Errorf("caller %+v, callee %+v", ra, rb)
	}
}

// A call that is gone ends the fax at once, with what had come.
func TestDropped(t *testing.T) {
	a, b, got := faxes(document{pages: 2, size: 20_000}, caps(noECM))
	n := newNetwork(1, weather{}, a, b)
	n.poll(0)
	n.poll(1)
	for n.now.Sub(epoch) < 20*time.Second {
		n.step()
	}
	n.ends[1].Dropped(n.now)
	r, ok := n.ends[1].Done(n.now)
	if !ok || r.Outcome != t30.CallDropped || r.Pages != 0 {
		t.Fatalf("%+v, done %t", r, ok)
	}
	if len(got.pages) != 1 || !got.pages[0].Incomplete || len(got.pages[0].Data) < 5000 {
		t.Errorf("%d pages", len(got.pages))
	}
	if out, next := n.ends[1].Poll(n.now.Add(time.Minute)); len(out) != 0 || !next.IsZero() {
		t.Errorf("%d datagrams, next %v", len(out), next)
	}
}

// slowTray stores a page in the background.
type slowTray struct{ tray }

func (s *slowTray) Page(p t30.Page) error {
	_ = s.tray.Page(p)
	return t30.ErrPending
}

// A page that takes long to store is confirmed once it is.
func TestStored(t *testing.T) {
	for _, change := range []func(*t30.Caps){nil, noECM} {
		d := document{pages: 2, size: 5000}
		a, b, _ := faxes(d, caps(change))
		s := &slowTray{}
		b.Fax.Sink = s
		n := newNetwork(1, weather{delay: 40 * time.Millisecond}, a, b)
		waiting, known := time.Time{}, 0
		n.after = func() {
			if len(s.pages) > known {
				known, waiting = len(s.pages), n.now.Add(6*time.Second)
			}
			if !waiting.IsZero() && n.now.After(waiting) {
				waiting = time.Time{}
				n.ends[1].Stored(n.now, nil)
				n.poll(1)
			}
		}
		ra, rb := mustRun(t, n)
		if ra.Outcome != t30.OK || rb.Outcome != t30.OK {
			t.Errorf("caller %q, callee %q", ra.Outcome, rb.Outcome)
		}
		wantWhole(t, d, &s.tray)
	}
}

// Nothing is allocated for a packet that is received.
func TestNoAllocation(t *testing.T) {
	term := t38.New(t38.Config{Fax: t30.Config{Caps: t30.AllCaps(), Sink: &tray{}}})
	term.Poll(epoch)
	s := udptl.NewSender(udptl.Options{})
	packet := []byte{0xd0, 1, 0x80, 0, 3, 0xff, 0xc0, 0x60, 0x00}
	now, wire := epoch, make([]byte, 0, 500)
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(time.Millisecond)
		wire = s.Append(wire[:0], packet)
		if err := term.Receive(wire, now); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
