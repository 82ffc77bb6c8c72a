package catalog

import (
	"slices"
	"strings"
)

// Kind says what sort of telephone a model is.
type Kind string

// The kinds of models.
const (
	Deskphone   Kind = "deskphone"    // a phone with its own configuration file
	Conference  Kind = "conference"   // the same, without line keys
	DECTBase    Kind = "dect_base"    // has the file; its handsets have the lines
	DECTHandset Kind = "dect_handset" // configured through its base
)

// Family names the parameter syntax a model's firmware reads; one renderer per family.
type Family string

// The families of Yealink firmware.
const (
	// Legacy is firmware up to V7x: no "static." prefix, account.X.sip_server_host.
	Legacy Family = "legacy"
	// V8x is firmware from V80: "static." for what users may never change, account.X.sip_server.1.address.
	V8x Family = "v8x"
	// DECTSingle is a single-cell base (W52P to W70B): V8x accounts plus handset.N.incoming_lines.
	DECTSingle Family = "dect-single"
	// DECTTemplate is a multi-cell manager (W75, W80, W90): registrars stand in template.N, accounts refer to them.
	DECTTemplate Family = "dect-template"
)

// Model is one phone model. Models are shared and must not be changed.
type Model struct {
	Vendor  string   // lower case, "yealink"
	Name    string   // canonical, as printed on the phone: "T46U"
	Aliases []string // further names it reports or is sold under
	Kind    Kind
	Family  Family

	// Accounts is the number of SIP accounts. 0 for a DECT handset and a multi-cell radio, whose base or manager
	// holds the accounts.
	Accounts int
	// LineKeys is the number of configurable line keys over all pages: linekey.1 to linekey.LineKeys.
	LineKeys int
	// PhysicalKeys beside the screen, and Pages of them; both 0 where unknown or on a touch screen.
	PhysicalKeys, Pages int
	// MemoryKeys is the number of memorykey.X.
	MemoryKeys int
	// ProgrammableKeys are the valid X of programablekey.X, ascending; empty where not known.
	ProgrammableKeys []int

	// Modules is the most expansion modules, KeysPerModule the keys on each, ModuleNames what fits.
	Modules, KeysPerModule int
	ModuleNames            []string
	// ModuleKeysUnset are keys of a module that take no setting (EXP20: its page key, 21).
	ModuleKeysUnset []int

	// CommonCode is the NNN of y000000000NNN.cfg, three digits; empty where not known.
	CommonCode string
	// FirmwarePrefixes are the first numbers of firmware versions, oldest first; often not the CommonCode.
	FirmwarePrefixes []string
	Screen           Screen
	// Handsets a DECT base serves.
	Handsets int
	// ZeroBasedLines is set where the firmware counts the "line" of a BLF key from 0.
	ZeroBasedLines bool
	// Note says which of several documented values was chosen, and what is inferred.
	Note string

	buttons []string
}

// Supports reports whether the vendor has a key type for the neutral button type (interface names such as
// "blf_extension"). Whether the feature behind it works yet is not the catalogue's matter.
func (m *Model) Supports(buttonType string) bool { return slices.Contains(m.buttons, buttonType) }

// KeysPerPage is the number of configurable keys on one page, 0 where the pages are not known.
func (m *Model) KeysPerPage() int {
	if m.Pages == 0 {
		return 0
	}
	return m.LineKeys / m.Pages
}

// ModuleKey reports whether key (from 1) of a module can be set on this model.
func (m *Model) ModuleKey(key int) bool {
	return key >= 1 && key <= m.KeysPerModule && !slices.Contains(m.ModuleKeysUnset, key)
}

// CommonFile is the name of the file shared by the models of CommonCode, or "".
func (m *Model) CommonFile() string {
	if m.CommonCode == "" {
		return ""
	}
	return commonPrefix + m.CommonCode + commonSuffix
}

// ScreenClass says how to draw a phone.
type ScreenClass string

// The screen classes.
const (
	NoScreen ScreenClass = ""       // none, or nothing known
	Mono     ScreenClass = "mono"   // text lines
	Colour   ScreenClass = "colour" // labels beside physical keys
	Touch    ScreenClass = "touch"  // the keys are on the screen
)

// Screen is a model's display. Width and Height are pixels, 0 where not known.
type Screen struct {
	Width, Height int
	Class         ScreenClass
}

// key folds a model name for comparison: upper case letters and digits, without vendor and product line prefix.
func key(name string) string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	folded = strings.TrimPrefix(folded, "YEALINK")
	folded = strings.TrimPrefix(folded, "SIP")
	if strings.HasPrefix(folded, "VPT") { // "SIP VP-T49G"
		folded = folded[len("VP"):]
	}
	return folded
}
