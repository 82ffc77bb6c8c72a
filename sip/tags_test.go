package sip

import "testing"

// TestAdmittedByInvitation: a CANCEL, and the ACK to a refusal, come from where the INVITE
// did, as long as that is remembered. The copy of an INVITE that came another way changes
// nothing for the first.
func TestAdmittedByInvitation(t *testing.T) {
	d := drive(t)
	list := map[string][]byte{
		"CANCEL": d.datagram("CANCEL", 1),
		"ACK":    replaced(d.datagram("ACK", 1), "\r\nCall-ID", ";tag=refused\r\nCall-ID"),
	}
	passes := func(want bool) {
		t.Helper()
		for method, data := range list {
			if d.take(data, noon); d.passed() != want {
				t.Errorf("%s: passed %v, want %v", method, !want, want)
			}
		}
	}
	passes(false)
	callID, cseq := d.msg.CallID, d.msg.CSeq
	first := d.edge.pending.add(string(callID), cseq, d.from)
	passes(true)
	d.edge.pending.add(string(callID), cseq, d.conn.LocalAddr())()
	passes(true)
	first()
	first()
	passes(false)
}
