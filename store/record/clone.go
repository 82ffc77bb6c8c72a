package record

import "reflect"

// deepCopy copies a record and everything it points at. It walks the fields, so a
// field that is added is copied too.
func deepCopy[T any](v *T) *T {
	c := new(T)
	copyValue(reflect.ValueOf(c).Elem(), reflect.ValueOf(v).Elem())
	return c
}

// copyValue copies src to dst, making new slices, maps and pointed-at values. Structs
// with unexported fields (time.Time) are values and are copied as they are.
func copyValue(dst, src reflect.Value) {
	switch src.Kind() {
	case reflect.Struct:
		dst.Set(src)
		for i := range src.NumField() {
			if src.Type().Field(i).IsExported() {
				copyValue(dst.Field(i), src.Field(i))
			}
		}
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			copyValue(dst.Elem(), src.Elem())
		}
	case reflect.Slice:
		if !src.IsNil() {
			dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				copyValue(dst.Index(i), src.Index(i))
			}
		}
	case reflect.Map:
		if !src.IsNil() {
			dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
			for _, key := range src.MapKeys() {
				value := reflect.New(src.Type().Elem()).Elem()
				copyValue(value, src.MapIndex(key))
				dst.SetMapIndex(key, value)
			}
		}
	default:
		dst.Set(src)
	}
}
