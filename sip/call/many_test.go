package call

import (
	"math/rand/v2"
	"sync"
	"testing"

	"dialtone/sip/media"
	"dialtone/store/record"
)

// Many calls at a time that end in all the ways people end them leave nothing behind.
func TestManyCalls(t *testing.T) {
	p := newPBX(t)
	ann, cid := p.phone("ann"), p.phone("cid")
	const calls = 60
	var wg sync.WaitGroup
	for range calls {
		a := ann.Dial(t, "1003")
		b := ringing(t, cid)
		way := rand.IntN(5)
		wg.Go(func() {
			switch way {
			case 0:
				b.Reply(180)
				a.Cancel(t)
			case 1:
				b.Reply(486)
			case 2:
				b.Answer(t)
				a.Await(t, 200)
				a.Hangup(t)
			case 3:
				b.Answer(t)
				a.Await(t, 200)
				a.Reinvite(t, "sendonly")
				b.Hangup(t)
			case 4:
				b.Reply(180)
				b.Answer(t)
				a.Await(t, 200)
				wg.Go(func() { a.Hangup(t) }) // both at once
				b.Hangup(t)
			}
		})
	}
	wg.Wait()
	p.record(t, calls-1)
	p.quiet()
}

func TestSilenceEndsTheCall(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	m, s := newScripted(r)
	caller := s.call(r, "ann", "1003")
	m.take(caller, "")
	settle(m)
	callee := s.legs[1]
	answer(callee)
	settle(m)
	hold := func(c *Call, l *leg) { c.offered(l, offer{sdp: []byte("hold"), request: &scriptedRequest{}}) }
	silence := func(c *Call, l *leg) { c.heard(l, media.NoMedia{}) }
	do(m, caller, hold)
	do(m, callee, silence)
	settle(m)
	if _, over, _ := caller.state(); over {
		t.Error("silence on hold ended the call")
	}
	do(m, caller, func(c *Call, l *leg) { c.offered(l, offer{sdp: []byte("offer"), request: &scriptedRequest{}}) })
	do(m, callee, silence)
	if got := r.record(t, 0); got.Reason != record.ReasonNoMedia {
		t.Errorf("record %+v", got)
	}
	m.Close()
}
