package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds no phone exceeds; a larger number in a row is a slip of the pen.
const (
	maxAccounts = 250
	maxKeys     = 200
	maxModules  = 6
)

// check says everything wrong with one row.
func (m *Model) check() error {
	var errs []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	must(key(m.Name) != "", "it has no name")
	must(slices.Contains([]Kind{Deskphone, Conference, DECTBase, DECTHandset}, m.Kind), "kind %q is unknown", m.Kind)
	must(slices.Contains([]Family{Legacy, V8x, DECTSingle, DECTTemplate}, m.Family), "family %q is unknown", m.Family)
	must(m.Accounts >= 0 && m.Accounts <= maxAccounts, "accounts %d is out of range", m.Accounts)
	must(m.LineKeys >= 0 && m.LineKeys <= maxKeys, "line keys %d is out of range", m.LineKeys)
	must(m.MemoryKeys >= 0 && m.MemoryKeys <= maxKeys, "memory keys %d is out of range", m.MemoryKeys)
	must(m.Modules >= 0 && m.Modules <= maxModules, "modules %d is out of range", m.Modules)
	must((m.Modules > 0) == (m.KeysPerModule > 0) && (m.Modules > 0) == (len(m.ModuleNames) > 0),
		"modules, keys per module and module names do not go together")
	must(m.KeysPerModule >= 0 && m.KeysPerModule <= maxKeys, "keys per module %d is out of range", m.KeysPerModule)
	for _, k := range m.ModuleKeysUnset {
		must(k <= m.KeysPerModule, "module key %d does not exist", k)
	}
	must(m.pagesAdd(), "%d line keys are not %d pages of %d keys", m.LineKeys, m.Pages, m.PhysicalKeys)
	must(m.CommonCode == "" || len(m.CommonCode) == codeDigits && isDigits(m.CommonCode), "code %q is not three digits", m.CommonCode)
	for _, prefix := range m.FirmwarePrefixes {
		must(prefix != "" && isDigits(prefix), "firmware prefix %q is not a number", prefix)
	}
	isDECT := m.Kind == DECTBase || m.Kind == DECTHandset
	must(isDECT == strings.HasPrefix(string(m.Family), "dect-"), "kind %q and family %q do not go together", m.Kind, m.Family)
	must(isDECT || m.Accounts > 0, "a phone has at least one account")
	must(m.Handsets >= 0 && m.Handsets <= maxAccounts && (m.Handsets == 0 || m.Kind == DECTBase), "handsets %d is out of range", m.Handsets)
	return errors.Join(errs...)
}

// pagesAdd reports whether physical keys and pages make the line keys; one physical key of a page may switch pages.
func (m *Model) pagesAdd() bool {
	if m.Pages == 0 {
		return m.PhysicalKeys == 0
	}
	per := m.KeysPerPage()
	return m.Pages > 0 && m.LineKeys%m.Pages == 0 && (per == m.PhysicalKeys || m.Pages > 1 && per == m.PhysicalKeys-1)
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// isHex accepts lower case only.
func isHex(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }) < 0
}
