package kv

import "bytes"

// Range selects the keys a Scan visits.
type Range struct {
	// Prefix every key must have; empty means all keys.
	Prefix []byte
	// Start is the key to begin at, prefix included: the first key at or after it, or
	// with Reverse the last key at or before it. Empty means the end the scan comes from.
	Start []byte
	// Reverse goes from the last key to the first.
	Reverse bool
	// KeysOnly leaves the values out.
	KeysOnly bool
}

// Bounds returns the range as low <= key < high; a nil high is unbounded. The slices
// may share memory with r.
func (r Range) Bounds() (low, high []byte) {
	low, high = r.Prefix, successor(r.Prefix)
	if len(r.Start) == 0 {
		return low, high
	}
	if !r.Reverse {
		if bytes.Compare(r.Start, low) > 0 {
			low = r.Start
		}
		return low, high
	}
	after := append(bytes.Clone(r.Start), 0)
	if high == nil || bytes.Compare(after, high) < 0 {
		high = after
	}
	return low, high
}

// successor returns the smallest key above all keys with the prefix, nil when there is
// none (an empty prefix, or one of 0xff only).
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			next := bytes.Clone(prefix[:i+1])
			next[i]++
			return next
		}
	}
	return nil
}
