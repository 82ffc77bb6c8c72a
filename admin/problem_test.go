package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/kv"
	"dialtone/store/record"
)

func TestProblemOf(t *testing.T) {
	reserved := record.Problems{{Field: "number", Code: record.CodeReserved, Detail: "x"}}
	mixed := append(record.Problems{{Field: "name", Code: record.CodeRequired, Detail: "x"}}, reserved...)
	for _, tc := range []struct {
		name   string
		err    error
		status int
		code   string
		retry  string
	}{
		{"not found", store.ErrNotFound, 404, codeNotFound, ""},
		{"stale", store.ErrStale, 412, codeStale, ""},
		{"conflict", &store.Conflict{Field: "email", Code: store.ConflictNotUnique, Detail: "x"}, 409, store.ConflictNotUnique, ""},
		{"fields", mixed, 422, codeInvalid, ""},
		{"reserved only", reserved, 409, record.CodeReserved, ""},
		{"syntax", &merge.SyntaxError{Code: merge.CodeNotJSON}, 400, merge.CodeNotJSON, ""},
		{"no room", store.ErrNoSpace, 503, codeNoSpace, "30"},
		{"overloaded", store.ErrOverloaded, 503, codeOverloaded, "1"},
		{"given up", context.Canceled, 503, codeCancelled, ""},
		{"closing", store.ErrClosed, 503, codeClosing, "1"},
		{"too much at once", kv.ErrTooBig, 413, codeTooLarge, ""},
		{"too large", &http.MaxBytesError{Limit: 5}, 413, codeTooLarge, ""},
		{"broken body", &unreadable{errors.New("reset")}, 400, merge.CodeNotJSON, ""},
		{"limited body", &unreadable{&http.MaxBytesError{Limit: 5}}, 413, codeTooLarge, ""},
		{"another account's", errForeign, 404, codeNotFound, ""},
		{"anything else", errors.New("the password is hunter2"), 500, codeInternal, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := problemOf(fmt.Errorf("cannot do: %w", tc.err), slog.New(slog.DiscardHandler))
			w := httptest.NewRecorder()
			p.write(w)
			if w.Code != tc.status || p.Code != tc.code || w.Header().Get("Retry-After") != tc.retry {
				t.Errorf("%d %s Retry-After %q", w.Code, p.Code, w.Header().Get("Retry-After"))
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Error("an internal error is told")
			}
		})
	}
}
