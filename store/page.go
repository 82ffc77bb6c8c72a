package store

import (
	"encoding/base64"
	"errors"
	"fmt"

	"dialtone/store/kv"
)

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	// Next is what to give as After for the rest; "" when there is none. A page may
	// have fewer items than asked for and still have a Next: filters look at a
	// bounded number of entries at a time.
	Next string
}

// Bounds of a page.
const (
	defaultPage = 100
	maxPage     = 1000
	maxLooked   = 20_000 // entries looked at for one page
)

// ErrBadCursor: After is not the Next of an earlier page.
var ErrBadCursor = errors.New("malformed cursor")

func pageLimit(n int) int {
	if n <= 0 {
		return defaultPage
	}
	return min(n, maxPage)
}

// verdict is what becomes of one entry of a list.
type verdict int

const (
	keep verdict = iota
	skip
	stop // this one and all older ones are beyond what was asked for
)

// walk is the way through the keys of a prefix, backwards.
type walk struct {
	prefix []byte
	// place says whether a text has the form of the rests of these keys.
	place func(rest string) bool
	after string // cursor to go on behind, "" to begin
	start string // rest to begin with, inclusive; "" is the newest
	limit int
}

// newest gathers a page on the way. item gets the rest of each key.
func newest[T any](r kv.Reader, w walk, item func(rest string, value []byte) (T, verdict, error)) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	limit := pageLimit(w.limit)
	rng := kv.Range{Prefix: w.prefix, Reverse: true}
	if w.start != "" {
		rng.Start = join(w.prefix, w.start)
	}
	from, err := openCursor(w.after, w.place)
	if err != nil {
		return page, err
	}
	if w.after != "" {
		rng.Start = join(w.prefix, from)
	}
	looked, last := 0, ""
	err = r.Scan(rng, func(key, value []byte) (bool, error) {
		rest := string(key[len(w.prefix):])
		if w.after != "" && rest == from {
			return true, nil
		}
		if looked == maxLooked || len(page.Items) == limit {
			page.Next = cursor(last)
			return false, nil
		}
		looked, last = looked+1, rest
		v, what, err := item(rest, value)
		if err == nil && what == keep {
			page.Items = append(page.Items, v)
		}
		return what != stop, err
	})
	return page, err
}

func join(prefix []byte, rest string) []byte {
	return append(prefix[:len(prefix):len(prefix)], rest...)
}

func cursor(rest string) string { return base64.RawURLEncoding.EncodeToString([]byte(rest)) }

// openCursor is the rest a cursor stands for, which is of the list's form: one of
// another list would show a page of anything.
func openCursor(c string, place func(rest string) bool) (string, error) {
	rest, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil || c != "" && !place(string(rest)) {
		return "", fmt.Errorf("cannot go on from %q: %w", c, ErrBadCursor)
	}
	return string(rest), nil
}

// numbered is the form of keys that end in a sequence number.
func numbered(rest string) bool { return len(rest) == len(uint64BE(0)) }
