package test

import (
	"bufio"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// lamp is what a phone that watches something is told of it.
type lamp struct{ *peer.Phone }

// watch subscribes a phone of an office to a number.
func (o *office) watch(t testing.TB, phone int, number string) lamp {
	t.Helper()
	p := peer.StartPhone(t, o.sipAccount(o.d, phone, "udp"))
	uri := "sip:" + number + "@" + o.domain
	resp := p.Request(t, "SUBSCRIBE", uri, "To: <"+uri+">", "Contact: <"+p.Contact()+">", "Event: dialog",
		"Accept: application/dialog-info+xml", "Expires: 600")
	if resp.Status() != 200 {
		t.Fatalf("subscription to %s: %s", number, resp)
	}
	return lamp{p}
}

// awaits waits until the phone is told a state.
func (l lamp) awaits(t testing.TB, state string) peer.Message {
	t.Helper()
	return l.Requests.Await(t, "lamp "+state, func(m peer.Message) bool {
		return m.Method() == "NOTIFY" && strings.Contains(m.Body, "<state>"+state+"</state>")
	})
}

// parked are the calls parked in an office.
func (o *office) parked(t testing.TB) []object {
	t.Helper()
	return o.d.all(t, o.path+"/parked_calls")
}

// TestPark: Ben parks Ada by transferring her to a slot; its lamp shows it, and Cleo, who
// dials it, talks to her.
func TestPark(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	o.addSeat(t, cleo)
	phones := callers(t, o, "udp", "")
	ada, ben, cleo := phones[0], phones[1], phones[2]
	slot := o.watch(t, 2, "*6812")
	slot.awaits(t, "terminated")
	talk(t, ada, ben, "1002")
	ben.Command(t, "transfer", "sip:*6812@"+o.domain)
	ben.Await(t, "CALL_CLOSED")
	if told := slot.awaits(t, "confirmed"); !strings.Contains(told.Body, "sip:1001@") || !strings.Contains(told.Body, "Ada Front") {
		t.Errorf("the slot's lamp was told\n%s", told.Body)
	}
	list := o.parked(t)
	if len(list) != 1 || list[0]["slot"] != 12.0 || list[0].str("caller") != "1001" || list[0].str("parked_by") != o.phones[1].user ||
		list[0].str("parked_by_extension") != "1002" || list[0].str("status") != "parked" {
		t.Errorf("parked: %v", list)
	}
	if calls := d.all(t, o.path+"/active_calls"); len(calls) != 1 || calls[0].str("state") != "parked" {
		t.Errorf("active: %v", calls)
	}
	cleo.Command(t, "dial", "*6812")
	cleo.Await(t, "CALL_ESTABLISHED")
	awaitTone(t, "Cleo's tone at Ada's", ada, tones[2])
	awaitTone(t, "Ada's tone at Cleo's", cleo, tones[0])
	slot.awaits(t, "terminated")
	if list := o.parked(t); len(list) != 0 {
		t.Errorf("parked: %v", list)
	}
	cleo.Command(t, "hangup", "")
	ada.Await(t, "CALL_CLOSED")
	o.awaitCalls(t, 1, func(c object) error {
		want := []any{"1002 transferred to Park 12", "1003 took the call from slot 12"}
		if got, _ := c["transfers"].([]any); !slices.Equal(got, want) || c.str("result") != "answered" {
			return fmt.Errorf("record %v", c)
		}
		return nil
	})
}

// TestParkAttended: Ada asks for a free slot, is shown it and parks Ben there; who hangs
// up in a slot frees it, and the administrator may hang up who waits.
func TestParkAttended(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	ada, ben, cleo := phones[0], phones[1], phones[2]
	for _, ending := range []string{"retrieved", "hung up", "hung up by the administrator"} {
		a, b := connect(t, ada, "1002", ben)
		a.Reinvite(t, "sendonly")
		a2 := ada.Dial(t, "*68")
		if shown := a2.Await(t, 200).Get("P-Asserted-Identity"); !strings.Contains(shown, `"Park 1" <sip:*681@`) {
			t.Errorf("the parker is shown %q", shown)
		}
		if list := o.parked(t); len(list) != 0 {
			t.Errorf("parked before the transfer: %v", list)
		}
		if status := a.ReferTo(t, a2); status != 202 {
			t.Fatalf("REFER answered %d", status)
		}
		if got := a.AwaitTransfer(t); got != "200 OK" {
			t.Errorf("the parker was told %q", got)
		}
		a2.AwaitRequest(t, "BYE")
		a.Hangup(t)
		if list := o.parked(t); len(list) != 1 || list[0]["slot"] != 1.0 || list[0].str("caller") != "1002" {
			t.Errorf("parked: %v", list)
		}
		switch ending {
		case "retrieved":
			c := cleo.Dial(t, "*681")
			c.Await(t, 200)
			hearEachOther(t, b, c)
			c.Hangup(t)
			b.AwaitRequest(t, "BYE")
		case "hung up":
			b.Hangup(t)
		default:
			d.want(t, 204, "DELETE", o.path+"/parked_calls/1", nil)
			b.AwaitRequest(t, "BYE")
		}
		await(t, "free slot", func() error {
			if list := o.parked(t); len(list) != 0 {
				return fmt.Errorf("parked: %v", list)
			}
			return nil
		})
	}
	if got := cleo.Dial(t, "*681").Final(t); got.Status() != 404 {
		t.Errorf("an empty slot answered %s", got)
	}
}

// TestParkEvents: who watches an account is told of each slot, what it is like now, and of
// what became of the call.
func TestParkEvents(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o, phones := trio(t, d)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.Admin+"/v1/events?account="+o.id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func(event string) string {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+event && lines.Scan() {
				return lines.Text()
			}
		}
		t.Fatalf("no event %s: %v", event, lines.Err())
		return ""
	}
	want := func(event string, parts ...string) {
		t.Helper()
		data := next(event)
		for _, part := range parts {
			if !strings.Contains(data, part) {
				t.Errorf("event %s lacks %s: %s", event, part, data)
			}
		}
	}
	want("snapshot", `"parked_calls":[]`)
	a, _ := connect(t, phones[0], "1002", phones[1])
	a.Refer(t, "sip:*687@"+o.domain)
	want("park_slot.changed", `"slot":7`, `"caller":"1002"`, `"status":"parked"`)
	want("call.parked", `"slot":7`, `"parked_by_extension":"1001"`)
	c := phones[2].Dial(t, "*687")
	c.Await(t, 200)
	want("park_slot.changed", `{"slot":7,"parked_call":null}`)
	want("call.retrieved", `"status":"retrieved"`, `"retrieved_by_extension":"1003"`)
	c.Hangup(t)
	want("call.ended")
}

