package admin

import (
	"slices"
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

// textFilter is the filter of a list that is searched by what people read in it.
func textFilter(where string) []parameter {
	return []parameter{{name: "text", doc: "Only those with this in their " + where + ", ignoring case."}}
}

// matchTexts is what textFilter does: one of the record's texts has what is searched.
func matchTexts[T record.Record](texts func(T) []string) func(*call, *query) func(*store.View, T) bool {
	return func(_ *call, q *query) func(*store.View, T) bool {
		wanted := strings.ToLower(strings.TrimSpace(q.text("text")))
		return func(_ *store.View, r T) bool {
			return wanted == "" || slices.ContainsFunc(texts(r), func(text string) bool {
				return strings.Contains(strings.ToLower(text), wanted)
			})
		}
	}
}
