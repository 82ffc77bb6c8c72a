package call

import (
	"strings"
	"testing"

	"dialtone/internal/audio"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
	"dialtone/test/peer"
)

// musicians play each user a tone of his own; nobody known has the lowest.
type musicians struct{ tones map[string]*media.Sounds }

const musicTone = 1300

func newMusicians() *musicians {
	return &musicians{map[string]*media.Sounds{"": media.NewTone(audio.Tone{{Hertz: [2]float64{musicTone, 0}, Level: -12}})}}
}

func (m *musicians) Music(_, user string) media.Source {
	if s := m.tones[user]; s != nil {
		return s
	}
	return m.tones[""]
}

// newMusicPBX entertains who is on hold.
func newMusicPBX(t *testing.T) *pbx {
	t.Helper()
	return newPBX(t, func(c *Config) { c.Waiting = newMusicians() })
}

// offers counts the INVITEs a phone got in a call.
func offers(c *peer.PhoneCall) (n int) {
	for _, m := range c.Messages.All() {
		if m.Method() == "INVITE" {
			n++
		}
	}
	return n
}

func TestMusicOnHold(t *testing.T) {
	for _, dialect := range []string{"sendonly", "inactive", "0.0.0.0"} {
		t.Run(dialect, func(t *testing.T) {
			p := newMusicPBX(t)
			a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
			a.Tone(440)
			b.Tone(700)
			b.Hears(t, 440)
			before := offers(b)
			hold := func() peer.Message { return a.Reinvite(t, dialect) }
			if dialect == "0.0.0.0" { // RFC 2543
				hold = func() peer.Message {
					return a.Offer(t, "v=0\r\no=- 9 9 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n")
				}
			}
			for range 2 {
				if m := hold(); m.Status() != 200 {
					t.Errorf("hold answered %s", m.Start)
				}
				b.Hears(t, musicTone)
				if m := a.Reinvite(t, "sendrecv"); m.Status() != 200 {
					t.Errorf("resume answered %s", m.Start)
				}
				b.Hears(t, 440)
				a.Hears(t, 700)
			}
			if n := offers(b) - before; n != 0 {
				t.Errorf("the other phone was offered %d times", n)
			}
			b.Hangup(t)
			a.AwaitRequest(t, "BYE")
			p.quiet()
		})
	}
}

// Both hold: whoever is back first hears the other one's music.
func TestMusicWhenBothHold(t *testing.T) {
	p := newMusicPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	b.Tone(700)
	a.Reinvite(t, "sendonly")
	b.Hears(t, musicTone)
	b.Reinvite(t, "sendonly")
	a.Reinvite(t, "sendrecv")
	a.Hears(t, musicTone)
	b.Reinvite(t, "sendrecv")
	a.Hears(t, 700)
	b.Hears(t, 440)
	a.Hangup(t)
	p.quiet()
}

// A new offer of the one on hold, for instance of another codec, changes nothing.
func TestMusicSurvivesAnOffer(t *testing.T) {
	p := newMusicPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	a.Reinvite(t, "inactive")
	b.Hears(t, musicTone)
	b.Reinvite(t, "inactive")
	b.Reinvite(t, "sendrecv")
	b.Hears(t, musicTone)
	a.Reinvite(t, "sendrecv")
	b.Hears(t, 440)
	a.Hangup(t)
	p.quiet()
}

