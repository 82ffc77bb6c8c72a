package e911

import (
	"cmp"
	"strings"
	"time"

	"dialtone/store/record"
)

// ComposeText is the text about a stage of a call for the screen of a phone: what the mail's
// subject says, how the call is, where it comes from and who is called back.
func ComposeText(c *record.EmergencyCall, stage string, at time.Time, language string) string {
	p := phrasesOf(language)
	lines := []string{
		p.subject(c, stage),
		p.state(c, stage, at),
		p.where + ": " + cmp.Or(whereabouts(c), p.unknownPlace),
		p.callback + ": " + cmp.Or(p.number(c), p.noCallback),
	}
	return strings.Join(lines, "\n")
}
