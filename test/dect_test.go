package test

import (
	"fmt"
	"net/http"
	"testing"

	"dialtone/test/peer"
)

// TestDECT: a base is told its handsets' lines by slot, and each registers.
func TestDECT(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	domain := d.all(t, o.path+"/sip_domains")[0].id()
	base := &deskPhone{mac: "80:5e:c0:fe:00:01", model: "W70B", agent: "Yealink W70B 146.87.0.15 80:5e:c0:fe:00:01"}
	base.id = d.create(t, o.path+"/devices", object{"type": "dect_base", "mac": base.mac, "model": base.model}).id()
	const handsets = 3
	for slot := 1; slot <= handsets; slot++ {
		c := o.credential(t, fmt.Sprintf("handset%d", slot))
		d.create(t, o.path+"/devices", object{
			"type": "dect_handset", "ipei": fmt.Sprintf("028000000%d", slot), "base": base.id, "slot": slot, "name": fmt.Sprintf("Ward %d", slot),
			"lines": []object{{"credential": c.id(), "domain": domain}},
		})
	}
	s := config(t, o.url, base)
	for slot := 1; slot <= handsets; slot++ {
		line := fmt.Sprintf("account.%d.", slot)
		if s[line+"user_name"] != fmt.Sprintf("handset%d", slot) || s[fmt.Sprintf("handset.%d.name", slot)] != fmt.Sprintf("Ward %d", slot) {
			t.Errorf("slot %d: %q %q", slot, s[line+"user_name"], s[fmt.Sprintf("handset.%d.name", slot)])
		}
		phone := peer.StartPhone(t, peer.Account{
			User: s[line+"user_name"], Password: s[line+"password"], Domain: s[line+"sip_server.1.address"],
			Proxy: s[line+"outbound_proxy.1.address"] + ":" + s[line+"outbound_proxy.1.port"],
		})
		if resp := phone.Register(t, 60); resp.Status() != 200 {
			t.Errorf("handset %d: %s", slot, resp)
		}
	}
	if s["account.4.enable"] != "0" {
		t.Errorf("a slot without a handset: %q", s["account.4.enable"])
	}
	got := d.want(t, http.StatusOK, http.MethodPost, o.path+"/devices/"+base.id+"/check_sync", object{})
	lines := got.list("lines")
	if len(lines) != handsets {
		t.Fatalf("check-sync: %v", got)
	}
	for _, l := range lines {
		if l.str("result") != "delivered" {
			t.Errorf("check-sync: %v", l)
		}
	}
}
