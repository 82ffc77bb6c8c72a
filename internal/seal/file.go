package seal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var (
	// ErrPermissions: others than the owner may read or write the key file.
	ErrPermissions = errors.New("key file is open to others, run chmod 600")
	// ErrMalformed: the key file is not 64 hexadecimal digits.
	ErrMalformed = errors.New("key file is not 64 hexadecimal digits")
)

// Open reads the key file, or creates it with a new key and mode 0600. An existing file
// that others may access, or that is malformed, is refused: a new key in its place
// would lose every secret sealed so far.
func Open(path string) (*Box, error) {
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKey(path); err != nil {
			return nil, fmt.Errorf("cannot create key file %q: %w", path, err)
		}
		key, err = readKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read key file %q: %w", path, err)
	}
	return New(key)
}

func readKey(path string) (key [KeySize]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return key, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return key, err
	}
	if !info.Mode().IsRegular() {
		return key, fmt.Errorf("%w: not a regular file", ErrMalformed)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return key, fmt.Errorf("%w (mode %04o)", ErrPermissions, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, 4*KeySize))
	if err != nil {
		return key, err
	}
	return parseKey(text)
}

// parseKey reads the digits, with or without a line end.
func parseKey(text []byte) (key [KeySize]byte, err error) {
	digits := strings.TrimRight(string(text), "\r\n")
	if len(digits) != hex.EncodedLen(KeySize) {
		return key, ErrMalformed
	}
	if _, err := hex.Decode(key[:], []byte(digits)); err != nil {
		return [KeySize]byte{}, ErrMalformed
	}
	return key, nil
}

// createKey writes a new key beside the path and links it there, so that the path never
// holds half a key and a key created meanwhile is not replaced.
func createKey(path string) error {
	var key [KeySize]byte
	_, _ = rand.Read(key[:]) // never fails, see crypto/rand
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
