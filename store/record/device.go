package record

import (
	"regexp"
	"strings"
	"time"
)

// Types of device.
const (
	Deskphone   = "deskphone"
	DECTBase    = "dect_base"
	DECTHandset = "dect_handset"
	Softphone   = "softphone"
)

// Bounds of a device.
const (
	MaxLines            = 24
	MaxExpansionModules = 6
	MaxHandsetSlot      = 1000
)

// OldURLLife is how long the own URL a device had before it was armed again goes on at
// most: a phone that has only that one fetches from it where the new one is.
const OldURLLife = 24 * time.Hour

// Device is a phone, a DECT base or handset, or a softphone. What happens to it
// (last fetch, registration) is a DeviceState.
type Device struct {
	Meta
	Type             string   `json:"type" api:"create" doc:"deskphone, dect_base, dect_handset or softphone."`
	MAC              string   `json:"mac" doc:"Hardware address, aa:bb:cc:dd:ee:ff; unique."`
	IPEI             string   `json:"ipei" doc:"A handset's IPEI."`
	Base             ID       `json:"base" doc:"The base a handset is paired with."`
	Slot             int      `json:"slot" doc:"A handset's place at its base, from 1."`
	Vendor           string   `json:"vendor" doc:"Maker; yealink by default."`
	Model            string   `json:"model" doc:"Model, such as T46U; learned from the phone when empty."`
	Name             string   `json:"name" doc:"What people call the device."`
	Location         ID       `json:"location" doc:"Where it stands; a handset has its base's."`
	ButtonTemplate   ID       `json:"button_template" doc:"Layout of its keys."`
	ExpansionModules []string `json:"expansion_modules" doc:"Expansion modules attached, in order, such as EXP50."`
	ButtonOverrides  []Button `json:"button_overrides" doc:"Keys that differ from the template's."`
	Overrides        Settings `json:"overrides" doc:"Settings of this device alone."`
	Enabled          bool     `json:"enabled" doc:"Whether it may fetch its configuration."`
	OutboundNumber   ID       `json:"outbound_number" doc:"Number shown on outgoing calls; null is the user's."`
	CallbackNumber   string   `json:"callback_number" doc:"Number the emergency centre calls back, E.164; empty is the user's."`
	Fax              bool     `json:"fax" doc:"Whether a fax machine is behind it: its calls are listened to for the tones of one, and a fax counts."`
	Lines            []Line   `json:"lines" doc:"Its lines, at most 24."`
	// BindingEpoch numbers the device's own provisioning URLs: arming it again begins a
	// new one. RearmedAt is when that was, if the URL of before may still be used.
	BindingEpoch uint32    `json:"-" cbor:"binding_epoch,omitempty"`
	RearmedAt    time.Time `json:"-" cbor:"rearmed_at,omitzero"`
}

// Line is one account of a phone: who registers where.
type Line struct {
	Line       int    `json:"line" doc:"Number of the line, 1 to 24; the lowest free one when absent."`
	Credential ID     `json:"credential" doc:"What the line registers with; stands on no other line."`
	Domain     ID     `json:"domain" doc:"The SIP domain it registers in."`
	User       ID     `json:"user" doc:"Whose line it is."`
	Label      string `json:"label" doc:"What the phone shows; empty is the user's name or the user name."`
}

// NewDevice is an enabled device.
func NewDevice() *Device { return &Device{Enabled: true} }

// Kind names devices.
func (d *Device) Kind() Kind { return KindDevice }

// Unique is the hardware address, the IPEI, the slot at the base, and each
// credential: it stands on one line.
func (d *Device) Unique() []Unique {
	var u []Unique
	if d.MAC != "" {
		u = append(u, Unique{Field: "mac", Space: "mac", Value: d.MAC})
	}
	if d.IPEI != "" {
		u = append(u, Unique{Field: "ipei", Space: "ipei", Value: d.IPEI})
	}
	if d.Base != "" && d.Slot > 0 {
		u = append(u, Unique{Field: "slot", Space: "slot/" + string(d.Base), Value: index("", d.Slot)})
	}
	for i, l := range d.Lines {
		u = append(u, Unique{Field: index("lines", i) + ".credential", Space: "line", Value: string(l.Credential)})
	}
	return u
}

// References lists everything the device names.
func (d *Device) References() []Reference {
	var r refs
	r.add("base", KindDevice, d.Base)
	r.add("location", KindLocation, d.Location)
	r.add("button_template", KindButtonTemplate, d.ButtonTemplate)
	r.add("outbound_number", KindNumber, d.OutboundNumber)
	for i, l := range d.Lines {
		at := index("lines", i)
		r.add(at+".credential", KindCredential, l.Credential)
		r.add(at+".domain", KindDomain, l.Domain)
		r.add(at+".user", KindUser, l.User)
	}
	return append(r, buttonReferences("button_overrides", d.ButtonOverrides)...)
}

// Clone is a deep copy.
func (d *Device) Clone() Record { return deepCopy(d) }

// Rearm begins a new URL of the device's own. With keep the present one goes on until
// the new one is used, and no longer than OldURLLife.
func (d *Device) Rearm(now time.Time, keep bool) {
	d.BindingEpoch++
	d.RearmedAt = time.Time{}
	if keep {
		d.RearmedAt = now.UTC()
	}
}

