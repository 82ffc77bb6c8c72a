package media

import (
	"bytes"
	"testing"
)

func TestRelay(t *testing.T) {
	c := newCall(t, newEngine(t), "0 8 101", "0 101")
	payload := bytes.Repeat([]byte{7}, 160)
	var seq uint16
	var ts uint32
	for i := range 20 { // over the wrap of both numbers
		c.a.send(0, payload)
		got := c.b.receive()
		if got.PayloadType != 0 || !bytes.Equal(got.Payload, payload) || got.SSRC == c.a.ssrc {
			t.Fatalf("packet %d: %v", i, got)
		}
		if i > 0 && (got.SequenceNumber != seq+1 || got.Timestamp != ts+160 || got.Marker) {
			t.Fatalf("packet %d: %v after %d, %d", i, got, seq, ts)
		}
		if i == 0 && !got.Marker {
			t.Fatal("no marker at the start")
		}
		seq, ts = got.SequenceNumber, got.Timestamp
		c.b.send(0, payload)
		c.a.receive()
	}
	st := c.legA.Stats()
	if st.Received.Packets != 20 || st.Sent.Packets != 20 || st.Received.Lost != 0 || st.Codec != "PCMU" || st.Received.MOS < 4 {
		t.Fatalf("%+v", st)
	}
}
