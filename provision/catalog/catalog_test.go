package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadEmbedded(t *testing.T) {
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(table.Models()); n < 60 {
		t.Errorf("%d models, want at least 60", n)
	}
	if !slices.IsSortedFunc(table.Models(), func(a, b *Model) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("models are not sorted by name")
	}
	for _, m := range append(table.Models(), table.Generic("yealink")) {
		if m.Vendor != "yealink" || m.Name == "" {
			t.Errorf("%q of %q", m.Name, m.Vendor)
		}
		if m.Kind == Deskphone && m.Screen.Class == NoScreen && m.Note == "" {
			t.Errorf("%s has no screen and no note saying why", m.Name)
		}
		if m.MemoryKeys > 0 && m.Family != Legacy {
			t.Errorf("%s has memory keys; only old phones do", m.Name)
		}
	}
}

// One common code belongs to one firmware line: a shared common file may not mix parameter syntaxes.
func TestCommonCodeMeansOneFamily(t *testing.T) {
	first := map[string]*Model{}
	for _, m := range Models() {
		if m.CommonCode == "" {
			continue
		}
		other, seen := first[m.CommonCode]
		if !seen {
			first[m.CommonCode] = m
			continue
		}
		if other.Family != m.Family || !cmp.Equal(other.FirmwarePrefixes, m.FirmwarePrefixes) || other.Kind != m.Kind {
			t.Errorf("code %s: %s and %s differ in family, kind or firmware", m.CommonCode, other.Name, m.Name)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ vendor, model, want string }{
		{"yealink", "T46U", "T46U"},
		{"Yealink", "t46u", "T46U"},
		{"", "SIP-T46U", "T46U"},
		{"", "Yealink SIP-T46U", "T46U"},
		{"yealink", "SIP VP-T49G", "T49G"},
		{"yealink", "T58", "T58A"},
		{"yealink", "T58V", "T58V"},
		{"yealink", "T21P E2", "T21P_E2"},
		{"yealink", "sip-t21p_e2", "T21P_E2"},
		{"yealink", "T19P-E2", "T19P_E2"},
		{"yealink", "VP530P", "VP530"},
		{"yealink", "T88", "T88W"},
		{"yealink", "W90", "W90DM"},
		{"yealink", "W60P", "W60B"},
		{"yealink", "W73P", "W73P"},
		{"yealink", "CP965", "CP965"},
		{"yealink", "T99Z", ""},
		{"yealink", "", ""},
		{"yealink", "SIP-", ""},
		{"snom", "T46U", ""},
	} {
		m, ok := Find(tt.vendor, tt.model)
		if ok != (tt.want != "") || ok && m.Name != tt.want {
			t.Errorf("Find(%q, %q) = %v, want %q", tt.vendor, tt.model, m, tt.want)
		}
	}
}

// Facts of the model table that renderers and layouts lean on.
func TestModelFacts(t *testing.T) {
	type facts struct {
		Kind                                             Kind
		Family                                           Family
		Accounts, LineKeys, KeysPerPage, Modules, PerMod int
		Code                                             string
		Class                                            ScreenClass
	}
	for name, want := range map[string]facts{
		"T21P_E2": {Deskphone, V8x, 2, 2, 2, 0, 0, "052", Mono},
		"T28P":    {Deskphone, Legacy, 6, 6, 6, 6, 38, "000", Mono},
		"T27G":    {Deskphone, V8x, 6, 21, 7, 6, 40, "069", Mono},
		"T31G":    {Deskphone, V8x, 2, 2, 2, 0, 0, "123", Mono},
		"T33G":    {Deskphone, V8x, 4, 12, 4, 0, 0, "124", Colour},
		"T41U":    {Deskphone, V8x, 6, 15, 5, 0, 0, "", Mono},
		"T43U":    {Deskphone, V8x, 12, 21, 7, 3, 60, "107", Mono},
		"T46S":    {Deskphone, V8x, 16, 27, 9, 6, 40, "066", Colour},
		"T46U":    {Deskphone, V8x, 16, 27, 9, 3, 60, "108", Colour},
		"T54W":    {Deskphone, V8x, 16, 27, 9, 3, 60, "096", Colour},
		"T58W":    {Deskphone, V8x, 16, 27, 0, 3, 60, "150", Touch},
		"T74W":    {Deskphone, V8x, 16, 60, 0, 3, 78, "184", Colour},
		"T88W":    {Deskphone, V8x, 16, 95, 0, 3, 78, "192", Touch},
		"CP965":   {Conference, V8x, 1, 0, 0, 0, 0, "143", Touch},
		"W60B":    {DECTBase, DECTSingle, 8, 0, 0, 0, 0, "077", NoScreen},
		"W90DM":   {DECTBase, DECTTemplate, 250, 0, 0, 0, 0, "130", NoScreen},
		"W73H":    {DECTHandset, DECTSingle, 0, 0, 0, 0, 0, "", Colour},
	} {
		t.Run(name, func(t *testing.T) {
			m, ok := Find("yealink", name)
			if !ok {
				t.Fatal("not found")
			}
			got := facts{m.Kind, m.Family, m.Accounts, m.LineKeys, m.KeysPerPage(), m.Modules, m.KeysPerModule, m.CommonCode, m.Screen.Class}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestModuleKey(t *testing.T) {
	m, _ := Find("yealink", "T27G")
	for key, want := range map[int]bool{0: false, 1: true, 20: true, 21: false, 22: true, 40: true, 41: false} {
		if m.ModuleKey(key) != want {
			t.Errorf("ModuleKey(%d) = %v", key, !want)
		}
	}
}

func TestGeneric(t *testing.T) {
	for _, vendor := range []string{"yealink", "Yealink", "", "unheard of"} {
		if m := Generic(vendor); m == nil || m.Accounts < 1 || m.LineKeys < 1 || m.Family != V8x || !m.Supports("line") {
			t.Errorf("Generic(%q) = %+v", vendor, m)
		}
	}
}

func TestByCommonFile(t *testing.T) {
	for file, want := range map[string][]string{
		"y000000000108.cfg":  {"T46U"},
		"Y000000000108.CFG":  {"T46U"},
		"y000000000000.cfg":  {"T28P"},
		"y000000000058.cfg":  {"T58A", "T58V"},
		"y000000000146.cfg":  {"W70B", "W73P", "W76P", "W79P"},
		"y000000000999.cfg":  nil,
		"y000000000000.boot": nil,
		"y00000000108.cfg":   nil,
		"001565aabbcc.cfg":   nil,
		"":                   nil,
	} {
		var got []string
		for _, m := range ByCommonFile(file) {
			got = append(got, m.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
	for _, m := range Models() {
		if m.CommonCode != "" && !slices.Contains(ByCommonFile(m.CommonFile()), m) {
			t.Errorf("%s is not found by %s", m.Name, m.CommonFile())
		}
	}
}

func TestSupports(t *testing.T) {
	all := []string{
		"line", "blf_extension", "blf_park", "park", "blf_queue_agent", "blf_queue_depth", "speed_dial", "dtmf", "url",
		"multicast", "transfer", "forward", "intercom", "voicemail", "conference", "dnd", "hold", "record_toggle",
	}
	for _, m := range Models() {
		dect := m.Kind == DECTBase || m.Kind == DECTHandset
		for _, buttonType := range all {
			if m.Supports(buttonType) == dect {
				t.Errorf("%s supports %s: %v", m.Name, buttonType, dect)
			}
		}
		if m.Supports("") || m.Supports("teleport") {
			t.Errorf("%s supports a type that does not exist", m.Name)
		}
	}
}

func TestMACVendor(t *testing.T) {
	for mac, want := range map[string]string{
		"00:15:65:aa:bb:cc": "yealink",
		"805EC0AABBCC":      "yealink",
		"24-9A-D8-00-00-00": "yealink",
		"0015.65aa.bbcc":    "yealink",
		"00:04:13:aa:bb:cc": "",
		"0015":              "",
		"":                  "",
		"zz1565aabbcc":      "",
	} {
		if got := MACVendor(mac); got != want {
			t.Errorf("MACVendor(%q) = %q, want %q", mac, got, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, row := range map[string]string{
		"unknown column":       "{name: A1, accounts: 1, colour: blue}",
		"no name":              "{accounts: 1}",
		"no accounts":          "{name: A1}",
		"kind":                 "{name: A1, accounts: 1, kind: teapot}",
		"family":               "{name: A1, accounts: 1, family: v9x}",
		"code":                 `{name: A1, accounts: 1, code: "12"}`,
		"firmware":             `{name: A1, accounts: 1, fw: "1,x"}`,
		"too many accounts":    "{name: A1, accounts: 251}",
		"pages":                "{name: A1, accounts: 1, lines: 27, phys: 7, pages: 3}",
		"keys without modules": "{name: A1, accounts: 1, per: 40}",
		"range":                `{name: A1, accounts: 1, prog: "5-1"}`,
		"overlapping range":    `{name: A1, accounts: 1, prog: "1-5,5"}`,
		"screen class":         "{name: A1, accounts: 1, screen: 10x10 shiny}",
		"screen size":          "{name: A1, accounts: 1, screen: 10by10 mono}",
		"DECT family":          "{name: A1, accounts: 1, kind: dect_base}",
		"handsets":             "{name: A1, accounts: 1, handsets: 4}",
		"taken name":           "{name: A1, accounts: 1, also: [a-1]}",
	} {
		t.Run(name, func(t *testing.T) {
			file := "vendor: acme\ngeneric: {name: Generic, accounts: 1}\nmodels:\n- " + row + "\n"
			if err := newTable().read([]byte(file)); err == nil {
				t.Error("accepted")
			}
		})
	}
}
