package dialog

import (
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	// maxHeld bounds the requests of a leg that wait for those before them.
	maxHeld = 8
	// reorder is how long they wait: on the network what was sent in order may overtake.
	reorder = 50 * time.Millisecond
)

// holding are requests ahead of their turn.
type holding struct {
	list  []*Request
	timer *time.Timer
}

// hold keeps a request until those before it came, or for a moment. l.mu is held.
func (l *Leg) hold(r *Request) {
	if len(l.held.list) >= maxHeld {
		_ = r.respond(sip.StatusInternalServerError, "", "", nil, []Header{{"Retry-After", "1"}})
		return
	}
	l.held.list = append(l.held.list, r)
	if l.held.timer == nil {
		l.held.timer = time.AfterFunc(reorder, func() {
			l.input(func() {
				l.held.timer = nil
				l.releaseHeld(true)
			})
		})
	}
}

// releaseHeld handles requests whose turn it is; all of them when they have waited
// long enough. l.mu is held.
func (l *Leg) releaseHeld(all bool) {
	list := l.held.list
	if len(list) == 0 {
		return
	}
	l.held.list = nil
	slices.SortStableFunc(list, func(a, b *Request) int { return int(a.seq()) - int(b.seq()) })
	for _, r := range list {
		r.late = r.late || all
		l.receiveTraced(r)
	}
}

// refuseHeld answers what still waits when the leg ends. l.mu is held.
func (l *Leg) refuseHeld() {
	if l.held.timer != nil {
		l.held.timer.Stop()
	}
	list := l.held.list
	l.held = holding{}
	for _, r := range list {
		status := sip.StatusCallTransactionDoesNotExists
		if r.msg.Method == sip.BYE {
			status = sip.StatusOK
		}
		_ = r.respond(status, "", "", nil, nil)
	}
}

func (r *Request) seq() uint32 { return r.msg.CSeq().SeqNo }
