package view

import (
	"slices"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/store"
	"dialtone/store/record"
)

// Preview judges buttons as those of a template on a phone that need not exist: d says which vendor, model and
// expansion modules, and whose account. Every line of the model counts as set up. A key that is its phone's user's
// own cannot be judged further than [layout.NoOwningUser].
func (b *Builder) Preview(v *store.View, d *record.Device, buttons []record.Button) (*catalog.Model, []layout.Key, error) {
	s, err := b.scene(v, d, Request{})
	if err != nil {
		return nil, nil, err
	}
	in := s.layoutInput()
	in.Template = buttons
	for n := 1; n <= min(s.model.Accounts, record.MaxLines); n++ {
		in.Lines = append(in.Lines, layout.Line{Number: n})
	}
	keys := slices.DeleteFunc(layout.Effective(in, s.directory()), func(k layout.Key) bool { return k.Source == layout.ModelDefault })
	return s.model, keys, nil
}
