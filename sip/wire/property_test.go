package wire

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a legal REGISTER and what Scan must find in it.
type drawn struct {
	text                                        string
	host, user, tag, callID, branch, sentBy, ua string
	cseq                                        uint32
	port                                        uint16
	contacts                                    []string
	rport                                       bool
}

// draw makes a REGISTER with names, compact forms, blanks and folding as they come.
func draw(t *rapid.T) drawn {
	token := rapid.StringMatching("[a-zA-Z0-9.!%*_+`'~-]{1,20}")
	host := rapid.OneOf(rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z0-9]{1,8}){0,2}`), rapid.Just("192.0.2.77"), rapid.Just("[2001:db8::77]"))
	blank := rapid.SampledFrom([]string{"", " ", "  ", "\t", "\r\n ", " \r\n\t"})
	d := drawn{
		host: host.Draw(t, "host"), user: rapid.StringMatching(`([a-z0-9&=+$,/_.!~*'()-]|%[2-7][0-9a-fA-F]){1,12}`).Draw(t, "user"),
		tag: token.Draw(t, "tag"), callID: rapid.StringMatching("[!-~]{1,40}").Draw(t, "call-id"),
		branch: cookie + token.Draw(t, "branch"), sentBy: host.Draw(t, "sent-by"), ua: rapid.StringMatching("[!-~]([ -~]{0,20}[!-~])?").Draw(t, "agent"),
		cseq: rapid.Uint32Max(MaxCSeq).Draw(t, "cseq"), port: rapid.Uint16Min(1).Draw(t, "port"), rport: rapid.Bool().Draw(t, "rport"),
	}
	name := func(full, short string) string {
		s := full
		if short != "" && rapid.Bool().Draw(t, "compact") {
			s = short
		}
		if rapid.Bool().Draw(t, "capitals") {
			s = strings.ToUpper(s)
		}
		return s + rapid.SampledFrom([]string{":", ": ", " :\t"}).Draw(t, "colon")
	}
	rport := ""
	if d.rport {
		rport = blank.Draw(t, "blank") + ";" + blank.Draw(t, "blank") + "rport"
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(rapid.StringMatching("[ -~]{0,20}").Draw(t, "display"))
	lines := []string{
		name("Via", "v") + fmt.Sprintf("SIP/2.0/UDP %s:%d%s;branch=%s", d.sentBy, d.port, rport, d.branch),
		name("From", "f") + fmt.Sprintf(`"%s"%s<sip:%s@%s>%s;%stag=%s`, quoted, blank.Draw(t, "blank"), d.user, d.host, blank.Draw(t, "blank"), blank.Draw(t, "blank"), d.tag),
		name("To", "t") + fmt.Sprintf("<sip:%s@%s>", d.user, d.host),
		name("Call-ID", "i") + d.callID,
		name("CSeq", "") + fmt.Sprintf("%d %sREGISTER", d.cseq, blank.Draw(t, "blank")),
		name("User-Agent", "") + d.ua,
	}
	for range rapid.IntRange(0, MaxContacts).Draw(t, "contacts") {
		uri := fmt.Sprintf("sip:%s@%s:%d", d.user, host.Draw(t, "host"), rapid.Uint16Min(1).Draw(t, "port"))
		d.contacts = append(d.contacts, uri)
		lines = append(lines, name("Contact", "m")+"<"+uri+">;q=0.5"+blank.Draw(t, "blank")+";x=\";,<\"")
	}
	if n := len(d.contacts); n > 1 && rapid.Bool().Draw(t, "join") {
		last := lines[len(lines)-1]
		lines = lines[:len(lines)-1]
		lines[len(lines)-1] += "," + blank.Draw(t, "blank") + last[strings.IndexByte(last, '<'):]
	}
	d.text = "REGISTER sip:" + d.host + " SIP/2.0\r\n" + strings.Join(rapid.Permutation(lines[:6]).Draw(t, "order"), "\r\n")
	for _, line := range lines[6:] {
		d.text += "\r\n" + line
	}
	d.text += "\r\n\r\n"
	return d
}

// TestRoundTrip: what was written into a legal REGISTER is what Scan finds, and an
// answer to it is legal and matches it.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		var m Message
		if err := Scan([]byte(d.text), &m); err != nil {
			t.Fatalf("%v: %q", err, d.text)
		}
		var contacts []string
		for _, c := range m.Contacts {
			contacts = append(contacts, string(c.URI))
		}
		got := fmt.Sprint(string(m.RequestURI), string(m.To.URI.User), string(m.From.Tag), string(m.CallID), string(m.Top.Branch), bracketed(m.Top.Host), string(m.UserAgent), m.CSeq, m.Top.Port, contacts, m.Top.RPort)
		want := fmt.Sprint("sip:"+d.host, d.user, d.tag, d.callID, d.branch, d.sentBy, d.ua, d.cseq, d.port, d.contacts, d.rport)
		if got != want {
			t.Fatalf("got  %s\nwant %s\nfrom %q", got, want, d.text)
		}
		var answer Message
		response := AppendResponse(nil, &m, &Response{Status: 200, Source: testSource, Key: testKey})
		if err := Scan(response, &answer); err != nil || strings.Contains(string(response), "\r\n ") {
			t.Fatalf("%v: %q", err, response)
		}
		if string(answer.Top.Branch) != d.branch || string(answer.CallID) != d.callID || answer.CSeq != d.cseq || string(answer.From.Tag) != d.tag || answer.To.Tag == nil {
			t.Fatalf("answer %q does not match %q", response, d.text)
		}
	})
}

func bracketed(host []byte) string {
	if indexByte(host, ':') >= 0 {
		return "[" + string(host) + "]"
	}
	return string(host)
}
