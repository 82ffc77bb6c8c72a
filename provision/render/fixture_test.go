package render

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/provision/render/zone"
	"dialtone/store/record"
)

var proxy = Server{Host: "pbx.example.com", Port: 5060}

// testLine is registration n of the fixtures.
func testLine(n int) Line {
	number := strconv.Itoa(1000 + n)
	return Line{
		Number: n, Label: number, DisplayName: "Ann Müller " + number, Username: number, Password: "S3cret" + number,
		Domain: "acme.example.com", Proxy: proxy, Expires: 3600, Voicemail: "*97",
	}
}

// newYork is what zone.Compute says of America/New_York.
var newYork = Clock{Rule: zone.Rule{
	Offset: -5 * time.Hour, DST: true, Save: time.Hour, Expressible: true,
	Start: zone.Switch{Month: 3, Week: 2, Weekday: 7, Hour: 2}, End: zone.Switch{Month: 11, Week: 1, Weekday: 7, Hour: 2},
}}

// phone is a model with that many lines and everything an account usually has.
func phone(tb testing.TB, model string, lines int) *Phone {
	tb.Helper()
	m, ok := catalog.Find("yealink", model)
	if !ok {
		m = catalog.Generic("yealink")
	}
	p := &Phone{
		Model: m, Clock: newYork, Phonebook: "Acme", Emergency: []string{"911", "112"}, EmergencyServer: proxy,
		Admin:  Login{"admin", "Adm1nPassw0rd"},
		Source: Source{URL: "https://phones.example.com/p/Tok3nTok3nTok3nTok3nTok3n/", Uploads: true},
		Settings: record.Settings{
			Audio:    &record.AudioSettings{VADEnabled: ptr(false), EchoCancellation: ptr(true)},
			Regional: &record.RegionalSettings{Language: ptr("en"), ToneScheme: ptr("US"), NTPServers: []string{"pool.ntp.org"}},
			Features: &record.FeatureSettings{
				DNDEnabled: ptr(true), CallWaitingEnabled: ptr(true), CallForwardEnabled: ptr(true),
				AutoAnswerEnabled: ptr(false), WebUIEnabled: ptr(true),
			},
		},
	}
	for n := 1; n <= lines; n++ {
		p.Lines = append(p.Lines, testLine(n))
		p.Keys = append(p.Keys, layout.Key{Position: n, Type: record.ButtonLine, Line: n, Label: "Line " + strconv.Itoa(n), Verdict: layout.OK})
	}
	return p
}

func ptr[T any](v T) *T { return &v }

// add puts a working key behind the others.
func (p *Phone) add(module, position int, kind, value string) {
	p.Keys = append(p.Keys, layout.Key{
		Module: module, Position: position, Type: kind, Value: value, Line: 1,
		Label: fmt.Sprintf("%s %d", kind, position), Verdict: layout.OK,
	})
}

// everyKey is a phone with one key of each type from position on.
func everyKey(p *Phone, position int) *Phone {
	p.PickupCode, p.ParkCode = "**", "*68"
	for _, k := range []struct{ kind, value string }{
		{record.ButtonSpeedDial, "+13125550100"},
		{record.ButtonBLFExtension, "1007"},
		{record.ButtonBLFPark, "*681"},
		{record.ButtonPark, "*68"},
		{record.ButtonVoicemail, "*97"},
		{record.ButtonDTMF, "1234#"},
		{record.ButtonURL, "https://door.example.com/open?id=1&by=phone"},
		{record.ButtonMulticast, "224.5.6.20:10000"},
		{record.ButtonConference, ""},
		{record.ButtonTransfer, "blind"},
		{record.ButtonForward, "1009"},
		{record.ButtonIntercom, "1008"},
		{record.ButtonDND, ""},
		{record.ButtonHold, ""},
		{record.ButtonRecordToggle, ""},
		{record.ButtonQueueAgent, "*451800*1001"},
		{record.ButtonQueueDepth, "1800"},
	} {
		p.add(0, position, k.kind, k.value)
		position++
	}
	return p
}

// handsets are n handsets with a line each, and a second one on the first.
func handsets(n int) []Handset {
	list := make([]Handset, n)
	for i := range list {
		list[i] = Handset{Slot: i + 1, Name: "Handset " + strconv.Itoa(i+1), Lines: []Line{testLine(i + 1)}}
	}
	list[0].Lines = append(list[0].Lines, testLine(n+1))
	return list
}
