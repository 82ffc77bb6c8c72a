package render

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dialtone/provision/catalog"
)

// null resets a parameter to the phone's default.
const null = "%NULL%"

// writer appends "name = value" lines. Names are written behind a prefix such as "account.3.". The first value that
// would not stay on its line is the writer's error: the syntax has no quoting, so a line break in a name or label
// would be a parameter of its own.
type writer struct {
	dst    []byte
	prefix []byte
	// raw are the parameters an administrator replaces; ours of the same name are left out.
	raw map[string]string
	err error
	// legacy and modern say which names of renamed parameters are written: without "static." (to V7x), with it
	// (from V80), or both where either firmware may run.
	legacy, modern bool
	// base is set for DECT bases, which have neither keys nor a screen.
	base bool
}

func newWriter(dst []byte, p *Phone) *writer {
	w := &writer{dst: dst, prefix: make([]byte, 0, 64), raw: p.Settings.Raw}
	w.legacy = p.Model.Family == catalog.Legacy || mixed(p.Model)
	w.modern = p.Model.Family != catalog.Legacy
	w.base = p.Model.Kind == catalog.DECTBase
	return w
}

// mixed reports whether phones of the model are in the field with firmware from before V80, too: those whose firmware
// prefix is older than the T5's (58), and models nothing is known about.
func mixed(m *catalog.Model) bool {
	const firstModern = 58
	if len(m.FirmwarePrefixes) == 0 {
		return m.Name == catalog.Generic(m.Vendor).Name
	}
	oldest, err := strconv.Atoi(m.FirmwarePrefixes[0])
	return err == nil && oldest < firstModern
}

// top ends the prefix.
func (w *writer) top() { w.prefix = w.prefix[:0] }

// at sets the prefix to name followed by n and a dot: "account." and 3 make "account.3.".
func (w *writer) at(name string, n int) {
	w.prefix = append(w.prefix[:0], name...)
	w.number(n)
}

// number adds n and a dot to the prefix.
func (w *writer) number(n int) {
	w.prefix = append(strconv.AppendInt(w.prefix, int64(n), 10), '.')
}

// begin writes the name and " = "; it returns where the line starts.
func (w *writer) begin(name string) int {
	start := len(w.dst)
	w.dst = append(w.dst, w.prefix...)
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, " = "...)
	return start
}

// end closes the line begun at start, or takes it back if an administrator sets that parameter.
func (w *writer) end(start int, name string) {
	if len(w.raw) > 0 {
		if _, replaced := w.raw[string(w.dst[start:start+len(w.prefix)+len(name)])]; replaced {
			w.dst = w.dst[:start]
			return
		}
	}
	w.dst = append(w.dst, '\n')
}

// text writes a value as it is, a clear for an empty one.
func (w *writer) text(name, value string) {
	if value == "" {
		value = null
	}
	if !oneLine(value) && w.err == nil {
		w.err = fmt.Errorf("cannot write parameter %q: the value has a line break, a control character or is not UTF-8", string(w.prefix)+name)
	}
	start := w.begin(name)
	w.dst = append(w.dst, value...)
	w.end(start, name)
}

// num writes a number.
func (w *writer) num(name string, value int) {
	start := w.begin(name)
	w.dst = strconv.AppendInt(w.dst, int64(value), 10)
	w.end(start, name)
}

// flag writes 1 or 0.
func (w *writer) flag(name string, value bool) {
	if value {
		w.num(name, 1)
	} else {
		w.num(name, 0)
	}
}

// clear resets a parameter.
func (w *writer) clear(name string) { w.text(name, null) }

// optNum writes a number, a clear for none.
func (w *writer) optNum(name string, value *int) {
	if value == nil {
		w.clear(name)
		return
	}
	w.num(name, *value)
}

// optFlag writes 1 or 0, a clear for none.
func (w *writer) optFlag(name string, value *bool) {
	if value == nil {
		w.clear(name)
		return
	}
	w.flag(name, *value)
}

// static writes a parameter that firmware from V80 calls "static.<name>" under the names the model may know.
func (w *writer) static(name, value string) {
	if w.legacy {
		w.top()
		w.text(name, value)
	}
	if w.modern {
		w.prefix = append(w.prefix[:0], "static."...)
		w.text(name, value)
	}
	w.top()
}

// staticNum is static for a number.
func (w *writer) staticNum(name string, value int) { w.static(name, strconv.Itoa(value)) }

// oneLine reports whether a value stays on its line.
func oneLine(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
		if s[i] >= utf8.RuneSelf {
			return utf8.ValidString(s[i:]) && !strings.ContainsFunc(s[i:], unicode.IsControl)
		}
	}
	return true
}
