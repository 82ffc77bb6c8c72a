package record

import "strconv"

// index is the API path of element i of a list field.
func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// clone copies a slice; nil stays nil.
func clone[T any](s []T) []T { return append([]T(nil), s...) }

// ptr copies what a pointer holds; nil stays nil.
func ptr[T any](v *T) *T {
	if v == nil {
		return nil
	}
	c := *v
	return &c
}
