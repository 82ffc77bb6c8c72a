package e911

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"dialtone/internal/outbox"
	"dialtone/store/record"
)

// HeaderEvent names the emergency call in every mail about it.
const HeaderEvent = "X-Dialtone-Event"

// Compose is the mail about a stage of a call to one recipient: the same bytes whenever it is
// made. at is when the stage came; domain stands behind the @ of the Message-ID.
func Compose(c *record.EmergencyCall, stage string, at time.Time, to record.EmergencyRecipient, domain string) *outbox.Mail {
	p := phrasesOf(to.Language)
	l := p.letter(c, stage, at)
	m := &outbox.Mail{
		MessageID: messageID(c, stage, to.Address, domain), Date: at, To: to.Address,
		Subject: p.subject(c, stage), Text: l.text(), HTML: l.html(to.Language),
		Headers: []outbox.MailHeader{
			{Name: HeaderEvent, Value: c.ID},
			{Name: "X-Dialtone-Stage", Value: stage},
			{Name: "Importance", Value: "High"},
			{Name: "X-Priority", Value: "1"},
		},
	}
	if stage != record.StageStarted {
		first := "<" + messageID(c, record.StageStarted, to.Address, domain) + ">"
		m.Headers = append(m.Headers, outbox.MailHeader{Name: "In-Reply-To", Value: first}, outbox.MailHeader{Name: "References", Value: first})
	}
	return m
}

// messageID is the same for every try to one recipient about one stage.
func messageID(c *record.EmergencyCall, stage, address, domain string) string {
	if stage == record.StageCallback && len(c.Callbacks) > 0 {
		stage += "." + digest(c.Callbacks[len(c.Callbacks)-1].CallID)
	}
	return c.ID + "." + stage + "." + digest(strings.ToLower(address)) + "@" + domain
}

// digest is 8 hexadecimal digits that stand for a text.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// queueOf is the outbox's queue of a call's mails to one recipient.
func queueOf(event, address string) string { return event + "." + digest(strings.ToLower(address)) }

// AddressDigest stands for an address and the place in it, to be compared later.
func AddressDigest(l *record.EmergencyLocation) string {
	d := document(&record.EmergencyCall{Location: *l})
	d.Entity, d.Civic.NAM = "", ""
	sum := sha256.Sum256(d.Append(nil))
	return hex.EncodeToString(sum[:8])
}

// maxShown bounds a name in a subject, in characters.
const maxShown = 80

// shown is a text that may stand in a line: without control characters, and not too long.
func shown(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
	if r := []rune(s); len(r) > maxShown {
		s = string(r[:maxShown-1]) + "…"
	}
	return s
}

// callerName is who called in a few words; empty when nothing is known.
func callerName(c *record.EmergencyCall) string {
	name, extension := shown(c.Caller.Name), shown(c.Caller.Extension)
	switch {
	case name != "" && extension != "" && name != extension:
		return name + " (" + extension + ")"
	case name != "":
		return name
	case extension != "":
		return extension
	}
	return shown(c.Caller.AOR)
}
