package test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// gateway is a carrier's gateway that stands at 127.0.0.1, whatever its port.
func (o *office) gateway(t *testing.T) *peer.Handset {
	t.Helper()
	proxy := o.d.SIP.UDP[0]
	return peer.StartHandset(t, peer.Account{User: "+14155550123", Password: "none", Domain: proxy, Proxy: proxy, Transport: "udp"})
}

// machine is an office with a carrier at 127.0.0.1 and a number of a fax machine of ours.
func machine(t *testing.T, d *daemon, number string, limit int) *office {
	t.Helper()
	o := newOffice(t, d)
	o.trunk(t, "Carrier", []string{"127.0.0.1"}, object{"options_ping": false})
	o.d.create(t, o.path+"/numbers", object{"number": number, "fax_enabled": true, "fax_recipients": []string{"ann@example.com"}})
	o.patch(t, "", object{"fax_limit_inbound": limit})
	return o
}

// refusedBusy checks the refusal of a fax over the limit.
func refusedBusy(t *testing.T, m peer.Message) {
	t.Helper()
	after, err := strconv.Atoi(m.Get("Retry-After"))
	if m.Status() != 486 || err != nil || after < 3500 || after > 3600 || !strings.HasPrefix(m.Get("Reason"), "Q.850;cause=17;text=") {
		t.Errorf("over the limit: %s, Retry-After %q, Reason %q", m, m.Get("Retry-After"), m.Get("Reason"))
	}
}

// TestFaxLimitOnWire: of a limit of three the fourth call is refused, told when to come
// again, and does not count itself; a daemon started again knows it still.
func TestFaxLimitOnWire(t *testing.T) {
	t.Parallel()
	o := machine(t, start(t, options{}), "+13125550401", 3)
	far := o.gateway(t)
	for range 3 {
		a := far.Dial(t, "+13125550401")
		a.Await(t, 200)
		a.Hangup(t)
	}
	for range 2 {
		refusedBusy(t, far.Dial(t, "+13125550401").Final(t))
	}
	o.awaitUse(t, "inbound", 3)
	o.d.stop()
	o.d = o.d.restart()
	refusedBusy(t, o.gateway(t).Dial(t, "+13125550401").Final(t))
	o.awaitUse(t, "inbound", 3)
}

// TestFaxLimitAtOnce: of fifty calls that come together exactly as many are admitted as
// the limit says.
func TestFaxLimitAtOnce(t *testing.T) {
	t.Parallel()
	o := machine(t, start(t, options{}), "+13125550402", 10)
	far := o.gateway(t)
	calls := make([]*peer.PhoneCall, 50)
	for i := range calls {
		calls[i] = far.Dial(t, "+13125550402")
	}
	var taken []*peer.PhoneCall
	for _, a := range calls {
		if m := a.Final(t); m.Status() == 200 {
			taken = append(taken, a)
		} else {
			refusedBusy(t, m)
		}
	}
	if len(taken) != 10 {
		t.Errorf("%d of 50 were taken, want 10", len(taken))
	}
	for _, a := range taken {
		a.AwaitRequest(t, "BYE") // they speak no T.38
	}
	o.awaitUse(t, "inbound", 10)
}

// awaitUse waits until so many faxes of a direction count.
func (o *office) awaitUse(t *testing.T, direction string, used int) {
	t.Helper()
	await(t, fmt.Sprintf("%d %s faxes that count", used, direction), func() error {
		limits := o.d.get(t, o.path+"/fax_limits")
		use, _ := limits[direction].(map[string]any)
		if use["used"] != float64(used) {
			return fmt.Errorf("%v", limits)
		}
		return nil
	})
}
