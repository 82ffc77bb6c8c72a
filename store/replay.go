package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"dialtone/store/kv"
)

// Replay is the answer to a request with an idempotency key.
type Replay struct {
	// RequestHash tells whether a request with the same key is the same request.
	RequestHash [sha256.Size]byte `cbor:"r"`
	Status      int               `cbor:"s"`
	// Sealed is the body of the answer, sealed: it may hold secrets.
	Sealed []byte `cbor:"b"`
	// Expires is set to 24 hours from now when it is zero.
	Expires time.Time `cbor:"e"`
}

func replayDigest(owner, key string) string {
	sum := sha256.Sum256([]byte(owner + "\x00" + key))
	return string(sum[:])
}

// Replayed is the answer remembered for the key of that owner (an API key's identifier).
func (tx *Tx) Replayed(owner, key string) (*Replay, bool, error) {
	b, err := tx.buf.Get(replayKey(replayDigest(owner, key)))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, false, nil
	}
	var r Replay
	if err == nil {
		err = decode(b, &r)
	}
	if err != nil {
		return nil, false, fmt.Errorf("cannot read answer to idempotency key: %w", err)
	}
	return &r, tx.now.Before(r.Expires), nil
}

// Remember keeps the answer for the key.
func (tx *Tx) Remember(owner, key string, r Replay) error {
	if r.Expires.IsZero() {
		r.Expires = tx.now.Add(tx.store.retention.Replays)
	}
	digest := replayDigest(owner, key)
	b, err := encode(r)
	if err != nil {
		return fmt.Errorf("cannot encode answer to idempotency key: %w", err)
	}
	if err := tx.buf.Put(replayKey(digest), b); err != nil {
		return fmt.Errorf("cannot remember answer to idempotency key: %w", err)
	}
	return tx.buf.Put(replayExpiryKey(r.Expires, digest), []byte{})
}
