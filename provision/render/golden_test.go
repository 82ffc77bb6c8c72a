package render

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dialtone/provision/layout"
	"dialtone/provision/render/zone"
	"dialtone/store/record"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) {
	tests := []struct {
		name, model string
		phone       func(t *testing.T, model string) *Phone
	}{
		{"t21p_e2", "T21P_E2", func(t *testing.T, m string) *Phone {
			p := phone(t, m, 1)
			p.add(0, 2, record.ButtonSpeedDial, "1002")
			return p
		}},
		{"t28p-legacy", "T28P", func(t *testing.T, m string) *Phone {
			p := phone(t, m, 2)
			p.PickupCode = "**"
			p.add(0, 3, record.ButtonBLFExtension, "1007")
			p.add(0, 9, record.ButtonSpeedDial, "1009")
			return p
		}},
		{"t31g", "T31G", func(t *testing.T, m string) *Phone { return phone(t, m, 2) }},
		{"t32g-zero-based", "T32G", func(t *testing.T, m string) *Phone {
			p := phone(t, m, 1)
			p.add(0, 2, record.ButtonBLFExtension, "1007")
			return p
		}},
		{"t46s", "T46S", func(t *testing.T, m string) *Phone { return phone(t, m, 2) }},
		{"t46u-2xexp50", "T46U", func(t *testing.T, m string) *Phone {
			p := everyKey(phone(t, m, 2), 3)
			p.Modules = 2
			p.add(1, 1, record.ButtonSpeedDial, "2001")
			p.add(2, 60, record.ButtonSpeedDial, "2120")
			return p
		}},
		{"t54w-settings", "T54W", settled},
		{"t58w-tls", "T58W", func(t *testing.T, m string) *Phone {
			p := phone(t, m, 1)
			p.Lines[0].Proxy = Server{Host: "pbx.example.com", Port: 5061, Transport: TLS}
			p.Source.Login = Login{"acme", "Pr0visioning"}
			p.Source.RepeatMinutes = 1
			return p
		}},
		{"t74w", "T74W", func(t *testing.T, m string) *Phone { return phone(t, m, 1) }},
		{"t88w", "T88W", func(t *testing.T, m string) *Phone { return phone(t, m, 1) }},
		{"cp965", "CP965", func(t *testing.T, m string) *Phone { return phone(t, m, 1) }},
		{"w60b", "W60B", func(t *testing.T, m string) *Phone {
			p := phone(t, m, 0)
			p.Handsets = handsets(4)
			return p
		}},
		{"w90dm", "W90DM", func(t *testing.T, m string) *Phone {
			p := phone(t, m, 0)
			p.Handsets = handsets(3)
			p.Handsets[2].Lines[0].Domain = "other.example.com"
			return p
		}},
		{"unknown-model", "ZX9000", func(t *testing.T, m string) *Phone { return phone(t, m, 1) }},
		{"nothing-known", "T46U", func(t *testing.T, m string) *Phone { return &Phone{Model: phone(t, m, 0).Model} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Append(nil, tt.phone(t, tt.model))
			if err != nil {
				t.Fatal(err)
			}
			parse(t, got)
			golden(t, tt.name+".cfg", got)
		})
	}
}

