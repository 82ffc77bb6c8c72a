package store

import (
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"dialtone/store/record"
)

// codec is the storage encoding: CBOR with the fields' names, so that fields can
// be added and dropped without a migration; times to the nanosecond. Text that a peer
// sent in another character set is read all the same: it must not hide a record.
var codec = sync.OnceValue(func() struct {
	enc cbor.EncMode
	dec cbor.DecMode
} {
	enc, err := cbor.EncOptions{Time: cbor.TimeRFC3339Nano, Sort: cbor.SortCanonical}.EncMode()
	if err != nil {
		panic(err) // the options above are constants
	}
	dec, err := cbor.DecOptions{MaxArrayElements: 1 << 20, UTF8: cbor.UTF8DecodeInvalid}.DecMode()
	if err != nil {
		panic(err)
	}
	return struct {
		enc cbor.EncMode
		dec cbor.DecMode
	}{enc, dec}
})

func encode(v any) ([]byte, error) { return codec().enc.Marshal(v) }

func decode(b []byte, v any) error { return codec().dec.Unmarshal(b, v) }

// Decode reads CBOR that is kept for others, of an outbox or a subscription: text in it
// that is not UTF-8 does not hide the rest.
func Decode(b []byte, v any) error { return decode(b, v) }

// decodeRecord reads the record stored under id.
func decodeRecord(id record.ID, b []byte) (record.Record, error) {
	r := record.New(id.Kind())
	if r == nil {
		return nil, fmt.Errorf("cannot read record %q: unknown kind", id)
	}
	if err := decode(b, r); err != nil {
		return nil, fmt.Errorf("cannot read record %q: %w", id, err)
	}
	return r, nil
}
