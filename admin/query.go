package admin

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Bounds of a list.
const (
	maxPage     = 100
	defaultPage = 50
	maxCursor   = 4096
)

// page is one part of a list; Next is null at its end.
type page struct {
	Data any     `json:"data"`
	Next *string `json:"next"`
}

// query reads a list's parameters and gathers what is wrong with them.
type query struct {
	values   url.Values
	problems record.Problems
}

// query reads the parameters; those the operation does not have are refused, so
// that a filter that is spelt wrong does not show everything.
func (c *call) query() *query {
	q := &query{values: c.r.URL.Query()}
	known := c.op.query
	if c.op.list {
		known = slices.Concat(known, paging())
	}
	for name, values := range q.values {
		i := slices.IndexFunc(known, func(p parameter) bool { return p.name == name })
		switch {
		case i < 0:
			q.problems.Add(name, record.CodeUnknownField, "there is no such parameter")
		case len(values) > 1 && !known[i].repeats:
			q.problems.Add(name, record.CodeDuplicate, "must be given once")
		}
	}
	return q
}

func paging() []parameter {
	return []parameter{
		{name: "limit", doc: "How many at most, 1 to 100; 50 when absent."},
		{name: "cursor", doc: "The next of the page before."},
	}
}

func (q *query) text(name string) string { return q.values.Get(name) }

func (q *query) limit() int {
	if !q.values.Has("limit") {
		return defaultPage
	}
	n, err := strconv.Atoi(q.values.Get("limit"))
	if err != nil || n < 1 || n > maxPage {
		q.problems.Add("limit", record.CodeOutOfRange, "must be from 1 to %d", maxPage)
		return defaultPage
	}
	return n
}

// cursor is the text a cursor of ours stands for; place says whether a text has the
// form of the list's. One of another list would show a page of anything.
func (q *query) cursor(place func(text string) bool) string {
	if !q.values.Has("cursor") {
		return ""
	}
	c := q.values.Get("cursor")
	text, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil || len(c) > maxCursor || !place(string(text)) {
		q.problems.Add("cursor", record.CodeInvalid, "must be the next of the page before")
		return ""
	}
	return string(text)
}

func (q *query) time(name string) time.Time {
	text := q.values.Get(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.problems.Add(name, record.CodeInvalid, "must be a time such as 2026-01-02T15:04:05Z (RFC 3339)")
	}
	return t
}

func (q *query) oneOf(name string, allowed ...string) string {
	v := q.values.Get(name)
	if v != "" && !slices.Contains(allowed, v) {
		q.problems.Add(name, record.CodeInvalid, "must be one of %v", allowed)
	}
	return v
}

func (q *query) err() error { return q.problems.Err() }

// cut makes a page of a list that has one element more than it may show, if there
// is more.
func cut[T any](list []T, limit int, id func(T) string) page {
	if len(list) <= limit {
		return page{Data: list}
	}
	next := base64.RawURLEncoding.EncodeToString([]byte(id(list[limit-1])))
	return page{Data: list[:limit], Next: &next}
}

// history answers with a page of one of the store's histories.
func history[T any](list store.Page[T], err error) (*answer, error) {
	if errors.Is(err, store.ErrBadCursor) {
		return nil, invalidField("cursor", record.CodeInvalid, "must be the next of the page before")
	}
	if err != nil {
		return nil, err
	}
	p := page{Data: list.Items}
	if list.Next != "" {
		p.Next = &list.Next
	}
	return &answer{status: http.StatusOK, body: p}, nil
}
