package kv

import "fmt"

// Limits every engine keeps, so that records fit a second engine as well.
const (
	// MaxKey is the longest key in bytes.
	MaxKey = 4096
	// MaxValue is the longest value in bytes. What is bigger is a file (store/blob).
	MaxValue = 1_000_000
	// MinTxn is the number of bytes of keys and values that fit any transaction of up to
	// MinTxnWrites writes.
	MinTxn = 4 << 20
	// MinTxnWrites is the number of writes that fit any transaction.
	MinTxnWrites = 16_384
	// reserved is the first byte of the keys engines keep for themselves.
	reserved = '!'
)

// CheckKey refuses keys no engine takes: empty, longer than MaxKey, or starting with
// '!', which engines keep for their own records.
func CheckKey(key []byte) error {
	switch {
	case len(key) == 0:
		return fmt.Errorf("%w: empty", ErrBadKey)
	case key[0] == reserved:
		return fmt.Errorf("%w: starts with %q", ErrBadKey, reserved)
	case len(key) > MaxKey:
		return fmt.Errorf("%w: key of %d bytes, limit %d", ErrTooBig, len(key), MaxKey)
	}
	return nil
}

// CheckValue refuses values longer than MaxValue.
func CheckValue(value []byte) error {
	if len(value) > MaxValue {
		return fmt.Errorf("%w: value of %d bytes, limit %d", ErrTooBig, len(value), MaxValue)
	}
	return nil
}
