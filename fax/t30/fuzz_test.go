package t30_test

import (
	"testing"
	"time"

	"dialtone/fax/t30"
)

// FuzzEngine lets an engine hear anything, of either side, at any time: it stays
// within its bounds and comes to an end.
func FuzzEngine(f *testing.F) {
	for _, script := range [][]byte{
		{},
		// carrier, frame of n octets …, end
		{0, 1, 5, 0xff, 0xc8, 0x01, 0x00, 0x44, 2},
		{0, 1, 6, 0xff, 0xc8, 0xc1, 0x00, 0x44, 0x1f, 2, 3, 200, 8, 4, 200, 2, 3, 3},
		{0, 1, 7, 0xff, 0xc8, 0xc1, 0x00, 0x44, 0x1f, 0x22, 2, 3, 250, 8, 4, 200, 2, 3, 250, 8, 1, 5, 0xff, 0xc0, 0x60, 0x00, 0x55, 2, 0, 1, 7, 0xff, 0xc8, 0xfd, 0xf4, 0, 0, 0, 2},
		{0, 1, 3, 0xff, 0xc8, 0xdf, 2},
		{0, 1, 3, 0xff, 0xc8, 0x58, 2},
	} {
		f.Add(script, true)
		f.Add(script, false)
	}
	f.Fuzz(func(t *testing.T, script []byte, caller bool) {
		got := &tray{}
		e := t30.New(t30.Config{Caller: caller, Caps: t30.AllCaps(), Source: pages(2), Sink: got})
		now := epoch
		e.Start(now)
		p := player{e: e, now: now}
		p.play(script)
		p.wait(10 * time.Minute)
		r, done := e.Result()
		if !done {
			t.Fatal("the call does not end")
		}
		if r.Pages > 0 && r.Pages > len(script)/3 {
			t.Errorf("%d pages of %d octets", r.Pages, len(script))
		}
	})
}

// player drives an engine; every signal takes a fifth of a second.
type player struct {
	e   *t30.Engine
	now time.Time
}

func (p *player) play(script []byte) {
	for len(script) > 0 {
		op := script[0] % 5
		script = script[1:]
		n := 0
		if len(script) > 0 {
			n = int(script[0])
		}
		switch op {
		case 0:
			p.e.Carrier(p.now, t30.V21)
			continue
		case 1:
			n = min(n, max(0, len(script)-1))
			if n > 0 {
				p.e.Frame(p.now, script[1:1+n], true)
				script = script[n:]
			}
		case 2:
			p.e.Drop(p.now)
			continue
		case 3:
			p.wait(time.Duration(n) * 20 * time.Millisecond)
			if len(script) > 1 {
				p.e.Carrier(p.now, t30.Carrier(script[1]%9))
			}
		case 4:
			p.e.Bits(p.now, make([]byte, 20*n))
		}
		if len(script) > 0 {
			script = script[1:]
		}
	}
}

func (p *player) wait(d time.Duration) {
	for end := p.now.Add(d); p.now.Before(end); {
		if _, ok := p.e.Take(); ok {
			p.now = p.now.Add(200 * time.Millisecond)
			p.e.Sent(p.now)
			continue
		}
		if at := p.e.Deadline(); !at.IsZero() && at.Before(end) {
			if at.After(p.now) {
				p.now = at
			}
			p.e.Tick(p.now)
			continue
		}
		p.now = end
	}
}
