package admin

import (
	"sync"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Shape of API keys: a prefix that scanners for leaked secrets can look for, and 40
// random letters and digits.
const (
	keyPrefix = "dt_"
	keyLength = 40
)

// Wrong keys of one source: a burst, then one each wrongKeyEvery seconds.
const (
	wrongKeyBurst = 300
	wrongKeyEvery = 1
	wrongSources  = 10_000
)

// newKey makes a key and its digest.
func newKey() (string, record.TokenDigest) {
	key := keyPrefix + store.NewPassword(keyLength)
	return key, record.DigestToken([]byte(key))
}

// keyOf is the record of a key, nil for an unknown or revoked one. Keys are found
// by their digest: how long that takes says nothing about the key.
func (s *Server) keyOf(key string) *record.APIKey {
	digest := record.DigestToken([]byte(key))
	var found *record.APIKey
	s.Store.View(func(v *store.View) { found, _ = v.APIKey(digest) })
	return found
}

func (s *Server) hasAccount(id record.ID) (found bool) {
	s.Store.View(func(v *store.View) { _, found = store.Get[*record.Account](v, id) })
	return found
}

// maxUsed bounds the keys whose last use is remembered.
const maxUsed = 100_000

// used remembers when keys were last used since the daemon started: a live fact.
type used struct {
	mu sync.Mutex
	at map[record.ID]time.Time
}

func newUsed() *used { return &used{at: map[record.ID]time.Time{}} }

func (u *used) touch(key record.ID, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.at) >= maxUsed {
		for other := range u.at { // any: most are of keys that are gone
			delete(u.at, other)
			break
		}
	}
	u.at[key] = now.UTC().Truncate(time.Second)
}

// last is nil for a key that was not used yet.
func (u *used) last(key record.ID) *time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if t, ok := u.at[key]; ok {
		return &t
	}
	return nil
}
