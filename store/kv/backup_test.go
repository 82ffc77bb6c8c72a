package kv

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// fake is a Reader over a map, enough for WriteBackup.
type fake map[string]string

func (f fake) Get(key []byte) ([]byte, error) { return []byte(f[string(key)]), nil }
func (f fake) Has(key []byte) (bool, error)   { _, ok := f[string(key)]; return ok, nil }

func (f fake) Scan(_ Range, fn func(key, value []byte) (bool, error)) error {
	for _, key := range slices.Sorted(maps.Keys(f)) {
		if more, err := fn([]byte(key), []byte(f[key])); err != nil || !more {
			return err
		}
	}
	return nil
}

func encode(t interface{ Fatal(...any) }, content fake) []byte {
	var buf bytes.Buffer
	if err := WriteBackup(&buf, content); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestBackupRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := fake(rapid.MapOf(rapid.StringMatching(`[a-z\x00]{1,20}`), rapid.String()).Draw(t, "content"))
		got := make(fake)
		err := ReadBackup(bytes.NewReader(encode(t, content)), func(key, value []byte) error {
			got[string(key)] = string(value)
			return nil
		})
		if err != nil || !maps.Equal(content, got) {
			t.Fatalf("got %d entries of %d, error %v", len(got), len(content), err)
		}
	})
}

func TestReadBackupRefusesEveryCut(t *testing.T) {
	whole := encode(t, fake{"a": "1", "b": "2"})
	for cut := range whole {
		err := ReadBackup(bytes.NewReader(whole[:cut]), func(_, _ []byte) error { return nil })
		if !errors.Is(err, ErrBadBackup) {
			t.Errorf("first %d of %d bytes: %v", cut, len(whole), err)
		}
	}
}

func TestReadBackupRefusesEveryFlip(t *testing.T) {
	whole := encode(t, fake{"a": "1", "b": "2"})
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x10
		err := ReadBackup(bytes.NewReader(damaged), func(_, _ []byte) error { return nil })
		if !errors.Is(err, ErrBadBackup) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}

func TestReadBackupPassesErrorOn(t *testing.T) {
	err := ReadBackup(bytes.NewReader(encode(t, fake{"a": "1"})), func(_, _ []byte) error { return ErrTooBig })
	if !errors.Is(err, ErrTooBig) || errors.Is(err, ErrBadBackup) {
		t.Errorf("error %v, want the callback's", err)
	}
}

func FuzzReadBackup(f *testing.F) {
	for _, content := range []fake{{}, {"a": ""}, {"a": "1", "b": "2"}} {
		f.Add(encode(f, content))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var last []byte
		err := ReadBackup(bytes.NewReader(stream), func(key, value []byte) error {
			if CheckKey(key) != nil || CheckValue(value) != nil || bytes.Compare(key, last) <= 0 {
				t.Errorf("entry %q passed", key)
			}
			last = bytes.Clone(key)
			return nil
		})
		if err != nil && !errors.Is(err, ErrBadBackup) {
			t.Errorf("error %v", err)
		}
	})
}
