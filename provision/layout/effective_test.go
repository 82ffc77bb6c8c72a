package layout

import (
	"slices"
	"testing"

	"dialtone/provision/catalog"
	"dialtone/store/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// staff is the directory of the tests: Ann at 1001, Bob without an extension, 1009 inactive.
type staff struct{}

func (staff) User(id record.ID) (*record.User, bool) {
	name, ok := map[record.ID]string{"user_ann": "Ann", "user_bob": "Bob", "user_cid": "Cid"}[id]
	return &record.User{Name: name}, ok
}

func (staff) Extension(id record.ID) (*record.Extension, bool) {
	switch id {
	case "ext_1001":
		return &record.Extension{Number: "1001", Status: record.Active}, true
	case "ext_1009":
		return &record.Extension{Number: "1009", Status: record.Inactive}, true
	}
	return nil, false
}

func (s staff) ExtensionOf(user record.ID) (*record.Extension, bool) {
	if user != "user_ann" {
		return nil, false
	}
	return s.Extension("ext_1001")
}

func (staff) Queue(id record.ID) (*record.CallQueue, bool) {
	name, ok := map[record.ID]string{"qu_1": "Support", "qu_2": "Sales"}[id]
	return &record.CallQueue{Name: name, Members: []record.QueueMember{{User: "user_ann"}, {User: "user_bob"}}}, ok
}

func (staff) QueueExtension(queue record.ID) (*record.Extension, bool) {
	return &record.Extension{Number: "1800", Status: record.Active}, queue == "qu_1"
}

var allFeatures = Features{BLF: true, Park: true, Intercom: true, Recording: true, Queues: true}

// input is a phone of the model with lines 1 and 2 and everything switched on.
func input(t interface{ Fatalf(string, ...any) }, model string) *Input {
	m, ok := catalog.Find("yealink", model)
	if !ok {
		t.Fatalf("no model %s", model)
	}
	return &Input{
		Device: &record.Device{Type: record.Deskphone, Lines: []record.Line{{Line: 1}, {Line: 2}}},
		Model:  m, Lines: []Line{{1, "Front"}, {2, "Back"}}, ParkCode: "*68", AgentCode: "*45", Voicemail: "*97", Features: allFeatures,
	}
}

func button(position int, kind string, target record.ButtonTarget) record.Button {
	return record.Button{Position: position, Type: kind, Target: &target}
}

func TestSources(t *testing.T) {
	in := input(t, "T46U")
	in.Template = []record.Button{
		button(1, record.ButtonDND, record.ButtonTarget{}),
		button(4, record.ButtonHold, record.ButtonTarget{}),
		button(5, record.ButtonHold, record.ButtonTarget{}),
	}
	in.Device.ButtonOverrides = []record.Button{
		button(4, record.ButtonConference, record.ButtonTarget{}),
		{Position: 5, Suppressed: true},
		button(6, record.ButtonSpeedDial, record.ButtonTarget{Destination: "200"}),
		{Position: 7, Suppressed: true},
	}
	type row struct {
		Position int
		Type     string
		Source   Source
		Works    bool
	}
	var got []row
	for _, k := range Effective(in, staff{}) {
		got = append(got, row{k.Position, k.Type, k.Source, k.Works()})
	}
	want := []row{
		{1, "dnd", FromTemplate, true},
		{2, "line", ModelDefault, true},
		{4, "conference", TemplateOverridden, true},
		{5, "", Suppressed, false},
		{6, "speed_dial", FromOverride, true},
		{7, "", Suppressed, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestModelDefault(t *testing.T) {
	lines := func(keys []Key) (got []int) {
		for _, k := range keys {
			if k.Source == ModelDefault {
				got = append(got, k.Position, k.Line)
			}
		}
		return got
	}
	tests := []struct {
		name, model string
		template    []record.Button
		lines       []Line
		want        []int
	}{
		{"bare phone", "T46U", nil, []Line{{1, ""}, {2, ""}}, []int{1, 1, 2, 2}},
		{"gap in the lines", "T46U", nil, []Line{{1, ""}, {3, ""}}, []int{1, 1, 2, 3}},
		{"line has a key already", "T46U", []record.Button{button(9, record.ButtonLine, record.ButtonTarget{})}, []Line{{1, ""}, {2, ""}}, []int{2, 2}},
		{"more lines than accounts", "T31G", nil, []Line{{1, ""}, {2, ""}, {3, ""}}, []int{1, 1, 2, 2}},
		{"no line keys", "CP965", nil, []Line{{1, ""}}, nil},
		{"no lines", "T46U", nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := input(t, tt.model)
			in.Template, in.Lines = tt.template, tt.lines
			if diff := cmp.Diff(tt.want, lines(Effective(in, staff{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	none := func(in *Input) { in.Features = Features{} }
	tests := []struct {
		name    string
		model   string
		b       record.Button
		with    func(*Input)
		verdict Verdict
		value   string
		label   string
		reason  string
	}{
		{name: "line", b: button(1, "line", record.ButtonTarget{Line: 2}), verdict: OK, label: "Back"},
		{name: "line without number", b: button(1, "line", record.ButtonTarget{}), verdict: OK, label: "Front"},
		{name: "absent line", b: button(1, "line", record.ButtonTarget{Line: 5}), verdict: NotAvailable, reason: "the device has no line 5"},
		{
			name: "line beyond the accounts", model: "T31G", with: func(in *Input) { in.Lines = append(in.Lines, Line{3, ""}) },
			b: button(1, "line", record.ButtonTarget{Line: 3}), verdict: NotAvailable, reason: "the T31G has 2 accounts, so line 3 is not set up on it",
		},
		{name: "no lines", with: func(in *Input) { in.Lines = nil }, b: button(1, "line", record.ButtonTarget{}), verdict: NotAvailable, reason: "the device has no lines"},
		{name: "lamp of a user", b: button(3, "blf_extension", record.ButtonTarget{User: "user_ann"}), verdict: OK, value: "1001", label: "Ann"},
		{name: "lamp of an extension", b: button(3, "blf_extension", record.ButtonTarget{Extension: "ext_1001"}), verdict: OK, value: "1001", label: "1001"},
		{name: "lamp of an inactive extension", b: button(3, "blf_extension", record.ButtonTarget{Extension: "ext_1009"}), verdict: NotAvailable, label: "1009", reason: "extension 1009 is inactive"},
		{name: "lamp of a deleted extension", b: button(3, "blf_extension", record.ButtonTarget{Extension: "ext_9"}), verdict: NotAvailable, reason: "the extension does not exist any more"},
		{name: "lamp of a deleted user", b: button(3, "blf_extension", record.ButtonTarget{User: "user_x"}), verdict: NotAvailable, reason: "the user does not exist any more"},
		{name: "lamp of a user without extension", b: button(3, "blf_extension", record.ButtonTarget{User: "user_bob"}), verdict: NotAvailable, label: "Bob", reason: "Bob has no active extension"},
		{name: "lamps off", with: none, b: button(3, "blf_extension", record.ButtonTarget{User: "user_ann"}), verdict: NotAvailable, reason: "lamps for extensions are not available yet"},
		{name: "intercom", b: button(3, "intercom", record.ButtonTarget{User: "user_ann"}), verdict: OK, value: "1001", label: "Ann"},
		{name: "intercom off", with: none, b: button(3, "intercom", record.ButtonTarget{User: "user_ann"}), verdict: NotAvailable, reason: "intercom is not available yet"},
		{name: "park", b: button(3, "park", record.ButtonTarget{}), verdict: OK, value: "*68"},
		{name: "park slot", b: button(3, "park", record.ButtonTarget{Slot: 7}), verdict: OK, value: "*687", label: "Park 7"},
		{name: "park lamp", b: button(3, "blf_park", record.ButtonTarget{Slot: 7}), verdict: OK, value: "*687", label: "Park 7"},
		{name: "park lamp without lamps", with: func(in *Input) { in.Features.BLF = false }, b: button(3, "blf_park", record.ButtonTarget{Slot: 7}), verdict: NotAvailable, reason: "call parking is not available yet"},
		{name: "park without code", with: func(in *Input) { in.ParkCode = "" }, b: button(3, "park", record.ButtonTarget{}), verdict: NotAvailable, reason: "the account has no feature code for parking"},
		{name: "voicemail", b: button(3, "voicemail", record.ButtonTarget{}), verdict: OK, value: "*97"},
		{name: "voicemail without number", with: func(in *Input) { in.Voicemail = "" }, b: button(3, "voicemail", record.ButtonTarget{}), verdict: NotAvailable, reason: "the account has no voicemail number"},
		{name: "queue agent, nobody's phone", b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1"}), verdict: NoOwningUser, reason: "the key is for the agent whose phone it is, but no line of the device has a user"},
		{name: "queue agent", b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1", User: "user_ann"}), verdict: OK, value: "*451800*1001", label: "Support Ann"},
		{name: "queue agent, the phone's own", with: annsPhone, b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1"}), verdict: OK, value: "*451800*1001", label: "Support"},
		{name: "queue agent without extension", b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1", User: "user_bob"}), verdict: NotAvailable, label: "Support Bob", reason: "Bob has no active extension"},
		{name: "queue agent who is gone", b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1", User: "user_x"}), verdict: NotAvailable, label: "Support", reason: "the user does not exist any more"},
		{name: "queue agent without code", with: func(in *Input) { in.AgentCode = "" }, b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1", User: "user_ann"}), verdict: NotAvailable, label: "Support Ann", reason: "the account has no feature code for agents of queues"},
		{name: "no agent of the queue", b: button(3, "blf_queue_agent", record.ButtonTarget{Queue: "qu_1", User: "user_cid"}), verdict: NotAvailable, label: "Support Cid", reason: "Cid is no agent of Support"},
		{name: "queue depth", b: button(3, "blf_queue_depth", record.ButtonTarget{Queue: "qu_1"}), verdict: OK, value: "1800", label: "Support"},
		{name: "depth of a queue without extension", b: button(3, "blf_queue_depth", record.ButtonTarget{Queue: "qu_2"}), verdict: NotAvailable, label: "Sales", reason: "no active extension leads to Sales"},
		{name: "depth of a queue that is gone", b: button(3, "blf_queue_depth", record.ButtonTarget{Queue: "qu_x"}), verdict: NotAvailable, reason: "the queue does not exist any more"},
		{name: "queues off", with: none, b: button(3, "blf_queue_depth", record.ButtonTarget{Queue: "qu_1"}), verdict: NotAvailable, reason: "call queues are not available yet"},
		{name: "record", b: button(3, "record_toggle", record.ButtonTarget{}), verdict: OK},
		{name: "record off", with: none, b: button(3, "record_toggle", record.ButtonTarget{}), verdict: NotAvailable, reason: "recording is not available yet"},
		{name: "speed dial alone", with: none, b: button(3, "speed_dial", record.ButtonTarget{Destination: "+15550100"}), verdict: OK, value: "+15550100", label: "+15550100"},
		{name: "dtmf alone", with: none, b: button(3, "dtmf", record.ButtonTarget{Digits: "12#"}), verdict: OK, value: "12#"},
		{name: "url alone", with: none, b: button(3, "url", record.ButtonTarget{URL: "http://door/open"}), verdict: OK, value: "http://door/open"},
		{name: "multicast alone", with: none, b: button(3, "multicast", record.ButtonTarget{Address: "224.5.6.20", Port: 10000}), verdict: OK, value: "224.5.6.20:10000"},
		{name: "forward alone", with: none, b: button(3, "forward", record.ButtonTarget{Destination: "200"}), verdict: OK, value: "200"},
		{name: "transfer alone", with: none, b: button(3, "transfer", record.ButtonTarget{Mode: "blind"}), verdict: OK, value: "blind"},
		{
			name: "second way to transfer", with: func(in *Input) {
				in.Template = []record.Button{button(2, "transfer", record.ButtonTarget{Mode: "attended"})}
			},
			b: button(3, "transfer", record.ButtonTarget{Mode: "blind"}), verdict: UnsupportedType, reason: "a phone has one way to transfer for all its keys, and key 2 makes it attended",
		},
		{name: "last key", b: button(27, "dnd", record.ButtonTarget{}), verdict: OK},
		{name: "behind the last key", b: button(28, "dnd", record.ButtonTarget{}), verdict: OutOfRange, reason: "the T46U has 27 keys"},
		{name: "memory key", model: "T28P", b: button(16, "dnd", record.ButtonTarget{}), verdict: OK},
		{name: "no keys at all", model: "CP965", b: button(1, "dnd", record.ButtonTarget{}), verdict: OutOfRange, reason: "the CP965 has no line keys"},
		{
			name: "base", model: "W60B", with: func(in *Input) { in.Device.Type = record.DECTBase }, b: button(1, "dnd", record.ButtonTarget{}),
			verdict: UnsupportedType, reason: "DECT bases and handsets have no keys that can be set from here",
		},
		{
			name: "softphone", with: func(in *Input) { in.Device.Type = record.Softphone }, b: button(1, "dnd", record.ButtonTarget{}),
			verdict: UnsupportedType, reason: "softphones have no keys that can be set from here",
		},
		{name: "module key", with: modules("EXP50"), b: record.Button{Position: 60, Module: 1, Type: "dnd"}, verdict: OK},
		{name: "behind the module's last key", with: modules("EXP50"), b: record.Button{Position: 61, Module: 1, Type: "dnd"}, verdict: OutOfRange, reason: "the module has 60 keys"},
		{name: "absent module", with: modules("EXP50"), b: record.Button{Position: 1, Module: 2, Type: "dnd"}, verdict: OutOfRange, reason: "the device has no expansion module 2"},
		{name: "too many modules", with: modules("EXP50", "EXP50", "EXP50", "EXP50"), b: record.Button{Position: 1, Module: 4, Type: "dnd"}, verdict: OutOfRange, reason: "the T46U takes 3 expansion modules"},
		{name: "wrong module", with: modules("EXP40"), b: record.Button{Position: 1, Module: 1, Type: "dnd"}, verdict: OutOfRange, reason: "the T46U takes EXP43 or EXP50, not EXP40"},
		{name: "no modules", model: "T31G", with: modules("EXP50"), b: record.Button{Position: 1, Module: 1, Type: "dnd"}, verdict: OutOfRange, reason: "the T31G takes no expansion modules"},
		{name: "page key of a module", model: "T27G", with: modules("EXP20"), b: record.Button{Position: 21, Module: 1, Type: "dnd"}, verdict: OutOfRange, reason: "key 21 of the module turns its pages"},
		{name: "unknown type", b: button(3, "teleport", record.ButtonTarget{}), verdict: UnsupportedType, reason: "yealink phones have no key for teleport"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.model == "" {
				tt.model = "T46U"
			}
			in := input(t, tt.model)
			if tt.with != nil {
				tt.with(in)
			}
			in.Device.ButtonOverrides = []record.Button{tt.b}
			keys := Effective(in, staff{})
			i := slices.IndexFunc(keys, func(k Key) bool { return k.Position == tt.b.Position && k.Module == tt.b.Module })
			if i < 0 {
				t.Fatal("the key was dropped")
			}
			got := keys[i]
			if got.Verdict != tt.verdict || got.Reason != tt.reason || got.Value != tt.value || got.Label != tt.label {
				t.Errorf("got %s %q value %q label %q; want %s %q value %q label %q",
					got.Verdict, got.Reason, got.Value, got.Label, tt.verdict, tt.reason, tt.value, tt.label)
			}
		})
	}
}

func annsPhone(in *Input) { in.Device.Lines[1].User = "user_ann" }

func modules(names ...string) func(*Input) {
	return func(in *Input) { in.Device.ExpansionModules = names }
}

// TestEveryButtonIsAnswered lays out anything: each place is in the answer once, in order, and whatever does not
// work says why.
func TestEveryButtonIsAnswered(t *testing.T) {
	models := catalog.Models()
	rapid.Check(t, func(t *rapid.T) {
		in := input(t, rapid.SampledFrom(models).Draw(t, "model").Name)
		in.Features = Features{BLF: rapid.Bool().Draw(t, "blf"), Park: rapid.Bool().Draw(t, "park")}
		in.Template = rapid.SliceOfDistinct(buttons(), placeOf).Draw(t, "template")
		in.Device.ButtonOverrides = rapid.SliceOfDistinct(buttons(), placeOf).Draw(t, "overrides")
		in.Device.ExpansionModules = rapid.SliceOfN(rapid.SampledFrom([]string{"EXP20", "EXP50"}), 0, 6).Draw(t, "modules")
		keys := Effective(in, staff{})
		at := map[place]bool{}
		for i, k := range keys {
			p := place{k.Module, k.Position}
			if at[p] {
				t.Fatalf("place %v twice", p)
			}
			at[p] = true
			if i > 0 && (keys[i-1].Module > k.Module || keys[i-1].Module == k.Module && keys[i-1].Position > k.Position) {
				t.Fatalf("%v is out of order", p)
			}
			if (k.Verdict == OK) != (k.Reason == "") {
				t.Fatalf("%v: verdict %q with reason %q", p, k.Verdict, k.Reason)
			}
			if k.Works() && k.Module == 0 && k.Position > Positions(in.Model) {
				t.Fatalf("%v works behind the last key", p)
			}
		}
		for _, b := range slices.Concat(in.Template, in.Device.ButtonOverrides) {
			if !at[placeOf(b)] {
				t.Fatalf("%v was dropped", placeOf(b))
			}
		}
	})
}

func placeOf(b record.Button) place { return place{b.Module, b.Position} }

func buttons() *rapid.Generator[record.Button] {
	return rapid.Custom(func(t *rapid.T) record.Button {
		b := record.Button{
			Position: rapid.IntRange(1, 110).Draw(t, "position"),
			Module:   rapid.IntRange(0, 6).Draw(t, "module"),
			Type:     rapid.SampledFrom(record.ButtonTypes()).Draw(t, "type"),
		}
		if rapid.Bool().Draw(t, "target") {
			b.Target = &record.ButtonTarget{
				Line: rapid.IntRange(0, 3).Draw(t, "line"), User: rapid.SampledFrom([]record.ID{"", "user_ann"}).Draw(t, "user"),
				Slot: rapid.IntRange(0, 99).Draw(t, "slot"), Mode: rapid.SampledFrom([]string{"blind", "attended"}).Draw(t, "mode"),
			}
		}
		return b
	})
}
