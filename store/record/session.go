package record

import "time"

// How long a session lasts: SessionIdle after it was last used, SessionLife in all.
const (
	SessionIdle = 12 * time.Hour
	SessionLife = 30 * 24 * time.Hour
)

// MaxSessions is how many sessions a person has at most; a new one ends the oldest.
const MaxSessions = 20

// maxUserAgent bounds what is kept of a browser's name, in characters.
const maxUserAgent = 200

// Session is a person who has logged in with a browser. The token in its cookie is kept
// as a digest only.
type Session struct {
	Meta
	Person    ID          `json:"person" api:"readonly" doc:"The account manager or user."`
	Digest    TokenDigest `json:"-" cbor:"digest"`
	SeenAt    time.Time   `json:"seen_at" api:"readonly" doc:"When it was last used, to the minute."`
	ExpiresAt time.Time   `json:"expires_at" api:"readonly" doc:"When it ends however often it is used."`
	IP        string      `json:"ip" api:"readonly" doc:"Where the person logged in from."`
	UserAgent string      `json:"user_agent" api:"readonly" doc:"What the browser said it is."`
}

// Kind names sessions.
func (s *Session) Kind() Kind { return KindSession }

// Unique is the token.
func (s *Session) Unique() []Unique {
	return []Unique{{Field: "token", Space: "session", Value: string(s.Digest[:])}}
}

// References is the person, whose part the session is.
func (s *Session) References() []Reference { return ofPerson(s.Person) }

// Clone is a deep copy.
func (s *Session) Clone() Record { return deepCopy(s) }

// Validate checks the session alone, and shortens what a browser says of itself.
func (s *Session) Validate() error {
	var p Problems
	checkPerson(s.Person, &p)
	s.UserAgent = line(s.UserAgent, maxUserAgent)
	return p.Err()
}

// Ends is when the session ends if it is not used again.
func (s *Session) Ends() time.Time {
	if idle := s.SeenAt.Add(SessionIdle); idle.Before(s.ExpiresAt) {
		return idle
	}
	return s.ExpiresAt
}
