package call

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"dialtone/sip/dialog"
	"dialtone/store/record"
	"dialtone/test/peer"
)

const faxOffer = "v=0\r\no=- 1 9 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=image 40000 udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxRateManagement:transferredTCF\r\n"

// A fax that one side asks for is the other side's to take or not.
func TestFaxPassesThrough(t *testing.T) {
	for _, taken := range []bool{true, false} {
		t.Run(fmt.Sprint("taken ", taken), func(t *testing.T) {
			p := newPBX(t)
			a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
			b.OnOffer(func(m peer.Message) (int, string) {
				if !strings.Contains(m.Body, "m=image") || !strings.Contains(m.Body, "T38MaxBitRate:14400") {
					t.Errorf("other side was offered\n%s", m.Body)
				}
				if taken {
					return 200, faxOffer
				}
				return 488, ""
			})
			m := a.Offer(t, faxOffer)
			b.OnOffer(nil)
			if taken && (m.Status() != 200 || !strings.Contains(m.Body, "m=image")) || !taken && m.Status() != 488 {
				t.Errorf("answered %s\n%s", m.Start, m.Body)
			}
			if taken { // and back to speech
				if m := a.Reinvite(t, "sendrecv"); m.Status() != 200 {
					t.Errorf("back to speech: %s", m.Start)
				}
				b.AwaitRequest(t, "INVITE")
			}
			a.Tone(440)
			b.Hears(t, 440)
			a.Hangup(t)
			p.record(t, 0)
			p.quiet()
		})
	}
}

func TestLateOffers(t *testing.T) {
	p := newPBX(t)
	cid := p.phone("cid")
	a := p.phone("ann").DialLate(t, "1003")
	b := ringing(t, cid)
	b.Answer(t)
	if m := a.Await(t, 200); m.Body == "" {
		t.Error("no offer in the 200")
	}
	a.Tone(440)
	b.Tone(900)
	a.Hears(t, 900)
	b.Hears(t, 440)
	if m := a.Offer(t, ""); m.Status() != 200 || m.Body == "" {
		t.Errorf("answered %s\n%s", m.Start, m.Body)
	}
	b.Tone(600)
	a.Hears(t, 600)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestBadOffersHarmNobody(t *testing.T) {
	p := newPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	for description, status := range map[string]int{
		"nonsense": 400,
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n":      488,
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 111\r\n": 488,
	} {
		if m := a.Offer(t, description); m.Status() != status {
			t.Errorf("%q answered %s, want %d", description, m.Start, status)
		}
	}
	a.Tone(440)
	b.Hears(t, 440)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestPanicEndsOneCall(t *testing.T) {
	p := newPBX(t)
	ann, bob := p.phone("ann"), p.phone("bob")
	a, b := talk(t, ann, "1003", p.phone("cid"))
	other, d := talk(t, bob, "1001", ann)
	_ = d
	calls := p.Active(p.account)
	p.Manager.mu.Lock()
	c := p.calls[calls[0].ID]
	p.Manager.mu.Unlock()
	c.post(func(*Call) { panic("a fault") })
	a.AwaitRequest(t, "BYE")
	b.AwaitRequest(t, "BYE")
	if r := p.record(t, 0); r.Reason != record.ReasonInternalError {
		t.Errorf("record %+v", r)
	}
	other.Tone(440)
	d.Hears(t, 440)
	other.Hangup(t)
	p.record(t, 1)
	p.quiet()
}

func TestDrain(t *testing.T) {
	p := newPBX(t)
	ann := p.phone("ann")
	a, _ := talk(t, ann, "1003", p.phone("cid"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if left := p.Drain(ctx); left != 1 {
		t.Errorf("%d calls left, want 1", left)
	}
	second := ann.Dial(t, "1003")
	if m := second.Await(t, 503); m.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	left := make(chan int)
	go func() { left <- p.Drain(t.Context()) }()
	a.Hangup(t)
	if n := <-left; n != 0 {
		t.Errorf("%d calls left", n)
	}
	p.quiet()
}

func TestOverflowEndsTheCall(t *testing.T) {
	p := newPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	p.Manager.mu.Lock()
	c := p.calls[p.infos()[0].ID]
	p.Manager.mu.Unlock()
	c.box.mu.Lock()
	for len(c.box.list) < maxMail {
		c.box.add(message{do: func(*Call) {}})
	}
	c.box.add(message{do: func(*Call) {}})
	c.box.mu.Unlock()
	a.AwaitRequest(t, "BYE")
	b.AwaitRequest(t, "BYE")
	p.record(t, 0)
	p.quiet()
}

// infos are the calls there are; the manager's mutex is held.
func (p *pbx) infos() (list []Info) {
	for _, c := range p.calls {
		list = append(list, *c.info.Load())
	}
	return list
}

// A dialog of one account is nothing another account's phone may take.
func TestReplacesStaysInTheAccount(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	m, s := newScripted(r)
	m.take(s.call(r, "ann", "1003"), "")
	settle(m)
	thief := s.call(r, "bob", "1003")
	stranger := *thief.origin.User.Credential
	stranger.Account = "acct_other"
	user := *thief.origin.User
	user.Credential = &stranger
	thief.origin.User = &user
	ringing := s.legs[1]
	ringing.happens(dialog.Progressed{Status: 180})
	m.take(thief, ringing.id)
	settle(m)
	if _, over, _ := thief.state(); !over {
		t.Error("stranger goes on")
	}
	if _, over, _ := ringing.state(); over {
		t.Error("the phone stopped ringing")
	}
	m.Close()
}
