package admin

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"dialtone/store"
	"dialtone/store/record"
)

// Passwords people choose, in characters.
const (
	minOwnPassword = 12
	maxOwnPassword = 200
	// temporaryLength is that of a generated one: 95 bits.
	temporaryLength = 16
	// fewestDifferent is how many different characters one has at least.
	fewestDifferent = 5
)

// maxHashing bounds the requests that wait for a password to be hashed.
const maxHashing = 64

// What a hash may cost to compare with: one that was imported may be another's making.
const (
	maxMemory      = 64 << 10 // KiB
	maxIterations  = 8
	maxParallelism = 4
)

// argon is the cost of a hash: 19 MiB, two passes, one thread (OWASP Password Storage
// Cheat Sheet, argon2id).
func argon() *argon2id.Params {
	return &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// hasher hashes passwords, a few at a time: who tries many takes neither all processors
// nor all memory from the calls.
type hasher struct {
	cost    *argon2id.Params
	slots   chan struct{}
	waiting atomic.Int32
	decoy   string // of a password nobody has
}

func newHasher(cost *argon2id.Params) *hasher {
	return &hasher{
		cost: cost, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		// It takes as long to compare with as anybody's; nothing is known to hash to it.
		decoy: fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$ZGlhbHRvbmUgbm9ib2R5IQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			cost.Memory, cost.Iterations, cost.Parallelism),
	}
}

// enter waits for a place; leave gives it back.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	if h.waiting.Add(1) > maxHashing {
		h.waiting.Add(-1)
		return nil, newProblem(http.StatusServiceUnavailable, codeOverloaded, "too many people are logging in; try again in a moment").retry(retryOverloaded)
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash makes the hash of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash, err := argon2id.CreateHash(password, h.cost)
	if err != nil {
		return "", fmt.Errorf("cannot hash a password: %w", err)
	}
	return hash, nil
}

// matches says whether a password is the hash's. Without a hash it is nobody's, which
// takes as long to find out.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	against := cmp.Or(hash, h.decoy)
	cost, _, _, err := argon2id.DecodeHash(against)
	if err != nil {
		return false, fmt.Errorf("cannot read a password's hash: %w", err)
	}
	if cost.Memory > maxMemory || cost.Iterations > maxIterations || cost.Parallelism > maxParallelism || cost.Iterations == 0 || cost.Parallelism == 0 {
		return false, fmt.Errorf("cannot compare a password: a hash of %d KiB, %d passes and %d threads costs too much", cost.Memory, cost.Iterations, cost.Parallelism)
	}
	same, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("cannot compare a password: %w", err)
	}
	return same && hash != "", nil
}

// checkOwnPassword checks a password somebody chose for himself: long, and not to be
// guessed from who he is.
func checkOwnPassword(p *record.Problems, field, password, name, email string) {
	count := utf8.RuneCountInString(password)
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	switch {
	case password == "":
		p.Add(field, record.CodeRequired, "must not be empty")
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		p.Add(field, record.CodeInvalid, "must not contain control characters")
	case count < minOwnPassword:
		p.Add(field, codeWeak, "must have at least %d characters", minOwnPassword)
	case count > maxOwnPassword:
		p.Add(field, record.CodeTooLong, "must have at most %d characters", maxOwnPassword)
	case len(different) < fewestDifferent:
		p.Add(field, codeWeak, "must have at least %d different characters", fewestDifferent)
	case tells(password, name, email):
		p.Add(field, codeWeak, "must not be made of your name, your e-mail address or a word everybody tries")
	}
}

// codeWeak is a password that is easily guessed.
const codeWeak = "too_weak"

// tells says whether little is left of a password without the person's name and address
// and the words tried first.
func tells(password, name, email string) bool {
	rest := strings.ToLower(password)
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	company, _, _ := strings.Cut(domain, ".")
	words := append(strings.Fields(strings.ToLower(name)), strings.ToLower(email), local, domain, company,
		"dialtone", "password", "motdepasse", "passwort", "qwerty", "azerty", "admin", "welcome", "letmein", "123456789", "12345678", "123456", "12345", "1234", "abc")
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) }) // a longer one may hold a shorter
	for _, w := range words {
		if utf8.RuneCountInString(w) > 2 {
			rest = strings.ReplaceAll(rest, w, "")
		}
	}
	return utf8.RuneCountInString(rest) < minOwnPassword/2
}

// newTemporary is a password somebody gets to log in with once.
func newTemporary() string { return store.NewPassword(temporaryLength) }
