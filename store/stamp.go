package store

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// stamp is a new sortable name of 26 characters (a ULID): by t, and within one
// millisecond in the order of commits.
func (tx *Tx) stamp(t time.Time) string {
	var u ulid.ULID
	_ = u.SetTime(ulid.Timestamp(t)) // fails after the year 10889
	var order [8]byte
	binary.BigEndian.PutUint64(order[:], tx.revision<<16|uint64(tx.stamps))
	tx.stamps++
	copy(u[6:], order[:])
	return strings.ToLower(u.String())
}

// stamped is the form of keys that end in a stamp.
func stamped(rest string) bool {
	_, err := ulid.ParseStrict(rest)
	return err == nil
}

// lastStamp is above every stamp of t and before.
func lastStamp(t time.Time) string {
	var u ulid.ULID
	_ = u.SetTime(ulid.Timestamp(t))
	for i := 6; i < len(u); i++ {
		u[i] = 0xff
	}
	return strings.ToLower(u.String())
}
