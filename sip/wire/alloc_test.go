package wire

import (
	"strings"
	"testing"
)

// TestFastPathAllocatesNothing: a phone's REGISTER is read and answered without
// allocation, as are keepalives and addresses of IPv6.
func TestFastPathAllocatesNothing(t *testing.T) {
	v6 := strings.ReplaceAll(register, "192.0.2.10:5060", "[2001:db8::10]:5060")
	invalid := strings.Replace(register, "CSeq: 2 ", "CSeq: x ", 1)
	folded := strings.Replace(register, ";tag=", "\r\n ;tag=", 1)
	stun, frame := []byte("\x00\x01\x00\x00\x21\x12\xa4\x42............"), []byte(register)
	var m Message
	out := make([]byte, 0, 4096)
	response := Response{Status: 200, Source: testSource, Key: testKey, Headers: []byte("Expires: 3600\r\n")}
	for name, message := range map[string]string{"IPv4": register, "IPv6": v6, "refused": invalid, "folded": folded} {
		b := []byte(message)
		if n := testing.AllocsPerRun(100, func() {
			_ = Scan(b, &m)
			out = AppendResponse(out[:0], &m, &response)
			_ = m.Top.ResponseAddr(testSource)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		out = AppendSTUNResponse(out[:0], stun, testSource)
		_, _ = NextFrame(frame)
		_, _ = EmergencyFirst(frame)
		_ = Skim(frame, &m)
	}); n != 0 {
		t.Errorf("keepalives and frames: %v allocations", n)
	}
}
