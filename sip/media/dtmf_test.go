package media

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"
)

// press sends a digit as a phone does: three packets, the end three times.
func (p *phone) press(pt uint8, event byte) {
	p.t.Helper()
	payload := []byte{event, 10, 0, 0}
	for i := range 6 {
		duration := uint16(min(i+1, 4)) * 160
		binary.BigEndian.PutUint16(payload[2:], duration)
		if i >= 3 {
			payload[1] |= 0x80
		}
		p.sendMarked(pt, i == 0, payload)
	}
	p.ts += 8 * 160
}

func TestDigitsAreRelayedAndTold(t *testing.T) {
	c := newCall(t, newEngine(t), "0 101", "0 101")
	for i, want := range digitNames {
		c.a.press(101, byte(i))
		ts := uint32(0)
		for n := range 6 {
			got := c.b.receive()
			if n == 0 {
				ts = got.Timestamp
			}
			if got.PayloadType != 101 || got.Payload[0] != byte(i) || got.Timestamp != ts || got.Marker != (n == 0) {
				t.Fatalf("digit %c, packet %d: %v", want, n, got)
			}
		}
		if got := next[DTMF](t, c.eventsA); got != (DTMF{Digit: byte(want), Duration: 80 * time.Millisecond, Relayed: true}) {
			t.Fatalf("%+v", got)
		}
	}
	select {
	case e := <-c.eventsA:
		t.Fatalf("%#v besides", e)
	default:
	}
}

func TestDigitsOfAnotherPayloadTypeAndClock(t *testing.T) {
	e := newEngine(t)
	a, b := newPhone(t, "127.0.0.1"), newPhone(t, "127.0.0.1")
	legA, events := newStream(t, e)
	legB, _ := newStream(t, e)
	opus := "a=rtpmap:111 opus/48000/2"
	negotiate(t, legA, legB,
		a.describe("111 100", opus, "a=rtpmap:100 telephone-event/48000"),
		b.describe("111 101", opus))
	if err := Join(legA, legB); err != nil {
		t.Fatal(err)
	}
	a.to = legA.Addr()
	a.send(111, []byte("opus"))
	if got := b.receive(); got.PayloadType != 111 || string(got.Payload) != "opus" {
		t.Fatal(got)
	}
	payload := []byte{5, 10, 0, 0}
	for i := range 4 {
		binary.BigEndian.PutUint16(payload[2:], uint16(i+1)*960)
		if i == 3 {
			payload[1] |= 0x80
		}
		a.sendMarked(100, i == 0, payload)
		got := b.receive()
		if got.PayloadType != 101 || got.Payload[0] != 5 || binary.BigEndian.Uint16(got.Payload[2:]) != uint16(i+1)*160 {
			t.Fatal(got)
		}
	}
	if got := next[DTMF](t, events); got != (DTMF{Digit: '5', Duration: 80 * time.Millisecond, Relayed: true}) {
		t.Fatalf("%+v", got)
	}
}

func TestDigitsForAPeerWithoutEvents(t *testing.T) {
	c := newCall(t, newEngine(t), "0 101", "0")
	c.a.send(0, make([]byte, 160))
	seq := c.b.receive().SequenceNumber
	c.a.press(101, 1)
	if got := next[DTMF](t, c.eventsA); got.Relayed || got.Digit != '1' {
		t.Fatalf("%+v", got)
	}
	if err := c.legB.SendDTMF("1"); !errors.Is(err, ErrNoEvents) {
		t.Fatal(err)
	}
	c.a.send(0, make([]byte, 160)) // no gap where the events were
	if got := c.b.receive(); got.SequenceNumber != seq+1 || got.PayloadType != 0 {
		t.Fatal(got)
	}
}

func TestLostEnds(t *testing.T) {
	c := newCall(t, newEngine(t), "0 101", "0 101")
	c.a.sendMarked(101, true, []byte{1, 10, 0, 160})
	c.a.ts += 800
	c.a.sendMarked(101, true, []byte{2, 10, 0, 160})
	if got := next[DTMF](t, c.eventsA); got.Digit != '1' {
		t.Fatalf("%+v", got)
	}
	if got := next[DTMF](t, c.eventsA); got.Digit != '2' { // by the clock
		t.Fatalf("%+v", got)
	}
}

func TestSendDTMF(t *testing.T) {
	c := newCall(t, newEngine(t), "0 101", "0 101")
	if err := c.legB.SendDTMF("x"); !errors.Is(err, ErrDigits) {
		t.Fatal(err)
	}
	if err := c.legB.SendDTMF("7#"); err != nil {
		t.Fatal(err)
	}
	var seq uint16
	var ts uint32
	for d, event := range []byte{7, 11} {
		for i := range digitFrames + endFrames {
			got := c.b.receive()
			if end := got.Payload[1]&0x80 != 0; got.PayloadType != 101 || got.Payload[0] != event || end != (i >= digitFrames) || got.Marker != (i == 0) {
				t.Fatalf("packet %d of %d: %v", i, event, got)
			}
			if want := uint16(min(i+1, digitFrames)) * 160; binary.BigEndian.Uint16(got.Payload[2:]) != want {
				t.Fatalf("packet %d of %d: %v", i, event, got)
			}
			if d+i > 0 && got.SequenceNumber != seq+1 || i > 0 && got.Timestamp != ts {
				t.Fatalf("packet %d of %d: %v", i, event, got)
			}
			seq, ts = got.SequenceNumber, got.Timestamp
		}
	}
	for busy := true; busy; { // the pause behind the last digit
		c.legB.loop.Load().wait(func() { busy = c.legB.flow.maker })
	}
	c.a.send(0, make([]byte, 160))
	if got := c.b.receive(); got.SequenceNumber != seq+1 || !got.Marker {
		t.Fatal(got)
	}
}
