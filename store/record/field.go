package record

import "strconv"

// index is the API path of element i of a list field.
func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
