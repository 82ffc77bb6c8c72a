package admin

import (
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"dialtone/admin/merge"
	"dialtone/store/record"
)

// schemaBook makes JSON Schemas of Go types. Structs with a name are written down
// once and referred to.
type schemaBook struct {
	schemas openapi3.Schemas
	types   map[string]reflect.Type
}

func newSchemaBook() *schemaBook {
	return &schemaBook{schemas: openapi3.Schemas{}, types: map[string]reflect.Type{}}
}

// output describes what the API shows.
func (b *schemaBook) output(t reflect.Type) *openapi3.SchemaRef {
	return b.refer(t, nameOf(t), func() *openapi3.Schema { return b.object(deref(t), false) })
}

// input describes what an operation takes: the fields of several structs, those
// nobody may set left out.
func (b *schemaBook) input(op *operation) *openapi3.SchemaRef {
	s := openapi3.NewObjectSchema().WithoutAdditionalProperties()
	for _, t := range op.body {
		for _, f := range merge.Fields(t) {
			fixed := f.Access == merge.ReadOnly || f.Access == merge.Create && op.method == http.MethodPatch
			if _, taken := s.Properties[f.Name]; taken || fixed {
				continue
			}
			s.WithPropertyRef(f.Name, b.field(f, true))
		}
	}
	s.Required = op.required
	return s.NewRef()
}

// listOf describes a page.
func (b *schemaBook) listOf(t reflect.Type) *openapi3.Schema {
	data := openapi3.NewArraySchema()
	data.Items = b.value(t, false)
	next := openapi3.NewStringSchema()
	next.Type = &openapi3.Types{"string", "null"}
	s := openapi3.NewObjectSchema().WithProperty("data", data).WithProperty("next", next)
	s.Required = []string{"data", "next"}
	return s
}

// refer writes a schema down under its name the first time and refers to it.
func (b *schemaBook) refer(t reflect.Type, name string, make func() *openapi3.Schema) *openapi3.SchemaRef {
	if name == "" {
		return make().NewRef()
	}
	t = deref(t)
	switch other, known := b.types[name]; {
	case known && other != t:
		panic("two types are described as " + name) // the tests make the document
	case !known:
		b.types[name] = t
		b.schemas[name] = openapi3.NewObjectSchema().NewRef() // for what refers to itself
		b.schemas[name] = make().NewRef()
	}
	return openapi3.NewSchemaRef("#/components/schemas/"+name, b.schemas[name].Value)
}

func (b *schemaBook) object(t reflect.Type, in bool) *openapi3.Schema {
	s := openapi3.NewObjectSchema()
	for _, f := range merge.Fields(t) {
		if !in && f.Access == merge.WriteOnly {
			continue
		}
		s.WithPropertyRef(f.Name, b.field(f, in))
		if !in && !f.OmitEmpty {
			s.Required = append(s.Required, f.Name)
		}
	}
	if in {
		s.WithoutAdditionalProperties()
	}
	return s
}

// field is the schema of a field with its sentence.
func (b *schemaBook) field(f merge.Field, in bool) *openapi3.SchemaRef {
	inner := b.value(f.Type, in)
	nullable := in || canBeNull(f.Type)
	if inner.Ref == "" {
		s := *inner.Value
		s.Description = f.Doc
		if nullable && s.Type != nil && !s.Type.Includes("null") {
			s.Type = nullableType(*s.Type)
		}
		return s.NewRef()
	}
	s := &openapi3.Schema{Description: f.Doc, AnyOf: openapi3.SchemaRefs{inner}}
	if nullable {
		s.AnyOf = append(s.AnyOf, (&openapi3.Schema{Type: &openapi3.Types{"null"}}).NewRef())
	}
	return s.NewRef()
}

func nullableType(t openapi3.Types) *openapi3.Types {
	t = append(t[:len(t):len(t)], "null")
	return &t
}

// canBeNull says whether the API shows null for a type: pointers, and identifiers
// where there is none.
func canBeNull(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t == reflect.TypeFor[record.ID]()
}

// value is the schema of a type.
func (b *schemaBook) value(t reflect.Type, in bool) *openapi3.SchemaRef {
	if o, isOptional := reflect.New(t).Interface().(interface{ Elem() reflect.Type }); isOptional {
		return b.value(o.Elem(), in)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.value(t.Elem(), in)
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return openapi3.NewDateTimeSchema().NewRef()
		}
		name := nameOf(t)
		if in {
			name += "Input"
		}
		return b.refer(t, name, func() *openapi3.Schema { return b.object(t, in) })
	case reflect.Slice:
		s := openapi3.NewArraySchema()
		s.Items = b.value(t.Elem(), in)
		return s.NewRef()
	case reflect.Map:
		s := openapi3.NewObjectSchema()
		s.AdditionalProperties.Schema = b.value(t.Elem(), in)
		return s.NewRef()
	case reflect.Bool:
		return openapi3.NewBoolSchema().NewRef()
	case reflect.Float64:
		return openapi3.NewFloat64Schema().NewRef()
	case reflect.Int, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return openapi3.NewIntegerSchema().NewRef()
	case reflect.Interface: // scalars only: the values of audited fields
		return (&openapi3.Schema{Type: &openapi3.Types{"string", "number", "boolean", "null"}}).NewRef()
	default:
		return openapi3.NewStringSchema().NewRef()
	}
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// nameOf is a struct's name in the document: deviceView is Device.
func nameOf(t reflect.Type) string {
	if deref(t) == reflect.TypeFor[record.Problem]() {
		return "FieldProblem"
	}
	name := strings.TrimSuffix(deref(t).Name(), "View")
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
