package admin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"dialtone/store/record"
)

func TestHasher(t *testing.T) {
	h := newHasher(argon())
	hash, err := h.hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %s", hash)
	}
	for _, tt := range []struct {
		name, password, hash string
		same, broken         bool
	}{
		{"right", goodPassword, hash, true, false},
		{"wrong", goodPassword + " ", hash, false, false},
		{"empty", "", hash, false, false},
		{"nobody's", goodPassword, "", false, false},
		{"no hash", goodPassword, "x", false, true},
		{"one that takes all memory", goodPassword, strings.Replace(hash, "m=19456", "m=4294967295", 1), false, true},
		{"one that takes for ever", goodPassword, strings.Replace(hash, "t=2", "t=4294967295", 1), false, true},
		{"one of no passes", goodPassword, strings.Replace(hash, "t=2", "t=0", 1), false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same, err := h.matches(t.Context(), tt.password, tt.hash)
			if same != tt.same || (err != nil) != tt.broken {
				t.Errorf("matches = %v, %v", same, err)
			}
		})
	}
	if cost, _, _, err := argon2id.DecodeHash(h.decoy); err != nil || *cost != *argon() {
		t.Errorf("nobody's costs %v, %v", cost, err)
	}
}

// Few passwords are hashed at a time, and not too many wait.
func TestHasherIsBounded(t *testing.T) {
	h := newHasher(argon())
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.matches(gone, goodPassword, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	h.waiting.Add(maxHashing)
	var p *problem
	if _, err := h.hash(t.Context(), goodPassword); !errors.As(err, &p) || p.Status != http.StatusServiceUnavailable || p.retryAfter == 0 {
		t.Errorf("error is %v", err)
	}
	if n := h.waiting.Load(); n != maxHashing {
		t.Errorf("%d wait", n)
	}
}

func TestOwnPassword(t *testing.T) {
	for password, want := range map[string]string{
		"correct horse battery": "", "Tr0ub4dor&3 and more": "", "пароль достаточно длинный": "", "xkcd-936 four words": "",
		"":             record.CodeRequired,
		"eleven char":  codeWeak,
		"aaaaaaaaaaaa": codeWeak, "abababababab": codeWeak,
		"Password1234!": codeWeak, "dialtone-dialtone": codeWeak, "Ann Lee Ann Lee": codeWeak, "ann.lee@acme.example": codeWeak,
		"acme.example1": codeWeak, "motdepasse12345": codeWeak,
		"with a line\nbreak": record.CodeInvalid, "not utf8 \xff\xfe\xfd": record.CodeInvalid,
		strings.Repeat("correct horse ", 20): record.CodeTooLong,
	} {
		t.Run(password, func(t *testing.T) {
			var p record.Problems
			checkOwnPassword(&p, "password", password, "Ann Lee", "ann.lee@acme.example")
			got := ""
			if len(p) > 0 {
				got = p[0].Code
			}
			if got != want {
				t.Errorf("code %q, want %q", got, want)
			}
		})
	}
}
