package render

import (
	"maps"
	"slices"
)

// header must be the first line, exactly (Yealink: configuration file syntax).
const header = "#!version:1.0.0.1\n"

// AppendYealink appends the configuration file of a Yealink phone or DECT base, see [Append].
func AppendYealink(dst []byte, p *Phone) ([]byte, error) {
	w := newWriter(append(dst, header...), p)
	w.provisioning(&p.Source)
	w.security(&p.Admin)
	w.network(p.Settings.Network)
	w.clock(p)
	w.audio(p.Settings.Audio)
	w.display(p.Settings.Display)
	w.features(p)
	w.phonebook(p)
	w.emergency(p)
	if w.base {
		w.baseAccounts(p)
	} else {
		w.accounts(p)
		w.keys(p)
	}
	w.rawParameters(p.Settings.Raw)
	if w.err != nil {
		return dst, w.err
	}
	return w.dst, nil
}

// rawParameters writes an administrator's own parameters, each instead of ours of the same name.
func (w *writer) rawParameters(raw map[string]string) {
	w.top()
	w.raw = nil
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		w.text(name, raw[name])
	}
}
