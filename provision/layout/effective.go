package layout

import (
	"cmp"
	"slices"

	"dialtone/store/record"
)

// place is where a key is.
type place struct{ module, position int }

// Effective is the device's layout, ordered by module and position: the phone's own keys, then each module's. It
// holds every key somebody asked for, whether it works or not, and line keys where nobody asked for anything.
func Effective(in *Input, dir directory) []Key {
	keys := merge(in.Template, in.Device.ButtonOverrides)
	keys = append(keys, defaults(in, keys)...)
	slices.SortFunc(keys, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Position, b.Position))
	})
	j := judge{in: in, dir: dir}
	for i := range keys {
		j.key(&keys[i])
	}
	return keys
}

// merge lays the overrides over the template.
func merge(template, overrides []record.Button) []Key {
	keys := make([]Key, 0, len(template)+len(overrides)+record.MaxLines)
	at := make(map[place]int, len(template)+len(overrides))
	for _, b := range template {
		at[place{b.Module, b.Position}] = len(keys)
		keys = append(keys, fromButton(b, FromTemplate))
	}
	for _, b := range overrides {
		i, replaces := at[place{b.Module, b.Position}]
		switch {
		case !replaces && b.Suppressed:
			keys = append(keys, fromButton(b, Suppressed))
		case !replaces:
			keys = append(keys, fromButton(b, FromOverride))
		case b.Suppressed:
			keys[i] = fromButton(b, Suppressed)
		default:
			keys[i] = fromButton(b, TemplateOverridden)
		}
	}
	return keys
}

func fromButton(b record.Button, s Source) Key {
	return Key{Position: b.Position, Module: b.Module, Label: b.Label, Type: b.Type, Target: b.Target, Source: s}
}

// defaults gives each line the line key of its rank where that position is free, unless the layout has a key for the
// line already: a phone without a template shows its lines first.
func defaults(in *Input, keys []Key) []Key {
	if in.Device.Type != record.Deskphone {
		return nil
	}
	used := make(map[int]bool, len(keys))
	placed := map[int]bool{}
	for _, k := range keys {
		if k.Module == 0 {
			used[k.Position] = true
		}
		if k.Type == record.ButtonLine {
			placed[lineOf(in, k.Target)] = true
		}
	}
	var added []Key
	for i, l := range in.Lines {
		position := i + 1
		if position > in.Model.LineKeys || l.Number > in.Model.Accounts || used[position] || placed[l.Number] {
			continue
		}
		added = append(added, Key{
			Position: position, Type: record.ButtonLine, Target: &record.ButtonTarget{Line: l.Number}, Source: ModelDefault,
		})
	}
	return added
}

// lineOf is the line a line key stands for: the one it names, else the device's first.
func lineOf(in *Input, t *record.ButtonTarget) int {
	if t != nil && t.Line > 0 {
		return t.Line
	}
	if len(in.Lines) > 0 {
		return in.Lines[0].Number
	}
	return 1
}
