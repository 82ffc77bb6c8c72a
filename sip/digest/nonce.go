package digest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
	"sync/atomic"
	"time"
)

// A nonce is base64url(seconds since 1970 [4] | serial [8] | MAC [15]): the MAC
// is HMAC-SHA256 over the first two and the realm, cut to 120 bits.
const (
	nonceHead = 4 + 8
	nonceRaw  = nonceHead + 15
	// NonceLen is the length of a nonce as text.
	NonceLen = nonceRaw / 3 * 4
)

// DefaultValidity is how long a nonce may be used when [NonceConfig] does not say.
const DefaultValidity = 5 * time.Minute

// Freshness is what a nonce is worth.
type Freshness uint8

// The values of Freshness.
const (
	// Forged: not made by this server for this realm.
	Forged Freshness = iota
	// Stale: ours, but too old, or no longer accounted for. Challenge with stale=true
	// if the response was right.
	Stale
	// Replayed: this nonce was used with this nc before. Either a retransmission,
	// which may be answered as before but must change nothing, or an attack.
	Replayed
	// Fresh: may be used.
	Fresh
)

// NonceConfig sets up [Nonces].
type NonceConfig struct {
	// Key authenticates nonces. Draw a new one for each process: which nonces were
	// used is forgotten with the process, so its nonces must be worthless then.
	Key [32]byte
	// Validity is how long a nonce may be used; 0 means DefaultValidity. Whole
	// seconds, at least 8.
	Validity time.Duration
	// MaxUsed bounds the nonces remembered as used; 0 means DefaultMaxUsed.
	// Each takes up to 60 bytes. When the table is full the oldest nonces go stale
	// before their time.
	MaxUsed int
}

// Nonces makes and checks nonces. All methods may be called concurrently and
// none allocates once warm (the used table grows amortised).
type Nonces struct {
	validity int64 // seconds
	serial   atomic.Uint64
	macs     sync.Pool // *mac
	used     usedTable
}

// NewNonces builds a Nonces.
func NewNonces(c NonceConfig) *Nonces {
	if c.Validity <= 0 {
		c.Validity = DefaultValidity
	}
	if c.MaxUsed <= 0 {
		c.MaxUsed = DefaultMaxUsed
	}
	n := &Nonces{validity: max(int64(c.Validity/time.Second), generations)}
	n.macs.New = func() any { return &mac{hash: hmac.New(sha256.New, c.Key[:])} }
	n.used.init(n.validity, c.MaxUsed)
	var start [8]byte
	rand.Read(start[:]) // never fails
	n.serial.Store(binary.BigEndian.Uint64(start[:]))
	return n
}

// mac is a keyed hash with the buffers it works in.
type mac struct {
	hash hash.Hash
	raw  [nonceRaw]byte
	text [NonceLen]byte
	in   []byte
	sum  [sha256.Size]byte
}

// seal computes the MAC of raw's head and realm into m.sum.
func (m *mac) seal(realm string) {
	m.in = append(append(m.in[:0], m.raw[:nonceHead]...), realm...)
	m.hash.Reset()
	m.hash.Write(m.in)
	m.hash.Sum(m.sum[:0])
}

// Append appends a new nonce, [NonceLen] bytes of base64url, made for realm at now.
func (n *Nonces) Append(dst []byte, realm string, now time.Time) []byte {
	m := n.macs.Get().(*mac)
	defer n.macs.Put(m)
	binary.BigEndian.PutUint32(m.raw[:], uint32(now.Unix()))
	binary.BigEndian.PutUint64(m.raw[4:], n.serial.Add(1))
	m.seal(realm)
	copy(m.raw[nonceHead:], m.sum[:])
	base64.RawURLEncoding.Encode(m.text[:], m.raw[:])
	return append(dst, m.text[:]...)
}

// Verify tells whether nonce was made here for realm (else Forged) and is within
// its validity at now (else Stale). It does not look at the table of used
// nonces: see [Nonces.Use].
func (n *Nonces) Verify(nonce []byte, realm string, now time.Time) Freshness {
	m := n.macs.Get().(*mac)
	defer n.macs.Put(m)
	if !decodeNonce(&m.raw, nonce) {
		return Forged
	}
	m.seal(realm)
	if !hmac.Equal(m.raw[nonceHead:], m.sum[:nonceRaw-nonceHead]) {
		return Forged
	}
	if !n.valid(binary.BigEndian.Uint32(m.raw[:]), now) {
		return Stale
	}
	return Fresh
}

// decodeNonce wants every byte: the decoder itself skips line ends.
func decodeNonce(raw *[nonceRaw]byte, nonce []byte) bool {
	if len(nonce) != NonceLen {
		return false
	}
	n, err := base64.RawURLEncoding.Decode(raw[:], nonce)
	return err == nil && n == nonceRaw
}

// valid: made no later than a second from now (clocks step) and not too long ago.
func (n *Nonces) valid(made uint32, now time.Time) bool {
	age := now.Unix() - int64(made)
	return age >= -1 && age < n.validity
}

// Use records that nonce was used with count nc (0: credentials without qop,
// good for one use). Call it after Verify returned Fresh and the response was
// right. It returns Fresh for the first use of this nc, Replayed for a later
// one, Stale when the nonce or an nc this low is no longer accounted for.
func (n *Nonces) Use(nonce []byte, nc uint32, now time.Time) Freshness {
	var raw [nonceRaw]byte
	if !decodeNonce(&raw, nonce) {
		return Forged
	}
	made := binary.BigEndian.Uint32(raw[:])
	if !n.valid(made, now) {
		return Stale
	}
	return n.used.use(binary.BigEndian.Uint64(raw[4:]), made, nc)
}
