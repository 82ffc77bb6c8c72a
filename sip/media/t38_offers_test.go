package media

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"dialtone/sip/sdp"
)

// TestT38Offers: the forms in which gateways offer T.38 during a call. Taken, the answer
// has the same sections in the same order; refused, speech goes on as it was.
func TestT38Offers(t *testing.T) {
	const port, none = "PORT", "0"
	c4 := "c=IN IP4 127.0.0.1\r\n"
	for name, tt := range map[string]struct {
		body string
		// want is the answer's sections by kind, the ports not 0 as PORT; empty with err.
		want []string
		err  error
	}{
		"image alone":               {c4 + "m=image 5000 udptl t38\r\n" + faxLines, []string{"image " + port}, nil},
		"nothing said":              {c4 + "m=image 5000 udptl t38\r\n", []string{"image " + port}, nil},
		"speech off, then image":    {c4 + "m=audio 0 RTP/AVP 0\r\nm=image 5000 udptl t38\r\n", []string{"audio " + none, "image " + port}, nil},
		"image, then speech off":    {c4 + "m=image 5000 udptl t38\r\nm=audio 0 RTP/AVP 0\r\n", []string{"image " + port, "audio " + none}, nil},
		"both":                      {c4 + "m=audio 5000 RTP/AVP 0\r\nm=image 5002 udptl t38\r\n", []string{"audio " + none, "image " + port}, nil},
		"both, image first":         {c4 + "m=image 5002 udptl t38\r\nm=audio 5000 RTP/AVP 0\r\n", []string{"image " + port, "audio " + none}, nil},
		"both, one port":            {c4 + "m=audio 5000 RTP/AVP 0\r\nm=image 5000 udptl t38\r\n", []string{"audio " + none, "image " + port}, nil},
		"capitals":                  {c4 + "m=image 5000 UDPTL T38\r\na=t38faxversion:0\r\na=T38FAXUDPEC:T38UDPREDUNDANCY\r\n", []string{"image " + port}, nil},
		"flags in every form":       {c4 + "m=image 5000 udptl t38\r\na=T38FaxFillBitRemoval\r\na=T38FaxTranscodingMMR:0\r\na=T38FaxTranscodingJBIG:1\r\n", []string{"image " + port}, nil},
		"training checked nearby":   {c4 + "m=image 5000 udptl t38\r\na=T38FaxRateManagement:localTCF\r\n", []string{"image " + port}, nil},
		"senseless numbers":         {c4 + "m=image 5000 udptl t38\r\na=T38FaxVersion:-1\r\na=T38MaxBitRate:99999999999\r\na=T38FaxMaxDatagram:0\r\n", []string{"image " + port}, nil},
		"its own address":           {"m=image 5000 udptl t38\r\n" + c4, []string{"image " + port}, nil},
		"no address":                {"m=image 5000 udptl t38\r\n", []string{"image " + port}, nil}, // it is learned from what comes
		"address to come":           {"c=IN IP4 0.0.0.0\r\nm=image 5000 udptl t38\r\n", []string{"image " + port}, nil},
		"one way":                   {c4 + "m=image 5000 udptl t38\r\na=sendonly\r\n", []string{"image " + port}, nil},
		"two images":                {c4 + "m=image 5000 udptl t38\r\nm=image 5002 udptl t38\r\n", []string{"image " + port, "image " + none}, nil},
		"image off, then speech":    {c4 + "m=image 0 udptl t38\r\nm=audio 5000 RTP/AVP 0\r\n", []string{"image " + none, "audio " + port}, nil},
		"speech, image off":         {c4 + "m=audio 5000 RTP/AVP 0\r\nm=image 0 udptl t38\r\n", []string{"audio " + port, "image " + none}, nil},
		"image off":                 {c4 + "m=image 0 udptl t38\r\n", nil, ErrNotAcceptable},
		"image off, no address":     {"m=image 0 udptl t38\r\n", nil, ErrNotAcceptable},
		"over TCP":                  {c4 + "m=image 5000 tcp t38\r\n", nil, ErrNotAcceptable},
		"not T.38":                  {c4 + "m=image 5000 udptl foo\r\n", nil, ErrNotAcceptable},
		"a picture":                 {c4 + "m=video 5000 udptl t38\r\n", nil, ErrNotAcceptable},
		"negative port":             {c4 + "m=image -1 udptl t38\r\n", nil, ErrDescription},
		"port beyond all":           {c4 + "m=image 70000 udptl t38\r\n", nil, ErrDescription},
		"port beyond every integer": {c4 + "m=image 99999999999999999999 udptl t38\r\n", nil, ErrDescription},
		"no sections":               {c4, nil, ErrNotAcceptable},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCall(t, newEngine(t), "0", "0")
			body := "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + tt.body
			if strings.HasPrefix(tt.body, "c=") {
				line, rest, _ := strings.Cut(tt.body, "\r\n")
				body = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n" + line + "\r\nt=0 0\r\n" + rest
			}
			answer, err := answerT38(c.legA, body)
			if !errors.Is(err, tt.err) {
				t.Fatalf("%v, want %v", err, tt.err)
			}
			if err != nil {
				c.legA.Rollback()
				c.a.send(0, make([]byte, 160))
				if got := c.b.receive(); got.PayloadType != 0 || c.legA.Kind() != Audio {
					t.Errorf("speech is %+v", got)
				}
				return
			}
			got := make([]string, 0, 2)
			for _, m := range parse(t, answer).Media {
				at := port
				if m.Port == 0 {
					at = none
				} else if m.Port != int(c.legA.Addr().Port()) {
					at = fmt.Sprint(m.Port)
				}
				got = append(got, m.Kind+" "+at)
			}
			if strings.Join(got, ", ") != strings.Join(tt.want, ", ") {
				t.Errorf("%q, want %q:\n%s", got, tt.want, answer)
			}
		})
	}
}

