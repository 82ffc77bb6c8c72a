package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"
)

// Algorithm is a Digest hash algorithm. The -sess variants are not supported.
type Algorithm uint8

// The algorithms, weakest first. The zero value is an algorithm we do not know.
const (
	Unknown Algorithm = iota
	MD5
	SHA256
)

// String is the algorithm's token in a header, RFC 7616 section 6.1.
func (a Algorithm) String() string {
	switch a {
	case MD5:
		return "MD5"
	case SHA256:
		return "SHA-256"
	default:
		return "unknown"
	}
}

// Size is the length in bytes of the algorithm's hash, 0 for [Unknown].
func (a Algorithm) Size() int {
	switch a {
	case MD5:
		return md5.Size
	case SHA256:
		return sha256.Size
	default:
		return 0
	}
}

// parseAlgorithm reads a token, ignoring case.
func parseAlgorithm(token []byte) Algorithm {
	switch {
	case equalFold(token, "MD5"):
		return MD5
	case equalFold(token, "SHA-256"):
		return SHA256
	default:
		return Unknown
	}
}

// Algorithms is a set of algorithms: what a domain offers.
type Algorithms uint8

// AlgorithmsOf builds a set.
func AlgorithmsOf(list ...Algorithm) Algorithms {
	var set Algorithms
	for _, a := range list {
		if a != Unknown {
			set |= 1 << a
		}
	}
	return set
}

// ParseAlgorithms reads the tokens of a domain's digest_algorithms. An empty
// list is MD5 alone, the only algorithm every phone in the field knows.
func ParseAlgorithms(tokens []string) (Algorithms, error) {
	if len(tokens) == 0 {
		return AlgorithmsOf(MD5), nil
	}
	var set Algorithms
	for _, t := range tokens {
		a := parseAlgorithm([]byte(strings.TrimSpace(t)))
		if a == Unknown {
			return 0, fmt.Errorf("cannot offer digest algorithm %q: %w", t, ErrAlgorithm)
		}
		set |= AlgorithmsOf(a)
	}
	return set, nil
}

// Has tells whether a is in the set.
func (s Algorithms) Has(a Algorithm) bool { return a != Unknown && s&(1<<a) != 0 }

// HA1 is H(username:realm:password), the hash a server keeps instead of the
// password: 16 bytes for MD5, 32 for SHA-256, nil for [Unknown].
func HA1(username, realm, password string, a Algorithm) []byte {
	text := []byte(username + ":" + realm + ":" + password)
	var sum [sha256.Size]byte
	n := a.sum(&sum, text)
	return append([]byte(nil), sum[:n]...)
}

// sum writes the hash of text to dst and returns its length. It allocates nothing.
func (a Algorithm) sum(dst *[sha256.Size]byte, text []byte) int {
	switch a {
	case MD5:
		h := md5.Sum(text)
		return copy(dst[:], h[:])
	case SHA256:
		*dst = sha256.Sum256(text)
		return sha256.Size
	default:
		return 0
	}
}

// equalFold compares ASCII, ignoring case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
