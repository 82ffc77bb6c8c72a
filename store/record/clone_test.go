package record

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCloneSharesNothing fills every field of every record and checks that the copy
// is equal and that no slice, map or pointer is shared.
func TestCloneSharesNothing(t *testing.T) {
	for _, k := range Kinds() {
		t.Run(string(k), func(t *testing.T) {
			r := New(k)
			fill(reflect.ValueOf(r).Elem())
			c := r.Clone()
			if diff := cmp.Diff(r, c); diff != "" {
				t.Fatalf("the copy differs (-record +copy):\n%s", diff)
			}
			shared(t, string(k), reflect.ValueOf(r).Elem(), reflect.ValueOf(c).Elem())
		})
	}
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint32, reflect.Uint64, reflect.Uint8:
		v.SetUint(1)
	case reflect.Bool:
		v.SetBool(true)
	}
}

func shared(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Struct:
		if a.Type().PkgPath() == "time" {
			return
		}
		for i := range a.NumField() {
			shared(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared with the copy", path)
		}
		if a.Kind() == reflect.Pointer {
			shared(t, path, a.Elem(), b.Elem())
		}
		if a.Kind() == reflect.Slice {
			shared(t, path+"[0]", a.Index(0), b.Index(0))
		}
		if a.Kind() == reflect.Map {
			key := a.MapKeys()[0]
			shared(t, path+"[x]", a.MapIndex(key), b.MapIndex(key))
		}
	}
}
