package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// TestEmergencyTexts: the phones of chosen extensions show who calls for help, from where:
// each that is registered, and a real one among them.
func TestEmergencyTexts(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	o, phone, carrier := helpOffice(t, d)
	o.addSeat(t, seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"})
	var extensions []string
	for _, number := range []string{"1002", "1003"} {
		for _, e := range d.all(t, o.path+"/extensions") {
			if e.str("number") == number {
				extensions = append(extensions, e.id())
			}
		}
	}
	d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"emergency_extensions": extensions[:1]})
	d.want(t, http.StatusOK, http.MethodPatch, o.path+"/locations/"+o.location, object{"emergency_extensions": extensions})
	if a := d.call(t, http.MethodDelete, o.path+"/extensions/"+extensions[0], nil); a.status != http.StatusConflict {
		t.Errorf("an extension that is told of emergencies is deleted: %s", a)
	}
	if a := d.call(t, http.MethodPatch, o.path, object{"emergency_extensions": []string{"1002"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a number for an id: %s", a)
	}
	reception := o.handset(t, 1, "udp")
	p := o.phones[1]
	real := peer.StartBaresip(t, peer.Account{User: p.username, Password: p.password, Domain: o.domain, Proxy: d.SIP.TCP[0], Transport: "tcp"})
	real.Await(t, "REGISTER_OK")
	call := phone.Dial(t, "911")
	in := ringing(t, carrier)
	text := reception.Others.Await(t, "text", func(m peer.Message) bool { return m.Method() == "MESSAGE" })
	for _, want := range []string{dialled911, "The call is being connected.", "350 5th Ave", "RM 8601", "Callback number: +12125550100"} {
		if !strings.Contains(text.Body, want) {
			t.Errorf("no %q in\n%s", want, text.Body)
		}
	}
	if text.Get("Content-Type") != "text/plain;charset=UTF-8" || text.Get("Contact") != "" {
		t.Errorf("header %v", text.Header)
	}
	real.Messages.Await(t, "answer to the text", func(m peer.Traced) bool {
		return m.Status() == 200 && strings.HasSuffix(m.Get("Cseq"), " MESSAGE")
	})
	in.Reply(603)
	call.Final(t)
	reception.Others.Await(t, "second text", func(m peer.Message) bool { return strings.Contains(m.Body, "NOT CONNECTED") })
	await(t, "the state of each", func() error {
		states := map[string]string{}
		for _, c := range d.all(t, o.path+"/emergency_calls") {
			for _, p := range c.list("recipients") {
				states[p.str("address")] = p.str("state")
			}
		}
		if len(states) != 5 || states["1002"] != "delivered" || states["1003"] != "pending" { // nobody is registered there
			return fmt.Errorf("states %v", states)
		}
		return nil
	})
}
