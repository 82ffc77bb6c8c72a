package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dialtone/internal/audio"
	"dialtone/sip/sdp"
)

// reel is where a tape writes to in tests; it is full after some writes.
type reel struct {
	mu   sync.Mutex
	b    bytes.Buffer
	room int // writes; 0: no end
}

var errReelFull = errors.New("reel full")

func (r *reel) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.room > 0 {
		if r.room--; r.room == 0 {
			return 0, errReelFull
		}
	}
	return r.b.Write(b)
}

// channels are the samples of both.
func (r *reel) channels() (left, right []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.b.Bytes()
	for i := 0; i+3 < len(b); i += 4 {
		left = append(left, int16(binary.LittleEndian.Uint16(b[i:])))
		right = append(right, int16(binary.LittleEndian.Uint16(b[i+2:])))
	}
	return left, right
}

// recordingBench is a tape whose time the test turns.
type recordingBench struct {
	tape *Tape
	reel *reel
	path *path
}

func newRecordingBench(t testing.TB, wide bool) *recordingBench {
	t.Helper()
	b := &recordingBench{reel: &reel{}, path: &path{}}
	b.tape = newTape(TapeConfig{Wide: wide}, func() time.Duration { return 0 })
	b.tape.to = b.reel
	b.path.learn([]sdp.Codec{
		spoken[0], spoken[1], spoken[2],
		{PT: 111, Name: "opus", Clock: 48000, Channels: 2},
		{PT: 18, Name: "G729", Clock: 8000, Channels: 1},
	}, nil)
	return b
}

// say puts a frame of 20 ms of one value in, as PCMU.
func (b *recordingBench) say(tap *Tap, at time.Duration, ssrc, ts uint32, value int16) {
	payload := bytes.Repeat([]byte{audio.EncodeULaw(value)}, 160)
	h := header{pt: 0, ssrc: ssrc, ts: ts, size: headerSize}
	tap.hear(at, b.path, h, append(make([]byte, headerSize), payload...))
}

// runs are the stretches of one value, in ms.
func runs(samples []int16, rate int) (list [][2]int) {
	for i := 0; i < len(samples); {
		n := i
		for n < len(samples) && samples[n] == samples[i] {
			n++
		}
		list = append(list, [2]int{int(samples[i]), (n - i) * 1000 / rate})
		i = n
	}
	return list
}

const ms = time.Millisecond

// loud and soft are values µ-law has.
var loud, soft = int(audio.DecodeULaw(audio.EncodeULaw(8000))), int(audio.DecodeULaw(audio.EncodeULaw(-1000)))

func TestTapePlacesPackets(t *testing.T) {
	for _, c := range []struct {
		name  string
		say   func(b *recordingBench, tap *Tap)
		until time.Duration
		want  [][2]int
	}{
		{"in order", func(b *recordingBench, tap *Tap) {
			b.say(tap, 100*ms, 1, 5000, 8000)
			b.say(tap, 120*ms, 1, 5160, 8000)
		}, 200 * ms, [][2]int{{0, 100}, {loud, 40}, {0, 60}}},
		{"by timestamp, whatever the network did", func(b *recordingBench, tap *Tap) {
			b.say(tap, 100*ms, 1, 5000, 8000)
			b.say(tap, 190*ms, 1, 5320, -1000)
			b.say(tap, 195*ms, 1, 5160, 8000)
		}, 200 * ms, [][2]int{{0, 100}, {loud, 40}, {soft, 20}, {0, 40}}},
		{"over the end of the timestamps", func(b *recordingBench, tap *Tap) {
			b.say(tap, 100*ms, 1, math.MaxUint32-159, 8000)
			b.say(tap, 120*ms, 1, 0, -1000)
		}, 160 * ms, [][2]int{{0, 100}, {loud, 20}, {soft, 20}, {0, 20}}},
		{"anew when the timestamp leaps", func(b *recordingBench, tap *Tap) {
			b.say(tap, 100*ms, 1, 5000, 8000)
			b.say(tap, 140*ms, 1, 999_000, -1000)
		}, 160 * ms, [][2]int{{0, 100}, {loud, 20}, {0, 20}, {soft, 20}}},
		{"anew from another source", func(b *recordingBench, tap *Tap) {
			b.say(tap, 100*ms, 1, 5000, 8000)
			b.say(tap, 140*ms, 2, 5160, -1000)
		}, 160 * ms, [][2]int{{0, 100}, {loud, 20}, {0, 20}, {soft, 20}}},
		{"with a pause of the sender's", func(b *recordingBench, tap *Tap) {
			b.say(tap, 20*ms, 1, 160, 8000)
			b.say(tap, 3030*ms, 1, 160+3000*8, 8000)
		}, 3060 * ms, [][2]int{{0, 20}, {loud, 20}, {0, 2980}, {loud, 20}, {0, 20}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newRecordingBench(t, false)
			c.say(b, b.tape.Listen(0))
			b.tape.turn(c.until)
			left, right := b.reel.channels()
			if diff := cmp.Diff(c.want, runs(left, narrowRate)); diff != "" {
				t.Error(diff)
			}
			if len(right) != len(left) || len(runs(right, narrowRate)) != 1 {
				t.Errorf("the other side is not silent")
			}
		})
	}
}

