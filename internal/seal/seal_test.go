package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newBox(t testing.TB) *Box {
	t.Helper()
	b, err := Open(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	b := newBox(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		context := rapid.SliceOf(rapid.Byte()).Draw(t, "context")
		sealed := b.Seal([]byte("before"), plain, context)
		if len(sealed) != len("before")+len(plain)+Overhead {
			t.Fatalf("sealed %d bytes into %d", len(plain), len(sealed))
		}
		got, err := b.Open([]byte("kept"), sealed[len("before"):], context)
		if err != nil || !bytes.Equal(got, append([]byte("kept"), plain...)) {
			t.Fatalf("opened %q, error %v", got, err)
		}
	})
}

func TestSealNeverRepeats(t *testing.T) {
	b := newBox(t)
	if bytes.Equal(b.Seal(nil, []byte("same"), nil), b.Seal(nil, []byte("same"), nil)) {
		t.Error("the same text sealed twice is the same")
	}
}

func TestOpenRefuses(t *testing.T) {
	b := newBox(t)
	context := Context("credential 1", "password")
	sealed := b.Seal(nil, []byte("secret"), context)
	flip := func(i int) []byte {
		damaged := bytes.Clone(sealed)
		damaged[i] ^= 1
		return damaged
	}
	cases := map[string]struct {
		box     *Box
		sealed  []byte
		context []byte
	}{
		"other record": {b, sealed, Context("credential 2", "password")},
		"other field":  {b, sealed, Context("credential 1", "other")},
		"parts moved":  {b, sealed, Context("credential 1password", "")},
		"no context":   {b, sealed, nil},
		"other key":    {newBox(t), sealed, context},
		"version":      {b, flip(0), context},
		"nonce":        {b, flip(1), context},
		"text":         {b, flip(1 + nonceSize), context},
		"tag":          {b, flip(len(sealed) - 1), context},
		"cut":          {b, sealed[:Overhead-1], context},
		"empty":        {b, nil, context},
	}
	for name, c := range cases {
		if got, err := c.box.Open(nil, c.sealed, c.context); !errors.Is(err, ErrOpen) || got != nil {
			t.Errorf("%s: opened %q, error %v", name, got, err)
		}
	}
}

func TestKey(t *testing.T) {
	master := [KeySize]byte{1}
	b, err := New(master)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{string(master[:]): "master"}
	for _, purpose := range []string{"seal 1", "nonce", "nonce 2", ""} {
		key, err := b.Key(purpose)
		if err != nil || len(key) != KeySize {
			t.Fatalf("purpose %q: %d bytes, error %v", purpose, len(key), err)
		}
		if other, ok := seen[string(key)]; ok {
			t.Errorf("purposes %q and %q share a key", purpose, other)
		}
		seen[string(key)] = purpose
	}
	// Sealed texts in the field depend on this value.
	key, _ := b.Key("nonce")
	const want = "7aa57a04087e755ac29bf5ac7f961a544a6f676d9d4dd3304b84c187ef46b72a"
	if got := hex.EncodeToString(key); got != want {
		t.Errorf("derived %s, want %s", got, want)
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	first, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("files beside the key: %v", left)
	}
	second, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := second.Open(nil, first.Seal(nil, []byte("secret"), nil), nil); err != nil || string(got) != "secret" {
		t.Errorf("opened %q after a new start, error %v", got, err)
	}
}

func TestKeyFileRefused(t *testing.T) {
	good := strings.Repeat("0f", KeySize)
	cases := map[string]struct {
		text string
		mode os.FileMode
		want error
	}{
		"group may read":  {good, 0o640, ErrPermissions},
		"others may read": {good, 0o604, ErrPermissions},
		"group may write": {good, 0o620, ErrPermissions},
		"empty":           {"", 0o600, ErrMalformed},
		"short":           {good[2:], 0o600, ErrMalformed},
		"long":            {good + "00", 0o600, ErrMalformed},
		"not hex":         {"xy" + good[2:], 0o600, ErrMalformed},
		"very long":       {strings.Repeat(good, 1000), 0o600, ErrMalformed},
		"good":            {good + "\n", 0o600, nil},
		"read only":       {good, 0o400, nil},
	}
	for name, c := range cases {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if kept, _ := os.ReadFile(path); string(kept) != c.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "missing", "key")); err == nil {
		t.Error("a key in a folder that is not there")
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder taken for a key")
	}
}

func FuzzOpen(f *testing.F) {
	b := newBox(f)
	f.Add(b.Seal(nil, []byte("secret"), nil)[:20])
	f.Add([]byte{})
	f.Add(make([]byte, Overhead))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if got, err := b.Open(nil, sealed, []byte("context")); err == nil {
			t.Errorf("%x opened as %q", sealed, got)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add([]byte(strings.Repeat("0f", KeySize) + "\n"))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := parseKey(text)
		if err == nil && !strings.EqualFold(hex.EncodeToString(key[:]), strings.TrimRight(string(text), "\r\n")) {
			t.Errorf("%q became %x", text, key)
		}
	})
}
