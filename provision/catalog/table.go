package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Shape of a common file's name: y, nine zeros, the code, .cfg.
const (
	commonPrefix = "y000000000"
	commonSuffix = ".cfg"
	codeDigits   = 3
)

// Table is the compiled catalogue: immutable, safe for concurrent use.
type Table struct {
	models  []*Model
	byName  map[string][]*Model // folded name or alias; one model a vendor
	byCode  map[string][]*Model
	generic map[string]*Model
	ouis    map[string]string
}

func newTable() *Table {
	return &Table{
		byName:  map[string][]*Model{},
		byCode:  map[string][]*Model{},
		generic: map[string]*Model{},
		ouis:    map[string]string{},
	}
}

// add enters a model under its names and code; a vendor may use a name once.
func (t *Table) add(m *Model) error {
	for _, name := range append([]string{m.Name}, m.Aliases...) {
		k := key(name)
		if k == "" {
			return fmt.Errorf("cannot add model %q: name %q has no letters or digits", m.Name, name)
		}
		if other, taken := t.Find(m.Vendor, name); taken {
			return fmt.Errorf("cannot add model %q: name %q is taken by %q", m.Name, name, other.Name)
		}
		t.byName[k] = append(t.byName[k], m)
	}
	if m.CommonCode != "" {
		t.byCode[m.CommonCode] = append(t.byCode[m.CommonCode], m)
	}
	t.models = append(t.models, m)
	return nil
}

func (t *Table) sort() {
	order := func(a, b *Model) int { return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(t.models, order)
	for _, models := range t.byCode {
		slices.SortFunc(models, order)
	}
}

// Find is the model of that name or alias; an empty vendor means any. Case, separators and the prefixes phones put
// before the model ("Yealink SIP-") do not matter.
func (t *Table) Find(vendor, model string) (*Model, bool) {
	for _, m := range t.byName[key(model)] {
		if vendor == "" || strings.EqualFold(vendor, m.Vendor) {
			return m, true
		}
	}
	return nil, false
}

// Generic stands in for an unknown model of the vendor; of an unknown vendor, it is Yealink's.
func (t *Table) Generic(vendor string) *Model {
	if m, ok := t.generic[strings.ToLower(vendor)]; ok {
		return m
	}
	return t.generic[vendorYealink]
}

// ByCommonFile lists the models that ask for a common file such as "y000000000108.cfg" (any case), sorted; nil when
// the name is no common file or its code is not known.
func (t *Table) ByCommonFile(name string) []*Model {
	code, ok := CommonFileCode(name)
	if !ok {
		return nil
	}
	return slices.Clone(t.byCode[code])
}

// Models lists every model sorted by vendor and name, without the generic ones.
func (t *Table) Models() []*Model { return slices.Clone(t.models) }

// MACVendor is the vendor an address's first three bytes belong to, or "". A hint only: the list is never complete,
// so nothing may be refused because of it. Separators and case do not matter.
func (t *Table) MACVendor(mac string) string {
	var oui [6]byte
	n := 0
	for i := 0; i < len(mac) && n < len(oui); i++ {
		switch c := mac[i]; {
		case isHexByte(c):
			oui[n] = lower(c)
			n++
		case c != ':' && c != '-' && c != '.':
			return ""
		}
	}
	if n < len(oui) {
		return ""
	}
	return t.ouis[string(oui[:])]
}

// CommonFileCode takes the three-digit code out of a common file's name, known or not, so that an unlisted model's
// code can be learnt from what its phones ask for.
func CommonFileCode(name string) (code string, ok bool) {
	if len(name) != len(commonPrefix)+codeDigits+len(commonSuffix) {
		return "", false
	}
	code = name[len(commonPrefix) : len(commonPrefix)+codeDigits]
	if !strings.EqualFold(name[:len(commonPrefix)], commonPrefix) || !isDigits(code) ||
		!strings.EqualFold(name[len(name)-len(commonSuffix):], commonSuffix) {
		return "", false
	}
	return code, true
}

// compiled is the table of the embedded files, built on first use.
var compiled = sync.OnceValue(func() *Table {
	t, err := Load()
	if err != nil {
		panic(err) // the files are part of the binary and the tests load them
	}
	return t
})

// Find looks in the embedded catalogue, see [Table.Find].
func Find(vendor, model string) (*Model, bool) { return compiled().Find(vendor, model) }

// Generic looks in the embedded catalogue, see [Table.Generic].
func Generic(vendor string) *Model { return compiled().Generic(vendor) }

// ByCommonFile looks in the embedded catalogue, see [Table.ByCommonFile].
func ByCommonFile(name string) []*Model { return compiled().ByCommonFile(name) }

// Models lists the embedded catalogue, see [Table.Models].
func Models() []*Model { return compiled().Models() }

// MACVendor looks in the embedded catalogue, see [Table.MACVendor].
func MACVendor(mac string) string { return compiled().MACVendor(mac) }