// Both sides, one after the other on one of them: a transfer.
func TestTapeMixesChannels(t *testing.T) {
	b := newRecordingBench(t, false)
	left, right := b.tape.Listen(0), b.tape.Listen(1)
	b.say(left, 20*ms, 1, 0, 8000)
	b.say(right, 40*ms, 2, 0, -1000)
	b.tape.Release(right)
	b.say(right, 60*ms, 2, 160, 8000)
	other := b.tape.Listen(1)
	b.say(other, 80*ms, 2, 160, 8000)
	b.tape.turn(120 * ms)
	l, r := b.reel.channels()
	if diff := cmp.Diff([][2]int{{0, 20}, {loud, 20}, {0, 80}}, runs(l, narrowRate)); diff != "" {
		t.Errorf("left:\n%s", diff)
	}
	if diff := cmp.Diff([][2]int{{0, 40}, {soft, 20}, {0, 20}, {loud, 20}, {0, 20}}, runs(r, narrowRate)); diff != "" {
		t.Errorf("right:\n%s", diff)
	}
	if len(b.tape.taps) != 2 {
		t.Errorf("%d taps are left", len(b.tape.taps))
	}
}

// A tone is the same tone in every codec, at the tape's rate.
func TestTapeDecodes(t *testing.T) {
	tone := make([]int16, wideRate)
	for i := range tone {
		tone[i] = int16(8000 * math.Sin(2*math.Pi*1000*float64(i)/wideRate))
	}
	narrow := new(audio.Downsampler).Append(nil, tone)
	for _, c := range []struct {
		name    string
		pt      uint8
		encoded []byte
	}{
		{"PCMU", 0, audio.AppendULaw(nil, narrow)},
		{"PCMA", 8, audio.AppendALaw(nil, narrow)},
		{"G722", 9, audio.NewG722Encoder().Append(nil, tone)},
	} {
		for _, wide := range []bool{false, true} {
			b := newRecordingBench(t, wide)
			tap := b.tape.Listen(1)
			for i := range 50 {
				h := header{pt: c.pt, ts: uint32(160 * i), size: headerSize}
				tap.hear(time.Duration(i)*frame, b.path, h, append(make([]byte, headerSize), c.encoded[160*i:160*i+160]...))
			}
			b.tape.turn(time.Second)
			_, got := b.reel.channels()
			if len(got) != b.tape.Rate() {
				t.Fatalf("%s: %d samples", c.name, len(got))
			}
			got = got[len(got)/2:]
			if level := audio.ToneLevel(got, b.tape.Rate(), 1000); audio.Level(got)-level > 0.5 || level < -12 {
				t.Errorf("%s, wide %t: the tone is at %.1f of %.1f dBm0", c.name, wide, level, audio.Level(got))
			}
		}
	}
}

