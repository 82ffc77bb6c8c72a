package dialog

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// FuzzRequest reads everything a dialog reads out of a request: nothing may panic, and
// what passed the checks goes out again without a control character of its own.
func FuzzRequest(f *testing.F) {
	head := "INVITE sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: \"B\" <sip:b@h>;tag=t\r\nTo: <sip:a@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:b@h>\r\n"
	for _, rest := range []string{
		"Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0",
		"Refer-To: <sip:c@h?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=x>\r\nReplaces: a;to-tag=1;from-tag=2;early-only\r\n\r\n",
		"Session-Expires: 90;refresher=uac\r\nReason: Q.850;cause=16;text=\"a, b\", SIP;cause=200\r\nRAck: 1 2 INVITE\r\n\r\n",
		"Content-Type: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--\r\n",
		"Content-Type: application/dtmf-relay\r\n\r\nSignal=5\r\nDuration=100\r\n",
		"Record-Route: <sip:p;lr>, <sip:q>\r\nRequire: 100rel, foo\r\nContact: \"x, y\" <sip:z@h>;q=0.5\r\n\r\n",
	} {
		f.Add(head + rest)
	}
	parser := sip.NewParser()
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parser.ParseSIP([]byte(text))
		if err != nil {
			return
		}
		req, ok := m.(*sip.Request)
		if !ok || incomplete(req) != nil {
			return
		}
		bad := check(req, false)
		p := &peer{tag: fromTag(req)}
		p.refresh(req)
		p.record(req, true)
		p.path()
		p.next(&Flow{Transport: "udp", Routed: true})
		_ = branchOf(req)
		_, _, _, _ = sdpOf(req), dtmfOf(req), causeOf(req), sipfrag(req.Body())
		_, _ = referral(req)
		_, _ = tooShort(req)
		_ = acknowledges(req, 1, 1)
		if r, ok := ParseReplaces(value(req, "Replaces")); ok && bad == nil {
			if again, ok := ParseReplaces(r.String()); !ok || again != r && !strings.ContainsAny(r.CallID+r.ToTag+r.FromTag, `;,"<>\= `+"\t") {
				t.Errorf("Replaces %+v became %+v", r, again)
			}
		}
		out := sip.NewRequest(sip.OPTIONS, sip.Uri{Scheme: "sip", Host: "h"})
		for _, h := range req.Headers() {
			appendHeaders(out, []Header{{h.Name(), h.Value()}})
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(out.String(), "\r\n\r\n"), "\r\n") {
			if strings.ContainsFunc(line, isControl) {
				t.Errorf("relayed %q", line)
			}
		}
	})
}
