package kv

import "testing"

func TestBounds(t *testing.T) {
	cases := map[string]struct {
		rng       Range
		low, high string // high "-" is unbounded
	}{
		"all":                  {Range{}, "", "-"},
		"all backwards":        {Range{Reverse: true}, "", "-"},
		"prefix":               {Range{Prefix: []byte("ab")}, "ab", "ac"},
		"prefix ends in ff":    {Range{Prefix: []byte("a\xff")}, "a\xff", "b"},
		"prefix of ff":         {Range{Prefix: []byte("\xff\xff")}, "\xff\xff", "-"},
		"start inside":         {Range{Prefix: []byte("a"), Start: []byte("ab")}, "ab", "b"},
		"start before":         {Range{Prefix: []byte("b"), Start: []byte("a")}, "b", "c"},
		"start behind":         {Range{Prefix: []byte("b"), Start: []byte("x")}, "x", "c"},
		"backwards from start": {Range{Prefix: []byte("a"), Start: []byte("ab"), Reverse: true}, "a", "ab\x00"},
		"backwards from above": {Range{Prefix: []byte("a"), Start: []byte("x"), Reverse: true}, "a", "b"},
		"backwards, no prefix": {Range{Start: []byte("x"), Reverse: true}, "", "x\x00"},
	}
	for name, c := range cases {
		low, high := c.rng.Bounds()
		if string(low) != c.low || (high == nil) != (c.high == "-") || high != nil && string(high) != c.high {
			t.Errorf("%s: %q to %q, want %q to %q", name, low, high, c.low, c.high)
		}
	}
}
