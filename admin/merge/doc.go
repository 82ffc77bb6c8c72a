// Package merge reads JSON strictly and lays it over Go values, field by field.
//
// A field that is absent keeps its value, one that is given sets it, and null
// puts it back to its default (RFC 7396, with defaults instead of removal).
// Objects merge recursively, lists are replaced. Every field that is unknown, of
// the wrong type or not open to change is reported by its path, several at once.
//
// The fields and who may set them come from struct tags: json is the name, api
// is "readonly" (never accepted), "create" (accepted at creation only) or
// "writeonly" (accepted, never shown).
package merge
