package merge

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"dialtone/store/record"
)

// maxProblems ends the search for further ones.
const maxProblems = 100

// Target takes fields of a document.
type Target struct {
	// Value is a pointer to the struct that is changed.
	Value any
	// Defaults is a pointer to a struct of the same type, owned by the target: null
	// takes a field's value from it. Nil stands for the zero value.
	Defaults any
}

// Apply lays a document over the targets: a field goes to the first that has it.
// create says that the record is new. The error is record.Problems; the targets
// may then be half changed.
func Apply(doc any, create bool, targets ...Target) error {
	a := applier{create: create}
	o, ok := doc.(Object)
	if !ok {
		a.problems.Add("", record.CodeWrongType, "the body must be an object")
		return a.problems.Err()
	}
	var fields []placed
	for _, t := range targets {
		fields = append(fields, t.fields()...)
	}
	a.object("", o, fields)
	return a.problems.Err()
}

// applier collects what is wrong on the way.
type applier struct {
	create   bool
	problems record.Problems
}

// placed is a field of a struct value, with its default.
type placed struct {
	Field
	value, fallback reflect.Value
}

func (t Target) fields() []placed {
	v := reflect.ValueOf(t.Value).Elem()
	d := reflect.Zero(v.Type())
	if t.Defaults != nil {
		d = reflect.ValueOf(t.Defaults).Elem()
	}
	return fieldsOf(v, d)
}

func fieldsOf(v, d reflect.Value) []placed {
	var list []placed
	for _, f := range Fields(v.Type()) {
		list = append(list, placed{f, v.FieldByIndex(f.Index), d.FieldByIndex(f.Index)})
	}
	return list
}

// object sets the named fields; what no field has the name of is a problem.
func (a *applier) object(at string, o Object, fields []placed) {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(a.problems) >= maxProblems {
			return
		}
		i := slices.IndexFunc(fields, func(f placed) bool { return f.Name == name })
		if i < 0 {
			a.problems.Add(join(at, shorten(name)), record.CodeUnknownField, "there is no such field")
			continue
		}
		a.field(join(at, name), o[name], fields[i])
	}
}

func (a *applier) field(at string, raw any, f placed) {
	fixed := f.Access == ReadOnly || f.Access == Create && !a.create
	switch {
	case fixed && same(f.value, raw):
	case fixed && f.Access == Create:
		a.problems.Add(at, record.CodeReadOnly, "is fixed when the record is created")
	case fixed:
		a.problems.Add(at, record.CodeReadOnly, "cannot be set")
	default:
		a.value(at, raw, f.value, f.fallback)
	}
}

// same says whether raw is what the API shows for v.
func same(v reflect.Value, raw any) bool {
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return false
	}
	shown, err := Parse(text)
	return err == nil && reflect.DeepEqual(shown, raw)
}

// value sets v to raw, or to its default when raw is null.
func (a *applier) value(at string, raw any, v, fallback reflect.Value) {
	if o, ok := v.Addr().Interface().(optional); ok {
		inner := reflect.ValueOf(o.mark(raw == nil)).Elem()
		if raw != nil {
			a.value(at, raw, inner, reflect.Zero(inner.Type()))
		}
		return
	}
	if raw == nil {
		v.Set(fallback)
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		a.time(at, raw, v)
	case v.Kind() == reflect.Pointer:
		a.pointer(at, raw, v)
	case v.Kind() == reflect.Struct:
		if o, ok := raw.(Object); ok {
			turn(o, v)
			a.object(at, o, fieldsOf(v, fallback))
		} else {
			a.wrongType(at, "an object")
		}
	case v.Kind() == reflect.Slice:
		a.list(at, raw, v)
	case v.Kind() == reflect.Map:
		a.mapping(at, raw, v, fallback)
	default:
		a.scalar(at, raw, v)
	}
}

// variant is a struct whose field type says which of the others it has.
type variant interface{ Variant() string }

// turn empties a variant that becomes another one: what the old one had is not part of it.
func turn(o Object, v reflect.Value) {
	if u, ok := v.Addr().Interface().(variant); ok && o["type"] != nil && o["type"] != u.Variant() {
		v.SetZero()
	}
}