// TestParkCrash: calls do not outlive a crash, and no slot stays taken.
func TestParkCrash(t *testing.T) {
	t.Parallel()
	config := strings.Replace(baseConfig, `udp: ["127.0.0.1:0"]`, fmt.Sprintf(`udp: ["127.0.0.1:%s"]`, freeUDPPort(t)), 1)
	d := start(t, options{config: config})
	o, phones := trio(t, d)
	var lamps []lamp
	for slot := 1; slot <= 5; slot++ {
		lamps = append(lamps, o.watch(t, 2, fmt.Sprintf("*68%d", slot)))
	}
	d.stop() // the subscriptions are on disk now
	d = start(t, options{data: d.data, config: config})
	o.d = d
	for slot := 1; slot <= 5; slot++ {
		a, _ := connect(t, phones[0], "1002", phones[1])
		a.Refer(t, "sip:*68@"+o.domain)
		if got := a.AwaitTransfer(t); got != fmt.Sprintf("200 Park %d", slot) {
			t.Errorf("the parker was told %q", got)
		}
		a.Hangup(t)
		lamps[slot-1].awaits(t, "confirmed")
	}
	if list := o.parked(t); len(list) != 5 {
		t.Errorf("parked: %v", list)
	}
	d.kill()
	o.d = start(t, options{data: d.data, config: config})
	for _, l := range lamps {
		l.awaits(t, "terminated")
	}
	if list := o.parked(t); len(list) != 0 {
		t.Errorf("parked after the crash: %v", list)
	}
}

// TestParkKeys: keys for parking may be used, and lead to slots.
func TestParkKeys(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	template := d.create(t, o.path+"/button_templates", object{"name": "Parking", "buttons": []object{
		{"position": 1, "type": "park"},
		{"position": 2, "type": "blf_park", "target": object{"slot": 12}},
	}}).id()
	device := o.path + "/devices/" + o.phones[0].id
	d.want(t, 200, "PATCH", device, object{"button_template": template})
	for _, b := range d.all(t, device+"/buttons") {
		if b.str("verdict") != "ok" {
			t.Errorf("key %v", b)
		}
	}
	d.create(t, o.path+"/extensions", object{"number": "1600", "target": object{"type": "park", "first": 1, "last": 20}})
	d.want(t, 422, "POST", o.path+"/extensions", object{"number": "1601", "target": object{"type": "park", "first": 0, "last": 100}})
}
