package media

import (
	"math"
	"testing"

	"dialtone/internal/audio"
	"dialtone/sip/sdp"
)

// level is how loud a tone is in encoded audio, in dBm0.
func level(t *testing.T, c audio.Codec, b []byte, hertz float64) float64 {
	t.Helper()
	var pcm []int16
	switch c {
	case audio.PCMU:
		pcm = audio.AppendFromULaw(nil, b)
	case audio.PCMA:
		pcm = audio.AppendFromALaw(nil, b)
	default:
		pcm = audio.NewG722Decoder().Append(nil, b)
	}
	return audio.ToneLevel(pcm[len(pcm)/4:], c.SampleRate(), hertz) // without the start
}

var beep = audio.Tone{{Hertz: [2]float64{1000, 0}, Level: -10}}

func TestTonesAreHeardThroughTranscoding(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		in, out    audio.Codec
		pt         uint8
	}{
		{"PCMU to G722", "0", "9", audio.PCMU, audio.G722, 9},
		{"G722 to PCMU", "9", "0", audio.G722, audio.PCMU, 0},
		{"PCMA to PCMU", "8", "0", audio.PCMA, audio.PCMU, 0},
		{"G722 to PCMA", "9", "8", audio.G722, audio.PCMA, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCall(t, newEngine(t), tt.a, tt.b)
			var from sdp.Codec
			for _, s := range spoken {
				if coding(s) == tt.in {
					from = s
				}
			}
			var heard []byte
			var seq uint16
			for i, f := range NewTone(beep).Clip(from).Frames[:25] {
				c.a.send(from.PT, f)
				got := c.b.receive()
				if got.PayloadType != tt.pt || len(got.Payload) != 160 || i > 0 && got.SequenceNumber != seq+1 {
					t.Fatal(got)
				}
				seq = got.SequenceNumber
				heard = append(heard, got.Payload...)
			}
			if got := level(t, tt.out, heard, 1000); math.Abs(got+10) > 1 {
				t.Errorf("%.1f dBm0, sent -10", got)
			}
		})
	}
}

func TestPlay(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "9")
	c.a.send(0, make([]byte, 160))
	last := c.b.receive()
	c.legB.Play(NewTone(beep))
	var heard []byte
	for i := range 20 {
		got := c.b.receive()
		if got.SSRC != last.SSRC || got.SequenceNumber != last.SequenceNumber+1 || got.Marker != (i == 0) {
			t.Fatalf("packet %d: %v after %v", i, got, last)
		}
		if step := got.Timestamp - last.Timestamp; i > 0 && step != 160 || step == 0 || step > 1<<31 {
			t.Fatalf("packet %d: %v after %v", i, got, last)
		}
		last = got
		heard = append(heard, got.Payload...)
	}
	if got := level(t, audio.G722, heard, 1000); math.Abs(got+10) > 1 {
		t.Errorf("%.1f dBm0, played -10", got)
	}
	c.legB.Stop()
	c.legB.wait()
	for len(heard) > 0 { // the frames under way
		c.a.send(0, make([]byte, 160))
		got := c.b.receive()
		if got.SequenceNumber != last.SequenceNumber+1 {
			t.Fatalf("%v after %v", got, last)
		}
		if got.Marker {
			return
		}
		last = got
	}
}

// wait waits for what was posted to the stream's loop.
func (s *Stream) wait() { s.loop.Load().wait(func() {}) }

func TestPlayEnds(t *testing.T) {
	e := newEngine(t)
	s, events := newStream(t, e)
	p := newPhone(t, "127.0.0.1")
	sound := NewSounds(make([]int16, 3*narrowFrame-5), false)
	s.Play(sound) // before there is a peer: nothing is sent yet
	s.wait()
	if err := s.RemoteOffer(p.describe("8")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := p.receive(); got.PayloadType != 8 {
			t.Fatal(got)
		}
	}
	if got := next[Played](t, events); got.Source != Source(sound) {
		t.Fatal(got)
	}
}

func TestPlayWaitsForTheHeld(t *testing.T) {
	e := newEngine(t)
	s, _ := newStream(t, e)
	p := newPhone(t, "127.0.0.1")
	s.Play(NewTone(beep))
	if err := s.RemoteOffer(p.describe("0", "a=inactive")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	s.wait()
	p.hearsNothing()
	if err := s.RemoteOffer(p.describe("0")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := p.receive(); !got.Marker {
		t.Fatal(got)
	}
}

func TestRenegotiationKeepsTheRelay(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0 8")
	c.a.send(0, make([]byte, 160))
	first := c.b.receive()
	if err := c.legA.RemoteOffer(c.a.describe("8")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.legA.Answer(AnswerOptions{Prefer: c.legB.Codecs()}); err != nil {
		t.Fatal(err)
	}
	c.a.send(8, make([]byte, 160))
	got := c.b.receive()
	if got.PayloadType != 8 || got.SequenceNumber != first.SequenceNumber+1 || got.SSRC != first.SSRC {
		t.Fatal(got)
	}
}

func TestTransferKeepsNumbers(t *testing.T) {
	e := newEngine(t)
	c, d := newCall(t, e, "0", "0"), newCall(t, e, "0", "0")
	c.a.send(0, make([]byte, 160))
	first := c.b.receive()
	d.legA.move(e.loops[len(e.loops)-1]) // another loop, if there is one
	d.a.ssrc, d.a.seq, d.a.ts = 99, 5, 77
	if err := Join(d.legA, c.legB); err != nil {
		t.Fatal(err)
	}
	d.a.send(0, make([]byte, 160))
	got := c.b.receive()
	if got.SSRC != first.SSRC || got.SequenceNumber != first.SequenceNumber+1 || got.Timestamp-first.Timestamp < 160 || !got.Marker {
		t.Fatalf("%v after %v", got, first)
	}
	if c.legA.Joined() != nil || d.legB.Joined() != nil || c.legB.Joined() != d.legA {
		t.Fatal("old joins remain")
	}
	c.b.send(0, make([]byte, 160))
	d.a.receive()
}

func TestNoCodec(t *testing.T) {
	e := newEngine(t)
	a, _ := newStream(t, e)
	b, _ := newStream(t, e)
	for s, formats := range map[*Stream]string{a: "111", b: "0"} {
		if err := s.RemoteOffer(audioAt(formats, manyCodecs)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Answer(AnswerOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := Join(a, b); err != ErrNoCodec {
		t.Fatal(err)
	}
}
