package media

import (
	"net/netip"
	"testing"
	"time"
)

// heard is a step of a latch's life.
type heard struct {
	at   time.Duration
	from string
	ssrc uint32
	seq  uint16
	want bool
}

func run(from string, ssrc uint32, seq uint16, at time.Duration, wants ...bool) (list []heard) {
	for i, want := range wants {
		list = append(list, heard{at + time.Duration(i)*frame, from, ssrc, seq + uint16(i), want})
	}
	return list
}

func join(lists ...[]heard) (all []heard) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

const (
	yes = true
	no  = false
)

func TestLatch(t *testing.T) {
	const (
		phone, thief  = "203.0.113.5:7000", "198.51.100.66:666"
		other, inside = "203.0.113.5:9000", "192.168.1.5:7000"
	)
	for _, tt := range []struct {
		name, remote string
		steps        []heard
		reopen       time.Duration // a new round then
		final        string
	}{
		{
			name: "the described address at once", remote: phone, final: phone,
			steps: run(phone, 1, 1, 0, yes, yes),
		}, {
			name: "a public address is not stolen", remote: phone, final: phone,
			steps: join(run(thief, 9, 1, 0, no, no, no, no), run(phone, 1, 1, time.Second, yes), run(thief, 9, 5, 2*time.Second, no)),
		}, {
			name: "another port of the host behind NAT", remote: phone, final: other,
			steps: run(other, 1, 1, 0, yes, yes, yes, yes),
		}, {
			name: "the description's port wins over another of its host", remote: phone, final: phone,
			steps: join(run(other, 9, 1, 0, yes, yes), run(phone, 1, 1, time.Second, yes, yes)),
		}, {
			name: "a private address: the signalling's host", remote: inside, final: other,
			steps: run(other, 1, 1, 0, yes, yes, yes, yes, yes),
		}, {
			name: "a private address: a thief first is found out", remote: inside, final: phone,
			steps: join(run(thief, 9, 1, 0, yes, yes, yes, yes, yes), run(phone, 1, 1, time.Second, no, no, yes, yes), run(thief, 9, 9, 2*time.Second, no, no, no, no)),
		}, {
			name: "a private address: a stranger, when no other comes", remote: inside, final: thief,
			steps: run(thief, 1, 1, 0, yes, yes),
		}, {
			name: "locked against an equal", remote: inside, final: phone,
			steps: join(run(phone, 1, 1, 0, yes, yes, yes, yes), run(other, 9, 1, time.Second, no, no, no, no, no)),
		}, {
			name: "moves after silence with its SSRC", remote: inside, final: other,
			steps: join(run(phone, 1, 1, 0, yes, yes, yes, yes), run(other, 1, 100, 3*time.Second, yes, yes)),
		}, {
			name: "not with another SSRC", remote: inside, final: phone,
			steps: join(run(phone, 1, 1, 0, yes, yes, yes, yes), run(other, 2, 5, 3*time.Second, no, no, no, no)),
		}, {
			name: "not by playing old packets", remote: inside, final: phone,
			steps: join(run(phone, 1, 100, 0, yes, yes, yes, yes), run(other, 1, 50, 3*time.Second, no, no, no, no)),
		}, {
			name: "moves after a new round", remote: inside, final: other, reopen: time.Second,
			steps: join(run(phone, 1, 1, 0, yes, yes, yes, yes), run(other, 2, 5, 2*time.Second, no, no, yes, yes)),
		}, {
			name: "not after a new round while the known one talks", remote: inside, final: phone, reopen: time.Second,
			steps: join(
				run(phone, 1, 1, 0, yes, yes, yes, yes),
				run(phone, 1, 5, 2*time.Second, yes), run(other, 2, 5, 2*time.Second, no),
				run(phone, 1, 6, 2*time.Second+frame, yes), run(other, 2, 6, 2*time.Second+frame, no),
				run(phone, 1, 7, 2*time.Second+2*frame, yes), run(other, 2, 7, 2*time.Second+2*frame, no)),
		}, {
			name: "nowhere described", remote: "0.0.0.0:7000", final: phone,
			steps: run(phone, 1, 1, 0, yes),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := new(Stream)
			s.flow.seen = &path{symmetric: true, peer: netip.MustParseAddr("203.0.113.5"), remote: netip.MustParseAddrPort(tt.remote)}
			if sendable(s.flow.seen.remote) {
				s.flow.dest = newTarget(s.flow.seen.remote)
			}
			for i, h := range tt.steps {
				if tt.reopen > 0 && h.at >= tt.reopen {
					s.flow.latch.reopen(tt.reopen)
				}
				from := netip.MustParseAddrPort(h.from)
				if got := s.flow.latch.admit(s, from, header{ssrc: h.ssrc, seq: h.seq}, h.at); got != h.want {
					t.Fatalf("step %d, %+v: %v", i, h, got)
				}
				if h.want {
					s.flow.latch.ssrc, s.flow.latch.seq = h.ssrc, h.seq
				}
			}
			if got := s.flow.dest.addr.String(); got != tt.final {
				t.Errorf("sends to %s", got)
			}
		})
	}
}

func TestLatchOfFixedPeer(t *testing.T) {
	s := new(Stream)
	remote := netip.MustParseAddrPort("203.0.113.5:7000")
	s.flow.seen, s.flow.dest = &path{peer: netip.MustParseAddr("203.0.113.1"), remote: remote}, newTarget(remote)
	for from, want := range map[string]bool{"203.0.113.1:7000": false, "198.51.100.1:1": false, "203.0.113.5:7002": true} {
		if got := s.flow.latch.admit(s, netip.MustParseAddrPort(from), header{}, 0); got != want {
			t.Errorf("%s: %v", from, got)
		}
	}
	if s.flow.dest.addr != remote {
		t.Errorf("sends to %v", s.flow.dest.addr)
	}
}

// The phone says a private address and sends from another, as behind NAT; a thief is at
// the port before and after.
func TestThief(t *testing.T) {
	e := newEngine(t)
	legA, events := newStream(t, e)
	legB, _ := newStream(t, e)
	a, b, thief := newPhone(t, "127.0.0.1"), newPhone(t, "127.0.0.1"), newPhone(t, "127.0.0.66")
	private := netip.MustParseAddrPort("192.168.77.5:4000")
	negotiate(t, legA, legB, describe(private, "RTP/AVP 0"), b.describe("0"))
	if err := Join(legA, legB); err != nil {
		t.Fatal(err)
	}
	a.to, b.to, thief.to = legA.Addr(), legB.Addr(), legA.Addr()
	voice, noise := make([]byte, 160), make([]byte, 80)
	a.send(0, voice)
	if got := next[Latched](t, events); got.Address != addrOf(a.rtp) {
		t.Fatal(got)
	}
	for range 10 {
		thief.send(0, noise)
		a.send(0, voice)
		b.send(0, voice)
		a.receive()
	}
	for range 11 {
		if got := b.receive(); len(got.Payload) != len(voice) {
			t.Fatal("the thief is heard")
		}
	}
	thief.hearsNothing()
	if st := legA.Stats(); st.Remote != addrOf(a.rtp) || st.Received.Packets != 11 {
		t.Fatalf("%+v", st)
	}
}
