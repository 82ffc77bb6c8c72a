package call

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"dialtone/store/record"
	"dialtone/test/peer"
)

// keyIn presses keys, as a phone that tells them by INFO.
func keyIn(t *testing.T, c *peer.PhoneCall, digits string) {
	t.Helper()
	for _, d := range digits {
		if m := c.RequestAs(t, "INFO", "application/dtmf-relay", fmt.Sprintf("Signal=%c\r\nDuration=100\r\n", d)); m.Status() != 200 {
			t.Fatalf("INFO answered %s", m.Start)
		}
	}
}

// hearEachOther lets two calls send tones unlike those before until both are heard.
func hearEachOther(t *testing.T, a, b *peer.PhoneCall) {
	t.Helper()
	high := float64(400 + rand.IntN(1500))
	a.Tone(high)
	b.Hears(t, high)
	b.Tone(high + 1900)
	a.Hears(t, high+1900)
}

func TestTransferByKeys(t *testing.T) {
	for _, c := range []struct {
		name   string
		legs   int
		play   func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall)
		passed bool // on to another
	}{
		{"blind", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*11002#")
			b := ringing(t, bob)
			b.Reply(180)
			b.Answer(t)
			hearEachOther(t, b, cid)
			ann.Hangup(t)
			b.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, true},
		{"blind and gone", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*11002#")
			b := ringing(t, bob)
			ann.Hangup(t)
			b.Reply(180)
			b.Answer(t)
			hearEachOther(t, b, cid)
			cid.Hangup(t)
			b.AwaitRequest(t, "BYE")
		}, true},
		{"blind to who is busy", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*11002#")
			ringing(t, bob).Reply(486)
			hearEachOther(t, ann, cid)
			ann.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, false},
		{"to nobody", 2, func(t *testing.T, _ *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*17777#")
			hearEachOther(t, ann, cid)
			keyIn(t, ann, "*27777#")
			hearEachOther(t, ann, cid)
			ann.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, false},
		{"thought better of it", 2, func(t *testing.T, _ *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*210*")
			hearEachOther(t, ann, cid)
			cid.Hangup(t)
			ann.AwaitRequest(t, "BYE")
		}, false},
		{"asked first", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*21002#")
			b := ringing(t, bob)
			b.Reply(180)
			b.Answer(t)
			hearEachOther(t, ann, b)
			ann.Hangup(t)
			hearEachOther(t, b, cid)
			b.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, true},
		{"who was asked hangs up", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*21002#")
			b := ringing(t, bob)
			b.Answer(t)
			hearEachOther(t, ann, b)
			b.Hangup(t)
			hearEachOther(t, ann, cid)
			ann.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, false},
		{"who was asked is busy", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*21002#")
			ringing(t, bob).Reply(486)
			hearEachOther(t, ann, cid)
			cid.Hangup(t)
			ann.AwaitRequest(t, "BYE")
		}, false},
		{"back by the code", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*21002#")
			b := ringing(t, bob)
			b.Answer(t)
			hearEachOther(t, ann, b)
			keyIn(t, ann, "*2")
			b.AwaitRequest(t, "BYE")
			hearEachOther(t, ann, cid)
			ann.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, false},
		{"who waits hangs up", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*21002#")
			b := ringing(t, bob)
			cid.Hangup(t)
			b.Answer(t)
			hearEachOther(t, ann, b)
			b.Hangup(t)
			ann.AwaitRequest(t, "BYE")
		}, false},
		{"gone before the answer", 3, func(t *testing.T, bob *peer.Handset, ann, cid *peer.PhoneCall) {
			keyIn(t, ann, "*21002#")
			b := ringing(t, bob)
			b.Reply(180)
			ann.Hangup(t)
			b.Answer(t)
			hearEachOther(t, b, cid)
			b.Hangup(t)
			cid.AwaitRequest(t, "BYE")
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPBX(t)
			bob := p.phone("bob")
			ann, cid := talk(t, p.phone("ann"), "1003", p.phone("cid"))
			hearEachOther(t, ann, cid)
			c.play(t, bob, ann, cid)
			r := p.record(t, 0)
			if r.Result != record.CallAnswered || len(r.Legs) != c.legs {
				t.Errorf("record %+v", r)
			}
			if c.passed != slices.Contains(p.kinds(), EventTransferred) {
				t.Errorf("events %v", p.kinds())
			}
			p.quiet()
		})
	}
}

// TestKeysOfOthers: keys that are no code of ours, or whose account has none, are the
// other party's alone.
func TestKeysOfOthers(t *testing.T) {
	p := newPBX(t)
	ann, cid := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	hearEachOther(t, ann, cid)
	ann.Quiet()
	keys := "*911#"
	for i := range keys {
		ann.Digit(keys[i])
		cid.HearsDigits(t, keys[:i+1])
	}
	ann.Hangup(t)
	p.record(t, 0)
	p.quiet()
}
