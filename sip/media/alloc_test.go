package media

import (
	"net/netip"
	"testing"
	"time"

	"dialtone/sip/sdp"

	"golang.org/x/sys/unix"
)

// packetPath is a loop without its goroutine, and a call on it.
func packetPath(t *testing.T, formats [2]string, policy Policy) (l *loop, a *Stream, feed func() bool) {
	t.Helper()
	e := newEngine(t)
	l = &loop{e: e}
	peers := [2]*securePhone{newSecurePhone(t, sdp.AEADAES128GCM), newSecurePhone(t, sdp.AEADAES128GCM)}
	var legs [2]*Stream
	for i, p := range peers {
		s, _ := newStream(t, e, func(o *Options) { o.SRTP = policy })
		s.loop.Load().wait(func() { s.loop.Load().unwatch(s) }) // its packets are ours
		body := describe(addrOf(p.rtp), "RTP/AVP "+formats[i], p.crypto(1))
		if err := s.RemoteOffer(body); err != nil {
			t.Fatal(err)
		}
		answer, err := s.Answer(AnswerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if policy != Off {
			p.learn(answer)
		}
		legs[i] = s
	}
	a = legs[0]
	if !a.link(legs[1]) || !legs[1].link(a) {
		t.Fatal("cannot join")
	}
	peers[0].to = a.Addr()
	sealed := make([]byte, 2048)
	feed = func() bool {
		h := header{pt: uint8(formats[0][0] - '0'), seq: peers[0].seq, ts: peers[0].ts, ssrc: peers[0].ssrc, size: headerSize}
		b := sealed[:headerSize+160]
		h.put(b)
		peers[0].seq, peers[0].ts = h.seq+1, h.ts+160
		if policy != Off {
			var err error
			if b, err = peers[0].out.EncryptRTP(b, b, nil); err != nil {
				return false
			}
		}
		to := newTarget(a.Addr())
		return send(fdOf(t, peers[0]), b, to)
	}
	return l, a, feed
}

func fdOf(t *testing.T, p *securePhone) (fd int) {
	t.Helper()
	raw, err := p.rtp.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(n uintptr) { fd = int(n) }); err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestNothingIsAllocatedPerPacket(t *testing.T) {
	skipUnderRace(t)
	for _, tt := range []struct {
		name    string
		formats [2]string
		policy  Policy
		fax     bool // the tones of fax machines are listened for
		most    float64
	}{
		{"relayed", [2]string{"0", "0"}, Off, false, 0},
		{"transcoded", [2]string{"0", "9"}, Off, false, 0},
		{"SRTP on both sides", [2]string{"0", "0"}, Optional, false, 0},
		{"listened to", [2]string{"0", "0"}, Off, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, a, feed := packetPath(t, tt.formats, tt.policy)
			if tt.fax {
				a.flow.ear = newEar(time.Hour)
			}
			handle := func() {
				n := l.reader.receive(a.rtp.fd, l.in[:maxDatagram])
				if n <= 0 {
					return
				}
				a.receive(l, &a.rtp, l.in[:n])
			}
			const packets = 60
			for range packets + 10 {
				if !feed() {
					t.Fatal("cannot send")
				}
			}
			for range 5 {
				handle()
			}
			allocs := testing.AllocsPerRun(packets, handle)
			if a.flow.relayed != packets+6 {
				t.Fatalf("%d relayed; %+v", a.flow.relayed, a.flow.dropped)
			}
			if allocs > tt.most {
				t.Errorf("%v allocations a packet, at most %v expected", allocs, tt.most)
			}
		})
	}
}

func TestPlayingDoesNotAllocate(t *testing.T) {
	l, a, _ := packetPath(t, [2]string{"0", "0"}, Off)
	a.flow.player = player{source: NewTone(beep)}
	a.reach()
	a.flow.player.choose(a.flow.seen)
	if allocs := testing.AllocsPerRun(100, func() { a.makeFrame(l) }); allocs != 0 {
		t.Errorf("%v allocations a frame", allocs)
	}
	if a.flow.out.packets < 100 {
		t.Errorf("%d sent", a.flow.out.packets)
	}
}

func TestTarget(t *testing.T) {
	for _, s := range []string{"127.0.0.1:4000", "[::1]:4002"} {
		to := newTarget(netip.MustParseAddrPort(s))
		r := reader{name: to.name}
		if got := r.source().String(); got != s {
			t.Errorf("%s is %s", s, got)
		}
		if to.name.Family == unix.AF_INET && to.size != unix.SizeofSockaddrInet4 {
			t.Errorf("size %d", to.size)
		}
	}
}