func TestMusicDuringTransfers(t *testing.T) {
	t.Run("to nobody", func(t *testing.T) {
		p := newMusicPBX(t)
		bob := p.phone("bob")
		a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
		a.Tone(440)
		a.Reinvite(t, "sendonly")
		c.Hears(t, musicTone)
		a.Refer(t, "sip:1002@"+office)
		ringing(t, bob).Reply(486)
		a.AwaitTransfer(t)
		c.Hears(t, musicTone)
		a.Reinvite(t, "sendrecv")
		c.Hears(t, 440)
		a.Hangup(t)
		p.quiet()
	})
	t.Run("then on hold again", func(t *testing.T) {
		p := newMusicPBX(t)
		bob := p.phone("bob")
		a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
		a.Reinvite(t, "sendonly")
		c.Hears(t, musicTone)
		a.Refer(t, "sip:1002@"+office)
		b := ringing(t, bob)
		b.Answer(t)
		a.AwaitTransfer(t)
		b.Tone(700)
		c.Hears(t, 700)
		c.Tone(300)
		b.Reinvite(t, "sendonly")
		c.Hears(t, musicTone)
		c.Reinvite(t, "sendrecv")
		b.Reinvite(t, "sendrecv")
		c.Hears(t, 700)
		b.Hears(t, 300)
		c.Hangup(t)
		a.Hangup(t)
		p.quiet()
	})
	t.Run("attended", func(t *testing.T) {
		p := newMusicPBX(t)
		ann, bob := p.phone("ann"), p.phone("bob")
		a, c := talk(t, ann, "1003", p.phone("cid"))
		a.Reinvite(t, "sendonly")
		c.Hears(t, musicTone)
		second, b := talk(t, ann, "1002", bob)
		second.Reinvite(t, "sendonly")
		b.Hears(t, musicTone)
		a.ReferTo(t, second)
		a.AwaitTransfer(t)
		b.Tone(700)
		c.Tone(300)
		c.Hears(t, 700)
		b.Hears(t, 300)
		b.Hangup(t)
		p.quiet()
	})
}

// A hundred holds in a row leave everybody where he wants to be.
func TestHoldStorm(t *testing.T) {
	p := newMusicPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	for range 50 {
		for _, direction := range []string{"inactive", "sendrecv"} {
			for m := a.Reinvite(t, direction); m.Status() != 200; m = a.Reinvite(t, direction) {
				if m.Status() != 491 { // the ACK before it may come behind it
					t.Fatalf("answered %s", m.Start)
				}
			}
		}
	}
	b.Hears(t, 440)
	a.Hangup(t)
	p.quiet()
}

// A carrier that holds and talks plays music of its own.
func TestMusicOfACarrier(t *testing.T) {
	p := newMusicPBX(t)
	carrier := p.carrier()
	a := p.phone("ann").Dial(t, "+13125550199")
	b := ringing(t, carrier)
	b.Answer(t)
	a.Await(t, 200)
	b.Tone(900)
	a.Hears(t, 900)
	b.Reinvite(t, "sendonly")
	a.AwaitRequest(t, "INVITE")
	a.Hears(t, 900)
	b.Reinvite(t, "sendrecv")
	a.AwaitRequest(t, "INVITE")
	b.Reinvite(t, "inactive")
	a.Hears(t, musicTone)
	a.Hangup(t)
	p.quiet()
}

// opusOnly is a stream whose codec is none of ours.
type opusOnly struct {
	*scriptedStream
	asked []media.OfferOptions
}

func (s *opusOnly) Codec() (sdp.Codec, bool) {
	return sdp.Codec{PT: 111, Name: "opus", Clock: 48000, Channels: 2}, true
}

func (s *opusOnly) Offer(o media.OfferOptions) ([]byte, error) {
	s.asked = append(s.asked, o)
	return s.scriptedStream.Offer(o)
}

// A leg in a codec we have no music in is asked for one we have.
func TestMusicInACodecOfOurs(t *testing.T) {
	m, s := newScripted(newRecords(t))
	defer m.Close()
	held, by := &opusOnly{scriptedStream: &scriptedStream{}}, &scriptedStream{held: true}
	d := &scripted{s: s, id: "held", answered: true}
	c := m.newCall()
	a, b := &leg{dialogue: d, media: held, answered: true}, &leg{dialogue: &scripted{s: s, id: "by"}, media: by, answered: true, holds: true}
	c.add(a)
	c.add(b)
	c.caller, c.callee = a, b
	c.play(a, b, newMusicians().tones[""])
	if len(held.asked) != 1 || held.asked[0].Codecs != nil || !a.offering || d.reoffers != 1 {
		t.Errorf("asked %+v, %d offers", held.asked, d.reoffers)
	}
	if !strings.Contains(a.ID(), "held") {
		t.Error("the wrong leg was asked")
	}
}
