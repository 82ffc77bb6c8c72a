package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// register is a REGISTER as desk phones send it.
const register = "REGISTER sip:example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1872301273;rport\r\n" +
	"From: \"Alice\" <sip:alice@example.com>;tag=1872301274\r\n" +
	"To: \"Alice\" <sip:alice@example.com>\r\n" +
	"Call-ID: 0_1872301275@192.0.2.10\r\n" +
	"CSeq: 2 REGISTER\r\n" +
	"Contact: <sip:alice@192.0.2.10:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-805ec0112233>\";reg-id=1\r\n" +
	"Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"c2FtcGxlbm9uY2U\", uri=\"sip:example.com\", " +
	"response=\"8cb9b0e2ae2ebea5d4d4b2a2a0b0b7a1\", algorithm=MD5, cnonce=\"0a4f113b\", qop=auth, nc=00000001\r\n" +
	"Allow: INVITE, INFO, PRACK, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REGISTER, SUBSCRIBE, REFER, PUBLISH, UPDATE, MESSAGE\r\n" +
	"Max-Forwards: 70\r\n" +
	"User-Agent: Yealink SIP-T46U 108.86.0.20\r\n" +
	"Supported: path, outbound\r\n" +
	"Expires: 3600\r\n" +
	"Allow-Events: talk,hold,conference,refer,check-sync\r\n" +
	"Content-Length: 0\r\n\r\n"

