package sip

import (
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/sip/registrar"
)

// outcomes collects what became of requests.
type outcomes map[string]string

func (o outcomes) of(branch string) func(int, error) {
	return func(status int, err error) {
		switch {
		case err != nil:
			o[branch] = err.Error()
		default:
			o[branch] = time.Duration(status).String()
		}
	}
}

// TestRequestTimers: a request over UDP is sent again at 0.5, 1.5, 3.5, 7.5 s and then
// every 4 s until 32 s have passed (RFC 3261 17.1.2.2); one over a connection never is.
func TestRequestTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, got := newRequests(), outcomes{}
		begin := time.Now()
		for branch, transport := range map[string]registrar.Transport{"udp": registrar.UDP, "tcp": registrar.TCP} {
			if err := q.add(&request{branch: branch, to: flow{transport: transport}, done: got.of(branch)}, begin); err != nil {
				t.Fatal(err)
			}
		}
		var sent []time.Duration
		for {
			again, next := q.tick(time.Now())
			for _, r := range again {
				if r.branch != "udp" {
					t.Errorf("%s sent again", r.branch)
				}
				sent = append(sent, time.Since(begin))
			}
			if next == time.Hour {
				break
			}
			time.Sleep(next)
		}
		want := []time.Duration{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500}
		for i := range want {
			want[i] *= time.Millisecond
		}
		if len(sent) != len(want) {
			t.Fatalf("sent again at %v, want %v", sent, want)
		}
		for i := range want {
			if sent[i] != want[i] {
				t.Errorf("sent again at %v, want %v", sent, want)
			}
		}
		if time.Since(begin) != timerF || got["udp"] != errNoAnswer.Error() || got["tcp"] != errNoAnswer.Error() {
			t.Errorf("after %v: %v", time.Since(begin), got)
		}
	})
}

// TestRequestAnswered: only the peer's final answer ends a request, once.
func TestRequestAnswered(t *testing.T) {
	q, ended := newRequests(), 0
	peer, stranger := netip.MustParseAddrPort("192.0.2.1:5060"), netip.MustParseAddrPort("192.0.2.9:5060")
	var status int
	r := &request{branch: "b", to: flow{source: peer}, done: func(s int, err error) { status, ended = s, ended+1 }}
	if err := q.add(r, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		branch string
		status int
		source netip.AddrPort
		ours   bool
		ended  int
	}{
		{"other", 200, peer, false, 0},
		{"b", 200, stranger, false, 0},
		{"b", 100, peer, true, 0},
		{"b", 481, peer, true, 1},
		{"b", 200, peer, false, 1},
	} {
		if ours := q.answered([]byte(c.branch), c.status, c.source); ours != c.ours || ended != c.ended {
			t.Errorf("%+v: ours %v, ended %d times", c, ours, ended)
		}
	}
	if status != 481 {
		t.Errorf("status %d", status)
	}
	q.end(r, 0, errors.New("late"))
	if ended != 1 || len(q.queue) != 0 || len(q.waiting) != 0 {
		t.Errorf("ended %d times, left %v", ended, q.waiting)
	}
}

// TestRequestsBounded: beyond the bound a request is refused.
func TestRequestsBounded(t *testing.T) {
	q := newRequests()
	for i := range maxRequests {
		if err := q.add(&request{branch: newBranch(), done: func(int, error) {}}, time.Now()); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := q.add(&request{branch: "more"}, time.Now()); !errors.Is(err, errTooManyRequests) {
		t.Errorf("one more: %v", err)
	}
	q.fail(errNoAnswer)
}
