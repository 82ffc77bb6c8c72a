package load

import (
	"time"

	"dialtone/internal/udpio"
)

// pending is a message that wants an answer.
type pending struct {
	data    []byte
	conn    *udpio.Conn
	settled bool
}

// settle notes that the answer has come.
func (p *pending) settle() {
	if p != nil {
		p.settled, p.data = true, nil
	}
}

// again sends messages again that got no answer: after T1, twice T1 and four times T1
// (RFC 3261 17.1). The wait is the same for all at a try, so each try is a queue.
type again struct{ tries [3][]retry }

type retry struct {
	*pending
	at time.Duration
}

// timerT1 is the wait before the first try.
const timerT1 = 500 * time.Millisecond

// add notes a message that was just sent.
func (a *again) add(conn *udpio.Conn, data []byte, now time.Duration) *pending {
	p := &pending{data: data, conn: conn}
	a.tries[0] = append(a.tries[0], retry{p, now + timerT1})
	return p
}

// due takes what is to be sent now.
func (a *again) due(now time.Duration) (list []pending) {
	for i := range a.tries {
		for q := &a.tries[i]; len(*q) > 0 && (*q)[0].at <= now; *q = (*q)[1:] {
			p := (*q)[0].pending
			if p.settled {
				continue
			}
			list = append(list, *p)
			if i+1 < len(a.tries) {
				a.tries[i+1] = append(a.tries[i+1], retry{p, now + timerT1<<(i+1)})
			}
		}
	}
	return list
}
