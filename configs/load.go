package configs

import (
	_ "embed"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds a configuration file, in bytes.
const maxFile = 1 << 20

//go:embed dialtone.yaml
var defaultFile []byte

// Load reads the file at path, lays environ ("NAME=value" entries, as
// os.Environ gives them) over it and validates the result. Problems of the
// content come as [Errors].
func Load(path string, environ []string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read configuration: %w", err)
	}
	return Parse(path, data, environ)
}

// Parse is Load for bytes at hand; name stands for the file in problems.
// Without data and environ it gives the defaults.
func Parse(name string, data []byte, environ []string) (*Config, error) {
	var zero, def Config
	builtIn := decoder{file: "dialtone.yaml"}
	builtIn.document(&def, &zero, defaultFile)
	if err := builtIn.problems.err(); err != nil {
		return nil, fmt.Errorf("cannot read the built-in defaults: %w", err)
	}
	cfg := def // lists are replaced, never written into
	d := decoder{file: name}
	d.document(&cfg, &def, data)
	d.environment(&cfg, &def, environ)
	cfg.Provision.PublicURL = strings.TrimRight(cfg.Provision.PublicURL, "/")
	cfg.Admin.PublicURL = strings.TrimRight(cfg.Admin.PublicURL, "/")
	found := cfg.problems()
	d.locate(found)
	d.problems = append(d.problems, found...)
	if len(d.problems) > 0 {
		d.problems.sort(name)
		return nil, d.problems
	}
	return &cfg, nil
}

// document lays one YAML document over cfg.
func (d *decoder) document(cfg, def *Config, data []byte) {
	d.places = make(map[string]place)
	if len(data) > maxFile {
		d.fail("", place{file: d.file}, "is larger than 1 MB")
		return
	}
	node, err := parse(data)
	switch {
	case err != nil:
		d.fail("", place{d.file, err.line}, "%s", err.reason)
	case node != nil:
		d.value(reflect.ValueOf(cfg).Elem(), reflect.ValueOf(def).Elem(), node, "")
	}
}

// locate adds to each problem where its key, or the section around it, was set.
func (d *decoder) locate(problems Errors) {
	for _, p := range problems {
		for key := p.Key; key != ""; key = key[:max(0, strings.LastIndexAny(key, ".["))] {
			if at, ok := d.places[key]; ok {
				p.File, p.Line = at.file, at.line
				break
			}
		}
	}
}

// syntaxError is YAML that cannot be read.
type syntaxError struct {
	line   int
	reason string
}

// parse reads one YAML document; an empty one is nil.
func parse(data []byte) (_ ast.Node, bad *syntaxError) {
	defer func() {
		// The YAML reader is not ours: whatever it trips over is bad input.
		if r := recover(); r != nil {
			bad = &syntaxError{reason: "is not YAML"}
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntax(err)
	}
	var root ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			return nil, &syntaxError{doc.Body.GetToken().Position.Line, "holds a second document"}
		}
		root = doc.Body
	}
	return root, nil
}

func syntax(err error) *syntaxError {
	e, ok := err.(yaml.Error) //nolint:errorlint // the parser returns it unwrapped
	if !ok || e.GetToken() == nil {
		return &syntaxError{reason: err.Error()}
	}
	return &syntaxError{e.GetToken().Position.Line, e.GetMessage()}
}
