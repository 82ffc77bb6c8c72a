package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// KeySize is the length of the master key and of derived keys in bytes.
	KeySize = 32
	// Overhead is what sealing adds to a text in bytes.
	Overhead = 1 + nonceSize + tagSize

	version1  = 1
	nonceSize = 12
	tagSize   = 16
)

// ErrOpen: the sealed text is damaged, belongs to another place or to another key.
var ErrOpen = errors.New("sealed text does not open")

// Box seals and opens with one key. It may be used by several goroutines.
type Box struct {
	master [KeySize]byte
	aead   cipher.AEAD
}

// New makes a Box of a master key.
func New(master [KeySize]byte) (*Box, error) {
	b := &Box{master: master}
	key, err := b.Key("seal 1")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cannot make cipher: %w", err)
	}
	if b.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("cannot make cipher: %w", err)
	}
	return b, nil
}

// Seal appends the sealed plaintext to dst. context is not stored and has to be given
// again to open; Context builds one.
func (b *Box) Seal(dst, plaintext, context []byte) []byte {
	var nonce [nonceSize]byte
	_, _ = rand.Read(nonce[:]) // never fails, see crypto/rand
	dst = append(dst, version1)
	dst = append(dst, nonce[:]...)
	return b.aead.Seal(dst, nonce[:], plaintext, versioned(context))
}

// Open appends the plaintext to dst; ErrOpen when it does not open.
func (b *Box) Open(dst, sealed, context []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, fmt.Errorf("%w: cut short", ErrOpen)
	}
	if sealed[0] != version1 {
		return nil, fmt.Errorf("%w: unknown version %d", ErrOpen, sealed[0])
	}
	nonce, text := sealed[1:1+nonceSize], sealed[1+nonceSize:]
	plaintext, err := b.aead.Open(dst, nonce, text, versioned(context))
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

// versioned covers the version byte as well.
func versioned(context []byte) []byte {
	return append([]byte{version1}, context...)
}

// Context returns the context of one field of one record. Lengths are part of it, so no
// two lists of parts give the same.
func Context(parts ...string) []byte {
	var c []byte
	for _, part := range parts {
		c = binary.AppendUvarint(c, uint64(len(part)))
		c = append(c, part...)
	}
	return c
}

// Key derives a key of KeySize bytes for another purpose (HKDF-SHA-256, RFC 5869), the
// same for the same master key and purpose, and unrelated to every other one.
func (b *Box) Key(purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, b.master[:], nil, "dialtone "+purpose, KeySize)
	if err != nil {
		return nil, fmt.Errorf("cannot derive key for %q: %w", purpose, err)
	}
	return key, nil
}
