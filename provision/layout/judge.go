package layout

import (
	"fmt"
	"slices"
	"strings"

	"dialtone/provision/catalog"
	"dialtone/store/record"
)

// judge gives keys their verdicts in the order of their positions.
type judge struct {
	in  *Input
	dir directory
	// transfer is the mode of the first transfer key: a phone has one for all of them.
	transfer     string
	transferFrom int
}

// key fills the verdict and what the phone needs to know.
func (j *judge) key(k *Key) {
	k.Verdict = OK
	if k.Source == Suppressed {
		return
	}
	if k.Verdict, k.Reason = j.fits(k); k.Verdict != OK {
		return
	}
	if k.Type == record.ButtonQueueAgent && (k.Target == nil || k.Target.User == "") && j.in.owner() == "" {
		k.Verdict, k.Reason = NoOwningUser, "the key is for the agent whose phone it is, but no line of the device has a user"
		return
	}
	if reason := j.missing(k.Type); reason != "" {
		k.Verdict, k.Reason = NotAvailable, reason
		return
	}
	j.resolve(k)
}

// fits checks the place and the type against the model.
func (j *judge) fits(k *Key) (Verdict, string) {
	m := j.in.Model
	switch {
	case j.in.Device.Type == record.Softphone:
		return UnsupportedType, "softphones have no keys that can be set from here"
	case j.in.Device.Type != record.Deskphone || m.Kind == catalog.DECTBase || m.Kind == catalog.DECTHandset:
		return UnsupportedType, "DECT bases and handsets have no keys that can be set from here"
	case k.Module > 0:
		if reason := j.offModule(k); reason != "" {
			return OutOfRange, reason
		}
	case Positions(m) == 0:
		return OutOfRange, fmt.Sprintf("the %s has no line keys", m.Name)
	case k.Position > Positions(m):
		return OutOfRange, fmt.Sprintf("the %s has %d keys", m.Name, Positions(m))
	}
	if !m.Supports(k.Type) {
		return UnsupportedType, fmt.Sprintf("%s phones have no key for %s", m.Vendor, k.Type)
	}
	return OK, ""
}

// offModule says why a key is on no expansion module, or nothing.
func (j *judge) offModule(k *Key) string {
	m, attached := j.in.Model, j.in.Device.ExpansionModules
	switch {
	case m.Modules == 0:
		return fmt.Sprintf("the %s takes no expansion modules", m.Name)
	case k.Module > m.Modules:
		return fmt.Sprintf("the %s takes %d expansion modules", m.Name, m.Modules)
	case k.Module > len(attached):
		return fmt.Sprintf("the device has no expansion module %d", k.Module)
	case !slices.Contains(m.ModuleNames, attached[k.Module-1]):
		return fmt.Sprintf("the %s takes %s, not %s", m.Name, strings.Join(m.ModuleNames, " or "), attached[k.Module-1])
	case k.Position > m.KeysPerModule:
		return fmt.Sprintf("the module has %d keys", m.KeysPerModule)
	case !m.ModuleKey(k.Position):
		return fmt.Sprintf("key %d of the module turns its pages", k.Position)
	}
	return ""
}

// missing says which feature a type waits for, or nothing.
func (j *judge) missing(kind string) string {
	f := j.in.Features
	switch {
	case kind == record.ButtonBLFExtension && !f.BLF:
		return "lamps for extensions are not available yet"
	case kind == record.ButtonBLFPark && !(f.BLF && f.Park), kind == record.ButtonPark && !f.Park:
		return "call parking is not available yet"
	case kind == record.ButtonIntercom && !f.Intercom:
		return "intercom is not available yet"
	case kind == record.ButtonRecordToggle && !f.Recording:
		return "recording is not available yet"
	case (kind == record.ButtonQueueAgent || kind == record.ButtonQueueDepth) && !(f.BLF && f.Queues):
		return "call queues are not available yet"
	}
	return ""
}
