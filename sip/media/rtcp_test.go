package media

import (
	"testing"
	"testing/quick"
	"time"

	"github.com/pion/rtcp"
)

// At 0 s we have sent ten packets and received nine of ten.
func measured(s *Stream) {
	f := &s.flow
	f.init()
	f.seen = &path{clock: 8000}
	for i := range 10 {
		h := header{ssrc: 0x77, seq: uint16(65533 + i), ts: uint32(i) * 160}
		f.out.place(0, s, h, 8000)
		f.out.packets, f.out.octets = f.out.packets+1, f.out.octets+160
		if i != 4 {
			f.in.received(time.Duration(i)*frame, h, 172, 8000)
		}
	}
}

func TestReport(t *testing.T) {
	s := new(Stream)
	measured(s)
	wall := time.Date(2030, 1, 2, 3, 4, 5, 500_000_000, time.UTC)
	packets, err := rtcp.Unmarshal(s.appendReport(nil, time.Second, wall, 8000))
	if err != nil {
		t.Fatal(err)
	}
	if err := rtcp.CompoundPacket(packets).Validate(); err != nil {
		t.Fatal(err)
	}
	sr := packets[0].(*rtcp.SenderReport)
	if sr.PacketCount != 10 || sr.OctetCount != 1600 || sr.RTPTime != s.flow.out.ts+8000 || sr.SSRC != s.flow.out.ssrc {
		t.Errorf("%+v", sr)
	}
	if seconds := sr.NTPTime>>32 - 2208988800; int64(seconds) != wall.Unix() || uint32(sr.NTPTime) != 1<<31 {
		t.Errorf("NTP %x", sr.NTPTime)
	}
	if r := sr.Reports[0]; r.SSRC != 0x77 || r.TotalLost != 1 || r.FractionLost != 25 || r.LastSequenceNumber != 1<<16|6 {
		t.Errorf("%+v", r)
	}
	if name := packets[1].(*rtcp.SourceDescription).Chunks[0].Items[0]; name.Type != rtcp.SDESCNAME || len(name.Text) != cnameSize {
		t.Errorf("%+v", name)
	}
	s.flow.out.started = false
	packets, err = rtcp.Unmarshal(s.appendReport(nil, time.Second, wall, 8000))
	if err != nil {
		t.Fatal(err)
	}
	if rr, ok := packets[0].(*rtcp.ReceiverReport); !ok || rr.Reports[0].FractionLost != 0 {
		t.Errorf("%+v", packets[0])
	}
}

func TestReportsOfThePeer(t *testing.T) {
	s := new(Stream)
	measured(s)
	f := &s.flow
	wall := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	sent := uint32(ntp(wall.Add(-300*time.Millisecond)) >> 16)
	b, err := rtcp.Marshal([]rtcp.Packet{
		&rtcp.SenderReport{SSRC: 0x77, NTPTime: 0x1111222233334444, Reports: []rtcp.ReceptionReport{
			{SSRC: 1, TotalLost: 1000},
			{SSRC: f.out.ssrc, TotalLost: 2, Jitter: 80, LastSenderReport: sent, Delay: 200 * 65536 / 1000},
		}},
		&rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{Source: 0x77, Items: []rtcp.SourceDescriptionItem{{Type: 1, Text: "x"}}}}},
		&rtcp.Goodbye{Sources: []uint32{0x77}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !f.readCompound(b, 2*time.Second, wall, 8000) {
		t.Fatal("not taken")
	}
	if got := f.reports.roundTrip.Round(time.Millisecond); got != 100*time.Millisecond {
		t.Errorf("round trip %v", got)
	}
	if f.reports.lost != 2 || units(f.reports.jitter, 8000) != 10*time.Millisecond || f.reports.heardNTP != 0x22223333 {
		t.Errorf("%+v", f.reports)
	}
	packets, err := rtcp.Unmarshal(s.appendReport(nil, 3*time.Second, wall, 8000))
	if err != nil {
		t.Fatal(err)
	}
	if r := packets[0].(*rtcp.SenderReport).Reports[0]; r.LastSenderReport != 0x22223333 || r.Delay != 1<<16 {
		t.Errorf("%+v", r)
	}
	var st Stats
	f.stats(&st)
	if st.RoundTrip == 0 || st.Sent.Lost != 2 || st.Sent.MOS > 4 || st.Received.Lost != 1 {
		t.Errorf("%+v", st)
	}
}

func TestReportsGoOut(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0")
	c.a.send(0, make([]byte, 160))
	c.b.receive()
	for _, p := range []*phone{c.a, c.b} {
		packets, err := rtcp.Unmarshal(p.read(p.rtcp))
		if err != nil {
			t.Fatal(err)
		}
		switch r := packets[0].(type) {
		case *rtcp.SenderReport:
			if p != c.b || r.PacketCount != 1 {
				t.Fatalf("%+v", r)
			}
		case *rtcp.ReceiverReport:
			if p != c.a || r.Reports[0].SSRC != c.a.ssrc {
				t.Fatalf("%+v", r)
			}
		}
	}
}

func TestMOS(t *testing.T) {
	for _, tt := range []struct {
		name              string
		loss              float64
		jitter, roundTrip time.Duration
		least, most       float64
	}{
		{"perfect", 0, 0, 0, 4.3, 4.5},
		{"1 % lost", 0.01, 0, 0, 4.2, 4.4},
		{"5 % lost", 0.05, 0, 0, 3.5, 4},
		{"30 % lost", 0.3, 0, 0, 1.5, 2.5},
		{"all lost", 1, 0, 0, 1, 1.2},
		{"satellite", 0, 0, 600 * time.Millisecond, 3, 4.1},
	} {
		if got := mos(tt.loss, tt.jitter, tt.roundTrip); got < tt.least || got > tt.most {
			t.Errorf("%s: %.2f", tt.name, got)
		}
	}
	inRange := func(loss uint8, jitter, trip uint16) bool {
		m := mos(float64(loss)/255, time.Duration(jitter)*time.Millisecond, time.Duration(trip)*time.Millisecond)
		return m >= 1 && m <= 4.5
	}
	if err := quick.Check(inRange, nil); err != nil {
		t.Error(err)
	}
}

func TestReceiver(t *testing.T) {
	var r receiver
	packet := func(ssrc uint32, seq uint16) { r.received(0, header{ssrc: ssrc, seq: seq}, 172, 8000) }
	for _, seq := range []uint16{65534, 65535, 1, 0, 2, 5} { // late, over the wrap, two lost
		packet(1, seq)
	}
	if r.lost() != 2 || r.expected() != 8 {
		t.Fatalf("lost %d of %d", r.lost(), r.expected())
	}
	packet(2, 100)
	packet(2, 102)
	if r.lost() != 3 {
		t.Fatalf("lost %d with another source", r.lost())
	}
	packet(2, 60000) // began anew
	packet(2, 60001)
	if r.lost() != 3 {
		t.Fatalf("lost %d after a restart", r.lost())
	}
}
