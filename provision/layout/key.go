package layout

import "dialtone/store/record"

// Key is one key of a device's effective layout.
type Key struct {
	Position int `json:"position"`
	// Module is the expansion module the key is on, from 1; 0 is the phone itself.
	Module int `json:"module,omitempty"`
	// Label is what the phone shows; filled from the target where the button names none.
	Label string `json:"label"`
	// Type is the button type, empty for a suppressed key.
	Type    string               `json:"type"`
	Target  *record.ButtonTarget `json:"target"`
	Source  Source               `json:"source"`
	Verdict Verdict              `json:"verdict"`
	// Reason tells a person why the verdict is not ok; empty when it is.
	Reason string `json:"reason,omitempty"`

	// Line is the account the key works with, 0 where the phone chooses.
	Line int `json:"-"`
	// Value is what the key dials, watches, sends or fetches.
	Value string `json:"-"`
}

// Works reports whether the key does something on the phone; the others are cleared there.
func (k *Key) Works() bool { return k.Verdict == OK && k.Type != "" }

// Source says where a key comes from.
type Source string

// The sources of a key.
const (
	FromTemplate       Source = "template"            // the device's button template
	FromOverride       Source = "override"            // the device alone, where the template has nothing
	TemplateOverridden Source = "template_overridden" // the device, instead of the template's key
	Suppressed         Source = "suppressed"          // the device takes the key away
	ModelDefault       Source = "model_default"       // a line key, where neither says anything
)

// Verdict says whether a key works on its phone.
type Verdict string

// The verdicts.
const (
	OK              Verdict = "ok"
	UnsupportedType Verdict = "vendor_does_not_support_type"
	OutOfRange      Verdict = "position_out_of_range_for_model"
	NoOwningUser    Verdict = "device_has_no_owning_user"
	NotAvailable    Verdict = "not_available"
)

// Features are the parts of the system that keys need beyond the phone itself. A key whose feature is off has the
// verdict not_available.
type Features struct {
	BLF       bool // lamps: somebody answers dialog subscriptions
	Park      bool // parking slots
	Intercom  bool // calls the other phone answers by itself
	Recording bool // recording switched by the phone
	Queues    bool // call queues
}
