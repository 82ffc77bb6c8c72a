package configs

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// place says where a key was set.
type place struct {
	file string // or the variable's name
	line int
}

// decoder lays parsed YAML over a Config. It goes on after a problem, so that
// one run shows them all.
type decoder struct {
	file     string
	inEnv    bool // lines of a variable's text mean nothing to anyone
	places   map[string]place
	problems Errors
}

func (d *decoder) fail(key string, at place, format string, args ...any) {
	d.problems = append(d.problems, &Error{File: at.file, Line: at.line, Key: key, Reason: fmt.Sprintf(format, args...)})
}

func (d *decoder) place(n ast.Node) place {
	if d.inEnv || n.GetToken() == nil {
		return place{file: d.file}
	}
	return place{d.file, n.GetToken().Position.Line}
}

// value stores node in dst. def is the default of the same key: what an entry
// of a list of sections leaves out is taken from the default's first entry.
func (d *decoder) value(dst, def reflect.Value, node ast.Node, key string) {
	if _, null := node.(*ast.NullNode); null {
		return
	}
	switch dst.Kind() {
	case reflect.Struct:
		if single(dst) {
			break
		}
		d.section(dst, def, node, key)
		return
	case reflect.Slice:
		d.list(dst, def, node, key)
		return
	default: // a single value
	}
	text, ok := scalarText(node)
	if !ok {
		d.fail(key, d.place(node), "takes a single value")
		return
	}
	d.text(dst, text, key, d.place(node))
}

// text stores a single value; one that cannot be read leaves dst as it was.
func (d *decoder) text(dst reflect.Value, text, key string, at place) {
	next := reflect.New(dst.Type())
	if _, err := setText(next.Interface(), text); err != nil {
		d.fail(key, at, "%s", err)
		return
	}
	dst.Set(next.Elem())
}

func (d *decoder) section(dst, def reflect.Value, node ast.Node, key string) {
	m, ok := node.(ast.MapNode)
	if !ok {
		d.fail(key, d.place(node), "takes a section of keys")
		return
	}
	for it := m.MapRange(); it.Next(); {
		name := it.Key().GetToken().Value
		at := d.place(it.Key())
		path := join(key, name)
		i, known := fields(dst.Type())[name]
		if !known {
			d.fail(path, at, "unknown key")
			continue
		}
		d.places[path] = at
		d.value(dst.FieldByIndex(i), def.FieldByIndex(i), it.Value(), path)
	}
}

func (d *decoder) list(dst, def reflect.Value, node ast.Node, key string) {
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		d.fail(key, d.place(node), "takes a list, such as [a, b]")
		return
	}
	out := reflect.MakeSlice(dst.Type(), len(seq.Values), len(seq.Values))
	for i, n := range seq.Values {
		item, path := out.Index(i), fmt.Sprintf("%s[%d]", key, i)
		itemDef := reflect.Zero(dst.Type().Elem())
		if def.Len() > 0 {
			itemDef = def.Index(0)
		}
		if !single(item) {
			item.Set(itemDef)
		}
		d.places[path] = d.place(n)
		if _, null := n.(*ast.NullNode); null {
			d.fail(path, d.place(n), "is empty")
			return
		}
		d.value(item, itemDef, n, path)
	}
	dst.Set(out)
}

// scalarText is a single value as it was written: 0123 stays 0123 in a text.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// single reports whether v is one value, not a section or list of them.
func single(v reflect.Value) bool {
	ok, _ := setText(reflect.New(v.Type()).Interface(), "")
	return ok
}

// fields maps a section's keys to its fields; inlined sections count as their
// parent's.
func fields(t reflect.Type) map[string][]int {
	out := make(map[string][]int)
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("yaml"); name != "" && !strings.HasPrefix(name, ",") {
			out[name] = f.Index
		}
	}
	return out
}

func join(section, name string) string {
	if section == "" {
		return name
	}
	return section + "." + name
}
