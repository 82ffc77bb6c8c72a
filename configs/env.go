package configs

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// envPrefix begins every variable that is ours.
const envPrefix = "DIALTONE_"

// environment lays the DIALTONE_ variables over cfg, sections before the keys
// in them.
func (d *decoder) environment(cfg, def *Config, environ []string) {
	vars := make(map[string]string)
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, envPrefix) {
			vars[name] = value
		}
	}
	if len(vars) == 0 {
		return
	}
	keys := envKeys()
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		d.file, d.inEnv = name, true
		k, known := keys[name]
		if !known {
			d.fail("", place{file: name}, "unknown variable: no key has this name")
			continue
		}
		d.places[k.path] = place{file: name}
		d.variable(reflect.ValueOf(cfg).Elem().FieldByIndex(k.index),
			reflect.ValueOf(def).Elem().FieldByIndex(k.index), vars[name], k.path)
	}
}

func (d *decoder) variable(dst, def reflect.Value, text, key string) {
	if single(dst) {
		d.text(dst, text, key, place{file: d.file})
		return
	}
	node, err := parse([]byte(text))
	switch {
	case err != nil:
		d.fail(key, place{file: d.file}, "%s", err.reason)
	case node == nil:
		d.fail(key, place{file: d.file}, "is empty; an empty list is written []")
	default:
		d.value(dst, def, node, key)
	}
}

// envKey is the key a variable stands for.
type envKey struct {
	path  string
	index []int // of the field in Config
}

// envKeys maps the variables' names to their keys.
func envKeys() map[string]envKey {
	keys := make(map[string]envKey)
	var walk func(t reflect.Type, path string, index []int)
	walk = func(t reflect.Type, path string, index []int) {
		for name, i := range fields(t) {
			k := envKey{join(path, name), slices.Concat(index, i)}
			keys[envName(k.path)] = k
			f := t.FieldByIndex(i).Type
			if f.Kind() == reflect.Struct && !single(reflect.Zero(f)) {
				walk(f, k.path, k.index)
			}
		}
	}
	walk(reflect.TypeFor[Config](), "", nil)
	return keys
}

func envName(path string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}
