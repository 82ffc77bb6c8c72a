package e911

import (
	"fmt"
	"strings"
	"testing"

	"dialtone/e911/pidflo"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// TestBadRecipients: addresses of every kind are in the records, by whatever way they came
// there: none keeps the others from being told, none adds a header.
func TestBadRecipients(t *testing.T) {
	r := newRoom(t)
	good := map[string]bool{
		"zoë@exämple.com": true, `"quoted local part"@example.com`: true, `"a\"b"@example.com`: true, "desk@example.com": true,
		"x@y@example.com": false, "a@example.com\r\nBcc: b@example.com": false, "a@example.com, b@example.com": false, "": false,
		"a@example.com>\r\nRCPT TO:<b@example.com": false, "nobody": false, "@example.com": false, strings.Repeat("a", 5000): false,
	}
	r.office.account.EmergencyRecipients, r.office.locations["loc_hq"].EmergencyRecipients = nil, nil
	for address := range good {
		r.office.account.EmergencyRecipients = append(r.office.account.EmergencyRecipients, address)
	}
	r.place("call_1")
	c := r.settled("told", func(c *record.EmergencyCall) bool { return len(c.Mails) == len(good) })
	for _, m := range c.Mails {
		if written := m.Row != ""; written != good[m.Address] {
			t.Errorf("mail to %q is written: %v", m.Address, written)
		}
	}
}

// TestFiveHundredRecipients: all are told, of every stage, and a restart knows it.
func TestFiveHundredRecipients(t *testing.T) {
	r := newRoom(t)
	const n = 500
	r.office.account.EmergencyRecipients, r.office.locations["loc_hq"].EmergencyRecipients = nil, nil
	for i := range n {
		r.office.account.EmergencyRecipients = append(r.office.account.EmergencyRecipients, fmt.Sprintf("person.with.a.long.name.%d@department%d.example.com", i, i))
	}
	r.place("call_1")
	r.Ended("call_1", record.HungUpByCaller, true)
	c := r.settled("all told", func(c *record.EmergencyCall) bool { return len(c.Mails) == 2*n })
	for _, to := range r.office.account.EmergencyRecipients {
		if !c.Mailed(to, record.StageStarted) || !c.Mailed(to, record.StageEnded) {
			t.Fatalf("%s is not told", to)
		}
	}
}

// TestBadPlaces: whatever stands in a location, the INVITE carries what is known, well formed,
// and the mail says that and what is missing.
func TestBadPlaces(t *testing.T) {
	long := strings.Repeat("Rôom ", 820)
	for name, tt := range map[string]struct {
		edit    func(l *record.Location)
		method  string
		want    []string // in the text
		missing string
	}{
		"no street":             {func(l *record.Location) { l.Address.Street, l.Address.StreetSuffix, l.Address.PreDir = "", "", "" }, record.ConveyPIDFLO, []string{"233, Chicago IL 60601"}, record.MissingAddress},
		"no country":            {func(l *record.Location) { l.Address.Country = "" }, record.ConveyPIDFLO, []string{"233 N Michigan Ave, Chicago IL 60601, FL 12"}, ""},
		"nothing":               {func(l *record.Location) { *l = record.Location{} }, record.ConveyNone, []string{"no location in the call", "UNKNOWN"}, record.MissingAddress},
		"a room of 4 KB":        {func(l *record.Location) { l.Room = long }, record.ConveyPIDFLO, []string{strings.TrimSpace(long)}, ""},
		"XML in names":          {func(l *record.Location) { l.Name, l.Room = `</td><script>alert(1)</script>`, `]]></ca:ROOM><ca:ROOM>` }, record.ConveyPIDFLO, []string{`]]></ca:ROOM><ca:ROOM>`}, ""},
		"lines in names":        {func(l *record.Location) { l.Name = "HQ\r\nBcc: all@example.com\r\n\r\nCome" }, record.ConveyPIDFLO, []string{"HQ  Bcc: all@example.com    Come"}, ""},
		"no UTF-8, and control": {func(l *record.Location) { l.Room = "a\xff\x00\x1b[2J" }, record.ConveyPIDFLO, []string{"RM a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			tt.edit(r.office.locations["loc_hq"])
			r.office.account.EmergencyRecipients = []string{"desk@example.com"}
			d := decision(nil)
			r.Began("call_1", d, "ann@pbx.example")
			said := r.Convey("call_1", &d.Emergency.Ways[0], r.office.trunks["prva_1"], false)
			r.Sent("call_1")
			c, mails := r.mailed(record.StageStarted)
			m := mails["desk@example.com started"]
			if m == nil || c.Conveyed.Method != tt.method {
				t.Fatalf("conveyed %+v, mails %v", c.Conveyed, mails)
			}
			if tt.missing != "" && !strings.Contains(m.Text, english().missing[tt.missing]) {
				t.Errorf("%s is not named as missing:\n%s", tt.missing, m.Text)
			}
			for _, want := range tt.want {
				if !strings.Contains(m.Text, want) {
					t.Errorf("no %q in\n%s", want, m.Text)
				}
			}
			if strings.ContainsAny(m.Subject, "\r\n\x00") || strings.Contains(m.HTML, "<script>") {
				t.Errorf("subject %q\n%s", m.Subject, m.HTML)
			}
			if said.Body != nil {
				if _, err := pidflo.Read(said.Body.Data); err != nil {
					t.Error(err)
				}
			}
			if strings.ContainsAny(m.Text, "\x00\x1b") {
				t.Errorf("control characters in\n%q", m.Text)
			}
		})
	}
}

// TestTwoAtOnce: two phones that dial in the same moment, and one that dials again, are calls
// of their own, each with its mails and its callback window.
func TestTwoAtOnce(t *testing.T) {
	r := newRoom(t)
	other := decision(func(d *route.Decision) {
		d.From = route.Identity{Name: "Bob", Extension: "1002", Device: "dev_dect", Credential: "bob", Location: "loc_hq"}
		d.Emergency.Callback = "+13125550199"
	})
	release := r.blockStore()
	r.Began("call_1", decision(nil), "")
	r.Began("call_2", other, "")
	r.Sent("call_2")
	r.Sent("call_1")
	r.Ended("call_1", record.HungUpByCaller, true)
	r.place("call_3") // Ann dials again
	release()
	calls := map[string]*record.EmergencyCall{}
	for _, id := range []string{"call_1", "call_2", "call_3"} {
		calls[id] = r.settled(id, func(c *record.EmergencyCall) bool { return c.CallID == id && len(c.Mails) >= 3 })
	}
	if calls["call_1"].Caller.Name != "Ann Arbor" || calls["call_2"].Caller.Name != "Bob" || calls["call_3"].ID == calls["call_1"].ID {
		t.Errorf("calls %+v", calls)
	}
	for number, who := range map[string]record.ID{"+13125550100": "ann", "+13125550199": "bob"} {
		if w, ok := r.Window("acct_1", number); !ok || w.Credential != who {
			t.Errorf("window of %s: %+v %v", number, w, ok)
		}
	}
	if w, _ := r.Window("acct_1", "+13125550100"); w.Event != calls["call_3"].ID || len(w.Earlier) != 0 {
		t.Errorf("the window is %+v, not of the call made last alone", w)
	}
}
