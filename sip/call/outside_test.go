package call

import (
	"strings"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

func TestOutFailover(t *testing.T) {
	p := newPBX(t)
	ann := p.phone("ann")
	silent, broken, good := p.carrier(), p.carrier(), p.carrier()
	silent.Close()
	a := ann.Dial(t, "3125550199")
	ringing(t, broken).Reply(503)
	c := ringing(t, good)
	if uri := c.Invite().Start; !strings.Contains(uri, "sip:+13125550199@") {
		t.Errorf("Request-URI %q", uri)
	}
	if h := c.Invite().Get("P-Asserted-Identity"); !strings.Contains(h, "+13125550100") {
		t.Errorf("identity %q", h)
	}
	c.Reply(183)
	c.Tone(620)
	a.Aim(a.Await(t, 183).Body)
	a.Tone(410)
	a.Hears(t, 620)
	c.Answer(t)
	a.Await(t, 200)
	c.Hears(t, 410)
	a.Hangup(t)
	c.AwaitRequest(t, "BYE")
	r := p.record(t, 0)
	if r.Direction != record.CallOutbound || r.Trunk != p.trunk || r.To != "+13125550199" || r.Result != record.CallAnswered {
		t.Errorf("record %+v", r)
	}
	p.mu().Lock()
	if p.failed != 2 {
		t.Errorf("%d failures told, want 2", p.failed)
	}
	p.mu().Unlock()
	p.quiet()
}

// What the outside says of the number is passed on; nobody else is asked.
func TestOutRefused(t *testing.T) {
	for _, tc := range []struct {
		carrier, phone int
		result, reason string
	}{
		{404, 404, record.CallFailed, record.ReasonNotFound},
		{486, 486, record.CallBusy, record.ReasonUserBusy},
		{603, 603, record.CallDeclined, record.ReasonDeclined},
		{488, 488, record.CallFailed, record.ReasonIncompatibleMedia},
		{503, 500, record.CallFailed, record.ReasonTrunkFailed},
	} {
		p := newPBX(t)
		c := p.carrier()
		a := p.phone("ann").Dial(t, "3125550199")
		ringing(t, c).Reply(tc.carrier)
		a.Await(t, tc.phone)
		if r := p.record(t, 0); r.Result != tc.result || r.Reason != tc.reason {
			t.Errorf("%d: %s, %s", tc.carrier, r.Result, r.Reason)
		}
		p.quiet()
	}
}

func TestOutRedirect(t *testing.T) {
	p := newPBX(t)
	c := p.carrier()
	a := p.phone("ann").Dial(t, "3125550199")
	ringing(t, c).Reply(302, "Contact: <sip:+13125550111@"+c.Addr().String()+">")
	again := ringing(t, c)
	if !strings.Contains(again.Invite().Start, "+13125550111@") {
		t.Errorf("redirected to %q", again.Invite().Start)
	}
	again.Reply(302, "Contact: <sip:+13125550112@elsewhere.example>")
	a.Await(t, 480)
	p.record(t, 0)
	p.quiet()
}

func TestInbound(t *testing.T) {
	p := newPBX(t)
	carrier, bob := p.carrier(), p.phone("bob")
	c := carrier.DialURI(t, "sip:+13125550100@"+p.local.String(), `P-Asserted-Identity: "Jo" <sip:+14155550123@carrier.example>`)
	b := ringing(t, bob)
	if from := b.Invite().Get("From"); !strings.Contains(from, `"Jo" <sip:+14155550123@`) {
		t.Errorf("From %q", from)
	}
	b.Answer(t)
	c.Await(t, 200)
	b.Hangup(t)
	c.AwaitRequest(t, "BYE")
	r := p.record(t, 0)
	if r.Direction != record.CallInbound || r.From != "+14155550123" || r.Trunk != p.trunk || r.User != p.users["bob"].ID || r.Number != p.number {
		t.Errorf("record %+v", r)
	}
	// The one who called last is called back.
	back := bob.Dial(t, "*69")
	out := ringing(t, carrier)
	if !strings.Contains(out.Invite().Start, "+14155550123") {
		t.Errorf("called back %q", out.Invite().Start)
	}
	out.Answer(t)
	back.Await(t, 200)
	back.Hangup(t)
	p.record(t, 1)
	p.quiet()
}

func TestTransferToOutside(t *testing.T) {
	p := newPBX(t)
	carrier := p.carrier()
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Refer(t, "sip:3125550199@"+office)
	out := ringing(t, carrier)
	out.Answer(t)
	if got := a.AwaitTransfer(t); got != "200 OK" {
		t.Errorf("transferor was told %q", got)
	}
	a.Hangup(t)
	out.Tone(700)
	c.Hears(t, 700)
	c.Hangup(t)
	out.AwaitRequest(t, "BYE")
	p.record(t, 0)
	p.quiet()
}

func TestFeatureCodes(t *testing.T) {
	p := newPBX(t)
	ann := p.phone("ann")
	user := func() (u *record.User) {
		p.records.store.View(func(v *store.View) { u, _ = store.Get[*record.User](v, p.users["ann"].ID) })
		return u
	}
	for i, tc := range []struct {
		dialled string
		ok      func(*record.User) bool
	}{
		{"*78", func(u *record.User) bool { return u.DoNotDisturb }},
		{"*79", func(u *record.User) bool { return !u.DoNotDisturb }},
		{"*721003", func(u *record.User) bool {
			return u.Forwarding.Always.Enabled && u.Forwarding.Always.Destination == "1003"
		}},
		{"*73", func(u *record.User) bool { return !u.Forwarding.Always.Enabled }},
		{"*72", func(u *record.User) bool { return u.Forwarding.Always.Enabled }},
	} {
		a := ann.Dial(t, tc.dialled)
		a.Await(t, 200)
		a.AwaitRequest(t, "BYE")
		if !tc.ok(user()) {
			t.Errorf("%s: user is %+v", tc.dialled, user())
		}
		if r := p.record(t, i); r.Reason != record.ReasonNormal {
			t.Errorf("record %+v", r)
		}
	}
	page, err := p.records.store.AuditEntries(store.AuditQuery{Account: p.account, Limit: 10})
	if err != nil || len(page.Items) == 0 || page.Items[0].Actor.Type != record.ActorDevice {
		t.Errorf("audit log %v %+v", err, page)
	}
	p.quiet()
}

func TestIntercom(t *testing.T) {
	p := newPBX(t)
	cid := p.phone("cid")
	a := p.phone("ann").Dial(t, "1003", "Call-Info: <sip:pbx.example>;answer-after=0")
	c := ringing(t, cid)
	if h := c.Invite().Get("Alert-Info"); !strings.Contains(h, "info=alert-autoanswer") {
		t.Errorf("Alert-Info %q", h)
	}
	if h := c.Invite().Get("Call-Info"); !strings.Contains(h, ";answer-after=0") {
		t.Errorf("Call-Info %q", h)
	}
	c.Answer(t)
	a.Await(t, 200)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}

func TestEmergencySurvivesFaults(t *testing.T) {
	p := newPBX(t)
	good := p.carrier()
	a := p.phone("ann").Dial(t, "911")
	c := ringing(t, good)
	p.Manager.mu.Lock()
	id := p.infos()[0].ID
	running := p.calls[id]
	p.Manager.mu.Unlock()
	running.post(func(*Call) { panic("a fault") })
	c.Answer(t)
	a.Await(t, 200)
	running.post(func(*Call) { panic("another") })
	a.Tone(440)
	c.Hears(t, 440)
	a.Hangup(t)
	p.record(t, 0)
	p.quiet()
}
