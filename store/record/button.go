package record

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Types of button.
const (
	ButtonLine         = "line"
	ButtonBLFExtension = "blf_extension"
	ButtonBLFPark      = "blf_park"
	ButtonPark         = "park"
	ButtonVoicemail    = "voicemail"
	ButtonQueueAgent   = "blf_queue_agent"
	ButtonQueueDepth   = "blf_queue_depth"
	ButtonSpeedDial    = "speed_dial"
	ButtonDTMF         = "dtmf"
	ButtonURL          = "url"
	ButtonMulticast    = "multicast"
	ButtonConference   = "conference"
	ButtonTransfer     = "transfer"
	ButtonForward      = "forward"
	ButtonIntercom     = "intercom"
	ButtonDND          = "dnd"
	ButtonRecordToggle = "record_toggle"
	ButtonHold         = "hold"
)

// ButtonTypes lists every type of button.
func ButtonTypes() []string {
	return []string{
		ButtonLine, ButtonBLFExtension, ButtonBLFPark, ButtonPark, ButtonVoicemail, ButtonQueueAgent,
		ButtonQueueDepth, ButtonSpeedDial, ButtonDTMF, ButtonURL, ButtonMulticast, ButtonConference,
		ButtonTransfer, ButtonForward, ButtonIntercom, ButtonDND, ButtonRecordToggle, ButtonHold,
	}
}

// Bounds of a layout.
const (
	MaxButtons        = 600
	MaxButtonPosition = 250
	MaxParkSlot       = 99
)

// Button is one key of a layout.
type Button struct {
	Position   int           `json:"position" doc:"Number of the key, from 1, counted over all pages."`
	Module     int           `json:"module,omitempty" doc:"Expansion module the key is on, from 1; absent is the phone itself."`
	Label      string        `json:"label,omitempty" doc:"What the phone shows beside the key."`
	Type       string        `json:"type,omitempty" doc:"What the key does."`
	Target     *ButtonTarget `json:"target,omitempty" doc:"What it does it to; which fields depends on the type."`
	Suppressed bool          `json:"suppressed,omitempty" doc:"In overrides: the template's key is taken away."`
}

// ButtonTarget is what a key acts on. Each type uses its own fields.
type ButtonTarget struct {
	Line        int    `json:"line,omitempty" doc:"line: which line, the device's first when absent."`
	User        ID     `json:"user,omitempty" doc:"blf_extension, intercom, blf_queue_agent: the user."`
	Extension   ID     `json:"extension,omitempty" doc:"blf_extension: the extension."`
	Slot        int    `json:"slot,omitempty" doc:"blf_park, park: slot 1 to 99."`
	Queue       ID     `json:"queue,omitempty" doc:"blf_queue_agent, blf_queue_depth: the queue."`
	Destination string `json:"destination,omitempty" doc:"speed_dial, forward: what is dialled."`
	Digits      string `json:"digits,omitempty" doc:"dtmf: what is sent."`
	URL         string `json:"url,omitempty" doc:"url: what is fetched."`
	Address     string `json:"address,omitempty" doc:"multicast: group address."`
	Port        int    `json:"port,omitempty" doc:"multicast: UDP port."`
	Mode        string `json:"mode,omitempty" doc:"transfer: blind or attended."`
}

// ButtonTemplate is a layout many devices share.
type ButtonTemplate struct {
	Meta
	Name        string   `json:"name" doc:"Name of the template."`
	Description string   `json:"description" doc:"What it is for."`
	Buttons     []Button `json:"buttons" doc:"The keys."`
}

// NewButtonTemplate is an empty template.
func NewButtonTemplate() *ButtonTemplate { return &ButtonTemplate{} }

// Kind names button templates.
func (t *ButtonTemplate) Kind() Kind { return KindButtonTemplate }

// Unique is the name within the account.
func (t *ButtonTemplate) Unique() []Unique {
	return []Unique{{Field: "name", Space: "button_template/" + string(t.Account), Value: strings.ToLower(t.Name)}}
}

// References is what the keys point at.
func (t *ButtonTemplate) References() []Reference { return buttonReferences("buttons", t.Buttons) }

// Clone is a deep copy.
func (t *ButtonTemplate) Clone() Record { return deepCopy(t) }

// Validate checks the template alone. Whether a model has the positions is a
// verdict on the device's layout, not an error.
func (t *ButtonTemplate) Validate() error {
	var p Problems
	p.required("name", &t.Name, MaxName)
	p.text("description", &t.Description, MaxText)
	checkButtons("buttons", t.Buttons, false, &p)
	return p.Err()
}

