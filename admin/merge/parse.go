package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Bounds of a document.
const (
	MaxDepth = 32     // objects and lists inside each other
	MaxList  = 10_000 // elements of one list
)

// Object is a parsed JSON object. Numbers are json.Number.
type Object map[string]any

// Codes of syntax errors.
const (
	CodeNotJSON   = "not_json"
	CodeTooDeep   = "too_deep"
	CodeDuplicate = "duplicate_key"
)

// SyntaxError says why a body is not a JSON document as RFC 8259 and RFC 7493
// (no name twice in an object, valid UTF-8) want it.
type SyntaxError struct {
	Code, Detail string
}

// Error is the detail.
func (e *SyntaxError) Error() string { return e.Detail }

// Parse reads one JSON value and nothing behind it. The error is a *SyntaxError.
func Parse(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, &SyntaxError{CodeNotJSON, "the body is not valid UTF-8"}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, notJSON(err)
	}
	p := parser{json.NewDecoder(bytes.NewReader(body))}
	p.dec.UseNumber()
	return p.value(0)
}

func notJSON(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &SyntaxError{CodeNotJSON, fmt.Sprintf("the body is not JSON: %s (at byte %d)", syntax.Error(), syntax.Offset)}
	}
	return &SyntaxError{CodeNotJSON, "the body is not JSON: " + err.Error()}
}

// parser builds values from a decoder's tokens. The text is known to be valid.
type parser struct{ dec *json.Decoder }

func (p parser) value(depth int) (any, error) {
	token, err := p.dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, notJSON(err)
	}
	delim, nested := token.(json.Delim)
	if !nested {
		return token, nil
	}
	if depth == MaxDepth {
		return nil, &SyntaxError{CodeTooDeep, fmt.Sprintf("the body has more than %d objects or lists inside each other", MaxDepth)}
	}
	if delim == '{' {
		return p.object(depth + 1)
	}
	return p.list(depth + 1)
}

func (p parser) object(depth int) (Object, error) {
	o := Object{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, notJSON(err)
		}
		name, _ := token.(string)
		if _, twice := o[name]; twice {
			return nil, &SyntaxError{CodeDuplicate, fmt.Sprintf("the name %q stands twice in one object", shorten(name))}
		}
		if o[name], err = p.value(depth); err != nil {
			return nil, err
		}
	}
	_, err := p.dec.Token()
	return o, err
}

func (p parser) list(depth int) ([]any, error) {
	list := []any{}
	for p.dec.More() {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := p.dec.Token()
	return list, err
}

// shorten keeps what is quoted back to a client readable.
func shorten(s string) string {
	const most = 64
	for i := range s {
		if i >= most {
			return s[:i] + "…"
		}
	}
	return s
}
