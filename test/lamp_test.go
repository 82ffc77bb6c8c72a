package test

import (
	"fmt"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// TestLamps: a phone that watches an extension is told when it rings, talks and is free
// again, and after a crash of ours what is true then.
func TestLamps(t *testing.T) {
	t.Parallel()
	config := strings.Replace(baseConfig, `udp: ["127.0.0.1:0"]`, fmt.Sprintf(`udp: ["127.0.0.1:%s"]`, freeUDPPort(t)), 1)
	d := start(t, options{config: config})
	o := newOffice(t, d)
	watcher := o.addSeat(t, seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"})
	phones := callers(t, o, "udp", "")[:2]
	lamp := peer.StartPhone(t, peer.Account{User: watcher.username, Password: watcher.password, Domain: o.domain, Proxy: d.SIP.UDP[0]})
	uri := "sip:1002@" + o.domain
	resp := lamp.Request(t, "SUBSCRIBE", uri, "To: <"+uri+">", "Contact: <"+lamp.Contact()+">", "Event: dialog", "Accept: application/dialog-info+xml", "Expires: 600")
	if resp.Status() != 200 {
		t.Fatalf("subscription: %s", resp)
	}
	state := func(what string) {
		t.Helper()
		lamp.Requests.Await(t, "lamp "+what, func(m peer.Message) bool {
			return m.Method() == "NOTIFY" && strings.Contains(m.Body, fmt.Sprintf("<state>%s</state>", what))
		})
	}
	state("terminated")
	phones[0].Command(t, "dial", "1002")
	phones[1].Await(t, "CALL_INCOMING")
	state("early")
	phones[1].Command(t, "accept", "")
	state("confirmed")
	d.kill()
	start(t, options{data: d.data, config: config})
	state("terminated")
}