func buttonReferences(field string, list []Button) []Reference {
	var r refs
	for i, b := range list {
		if b.Target == nil {
			continue
		}
		at := index(field, i) + ".target."
		r.add(at+"user", KindUser, b.Target.User)
		r.add(at+"extension", KindExtension, b.Target.Extension)
		r.add(at+"queue", KindCallQueue, b.Target.Queue)
	}
	return r
}

func checkButtons(field string, list []Button, overrides bool, p *Problems) {
	if len(list) > MaxButtons {
		p.Add(field, CodeTooMany, "must be at most %d", MaxButtons)
		return
	}
	type place struct{ module, position int }
	seen := map[place]bool{}
	for i := range list {
		b, at := &list[i], index(field, i)
		p.between(at+".position", b.Position, 1, MaxButtonPosition)
		p.between(at+".module", b.Module, 0, MaxExpansionModules)
		if key := (place{b.Module, b.Position}); seen[key] {
			p.Add(at+".position", CodeDuplicate, "position %d stands in the list already", b.Position)
		} else {
			seen[key] = true
		}
		switch {
		case b.Suppressed && !overrides:
			p.Add(at+".suppressed", CodeInvalid, "is only for a device's overrides")
		case b.Suppressed && (b.Type != "" || b.Target != nil || b.Label != ""):
			p.Add(at+".suppressed", CodeInvalid, "a suppressed key has no label, type or target")
		case !b.Suppressed:
			b.check(at, p)
		}
	}
}

func (b *Button) check(at string, p *Problems) {
	p.text(at+".label", &b.Label, MaxLabel)
	if b.Label == "%NULL%" {
		p.Add(at+".label", CodeInvalid, "cannot be %%NULL%%: phones take that for an empty label")
	}
	if !slices.Contains(ButtonTypes(), b.Type) {
		p.Add(at+".type", CodeInvalid, "must be one of %s", strings.Join(ButtonTypes(), ", "))
		return
	}
	if b.Target == nil {
		b.Target = &ButtonTarget{}
	}
	b.Target.check(at+".target", b.Type, p)
	if *b.Target == (ButtonTarget{}) {
		b.Target = nil
	}
}

// check wants the fields of the type and no others.
func (t *ButtonTarget) check(at, kind string, p *Problems) {
	rest := *t
	switch kind {
	case ButtonLine:
		rest.Line = 0
		p.between(at+".line", t.Line, 0, MaxLines)
	case ButtonBLFExtension:
		rest.User, rest.Extension = "", ""
		if (t.User == "") == (t.Extension == "") {
			p.Add(at, CodeRequired, "must name a user or an extension")
		}
	case ButtonIntercom:
		rest.User = ""
		if t.User == "" {
			p.Add(at+".user", CodeRequired, "must name a user")
		}
	case ButtonBLFPark:
		rest.Slot = 0
		p.between(at+".slot", t.Slot, 1, MaxParkSlot)
	case ButtonPark:
		rest.Slot = 0
		p.between(at+".slot", t.Slot, 0, MaxParkSlot)
	case ButtonQueueAgent, ButtonQueueDepth:
		rest.Queue = ""
		if t.Queue == "" {
			p.Add(at+".queue", CodeRequired, "must name a queue")
		}
		if kind == ButtonQueueAgent {
			rest.User = ""
		}
	case ButtonSpeedDial:
		rest.Destination = ""
		p.dialable(at+".destination", &t.Destination)
	case ButtonForward:
		rest.Destination = ""
		if t.Destination != "" {
			p.dialable(at+".destination", &t.Destination)
		}
	case ButtonDTMF:
		rest.Digits = ""
		if len(t.Digits) == 0 || len(t.Digits) > 32 || strings.Trim(t.Digits, "0123456789*#ABCD,") != "" {
			p.Add(at+".digits", CodeInvalid, "must be up to 32 of 0-9, *, #, A-D and , for a pause")
		}
	case ButtonURL:
		rest.URL = ""
		t.checkURL(at+".url", p)
	case ButtonMulticast:
		rest.Address, rest.Port = "", 0
		if a, err := netip.ParseAddr(t.Address); err != nil || !a.IsMulticast() {
			p.Add(at+".address", CodeInvalid, "must be a multicast address such as 224.5.6.20")
		}
		p.between(at+".port", t.Port, 1024, 65535)
	case ButtonTransfer:
		rest.Mode = ""
		p.oneOf(at+".mode", t.Mode, "blind", "attended")
	}
	if rest != (ButtonTarget{}) {
		p.Add(at, CodeInvalid, "has fields that do not belong to a %s button", kind)
	}
}

func (t *ButtonTarget) checkURL(field string, p *Problems) {
	const maxURL = 511 // Yealink: longest URL parameter
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || len(t.URL) > maxURL || strings.ContainsAny(t.URL, " \r\n\t") {
		p.Add(field, CodeInvalid, "must be an http or https URL of at most %d characters", maxURL)
	}
}
