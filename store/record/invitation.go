package record

import (
	"strings"
	"time"
	"unicode"
)

// What an invitation's link is for, closed list.
const (
	// InviteLogin lets a person who was added choose a password.
	InviteLogin = "invitation"
	// InviteReset lets one who forgot his choose another.
	InviteReset = "reset"
	// InviteFirst makes the first person of a fresh daemon.
	InviteFirst = "first_login"
)

// Invitation is a link that lets somebody choose a password, once. The token in it is
// kept as a digest only.
type Invitation struct {
	Meta
	// Person is who may use it; none for the first login.
	Person    ID          `json:"person" api:"readonly" doc:"The account manager or user."`
	Purpose   string      `json:"purpose" api:"readonly" doc:"invitation, reset or first_login."`
	Digest    TokenDigest `json:"-" cbor:"digest"`
	ExpiresAt time.Time   `json:"expires_at" api:"readonly" doc:"When the link ends."`
}

// Kind names invitations.
func (i *Invitation) Kind() Kind { return KindInvitation }

// Unique is the token.
func (i *Invitation) Unique() []Unique {
	return []Unique{{Field: "token", Space: "invitation", Value: string(i.Digest[:])}}
}

// References is the person, whose part the invitation is.
func (i *Invitation) References() []Reference { return ofPerson(i.Person) }

// Clone is a deep copy.
func (i *Invitation) Clone() Record { return deepCopy(i) }

// Validate checks the invitation alone.
func (i *Invitation) Validate() error {
	var p Problems
	p.oneOf("purpose", i.Purpose, InviteLogin, InviteReset, InviteFirst)
	if i.Purpose != InviteFirst {
		checkPerson(i.Person, &p)
	}
	return p.Err()
}

// line is text fit for one line of at most limit characters.
func line(text string, limit int) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if r := []rune(text); len(r) > limit {
		text = string(r[:limit])
	}
	return text
}
