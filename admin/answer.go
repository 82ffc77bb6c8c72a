package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"dialtone/store/record"
)

const mediaJSON = "application/json"

// answer is what a handler found. body is encoded as JSON; nil means none. stream
// writes the body itself, with the Content-Type in header; serve writes all of it, for
// files that are read in parts.
type answer struct {
	status int
	header map[string]string
	body   any
	stream func(w io.Writer) error
	serve  func(w http.ResponseWriter, r *http.Request)
}

// reply is an answer ready to be sent, and to be kept for an Idempotency-Key.
type reply struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

func ok(body any) *answer { return &answer{status: http.StatusOK, body: body} }

// found is an answer that shows a record, with its revision as ETag.
func found(status int, h *record.Meta, body any) *answer {
	return &answer{status: status, body: body, header: map[string]string{"ETag": etag(h)}}
}

func etag(h *record.Meta) string { return fmt.Sprintf(`"%d"`, h.Revision) }

func (a *answer) at(location string) *answer {
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header["Location"] = location
	return a
}

// encode makes the bytes.
func (a *answer) encode() (*reply, error) {
	r := &reply{Status: a.status, Header: maps.Clone(a.header)}
	if a.body == nil {
		return r, nil
	}
	body, err := encodeJSON(a.body)
	if err != nil {
		return nil, fmt.Errorf("cannot encode answer: %w", err)
	}
	if r.Header == nil {
		r.Header = map[string]string{}
	}
	r.Header["Content-Type"], r.Body = mediaJSON, body
	return r, nil
}

func (r *reply) write(w http.ResponseWriter) {
	for name, value := range r.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Body) // a caller who is gone reads nothing
}

func writeBody(w io.Writer, body any) {
	b, err := encodeJSON(body)
	if err == nil {
		_, _ = w.Write(b) // a caller who is gone reads nothing
	}
}

// encodeJSON writes JSON with [] and {} where a list or map is nil: to a client
// an empty list is a list.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(filled(reflect.ValueOf(v)).Interface()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// filled is a copy of v without nil lists and maps. What v points to stays as it is.
func filled(v reflect.Value) reflect.Value {
	if !v.IsValid() || v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[json.RawMessage]() {
		return v
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(filled(v.Elem()))
		return c
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return filled(v.Elem())
	case reflect.Struct:
		return filledStruct(v)
	case reflect.Slice:
		return filledSlice(v)
	case reflect.Map:
		return filledMap(v)
	default:
		return v
	}
}

func filledStruct(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	for i := range c.NumField() {
		if f := c.Field(i); f.CanSet() {
			f.Set(filled(f))
		}
	}
	return c
}

func filledSlice(v reflect.Value) reflect.Value {
	simple := []reflect.Kind{reflect.Uint8, reflect.String, reflect.Int, reflect.Uint32}
	if v.IsNil() && v.Type().Elem().Kind() != reflect.Uint8 {
		return reflect.MakeSlice(v.Type(), 0, 0)
	}
	if slices.Contains(simple, v.Type().Elem().Kind()) {
		return v
	}
	c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		if e := filled(v.Index(i)); e.IsValid() {
			c.Index(i).Set(e)
		}
	}
	return c
}

func filledMap(v reflect.Value) reflect.Value {
	c := reflect.MakeMap(v.Type())
	for it := v.MapRange(); it.Next(); {
		if e := filled(it.Value()); e.IsValid() {
			c.SetMapIndex(it.Key(), e)
		}
	}
	return c
}
