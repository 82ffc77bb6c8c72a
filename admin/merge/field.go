package merge

import (
	"reflect"
	"strings"
)

// Access says who may set a field.
type Access string

// The values of the api tag.
const (
	Open      Access = ""
	ReadOnly  Access = "readonly"
	Create    Access = "create"
	WriteOnly Access = "writeonly"
)

// Field is one JSON field of a struct.
type Field struct {
	Name      string
	Type      reflect.Type
	Index     []int // for reflect.Value.FieldByIndex
	Access    Access
	Doc       string
	OmitEmpty bool
}

// Fields lists the JSON fields of a struct type, those of embedded structs in
// their place.
func Fields(t reflect.Type) []Field {
	var list []Field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || name == "-" || name == "" {
			continue
		}
		list = append(list, Field{
			Name: name, Type: f.Type, Index: f.Index, Access: Access(f.Tag.Get("api")), Doc: f.Tag.Get("doc"),
			OmitEmpty: strings.Contains(options, "omit"),
		})
	}
	return list
}

// Optional is an input field that is no part of a record: it tells absent, null
// and a value apart.
type Optional[T any] struct {
	Present bool // the field was given
	Null    bool // it was null
	Value   T
}

// Given says whether there is a value.
func (o Optional[T]) Given() bool { return o.Present && !o.Null }

// Elem is the type inside, for descriptions.
func (o *Optional[T]) Elem() reflect.Type { return reflect.TypeFor[T]() }

func (o *Optional[T]) mark(null bool) any {
	o.Present, o.Null = true, null
	return &o.Value
}

// optional is what every *Optional does.
type optional interface{ mark(null bool) any }
