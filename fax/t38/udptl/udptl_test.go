package udptl_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/fax/t38/udptl"
)

func bytesOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var parseTable = []struct {
	name, in  string
	seq       uint16
	primary   string
	secondary []string
	parity    []string
	span      int
	err       error
}{
	{name: "one packet", in: "0005 01 06 00 00", seq: 5, primary: "06"},
	{name: "without recovery", in: "0005 01 06", seq: 5, primary: "06"},
	{name: "copies", in: "0102 01 06 00 02 01 04 03 c00140", seq: 0x102, primary: "06", secondary: []string{"04", "c00140"}},
	{name: "an empty copy", in: "0102 01 06 00 02 00 01 02", seq: 0x102, primary: "06", secondary: []string{"", "02"}},
	{name: "parity", in: "0009 01 06 80 01 03 02 01 aa 02 bbcc", seq: 9, primary: "06", parity: []string{"aa", "bbcc"}, span: 3},
	{name: "no parity yet", in: "0001 01 06 80 01 00 00", seq: 1, primary: "06"},
	{name: "padded", in: "0005 01 06 00 00 ff ff", seq: 5, primary: "06"},
	{name: "length of two octets", in: "0000 8003 c00140 00 00", primary: "c00140"},
	{name: "nothing", in: "", err: udptl.ErrShort},
	{name: "no length", in: "0001", err: udptl.ErrShort},
	{name: "packet cut short", in: "0001 05 0102", err: udptl.ErrShort},
	{name: "fragmented", in: "0001 c1 00", err: udptl.ErrLength},
	{name: "longer than taken", in: "0001 8401 00", err: udptl.ErrLength},
	{name: "too many copies", in: "0001 01 06 00 11", err: udptl.ErrRecovery},
	{name: "copies missing", in: "0001 01 06 00 02 01 04", err: udptl.ErrShort},
	{name: "span of nothing", in: "0001 01 06 80 01 00 01 01 aa", err: udptl.ErrRecovery},
	{name: "span of two octets", in: "0001 01 06 80 02 0001 01 01 aa", err: udptl.ErrRecovery},
	{name: "half a length", in: "0001 80", err: udptl.ErrShort},
}