func TestScanRegister(t *testing.T) {
	var m Message
	if err := Scan([]byte(register), &m); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{
		"method": string(m.Method), "uri": string(m.RequestURI), "host": string(m.Target.Host),
		"transport": string(m.Top.Transport), "sent-by": string(m.Top.Host), "branch": string(m.Top.Branch),
		"from": string(m.From.NameAddr.URI), "tag": string(m.From.Tag), "to": string(m.To.URI.User), "call-id": string(m.CallID),
		"contact": string(m.Contacts[0].URI), "expires": string(m.Expires), "agent": string(m.UserAgent),
	}
	want := map[string]string{
		"method": "REGISTER", "uri": "sip:example.com", "host": "example.com",
		"transport": "UDP", "sent-by": "192.0.2.10", "branch": "z9hG4bK1872301273",
		"from": "sip:alice@example.com", "tag": "1872301274", "to": "alice", "call-id": "0_1872301275@192.0.2.10",
		"contact": "sip:alice@192.0.2.10:5060", "expires": "3600", "agent": "Yealink SIP-T46U 108.86.0.20",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	switch {
	case !m.Request, !m.Answerable, m.Odd != 0, m.Star, !m.Top.RPort, !m.Top.Valid, m.To.Tag != nil, m.Event != nil:
		t.Errorf("flags of %+v", m)
	case m.CSeq != 2, m.MaxForwards != 70, m.Top.Port != 5060, len(m.Body) != 0, len(m.Vias) != 1, len(m.Authorization) != 1:
		t.Errorf("numbers of %+v", m)
	case !HasOption(m.Supported, "Outbound"), HasOption(m.Supported, "gruu"):
		t.Errorf("options of %q", m.Supported)
	}
}

// edits are changes to the REGISTER above and what becomes of it.
var edits = []struct {
	name, old, with string
	want            error
	answerable      bool
}{
	// Start line.
	{"lower-case version", "SIP/2.0\r\nVia", "sip/2.0\r\nVia", nil, true},
	{"lower-case method is another", "REGISTER sip", "register sip", ErrCSeqMethod, true},
	{"no version", " SIP/2.0\r\nVia", "\r\nVia", ErrStartLine, true},
	{"version of letters", "SIP/2.0\r\nVia", "SIP/x.0\r\nVia", ErrStartLine, true},
	{"version without dot", "SIP/2.0\r\nVia", "SIP/200\r\nVia", ErrStartLine, true},
	{"HTTP", "SIP/2.0\r\nVia", "HTTP/1.1\r\nVia", ErrStartLine, true},
	{"version to come", "SIP/2.0\r\nVia", "SIP/12.34\r\nVia", ErrVersion, true},
	{"tab", "REGISTER sip", "REGISTER\tsip", ErrStartLine, true},
	{"start line ends in LF", "SIP/2.0\r\nVia", "SIP/2.0\nVia", ErrStartLine, false},
	{"start line folded", " SIP/2.0\r\nVia", "\r\n SIP/2.0\r\nVia", ErrStartLine, true},
	{"method too long", "REGISTER sip", strings.Repeat("R", MaxMethod+1) + " sip", ErrStartLine, true},
	{"URI too long", "sip:example.com SIP", "sip:" + strings.Repeat("a", MaxURI) + " SIP", ErrURITooLong, true},
	{"URI without host", "sip:example.com SIP", "sip: SIP", ErrRequestURI, true},
	{"URI port", "sip:example.com SIP", "sip:example.com:65536 SIP", ErrRequestURI, true},
	{"broken escape", "sip:example.com SIP", "sip:a%4@example.com SIP", ErrRequestURI, true},
	{"tel", "sip:example.com SIP", "tel:+15550100 SIP", nil, true},
	{"service URN", "sip:example.com SIP", "urn:service:sos SIP", nil, true},
	{"empty tel", "sip:example.com SIP", "tel: SIP", ErrRequestURI, true},
	{"unknown scheme", "sip:example.com SIP", "http://example.com SIP", ErrURIScheme, true},
	{"no scheme", "sip:example.com SIP", "example.com SIP", ErrRequestURI, true},
	{"line breaks first", "REGISTER sip", "\r\n\r\nREGISTER sip", nil, true},
	{"blank first", "REGISTER sip", " REGISTER sip", ErrStartLine, true},

	// Lines.
	{"compact forms", "Via: ", "v:", nil, true},
	{"blanks before the colon", "Call-ID:", "call-id \t:", nil, true},
	{"header without colon", "Expires: 3600", "Expires 3600", ErrHeader, true},
	{"header without name", "Expires: 3600", ": 3600", ErrHeader, true},
	{"header with a strange name", "Expires: 3600", "Exp<ires: 3600", ErrHeader, true},
	{"bare LF", "T46U", "T46U\nX: y", ErrControl, true},
	{"bare CR", "T46U", "T46U\rX: y", ErrControl, true},
	{"NUL", "T46U", "T46U\x00", ErrControl, true},
	{"DEL", "T46U", "T46U\x7f", ErrControl, true},
	{"bare LF in what an answer repeats", "\"Alice\" <sip:alice@example.com>;tag", "\"Al\nX: y\" <sip:alice@example.com>;tag", ErrControl, false},
	{"escaped LF in quotes", "\"Alice\" <sip:alice@example.com>;tag", "\"Al\\\nX: y\" <sip:alice@example.com>;tag", ErrControl, false},
	{"escaped NUL outside quotes", "T46U", "T46U\\\x00", ErrControl, true},
	{"Latin-1 in a name", "\"Alice\" <sip:alice@example.com>;tag", "\"Al\xeece\" <sip:alice@example.com>;tag", nil, true},
	{"long header", "T46U", strings.Repeat("x", MaxLine), ErrHeaderTooLong, true},
	{"many headers", "Allow:", strings.Repeat("X: y\r\n", MaxHeaders) + "Allow:", ErrTooManyHeaders, true},
	{"no end", "\r\n\r\n", "\r\n", ErrUnterminated, true},
	{"no end, in a line", "Content-Length: 0\r\n\r\n", "Content-Len", ErrUnterminated, true},

	// What there must be once.
	{"two From", "To:", "From: <sip:b@h>;tag=2\r\nTo:", ErrDuplicate, true},
	{"two To", "Call-ID:", "t: <sip:b@h>\r\nCall-ID:", ErrDuplicate, true},
	{"two Call-ID", "CSeq:", "i: x\r\nCSeq:", ErrDuplicate, true},
	{"two CSeq", "Contact:", "CSeq: 2 REGISTER\r\nContact:", ErrDuplicate, true},
	{"two Content-Length", "Content-Length: 0", "Content-Length: 0\r\nl: 0", ErrDuplicate, true},
	{"two Max-Forwards", "Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 70", ErrDuplicate, true},
	{"two Expires", "Expires: 3600", "Expires: 3600\r\nExpires: 60", ErrDuplicate, true},
	{"no Via", "Via:", "X-Via:", ErrMissing, false},
	{"no From", "From:", "X-From:", ErrMissing, false},
	{"no To", "To:", "X-To:", ErrMissing, false},
	{"no Call-ID", "Call-ID:", "X-Call-ID:", ErrMissing, false},
	{"no CSeq", "CSeq:", "X-CSeq:", ErrMissing, false},

	// Values.
	{"two From values", "From: ", "From: <sip:b@h>, ", ErrFrom, true},
	{"two tags", ";tag=", ";tag=1;tag=", ErrFrom, true},
	{"empty tag", ";tag=1872301274", ";tag=", ErrFrom, true},
	{"long tag", ";tag=", ";tag=" + strings.Repeat("1", MaxTag), ErrFrom, true},
	{"From without scheme", "<sip:alice@example.com>;tag", "<alice@example.com>;tag", ErrFrom, true},
	{"From port", "<sip:alice@example.com>;tag", "<sip:alice@example.com:99999999999999>;tag", ErrFrom, true},
	{"To with bad host", "To: \"Alice\" <sip:alice@example.com>", "To: <sip:alice@exa{mple>", ErrTo, true},
	{"line break in a bracket", "To: \"Alice\" <sip:alice@example.com>", "To: <sip:alice\r\n @example.com>", ErrTo, true},
	{"empty Call-ID", "Call-ID: 0_1872301275@192.0.2.10", "Call-ID:", ErrCallID, false},
	{"Call-ID with a blank", "Call-ID: 0_1872301275", "Call-ID: 0_ 1872301275", ErrCallID, true},
	{"long Call-ID", "Call-ID: ", "Call-ID: " + strings.Repeat("1", MaxCallID), ErrCallID, false},
	{"largest CSeq", "CSeq: 2 ", "CSeq: 2147483647 ", nil, true},
	{"CSeq too large", "CSeq: 2 ", "CSeq: 2147483648 ", ErrCSeq, true},
	{"negative CSeq", "CSeq: 2 ", "CSeq: -2 ", ErrCSeq, true},
	{"CSeq without method", "CSeq: 2 REGISTER", "CSeq: 2", ErrCSeq, true},
	{"CSeq without blank", "CSeq: 2 REGISTER", "CSeq: 2REGISTER", ErrCSeq, true},
	{"CSeq of another method", "CSeq: 2 REGISTER", "CSeq: 2 INVITE", ErrCSeqMethod, true},
	{"Max-Forwards too large", "Max-Forwards: 70", "Max-Forwards: 256", ErrMaxForwards, true},
	{"Max-Forwards of letters", "Max-Forwards: 70", "Max-Forwards: x", ErrMaxForwards, true},
	{"Expires of letters is the receiver's", "Expires: 3600", "Expires: never", nil, true},
	{"Contact star", "Contact: <sip:alice@192.0.2.10:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-805ec0112233>\";reg-id=1", "m: *", nil, true},
	{"Contact star beside another", "Contact:", "Contact: *\r\nContact:", ErrContact, true},
	{"Contact port", "sip:alice@192.0.2.10:5060>", "sip:alice@192.0.2.10:0>", ErrContact, true},
	{"Contact parameters", ";reg-id=1", ";;reg-id=1", ErrContact, true},
	{"many contacts", "Contact: ", "Contact: " + strings.Repeat("<sip:a@h>,", MaxContacts), ErrContact, true},
	{"many Authorization", "Authorization:", strings.Repeat("Authorization: x\r\n", MaxValues) + "Authorization:", ErrTooManyHeaders, true},
	{"many Via", "From:", strings.Repeat("Via: SIP/2.0/UDP h\r\n", MaxVias) + "From:", ErrTooManyHeaders, true},

	// Via.
	{"other version in Via", "SIP/2.0/UDP", "SIP/3.0/UDP", ErrVia, true},
	{"Via without transport", "SIP/2.0/UDP", "SIP/2.0", ErrVia, true},
	{"Via without host", "192.0.2.10:5060;branch", ";branch", ErrVia, true},
	{"Via port", "192.0.2.10:5060;branch", "192.0.2.10:65536;branch", ErrVia, true},
	{"Via port empty", "192.0.2.10:5060;branch", "192.0.2.10:;branch", ErrVia, true},
	{"two branches", ";rport", ";branch=z9hG4bK2", ErrVia, true},
	{"two rports", ";rport", ";rport;RPORT", ErrVia, true},
	{"branch is only the cookie", "branch=z9hG4bK1872301273", "branch=z9hG4bK", ErrBranch, true},
	{"parameter names in capitals", ";branch=", ";BRANCH=", nil, true},

	// Body.
	{"no Content-Length", "Content-Length: 0", "X: y", nil, true},
	{"Content-Length too large", "Content-Length: 0", "Content-Length: 1", ErrTruncated, true},
	{"Content-Length beyond 64 bits", "Content-Length: 0", "Content-Length: 18446744073709551616", ErrContentLength, true},
	{"Content-Length signed", "Content-Length: 0", "Content-Length: +0", ErrContentLength, true},
	{"two lengths in one", "Content-Length: 0", "Content-Length: 0, 0", ErrContentLength, true},
}

func TestScanVerdicts(t *testing.T) {
	for _, tt := range edits {
		t.Run(tt.name, func(t *testing.T) {
			message := strings.Replace(register, tt.old, tt.with, 1)
			if message == register {
				t.Fatalf("nothing to replace: %q", tt.old)
			}
			var m Message
			err := Scan([]byte(message), &m)
			if !errors.Is(err, tt.want) || err == nil != (tt.want == nil) || m.Answerable != tt.answerable {
				t.Fatalf("error %v, answerable %t; want %v, %t", err, m.Answerable, tt.want, tt.answerable)
			}
		})
	}
}

func TestScanOther(t *testing.T) {
	ack := strings.ReplaceAll(register, "REGISTER", "ACK")
	for _, tt := range []struct {
		name, message string
		want          error
		answerable    bool
	}{
		{"ACK is never answered", ack, nil, false},
		{"nor a wrong one", strings.Replace(ack, "Max-Forwards: 70", "Max-Forwards: x", 1), ErrMaxForwards, false},
		{"response", strings.Replace(register, "REGISTER sip:example.com SIP/2.0", "SIP/2.0 200 OK", 1), nil, false},
		{"response without blank", strings.Replace(register, "REGISTER sip:example.com SIP/2.0", "SIP/2.0 200", 1), ErrStartLine, false},
		{"response code 700", strings.Replace(register, "REGISTER sip:example.com SIP/2.0", "SIP/2.0 700 x", 1), ErrStartLine, false},
		{"response of another version", strings.Replace(register, "REGISTER sip:example.com SIP/2.0", "SIP/3.0 200 OK", 1), ErrStartLine, false},
		{"empty", "", ErrStartLine, false},
		{"line breaks", "\r\n\r\n", ErrStartLine, false},
		{"too large", register + strings.Repeat("x", MaxMessage), ErrTooLarge, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m Message
			err := Scan([]byte(tt.message), &m)
			if !errors.Is(err, tt.want) || err == nil != (tt.want == nil) || m.Answerable != tt.answerable {
				t.Fatalf("error %v, answerable %t; want %v, %t", err, m.Answerable, tt.want, tt.answerable)
			}
		})
	}
}