// settled has a value for every setting, in a zone summer time of which can be told by date only.
func settled(t *testing.T, model string) *Phone {
	p := phone(t, model, 2)
	p.Clock = Clock{
		Rule: zone.Rule{Offset: -3*time.Hour - 30*time.Minute, DST: true},
		Dates: zone.Year{
			DST: true, Save: 30 * time.Minute,
			Start: zone.Date{Month: 3, Day: 27, Hour: 2}, End: zone.Date{Month: 9, Day: 27, Hour: 2},
		},
	}
	p.Lines[0].Proxy.Transport, p.Lines[1].Proxy.Transport = TCP, TCP
	p.Settings = record.Settings{
		Audio: &record.AudioSettings{
			VADEnabled: ptr(true), EchoCancellation: ptr(false), RingVolume: ptr(0), DTMF: ptr("info"),
			JitterBuffer: &record.JitterBuffer{Mode: "fixed", MinMS: 60, MaxMS: 240}, Codecs: []string{"opus", "pcma"},
		},
		Display: &record.DisplaySettings{
			TimeFormat: ptr("24h"), DateFormat: ptr("D/M/Y"), BacklightTimeout: ptr(0), BacklightLevel: ptr("low"),
		},
		Regional: &record.RegionalSettings{Language: ptr("fr"), ToneScheme: ptr("FR"), NTPServers: []string{"a.example.com", "b.example.com"}},
		Network: &record.NetworkSettings{
			SRTP: ptr("required"), VLANID: ptr(20), VLANPriority: ptr(5), PCVLANID: ptr(1), LLDPEnabled: ptr(false),
			QoSDSCPSIP: ptr(24), QoSDSCPRTP: ptr(46), RTCPEnabled: ptr(true),
		},
		Features: &record.FeatureSettings{WebUIEnabled: ptr(false), DNDEnabled: ptr(false), AutoAnswerEnabled: ptr(true)},
		Raw:      map[string]string{"voice.vad": "2", "account.1.label": "Desk", "linekey.27.type": "28", "zz.last": ""},
	}
	return p
}

// TestAlias renders a model under its other name.
func TestAlias(t *testing.T) {
	short, err1 := Append(nil, phone(t, "T88", 1))
	long, err2 := Append(nil, phone(t, "SIP-T88W", 1))
	if err1 != nil || err2 != nil || string(short) != string(long) {
		t.Errorf("T88 and T88W differ: %v %v\n%s", err1, err2, cmp.Diff(string(long), string(short)))
	}
}

// TestBrokenKeysAreCleared renders keys that do not work: nothing of them may reach the phone.
func TestBrokenKeysAreCleared(t *testing.T) {
	p := phone(t, "T46U", 1)
	p.Keys = append(p.Keys,
		layout.Key{Position: 2, Type: record.ButtonBLFExtension, Label: "junk", Verdict: layout.NotAvailable},
		layout.Key{Position: 3, Source: layout.Suppressed, Verdict: layout.OK},
		layout.Key{Position: 400, Type: record.ButtonDND, Label: "junk", Verdict: layout.OutOfRange},
		layout.Key{Module: 1, Position: 1, Type: record.ButtonDND, Label: "junk", Verdict: layout.OutOfRange},
	)
	got, err := Append(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	params := parse(t, got)
	for _, position := range []string{"2", "3"} {
		key := "linekey." + position + "."
		if params[key+"type"] != "0" || params[key+"line"] != null || params[key+"value"] != null || params[key+"label"] != null {
			t.Errorf("key %s is not clear", position)
		}
	}
	if strings.Contains(string(got), "junk") || strings.Contains(string(got), "expansion_module") {
		t.Error("a key that does not work left something behind")
	}
}

// parse reads a file the way a phone does and checks its form.
func parse(t interface {
	Helper()
	Fatalf(string, ...any)
}, data []byte,
) map[string]string {
	t.Helper()
	first, rest, _ := strings.Cut(string(data), "\n")
	if first != "#!version:1.0.0.1" || !strings.HasSuffix(rest, "\n") {
		t.Fatalf("first line %q, ends with %q", first, rest[max(0, len(rest)-10):])
	}
	params := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(rest, "\n"), "\n") {
		name, value, ok := strings.Cut(line, " = ")
		if !ok || name == "" || strings.ContainsAny(name, " \r=#") || strings.Contains(value, "\r") {
			t.Fatalf("not a parameter: %q", line)
		}
		if value == "" {
			t.Fatalf("%s has no value", name)
		}
		if _, twice := params[name]; twice {
			t.Fatalf("%s stands twice", name)
		}
		params[name] = value
	}
	return params
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}