// answerT38 offers a stream something and has it take the T.38 in it.
func answerT38(s *Stream, body string) ([]byte, error) {
	if err := s.RemoteOffer([]byte(body)); err != nil {
		return nil, err
	}
	o := AnswerOptions{}
	if offered, ok := s.OfferedT38(); ok {
		o.T38 = &offered
	}
	return s.Answer(o)
}

// TestT38OfferedAtOnce: our own offer of T.38 takes the place of speech, whatever section
// speech was in, and the answer may say so in other words.
func TestT38OfferedAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		answer string
		err    error
	}{
		"image":         {"m=image 5000 udptl t38\r\n" + faxLines, nil},
		"capitals":      {"m=image 5000 UDPTL T38\r\n", nil},
		"image off":     {"m=image 0 udptl t38\r\n", ErrNotAcceptable},
		"speech":        {"m=audio 5000 RTP/AVP 0\r\n", ErrNotAcceptable},
		"speech off":    {"m=audio 0 RTP/AVP 0\r\n", ErrNotAcceptable},
		"nothing":       {"", ErrNotAcceptable},
		"negative port": {"m=image -5 udptl t38\r\n", ErrDescription},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCall(t, newEngine(t), "0", "0")
			if _, err := c.legB.Offer(OfferOptions{T38: &sdp.T38{}}); err != nil {
				t.Fatal(err)
			}
			err := c.legB.RemoteAnswer([]byte("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + tt.answer))
			if !errors.Is(err, tt.err) || (c.legB.Kind() == T38) != (tt.err == nil) {
				t.Fatalf("%v, want %v; it is %s", err, tt.err, c.legB.Kind())
			}
			if tt.err == nil {
				return
			}
			c.a.send(0, make([]byte, 160))
			if got := c.b.receive(); got.PayloadType != 0 {
				t.Errorf("speech is %+v", got)
			}
		})
	}
}

// TestT38BehindNAT: datagrams of a peer behind NAT come from another port than its
// description says; that is where ours go, and nobody else's come in.
func TestT38BehindNAT(t *testing.T) {
	c := newCall(t, newEngine(t), "0", "0")
	for s, p := range map[*Stream]*phone{c.legA: c.a, c.legB: c.b} {
		if _, err := answerT38(s, string(p.fax(faxLines))); err != nil {
			t.Fatal(err)
		}
	}
	outside, thief := newPhone(t, "127.0.0.1"), newPhone(t, "127.0.0.66")
	outside.to, thief.to = c.legA.Addr(), c.legA.Addr()
	outside.write([]byte{0, 0, 1})
	c.b.read(c.b.rtp)
	thief.write([]byte("thief"))
	c.b.write([]byte{0, 0, 2})
	if got := outside.read(outside.rtp); len(got) != 3 || got[2] != 2 {
		t.Errorf("the peer got %x", got)
	}
	outside.write([]byte{0, 1, 3})
	if got := c.b.read(c.b.rtp); len(got) != 3 || got[2] != 3 {
		t.Errorf("the other side got %x", got)
	}
}