func TestParse(t *testing.T) {
	for _, tc := range parseTable {
		t.Run(tc.name, func(t *testing.T) {
			var d udptl.Datagram
			if err := d.Parse(bytesOf(t, tc.in)); !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			} else if err != nil {
				return
			}
			if d.Seq != tc.seq || hex.EncodeToString(d.Primary) != tc.primary || d.Span != tc.span {
				t.Errorf("got %d %x span %d", d.Seq, d.Primary, d.Span)
			}
			if diff := cmp.Diff(tc.secondary, hexes(d.Secondary)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.parity, hexes(d.Parity)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func hexes(all [][]byte) (out []string) {
	for _, b := range all {
		out = append(out, hex.EncodeToString(b))
	}
	return out
}

// packetOf is the nth packet of a stream, none like another.
func packetOf(n int) []byte {
	return append([]byte{0xc0, byte(n >> 8), byte(n)}, bytes.Repeat([]byte{byte(n)}, n%50)...)
}

// play sends count packets past a network and tells what came, "!n" for n lost.
func play(o udptl.Options, count int, network func([][]byte) [][]byte) (got []string, st udptl.Stats) {
	s := udptl.NewSender(o)
	var wire [][]byte
	for i := range count {
		wire = append(wire, s.Append(nil, packetOf(i)))
	}
	r := udptl.NewReceiver(func(p []byte, lost int) {
		if lost > 0 {
			got = append(got, fmt.Sprintf("!%d", lost))
		}
		n := int(p[1])<<8 | int(p[2])
		if want := packetOf(n); len(p) < len(want) || !bytes.Equal(p[:len(want)], want) {
			got = append(got, "damaged")
		}
		got = append(got, fmt.Sprint(n))
	})
	for _, d := range network(wire) {
		_ = r.Receive(d)
	}
	return got, r.Stats()
}

func TestStream(t *testing.T) {
	red := udptl.Options{}
	fec := udptl.Options{Correction: udptl.FEC, Depth: 3, Span: 3}
	none := udptl.Options{Correction: udptl.None}
	for _, tc := range []struct {
		name  string
		o     udptl.Options
		count int
		order []int // which datagrams come, in which order
		want  string
	}{
		{"all", red, 4, []int{0, 1, 2, 3}, "0 1 2 3"},
		{"one lost", red, 4, []int{0, 2, 3}, "0 1 2 3"},
		{"three lost", red, 6, []int{0, 4, 5}, "0 1 2 3 4 5"},
		{"four lost", red, 6, []int{0, 5}, "0 !1 2 3 4 5"},
		{"the first lost", red, 3, []int{1, 2}, "0 1 2"},
		{"twice", red, 3, []int{0, 0, 1, 1, 2, 0}, "0 1 2"},
		{"out of order", red, 5, []int{0, 2, 1, 4, 3}, "0 1 2 3 4"},
		{"no protection, one lost", none, 4, []int{0, 1, 3}, "0 1 !1 3"},
		{"parity, one lost", fec, 9, []int{0, 1, 2, 3, 4, 5, 7, 8}, "0 1 2 3 4 5 6 7 8"},
		{"parity, two lost", fec, 12, []int{0, 1, 2, 3, 4, 5, 6, 7, 10, 11}, "0 1 2 3 4 5 6 7 8 9 10 11"},
		{"parity, four lost", fec, 13, []int{0, 1, 2, 3, 4, 5, 6, 7, 12}, "0 1 2 3 4 5 6 7 !1 9 10 !1 12"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := play(tc.o, tc.count, func(wire [][]byte) (out [][]byte) {
				for _, i := range tc.order {
					out = append(out, wire[i])
				}
				return out
			})
			if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A long stream passes the point where numbers begin anew, and nothing is missing.
func TestNumbersWrap(t *testing.T) {
	for _, o := range []udptl.Options{{}, {Correction: udptl.FEC}} {
		s := udptl.NewSender(o)
		count, gaps := 0, 0
		r := udptl.NewReceiver(func(_ []byte, lost int) { count, gaps = count+1, gaps+lost })
		const all = 70_000
		for i := range all {
			if d := s.Append(nil, packetOf(i%1000)); i%5 != 2 {
				if err := r.Receive(d); err != nil {
					t.Fatal(err)
				}
			}
		}
		if count != all || gaps != 0 {
			t.Errorf("%d packets and %d gaps, want %d", count, gaps, all)
		}
	}
}

// A forged number does not stop the stream; a peer that counts anew is followed.
func TestJumps(t *testing.T) {
	var got int
	r := udptl.NewReceiver(func([]byte, int) { got++ })
	send := func(seq uint16) {
		if err := r.Receive([]byte{byte(seq >> 8), byte(seq), 1, 6, 0, 0}); err != nil {
			t.Fatal(err)
		}
	}
	for seq := range uint16(10) {
		send(seq)
		send(0xffff)
		send(seq + 5000)
	}
	if got != 10 {
		t.Fatalf("%d packets, want 10", got)
	}
	for i := range uint16(20) {
		send(30_000 + i)
	}
	if got != 10+20-7 {
		t.Errorf("%d packets, want 23: a peer counting elsewhere is followed after 8", got)
	}
	if st := r.Stats(); st.Implausible == 0 || st.Old == 0 {
		t.Errorf("stats %+v", st)
	}
}

// Random loss costs what the depth lets it cost.
func TestRandomLoss(t *testing.T) {
	for _, tc := range []struct {
		o    udptl.Options
		most int // packets lost of 20,000 at one datagram in ten
	}{
		{udptl.Options{Correction: udptl.None}, 2500},
		{udptl.Options{Depth: 1}, 300},
		{udptl.Options{Depth: 3}, 12},
		{udptl.Options{Correction: udptl.FEC}, 700},
	} {
		rng := rand.New(rand.NewPCG(1, uint64(tc.o.Depth)))
		_, st := play(tc.o, 20_000, func(wire [][]byte) (out [][]byte) {
			for _, d := range wire {
				if rng.IntN(10) > 0 {
					out = append(out, d)
				}
			}
			return out
		})
		if st.Lost > uint64(tc.most) {
			t.Errorf("%+v: %d lost, want at most %d", tc.o, st.Lost, tc.most)
		}
	}
}

// No datagram is longer than the peer takes, and the depth is kept where packets are
// made to measure.
func TestSize(t *testing.T) {
	for _, tc := range []struct {
		max, depth, room int
	}{
		{400, 3, 98},
		{238, 3, 57},
		{120, 3, 28},
		{72, 3, 20},
		{60, 3, 60}, // meant for the packet alone
		{612, 1, 303},
	} {
		s := udptl.NewSender(udptl.Options{MaxDatagram: tc.max, Depth: tc.depth})
		room := s.Room(20)
		if room != tc.room {
			t.Errorf("max %d depth %d: room for %d, want %d", tc.max, tc.depth, room, tc.room)
		}
		for range 8 {
			d := s.Append(nil, make([]byte, room))
			if limit := max(tc.max, 4+4*61); len(d) > limit || tc.max >= 72 && len(d) > tc.max {
				t.Errorf("max %d: datagram of %d", tc.max, len(d))
			}
		}
	}
}

// Whatever network without loss there is, what was sent comes, once and in order.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := udptl.Options{
			Correction:  udptl.Correction(rapid.IntRange(0, 2).Draw(t, "correction")),
			Depth:       rapid.IntRange(0, 5).Draw(t, "depth"),
			Span:        rapid.IntRange(0, 5).Draw(t, "span"),
			MaxDatagram: rapid.IntRange(0, 700).Draw(t, "max"),
		}
		count := rapid.IntRange(1, 60).Draw(t, "count")
		got, _ := play(o, count, func(wire [][]byte) [][]byte { return wire })
		for i := range count {
			if i >= len(got) || got[i] != fmt.Sprint(i) {
				t.Fatalf("got %v", got)
			}
		}
	})
}

func FuzzReceive(f *testing.F) {
	for _, tc := range parseTable {
		f.Add(bytesOf(f, tc.in), bytesOf(f, "000801060002010403c00140"))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		delivered := 0
		r := udptl.NewReceiver(func(p []byte, lost int) {
			delivered++
			if len(p) == 0 || lost < 0 || lost > 2000 {
				t.Errorf("packet of %d octets, %d lost", len(p), lost)
			}
		})
		for _, d := range [][]byte{a, b, a} {
			_ = r.Receive(d)
		}
		if delivered > 3+2*udptl.MaxSecondary+16 {
			t.Errorf("%d packets of 3 datagrams", delivered)
		}
	})
}

func TestNoAllocation(t *testing.T) {
	s := udptl.NewSender(udptl.Options{})
	r := udptl.NewReceiver(func([]byte, int) {})
	packet, wire := packetOf(49), make([]byte, 0, 600)
	n := testing.AllocsPerRun(1000, func() {
		wire = s.Append(wire[:0], packet)
		if err := r.Receive(wire); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}
