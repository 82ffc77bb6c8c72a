package render

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/provision/render/zone"
	"dialtone/store/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAccount checks the parameters others rely on.
func TestAccount(t *testing.T) {
	p := phone(t, "T46U", 2)
	p.Lines[1].Proxy = Server{Host: "192.0.2.1", Port: 5061, Transport: TLS}
	got := parse(t, mustAppend(t, p))
	want := map[string]string{
		"account.1.enable": "1", "account.1.user_name": "1001", "account.1.auth_name": "1001",
		"account.1.password": "S3cret1001", "account.1.sip_server.1.address": "acme.example.com",
		"account.1.sip_server.1.port": "5060", "account.1.sip_server.1.transport_type": "0", "account.1.transport_type": "0",
		"account.1.outbound_proxy_enable": "1", "account.1.outbound_proxy.1.address": "pbx.example.com",
		"account.1.outbound_proxy.1.port": "5060", "account.1.srtp_encryption": "0",
		"account.2.sip_server.1.transport_type": "2", "account.2.outbound_proxy.1.address": "192.0.2.1",
		"account.2.outbound_proxy.1.port": "5061", "account.2.srtp_encryption": "1", "account.2.srtp.cipher_list": srtpCiphers,
		"account.3.enable": "0", "account.16.enable": "0", "account.16.password": null,
		"static.auto_provision.pnp_enable": "0", "sip.notify_reboot_enable": "0", "features.auto_linekeys.enable": "0",
		"static.security.user_password": "admin:Adm1nPassw0rd", "phone_setting.emergency.number": "911,112",
		"remote_phonebook.data.1.url": "https://phones.example.com/p/Tok3nTok3nTok3nTok3nTok3n/phonebook.xml",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s = %q, want %q", name, got[name], value)
		}
	}
	if _, ok := got["account.17.enable"]; ok {
		t.Error("more accounts than the phone has")
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		name, label string
		refused     bool
	}{
		{"quotes and markup stay", `R&D <"O'Hara">`, false},
		{"four octets of UTF-8 stay", "Küche 🛎️ 厨房", false},
		{"hash and equals stay", "a = b # c", false},
		{"line feed", "x\nstatic.auto_provision.server.url = http://evil/", true},
		{"carriage return", "x\raccount.1.password = evil", true},
		{"NUL", "x\x00y", true},
		{"DEL", "x\x7fy", true},
		{"next line (C1)", "x\u0085y", true},
		{"not UTF-8", "x\xffy", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := phone(t, "T46U", 1)
			p.Keys[0].Label = tt.label
			got, err := Append([]byte("before"), p)
			if tt.refused {
				if err == nil || !strings.Contains(err.Error(), `"linekey.1.label"`) || string(got) != "before" {
					t.Errorf("got %d bytes, error %v", len(got), err)
				}
				return
			}
			if err != nil || !bytes.Contains(got, []byte("linekey.1.label = "+tt.label+"\n")) {
				t.Errorf("the label changed: %v", err)
			}
		})
	}
}

