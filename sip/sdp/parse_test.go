package sdp_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dialtone/sip/sdp"
)

var compare = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}), cmpopts.EquateEmpty()}

// lines joins lines as they are on the wire.
func lines(l ...string) string { return strings.Join(l, "\r\n") + "\r\n" }

// media parses a description with these lines behind a session with an address.
func media(t *testing.T, l ...string) sdp.Media {
	t.Helper()
	s, err := sdp.Parse([]byte("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + lines(l...)))
	if err != nil {
		t.Fatal(err)
	}
	return s.Media[len(s.Media)-1]
}

func TestParseRefuses(t *testing.T) {
	const head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"nothing":                {"", sdp.ErrVersion},
		"blank lines":            {"\r\n\r\n", sdp.ErrVersion},
		"no version":             {"o=- 1 1 IN IP4 192.0.2.1\r\n", sdp.ErrVersion},
		"version 1":              {"v=1\r\n", sdp.ErrVersion},
		"not SDP":                {"v=0\r\nhello\r\n", sdp.ErrLine},
		"one letter":             {"v=0\r\na\r\n", sdp.ErrLine},
		"NUL":                    {"v=0\r\ns=a\x00b\r\n", sdp.ErrControl},
		"CR inside a line":       {"v=0\r\ns=a\rm=audio 1 RTP/AVP 0\r\n", sdp.ErrControl},
		"escape":                 {"v=0\r\ns=\x1b[2J\r\n", sdp.ErrControl},
		"delete":                 {"v=0\r\ns=\x7f\r\n", sdp.ErrControl},
		"origin without version": {"v=0\r\no=- 1\r\n", sdp.ErrOrigin},
		"origin not a number":    {"v=0\r\no=- x 1 IN IP4 192.0.2.1\r\n", sdp.ErrOrigin},
		"connection short":       {head + "c=IN IP4\r\n", sdp.ErrConnection},
		"connection of ATM":      {head + "c=ATM NSAP 47\r\n", sdp.ErrConnection},
		"connection out of range": {
			head + "c=IN IP4 300.1.1.1\r\n", sdp.ErrConnection,
		},
		"connection with odd bytes": {head + "c=IN IP4 a$b\r\n", sdp.ErrConnection},
		"connection name too long": {
			head + "c=IN IP4 " + strings.Repeat("a", 256) + "\r\n", sdp.ErrConnection,
		},
		"media without profile":  {head + "m=audio 5004\r\n", sdp.ErrMedia},
		"media empty":            {head + "m=\r\n", sdp.ErrMedia},
		"port negative":          {head + "m=audio -1 RTP/AVP 0\r\n", sdp.ErrPort},
		"port too high":          {head + "m=audio 65536 RTP/AVP 0\r\n", sdp.ErrPort},
		"port overflows":         {head + "m=audio 18446744073709556620 RTP/AVP 0\r\n", sdp.ErrPort},
		"port hexadecimal":       {head + "m=audio 0x10 RTP/AVP 0\r\n", sdp.ErrPort},
		"no ports":               {head + "m=audio 5004/0 RTP/AVP 0\r\n", sdp.ErrPort},
		"ports beyond the last":  {head + "m=audio 65534/2 RTP/AVP 0\r\n", sdp.ErrPort},
		"ports overflow":         {head + "m=audio 2/9999999999999999999 RTP/AVP 0\r\n", sdp.ErrPort},
		"no format":              {head + "m=audio 5004 RTP/AVP\r\n", sdp.ErrFormats},
		"no payload type":        {head + "m=audio 5004 RTP/AVP 128 x -1\r\n", sdp.ErrFormats},
		"no format of fax":       {head + "m=image 5004 udptl\r\n", sdp.ErrFormats},
		"too many payload types": {head + "m=audio 5004 RTP/AVP" + strings.Repeat(" 0", sdp.MaxFormats+1) + "\r\n", sdp.ErrTooManyFormats},
		"too many formats":       {head + "m=image 5004 udptl" + strings.Repeat(" t38", sdp.MaxFormats+1) + "\r\n", sdp.ErrTooManyFormats},
		"too many media":         {head + strings.Repeat("m=audio 5004 RTP/AVP 0\r\n", 50), sdp.ErrTooManyMedia},
		"too many attributes":    {head + strings.Repeat("a=x\r\n", sdp.MaxAttributes+1), sdp.ErrTooManyAttributes},
		"line too long":          {head + "a=" + strings.Repeat("x", sdp.MaxLine) + "\r\n", sdp.ErrLineTooLong},
		"too large":              {head + strings.Repeat("i=x\r\n", sdp.MaxSession/5), sdp.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := sdp.Parse([]byte(c.body))
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if s != nil {
				t.Error("a session beside an error")
			}
			if refusal := new(sdp.Error); !errors.As(err, &refusal) {
				t.Errorf("error is a %T", err)
			}
		})
	}
}

func TestErrorNamesTheLine(t *testing.T) {
	_, err := sdp.Parse([]byte("v=0\r\ns=-\r\nm=audio 70000 RTP/AVP 0\r\n"))
	if want := "cannot parse session description: line 3: invalid port"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestParseForgives(t *testing.T) {
	for name, body := range map[string]string{
		"as in the book":    "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n",
		"line feeds":        "v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
		"no last line end":  "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0",
		"no s= and t=":      "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\n",
		"empty s=":          "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns= \r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\n",
		"spaces":            "v=0 \r\no=-  1 2 IN IP4 192.0.2.1 \r\ns=-\r\nc= IN  IP4 192.0.2.1\t\r\nm= audio  5004 RTP/AVP  0 \r\n",
		"blank lines":       "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\n\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\n\r\n\r\n",
		"order of lines":    "v=0\r\nt=0 0\r\nc=IN IP4 192.0.2.1\r\ns=-\r\no=- 1 2 IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\n",
		"unknown lines":     "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nx=1\r\ni=hello\r\nk=clear:x\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\ny=2\r\n",
		"kind in capitals":  "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=AUDIO 5004 RTP/AVP 0\r\n",
		"multicast suffix":  "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1/127\r\nm=audio 5004 RTP/AVP 0\r\n",
		"mapped address":    "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP6 ::ffff:192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\n",
		"repeated format":   "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0 0\r\n",
		"senseless rtpmaps": "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\na=rtpmap:0\r\na=rtpmap:0 X/-1\r\na=rtpmap:0 X/0\r\na=rtpmap:0 X/8000/0\r\na=rtpmap:96 X/8000\r\na=rtpmap:x\r\na=rtpmap:0 /8000\r\na=fmtp:96 x\r\n",
		"clock left out":    "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\na=rtpmap:0 PCMU\r\n",
		"senseless numbers": "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nb=AS:-1\r\nc=IN IP4 192.0.2.1\r\nm=audio 5004 RTP/AVP 0\r\na=ptime:x\r\na=maxptime:0\r\na=rtcp:x\r\na=rtcp:0\r\na=\r\na=:x\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := sdp.Parse([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(sdp.Origin{Username: "-", ID: 1, Version: 2, Address: "192.0.2.1"}, s.Origin); diff != "" {
				t.Errorf("origin:\n%s", diff)
			}
			addr := netip.MustParseAddr("192.0.2.1")
			want := []sdp.Media{{
				Kind: "audio", Port: 5004, Proto: "RTP/AVP", Connection: addr,
				Codecs: []sdp.Codec{{PT: 0, Name: "PCMU", Clock: 8000, Channels: 1}},
			}}
			if diff := cmp.Diff(want, s.Media, compare); diff != "" {
				t.Errorf("media:\n%s", diff)
			}
		})
	}
}
