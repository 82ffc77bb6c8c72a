package call

import (
	"fmt"
	"testing"

	"dialtone/sip/dialog"
)

// BenchmarkCall is a call from its INVITE to its record, dialogs and media left out: what
// the room itself takes.
func BenchmarkCall(b *testing.B) {
	r := newRecords(b)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	m, s := newScripted(r)
	b.ReportAllocs()
	for i := range b.N {
		s.mu.Lock()
		s.legs, s.streams = s.legs[:0], s.streams[:0]
		s.mu.Unlock()
		caller := s.call(r, "ann", "1003")
		caller.id = fmt.Sprint("in", i)
		m.take(caller, "")
		settle(m)
		answer(s.legs[1])
		settle(m)
		caller.happens(dialog.Ended{Remote: true, Why: dialog.WhyBye})
		settle(m)
	}
	m.Close()
}