// TestEveryTextIsGuarded puts a line break into each text in turn.
func TestEveryTextIsGuarded(t *testing.T) {
	const evil = "a\nb = c"
	for name, poison := range map[string]func(p *Phone){
		"account.1.label":                       func(p *Phone) { p.Lines[0].Label = evil },
		"account.1.display_name":                func(p *Phone) { p.Lines[0].DisplayName = evil },
		"account.1.user_name":                   func(p *Phone) { p.Lines[0].Username = evil },
		"account.1.password":                    func(p *Phone) { p.Lines[0].Password = evil },
		"account.1.sip_server.1.address":        func(p *Phone) { p.Lines[0].Domain = evil },
		"account.1.outbound_proxy.1.address":    func(p *Phone) { p.Lines[0].Proxy.Host = evil },
		"voice_mail.number.1.":                  func(p *Phone) { p.Lines[0].Voicemail = evil },
		"linekey.1.label":                       func(p *Phone) { p.Keys[0].Label = evil },
		"linekey.1.value":                       func(p *Phone) { p.Keys[0].Value = evil },
		"static.auto_provision.server.url":      func(p *Phone) { p.Source.URL = evil },
		"static.auto_provision.server.username": func(p *Phone) { p.Source.Login.User = evil },
		"static.auto_provision.server.password": func(p *Phone) { p.Source.Login.Password = evil },
		"static.security.user_name.admin":       func(p *Phone) { p.Admin.User = evil },
		"static.security.user_password":         func(p *Phone) { p.Admin.Password = evil },
		"phone_setting.emergency.number":        func(p *Phone) { p.Emergency[1] = evil },
		"dialplan.emergency.server.1.address":   func(p *Phone) { p.EmergencyServer.Host = evil },
		"remote_phonebook.data.1.name":          func(p *Phone) { p.Phonebook = evil },
		"features.pickup.direct_pickup_code":    func(p *Phone) { p.PickupCode = evil },
		"features.call_park.park_code":          func(p *Phone) { p.ParkCode = evil },
		"local_time.ntp_server1":                func(p *Phone) { p.Settings.Regional.NTPServers[0] = evil },
		"some.parameter":                        func(p *Phone) { p.Settings.Raw = map[string]string{"some.parameter": evil} },
	} {
		t.Run(name, func(t *testing.T) {
			p := phone(t, "T46U", 1)
			poison(p)
			if _, err := Append(nil, p); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(name, ".")) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestVendor(t *testing.T) {
	m := *catalog.Generic("yealink")
	m.Vendor = "acme"
	if got, err := Append([]byte("x"), &Phone{Model: &m}); err == nil || string(got) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAppendOffset(t *testing.T) {
	for want, offset := range map[string]time.Duration{
		"0": 0, "+1": time.Hour, "-5": -5 * time.Hour, "+5:30": 330 * time.Minute, "+5:45": 345 * time.Minute,
		"-3:30": -210 * time.Minute, "+13": 13 * time.Hour, "-0:30": -30 * time.Minute,
	} {
		if got := string(appendOffset(nil, offset)); got != want {
			t.Errorf("%v: %q, want %q", offset, got, want)
		}
	}
}

func TestAssign(t *testing.T) {
	base, _ := catalog.Find("yealink", "W52P")
	handset := func(slot, lines int) Handset { return Handset{Slot: slot, Lines: make([]Line, lines)} }
	tests := []struct {
		name     string
		handsets []Handset
		want     [][]int
		unserved int
	}{
		{"one line each", []Handset{handset(1, 1), handset(3, 1)}, [][]int{{1}, {3}}, 0},
		{"second line takes the lowest free", []Handset{handset(1, 2), handset(2, 1)}, [][]int{{1, 3}, {2}}, 0},
		{"no lines", []Handset{handset(1, 0)}, [][]int{nil}, 0},
		{"slot beyond the accounts", []Handset{handset(9, 1)}, [][]int{{1}}, 0},
		{"more lines than accounts", []Handset{handset(1, 4), handset(2, 3)}, [][]int{{1, 3, 4, 5}, {2}}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Assign(base, tt.handsets)
			if diff := cmp.Diff(tt.want, got.Handsets); diff != "" || got.Unserved != tt.unserved {
				t.Errorf("unserved %d\n%s", got.Unserved, diff)
			}
		})
	}
}

// TestAnyPhone renders anything twice: the bytes are the same, and each parameter stands once on its own line.
func TestAnyPhone(t *testing.T) {
	models := catalog.Models()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPhone(t, rapid.SampledFrom(models).Draw(t, "model"))
		first, err := Append(nil, p)
		if err != nil {
			t.Fatalf("%v", err)
		}
		params := parse(t, first)
		second, _ := Append(make([]byte, 0, 10), p)
		if !bytes.Equal(first, second) {
			t.Fatalf("rendered differently the second time")
		}
		for name := range p.Settings.Raw {
			if params[name] == "" {
				t.Fatalf("raw parameter %s is missing", name)
			}
		}
		for _, l := range p.Lines {
			if p.Model.Kind != catalog.DECTBase && l.Number <= p.Model.Accounts && len(p.Settings.Raw) == 0 && params["account."+strconv.Itoa(l.Number)+".enable"] != "1" {
				t.Fatalf("line %d is missing", l.Number)
			}
		}
	})
}

func drawPhone(t *rapid.T, m *catalog.Model) *Phone {
	word := rapid.StringMatching(`[a-zA-Z0-9 &<>"'=#é🛎]{0,12}`).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	p := &Phone{
		Model: m, Modules: rapid.IntRange(0, 6).Draw(t, "modules"), PickupCode: rapid.SampledFrom([]string{"", "**"}).Draw(t, "pickup"),
		ParkCode:  rapid.SampledFrom([]string{"", "*68"}).Draw(t, "park"),
		Phonebook: word.Draw(t, "book"), Source: Source{URL: "http://x/", RepeatMinutes: rapid.IntRange(0, 60).Draw(t, "repeat")},
		Admin:     Login{"admin", word.Draw(t, "admin")},
		Emergency: rapid.SliceOfN(rapid.StringMatching(`[0-9]{3}`), 0, 20).Draw(t, "emergency"),
		Clock: Clock{Rule: zone.Rule{
			Offset: time.Duration(rapid.IntRange(-11*60, 14*60).Draw(t, "offset")) * time.Minute,
			DST:    rapid.Bool().Draw(t, "dst"), Expressible: rapid.Bool().Draw(t, "expressible"),
		}},
	}
	drawLine := func(n int) Line {
		return Line{
			Number: n, Label: word.Draw(t, "label"), Username: "u" + strconv.Itoa(n), Password: word.Draw(t, "password"), Domain: "d.example",
			Proxy: Server{Host: rapid.SampledFrom([]string{"", "h"}).Draw(t, "host"), Port: 5060, Transport: Transport(rapid.IntRange(0, 2).Draw(t, "transport"))},
		}
	}
	for n := 1; n <= record.MaxLines; n++ {
		if rapid.IntRange(0, 3).Draw(t, "has line") == 0 {
			p.Lines = append(p.Lines, drawLine(n))
		}
		if rapid.IntRange(0, 5).Draw(t, "has handset") == 0 {
			p.Handsets = append(p.Handsets, Handset{Slot: n, Name: word.Draw(t, "handset"), Lines: []Line{drawLine(1), drawLine(2)}})
		}
	}
	for module := range 3 {
		for position := 1; position < 90; position += rapid.IntRange(1, 30).Draw(t, "gap") {
			p.Keys = append(p.Keys, layout.Key{
				Module: module, Position: position, Type: rapid.SampledFrom(record.ButtonTypes()).Draw(t, "type"),
				Label: word.Draw(t, "label"), Value: word.Draw(t, "value"), Line: rapid.IntRange(0, 16).Draw(t, "line"),
				Verdict: rapid.SampledFrom([]layout.Verdict{layout.OK, layout.NotAvailable}).Draw(t, "verdict"),
			})
		}
	}
	if rapid.Bool().Draw(t, "raw") {
		p.Settings.Raw = rapid.MapOfN(rapid.SampledFrom([]string{
			"account.1.label", "static.auto_provision.pnp_enable", "linekey.1.type", "lang.gui", "own.parameter", "voice_mail.number.1",
		}), word, 1, 4).Draw(t, "raw parameters")
	}
	return p
}

func mustAppend(t *testing.T, p *Phone) []byte {
	t.Helper()
	got, err := Append(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