// TestScanBody: the body is what Content-Length says, else the rest.
func TestScanBody(t *testing.T) {
	for _, tt := range []struct{ name, length, body, want string }{
		{"exact", "Content-Length: 4", "body", "body"},
		{"less", "Content-Length: 2", "body", "bo"},
		{"none", "X: y", "body", "body"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m Message
			err := Scan([]byte(strings.Replace(register, "Content-Length: 0", tt.length, 1)+tt.body), &m)
			if err != nil || string(m.Body) != tt.want || cap(m.Body) > len(tt.body) {
				t.Fatalf("body %q, error %v", m.Body, err)
			}
		})
	}
}

// TestScanForgets: nothing of the last message is left for the next one.
func TestScanForgets(t *testing.T) {
	var m, fresh Message
	second := []byte("OPTIONS sip:h SIP/2.0\r\n\r\n")
	if err := Scan([]byte(register), &m); err != nil {
		t.Fatal(err)
	}
	first, want := Scan(second, &m), Scan(second, &fresh)
	if !errors.Is(first, want) || m.Answerable || len(m.Vias)+len(m.Contacts)+len(m.Authorization)+len(m.Supported) != 0 || m.CallID != nil || m.Top.Value != nil {
		t.Fatalf("left of the last message: %+v", m)
	}
}

func TestNextOption(t *testing.T) {
	var got []string
	for tag, rest := NextOption([]byte(" path ,, outbound,gruu, ")); len(tag) > 0; tag, rest = NextOption(rest) {
		got = append(got, string(tag))
	}
	if diff := cmp.Diff([]string{"path", "outbound", "gruu"}, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}
