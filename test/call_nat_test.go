package test

import (
	"fmt"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// TestCallsThroughNAT: two phones whose addresses we cannot reach hear each other, and
// one of them and a phone on our side, whoever calls: media goes where it comes from.
func TestCallsThroughNAT(t *testing.T) {
	t.Parallel()
	if !inOwnNet(t) {
		return
	}
	inside := behindNAT(t)
	config := strings.NewReplacer(`udp: ["127.0.0.1:0"], tcp: ["127.0.0.1:0"]`, `udp: ["203.0.113.1:5060"], tcp: ["203.0.113.1:5060"]`).Replace(baseConfig)
	d := start(t, options{config: config})
	o := newOffice(t, d)
	o.addSeat(t, cleo)
	for _, transport := range []string{"udp", "tcp"} {
		var phones []*peer.Handset
		for i, n := range inside {
			n.enter(func() { phones = append(phones, o.handset(t, i, transport)) })
			phones[i].Within(n.enter)
		}
		phones = append(phones, o.handset(t, 2, transport))
		for _, c := range []struct {
			from, to int
			number   string
		}{{0, 1, "1002"}, {1, 2, "1003"}, {2, 0, "1001"}} {
			a := phones[c.from].Dial(t, c.number)
			b := ringing(t, phones[c.to])
			b.Answer(t)
			a.Await(t, 200)
			hearEachOther(t, a, b)
			a.Reinvite(t, "sendonly")
			b.HearsElse(t, 450) // music
			a.Reinvite(t, "sendrecv")
			hearEachOther(t, a, b)
			b.Hangup(t)
			a.AwaitRequest(t, "BYE")
		}
		for _, h := range phones {
			h.Close()
		}
	}
	o.awaitCalls(t, 6, func(c object) error {
		if got := outcomeOf(c); got != "answered normal 200 callee" {
			return fmt.Errorf("record %q", got)
		}
		return nil
	})
}

// TestBaresipThroughNAT: the same with phones of another maker.
func TestBaresipThroughNAT(t *testing.T) {
	t.Parallel()
	if !inOwnNet(t) {
		return
	}
	inside := behindNAT(t)
	config := strings.NewReplacer(`udp: ["127.0.0.1:0"], tcp: ["127.0.0.1:0"]`, `udp: ["203.0.113.1:5060"], tcp: ["203.0.113.1:5060"]`).Replace(baseConfig)
	d := start(t, options{config: config})
	o := newOffice(t, d)
	var phones []*peer.Baresip
	for i, p := range o.phones {
		inside[i].enter(func() {
			phones = append(phones, peer.StartBaresip(t, peer.Account{
				User: p.username, Password: p.password, Domain: o.domain, Proxy: d.SIP.UDP[0], Transport: "udp", Tone: tones[i], Listen: "0.0.0.0:0",
			}))
		})
		phones[i].Await(t, "REGISTER_OK")
	}
	talk(t, phones[0], phones[1], "1002")
	awaitTone(t, "Ben's tone at Ada's", phones[0], tones[1])
	awaitTone(t, "Ada's tone at Ben's", phones[1], tones[0])
	phones[1].Command(t, "hangup", "")
	phones[0].Await(t, "CALL_CLOSED")
}