// OldEpoch is the epoch of the own URL of before and when that ends; ok is false when
// there is none.
func (d *Device) OldEpoch() (epoch uint32, ends time.Time, ok bool) {
	if d.BindingEpoch == 0 || d.RearmedAt.IsZero() {
		return 0, time.Time{}, false
	}
	return d.BindingEpoch - 1, d.RearmedAt.Add(OldURLLife), true
}

// LineNumber is the line with that number, nil when there is none.
func (d *Device) LineNumber(n int) *Line {
	for i := range d.Lines {
		if d.Lines[i].Line == n {
			return &d.Lines[i]
		}
	}
	return nil
}

var ipeiPattern = regexp.MustCompile(`^[0-9A-F]{10,13}\*?$`)

// Validate checks the device alone.
func (d *Device) Validate() error {
	var p Problems
	p.oneOf("type", d.Type, Deskphone, DECTBase, DECTHandset, Softphone)
	d.checkIdentity(&p)
	d.Vendor = strings.ToLower(strings.TrimSpace(d.Vendor))
	if d.Vendor == "" && d.Type != Softphone {
		d.Vendor = "yealink"
	}
	p.text("vendor", &d.Vendor, 32)
	p.text("model", &d.Model, 32)
	p.text("name", &d.Name, MaxName)
	p.e164("callback_number", &d.CallbackNumber)
	if d.Type == DECTHandset && d.Location != "" {
		p.Add("location", CodeInvalid, "a handset has the location of its base")
	}
	if len(d.ExpansionModules) > MaxExpansionModules {
		p.Add("expansion_modules", CodeTooMany, "must be at most %d", MaxExpansionModules)
	}
	for i := range d.ExpansionModules {
		d.ExpansionModules[i] = strings.ToUpper(strings.TrimSpace(d.ExpansionModules[i]))
		p.required(index("expansion_modules", i), &d.ExpansionModules[i], 16)
	}
	checkButtons("button_overrides", d.ButtonOverrides, true, &p)
	d.Overrides.check("overrides", &p)
	d.checkLines(&p)
	return p.Err()
}

func (d *Device) checkIdentity(p *Problems) {
	d.MAC, d.IPEI = strings.TrimSpace(d.MAC), strings.ToUpper(stripSeparators(d.IPEI))
	if d.MAC != "" {
		mac, err := ParseMAC(d.MAC)
		if err != nil {
			p.Add("mac", CodeInvalid, "%s", err)
		} else {
			d.MAC = mac.String()
		}
	}
	if d.IPEI != "" && !ipeiPattern.MatchString(d.IPEI) {
		p.Add("ipei", CodeInvalid, "must be a handset's IPEI, 10 to 13 characters")
	}
	handset := d.Type == DECTHandset
	switch {
	case (d.Type == Deskphone || d.Type == DECTBase) && d.MAC == "":
		p.Add("mac", CodeRequired, "must not be empty for a %s", d.Type)
	case handset && d.IPEI == "" && d.Base == "":
		p.Add("ipei", CodeRequired, "a handset needs its IPEI, or its base and slot")
	case handset && d.MAC != "":
		p.Add("mac", CodeInvalid, "a handset has an IPEI, not a MAC")
	case d.Type == Softphone && d.MAC != "":
		p.Add("mac", CodeInvalid, "a softphone has no MAC")
	}
	if !handset && d.IPEI != "" {
		p.Add("ipei", CodeInvalid, "is only for handsets")
	}
	if !handset && (d.Base != "" || d.Slot != 0) {
		p.Add("base", CodeInvalid, "base and slot are only for handsets")
	}
	if handset && (d.Base == "") != (d.Slot == 0) {
		p.Add("slot", CodeRequired, "base and slot must be given together")
	}
	if d.Slot != 0 {
		p.between("slot", d.Slot, 1, MaxHandsetSlot)
	}
}

func (d *Device) checkLines(p *Problems) {
	if d.Type == DECTBase && len(d.Lines) > 0 {
		p.Add("lines", CodeInvalid, "a base has no lines of its own; its handsets have")
		return
	}
	if len(d.Lines) > MaxLines {
		p.Add("lines", CodeTooMany, "must be at most %d", MaxLines)
		return
	}
	used := map[int]bool{}
	for _, l := range d.Lines {
		used[l.Line] = true
	}
	taken := map[int]bool{}
	for i := range d.Lines {
		l, at := &d.Lines[i], index("lines", i)
		for n := 1; l.Line == 0; n++ {
			if !used[n] {
				l.Line, used[n] = n, true
			}
		}
		p.between(at+".line", l.Line, 1, MaxLines)
		if taken[l.Line] {
			p.Add(at+".line", CodeDuplicate, "line %d stands in the list already", l.Line)
		}
		taken[l.Line] = true
		if l.Credential == "" {
			p.Add(at+".credential", CodeRequired, "must name a credential")
		}
		if l.Domain == "" {
			p.Add(at+".domain", CodeRequired, "must name a SIP domain")
		}
		p.text(at+".label", &l.Label, MaxLabel)
	}
}
