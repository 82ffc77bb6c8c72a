package journal

import (
	"fmt"
	"hash/maphash"
	"os"
	"slices"
)

// seen is a set of keys by 128 bits of hash: with a billion keys two of them share one
// with a probability of 10^-21.
type seen struct {
	seeds [2]maphash.Seed
	keys  map[[2]uint64]struct{}
}

func newSeen() *seen {
	return &seen{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, keys: map[[2]uint64]struct{}{}}
}

// add tells whether the key is new.
func (s *seen) add(key []byte) bool {
	h := [2]uint64{maphash.Bytes(s.seeds[0], key), maphash.Bytes(s.seeds[1], key)}
	before := len(s.keys)
	s.keys[h] = struct{}{}
	return len(s.keys) > before
}

// live calls fn for the newest value of each key of the files, in no order.
func live(snapshot *file, logs []file, stop <-chan struct{}, fn func(key, value []byte) error) error {
	keys := newSeen()
	newest := func(key, value []byte) error {
		if !keys.add(key) || value == nil {
			return nil
		}
		return fn(key, value)
	}
	for _, f := range slices.Backward(logs) {
		if isClosed(stop) {
			return errStopped
		}
		if err := backward(f, newest); err != nil {
			return err
		}
	}
	if snapshot == nil {
		return nil
	}
	return snapshot.read(func(r *reader) error {
		return r.eachOfSnapshot(func(key, value []byte) error {
			if isClosed(stop) {
				return errStopped
			}
			return newest(key, value)
		})
	})
}

// backward calls fn for the changes of a log, the last first.
func backward(f file, fn func(key, value []byte) error) error {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return fmt.Errorf("cannot read journal: %w", err)
	}
	text = text[:min(f.size, int64(len(text)))]
	end, _, err := f.examine(text)
	if err != nil {
		return err
	}
	if !isZero(text[end:]) {
		return damaged(f.path, int64(end), "no sound frame")
	}
	type op struct{ key, value []byte }
	var ops []op
	for at := headerBytes; at < end; {
		payload := text[at+headBytes:][:payloadLen(text[at:])]
		at += headBytes + len(payload)
		for len(payload) > 0 {
			key, value, rest, ok := cutOp(payload)
			if !ok {
				return damaged(f.path, int64(at), "malformed change")
			}
			ops, payload = append(ops, op{key, value}), rest
		}
	}
	for _, op := range slices.Backward(ops) {
		if err := fn(op.key, op.value); err != nil {
			return err
		}
	}
	return nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