// pointer merges into a copy of what is there, so that a shared value stays whole.
func (a *applier) pointer(at string, raw any, v reflect.Value) {
	fresh := reflect.New(v.Type().Elem())
	if !v.IsNil() {
		fresh.Elem().Set(v.Elem())
	}
	a.value(at, raw, fresh.Elem(), reflect.Zero(fresh.Elem().Type()))
	v.Set(fresh)
}

func (a *applier) list(at string, raw any, v reflect.Value) {
	list, ok := raw.([]any)
	if !ok {
		a.wrongType(at, "a list")
		return
	}
	if len(list) > MaxList {
		a.problems.Add(at, record.CodeTooMany, "must be at most %d", MaxList)
		return
	}
	fresh := reflect.MakeSlice(v.Type(), len(list), len(list))
	zero := reflect.Zero(v.Type().Elem())
	nested := applier{create: true}
	for i, e := range list {
		if len(a.problems)+len(nested.problems) >= maxProblems {
			break
		}
		nested.element(at+"["+strconv.Itoa(i)+"]", e, fresh.Index(i), zero)
	}
	a.problems = append(a.problems, nested.problems...)
	v.Set(fresh)
}

func (a *applier) element(at string, raw any, v, zero reflect.Value) {
	if raw == nil {
		a.problems.Add(at, record.CodeWrongType, "must not be null")
		return
	}
	a.value(at, raw, v, zero)
}

// mapping sets the named entries; null takes the default's entry, or none.
func (a *applier) mapping(at string, raw any, v, fallback reflect.Value) {
	o, ok := raw.(Object)
	if !ok {
		a.wrongType(at, "an object")
		return
	}
	fresh := reflect.MakeMap(v.Type())
	for it := v.MapRange(); it.Next(); {
		fresh.SetMapIndex(it.Key(), it.Value())
	}
	for name, e := range o {
		if len(a.problems) >= maxProblems {
			return
		}
		key := reflect.ValueOf(name).Convert(v.Type().Key())
		if e == nil {
			fresh.SetMapIndex(key, fallback.MapIndex(key)) // without a default: deletes it
			continue
		}
		entry := reflect.New(v.Type().Elem()).Elem()
		if old := v.MapIndex(key); old.IsValid() {
			entry.Set(old)
		}
		a.value(join(at, shorten(name)), e, entry, reflect.Zero(entry.Type()))
		fresh.SetMapIndex(key, entry)
	}
	v.Set(fresh)
}

func (a *applier) time(at string, raw any, v reflect.Value) {
	text, ok := raw.(string)
	t, err := time.Parse(time.RFC3339, text)
	switch {
	case !ok:
		a.wrongType(at, "a time such as 2026-01-02T15:04:05Z")
	case err != nil:
		a.problems.Add(at, record.CodeInvalid, "must be a time such as 2026-01-02T15:04:05Z (RFC 3339)")
	default:
		v.Set(reflect.ValueOf(t.UTC()))
	}
}

func (a *applier) scalar(at string, raw any, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := raw.(string); ok {
			v.SetString(s)
			return
		}
		a.wrongType(at, "a string")
	case reflect.Bool:
		if b, ok := raw.(bool); ok {
			v.SetBool(b)
			return
		}
		a.wrongType(at, "true or false")
	case reflect.Float32, reflect.Float64:
		a.float(at, raw, v)
	default:
		a.integer(at, raw, v)
	}
}

func (a *applier) float(at string, raw any, v reflect.Value) {
	n, ok := raw.(json.Number)
	if !ok {
		a.wrongType(at, "a number")
		return
	}
	f, err := n.Float64()
	if err != nil {
		a.problems.Add(at, record.CodeOutOfRange, "is too large")
		return
	}
	v.SetFloat(f)
}

func (a *applier) integer(at string, raw any, v reflect.Value) {
	n, ok := raw.(json.Number)
	if !ok || strings.ContainsAny(string(n), ".eE") {
		a.wrongType(at, "a whole number")
		return
	}
	i, err := n.Int64()
	switch {
	case err != nil:
		a.problems.Add(at, record.CodeOutOfRange, "is too large")
	case v.CanInt() && !v.OverflowInt(i):
		v.SetInt(i)
	case v.CanUint() && i >= 0 && !v.OverflowUint(uint64(i)):
		v.SetUint(uint64(i))
	default:
		a.problems.Add(at, record.CodeOutOfRange, "is out of range")
	}
}

func (a *applier) wrongType(at, want string) {
	a.problems.Add(at, record.CodeWrongType, "must be %s", want)
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
