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

// newest walks the keys of a prefix backwards from behind the cursor, or from start
// (a key's rest, inclusive), and gathers a page. item gets the rest of each key.
func newest[T any](r kv.Reader, prefix []byte, after, start string, limit int, item func(rest string, value []byte) (T, verdict, error)) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	limit = pageLimit(limit)
	rng := kv.Range{Prefix: prefix, Reverse: true}
	if start != "" {
		rng.Start = join(prefix, start)
	}
	from, err := openCursor(after)
	if err != nil {
		return page, err
	}
	if after != "" {
		rng.Start = join(prefix, from)
	}
	looked, last := 0, ""
	err = r.Scan(rng, func(key, value []byte) (bool, error) {
		rest := string(key[len(prefix):])
		if after != "" && rest == from {
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

func openCursor(c string) (string, error) {
	rest, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil || len(rest) > kv.MaxKey/2 {
		return "", fmt.Errorf("cannot go on from %q: %w", c, ErrBadCursor)
	}
	return string(rest), nil
}