// What cannot be decoded is silence, and counted; a broken packet harms nobody.
func TestTapeOfForeignCodecs(t *testing.T) {
	b := newRecordingBench(t, false)
	tap := b.tape.Listen(0)
	for i, pt := range []uint8{18, 111, 111, 18} {
		tap.hear(time.Duration(i)*frame, b.path, header{pt: pt, size: headerSize}, append(make([]byte, headerSize), 0xff, 0xfe, 0x01))
	}
	b.tape.turn(100 * ms)
	if end := b.tape.finish(); end.Foreign != 2 || end.Frames != 800 || end.Err != nil {
		t.Errorf("%+v", end)
	}
}

// A tap nobody empties takes what it has room for and never waits.
func TestTapOverflows(t *testing.T) {
	b := newRecordingBench(t, false)
	tap := b.tape.Listen(0)
	for i := range 1000 {
		b.say(tap, time.Duration(i)*frame, 1, uint32(160*i), 8000)
	}
	b.tape.turn(0)
	b.say(tap, 20*time.Second, 1, 160_000, 8000)
	held := tapSize / (160 + tapHeader)
	if end := b.tape.finish(); end.Missed != uint64(1000-held) {
		t.Errorf("missed %d of 1000, with room for %d", end.Missed, held)
	}
}

// What goes into a tap comes out of it, whatever the sizes and turns.
func TestTapRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tap, p := newTap(0), &path{}
		p.learn([]sdp.Codec{spoken[0]}, nil)
		var in [][]byte
		out, buf := 0, make([]byte, maxDatagram)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "put") {
				b := append(make([]byte, headerSize), bytes.Repeat([]byte{byte(len(in))}, rapid.IntRange(1, 1500).Draw(t, "size"))...)
				before := tap.missed.Load()
				tap.hear(time.Duration(len(in)), p, header{size: headerSize}, b)
				if tap.missed.Load() == before {
					in = append(in, b[headerSize:])
				}
				continue
			}
			got, ok := tap.next(buf)
			if ok != (out < len(in)) || ok && !bytes.Equal(got.payload, in[out]) {
				t.Fatalf("packet %d: %t, %d bytes", out, ok, len(got.payload))
			}
			if ok {
				out++
			}
		}
	})
}

func TestTapeEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		config TapeConfig
		want   error
	}{
		{"on a full disk", TapeConfig{Create: func() (io.Writer, error) { return &reel{room: 1}, nil }}, errReelFull},
		{"before it begins", TapeConfig{Create: func() (io.Writer, error) { return nil, errReelFull }}, errReelFull},
		{"when it is too long", TapeConfig{Longest: ms, Create: func() (io.Writer, error) { return &reel{}, nil }}, ErrTooLong},
		{"by a fault of ours", TapeConfig{Create: func() (io.Writer, error) { panic("fault") }}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tape := newEngine(t).NewTape(c.config)
			tap := tape.Listen(0)
			if end := tape.Run(); end.Err == nil || c.want != nil && !errors.Is(end.Err, c.want) {
				t.Errorf("ended by %v", end.Err)
			}
			if !tap.closed.Load() {
				t.Error("the tap is still open")
			}
		})
	}
}

// A call is recorded as its parties send it, in clear, while it is relayed.
func TestRecordStreams(t *testing.T) {
	e := newEngine(t)
	c := newCall(t, e, "0", "0")
	out := &reel{}
	tape := e.NewTape(TapeConfig{Create: func() (io.Writer, error) { return out, nil }})
	ended := make(chan TapeEnd, 1)
	go func() { ended <- tape.Run() }()
	c.legA.Record(tape.Listen(0))
	c.legB.Record(tape.Listen(1))
	for range 5 {
		c.a.send(0, bytes.Repeat([]byte{audio.EncodeULaw(8000)}, 160))
		c.b.receive()
		c.b.send(0, bytes.Repeat([]byte{audio.EncodeULaw(-1000)}, 160))
		c.a.receive()
	}
	tape.Close()
	end := <-ended
	left, right := out.channels()
	count := func(samples []int16, value int) (n int) {
		for _, v := range samples {
			if int(v) == value {
				n++
			}
		}
		return n
	}
	if end.Err != nil || end.Frames != int64(len(left)) || count(left, loud) == 0 || count(right, soft) == 0 ||
		count(left, soft) != 0 || count(right, loud) != 0 {
		t.Errorf("%+v: %d and %d samples are right", end, count(left, loud), count(right, soft))
	}
}
