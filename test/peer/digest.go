package peer

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// challenge is a digest challenge or its answer: the parameters of a
// WWW-Authenticate or Authorization header (RFC 7616 sections 3.3 and 3.4).
type challenge map[string]string

// parseChallenge reads the parameters; values with commas are in quotes.
func parseChallenge(header string) (challenge, bool) {
	rest, isDigest := strings.CutPrefix(strings.TrimSpace(header), "Digest ")
	c := make(challenge)
	for rest = strings.TrimSpace(rest); rest != ""; {
		name, value, found := strings.Cut(rest, "=")
		if !found {
			return c, false
		}
		if quoted, isQuoted := strings.CutPrefix(value, `"`); isQuoted {
			value, rest, found = strings.Cut(quoted, `"`)
			if !found {
				return c, false
			}
		} else if end := strings.IndexByte(value, ','); end >= 0 {
			value, rest = value[:end], value[end:]
		} else {
			rest = ""
		}
		c[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		rest = strings.TrimLeft(rest, ", ")
	}
	return c, isDigest && c["nonce"] != ""
}

// answer is the Authorization header for a request.
func (c challenge) answer(user, password, method, uri, cnonce string, count int) string {
	a := challenge{
		"realm": c["realm"], "nonce": c["nonce"], "algorithm": c["algorithm"], "uri": uri,
		"cnonce": cnonce, "nc": fmt.Sprintf("%08x", count), "qop": c["qop"],
	}
	if c["qop"] != "" {
		a["qop"] = "auth"
	}
	out := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s"`,
		user, c["realm"], c["nonce"], uri, a.response(user, password, method))
	if c["algorithm"] != "" {
		out += ", algorithm=" + c["algorithm"]
	}
	if c["opaque"] != "" {
		out += fmt.Sprintf(`, opaque="%s"`, c["opaque"])
	}
	if a["qop"] != "" {
		out += fmt.Sprintf(`, qop=auth, nc=%s, cnonce="%s"`, a["nc"], cnonce)
	}
	return out
}

// response is the value an answer with these parameters must have.
func (c challenge) response(user, password, method string) string {
	hash := md5Hex
	if strings.EqualFold(c["algorithm"], "SHA-256") {
		hash = sha256Hex
	}
	ha1 := hash(user + ":" + c["realm"] + ":" + password)
	ha2 := hash(method + ":" + c["uri"])
	if c["qop"] == "" {
		return hash(ha1 + ":" + c["nonce"] + ":" + ha2)
	}
	return hash(strings.Join([]string{ha1, c["nonce"], c["nc"], c["cnonce"], c["qop"], ha2}, ":"))
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // the algorithm phones use
	return hex.EncodeToString(sum[:])
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
