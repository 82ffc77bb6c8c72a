package e911

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"dialtone/store/record"
)

// phrases are the words of the mails in one language.
type phrases struct {
	subjectEmergency, subjectTest string // number, caller, place
	headline, testHeadline        string // number
	noCallHeadline                string
	unknownCaller, unknownPlace   string
	noCallback                    string
	shortUnknown                  string // place, in a subject
	recovered                     string // in a subject
	suffix                        map[string]string

	who, where, told, callback, when, answeredAt, endedAt, dialled, sentAs string
	device, line, trunks, business, event, call, missingMark, onMap        string

	byValue, byReference, byNumber, refusedPlace, notSentYet string // of conveyed; byReference takes the reference

	started, answered, failed, ended, cancelled, interrupted, wasRecovered, noCall, calledBack, testOnly string
	hungUp                                                                                               map[string]string
	withheld, silent, took                                                                               string

	missing map[string]string
	advice  []string
	footer  string
}

// phrasesOf are those of a language, English when there are none.
func phrasesOf(language string) *phrases {
	if language == "fr" {
		return french()
	}
	return english()
}

func (p *phrases) subject(c *record.EmergencyCall, stage string) string {
	format := p.subjectEmergency
	if c.Test {
		format = p.subjectTest
	}
	s := fmt.Sprintf(format, c.Number, cmp.Or(callerName(c), p.unknownCaller), cmp.Or(shown(c.Location.Name), p.shortUnknown))
	if c.Recovered {
		s += " – " + p.recovered
	}
	if more := p.suffix[stage]; more != "" {
		s += " – " + more
	}
	return s
}

// state says how the call is, in a sentence or two.
func (p *phrases) state(c *record.EmergencyCall, stage string, at time.Time) string {
	var s string
	since := c.StartedAt
	if !c.AnsweredAt.IsZero() {
		since = c.AnsweredAt
	}
	switch {
	case stage == record.StageCallback && len(c.Callbacks) > 0:
		s = fmt.Sprintf(p.calledBack, cmp.Or(shown(c.Callbacks[len(c.Callbacks)-1].From), p.withheld), p.clock(c, at))
	case c.Outcome == record.EmergencyNoCall:
		s = p.noCall
	case c.Outcome == record.EmergencyInterrupted && c.Recovered:
		s = p.wasRecovered
	case c.Outcome == record.EmergencyInterrupted:
		s = p.interrupted
	case c.Outcome == record.EmergencyNotConnected:
		s = p.failed
	case c.Outcome == record.EmergencyCancelled:
		s = fmt.Sprintf(p.cancelled, seconds(c.EndedAt.Sub(since)))
	case c.Outcome == record.EmergencyEnded:
		s = fmt.Sprintf(p.ended, seconds(c.EndedAt.Sub(since))) + " " + p.hungUp[c.HungUpBy]
	case c.Outcome == record.EmergencyAnswered:
		s = fmt.Sprintf(p.answered, p.clock(c, c.AnsweredAt))
	default:
		s = p.started
	}
	if c.Test && c.Outcome != record.EmergencyNoCall {
		s += " " + p.testOnly
	}
	return strings.TrimSpace(s)
}

func seconds(d time.Duration) string {
	n := int(max(d, 0) / time.Second)
	if n < 60 {
		return fmt.Sprintf("%d s", n)
	}
	return fmt.Sprintf("%d min %d s", n/60, n%60)
}

// zone is the account's time zone.
func zone(c *record.EmergencyCall) *time.Location {
	z, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	return z
}

// time is a time as people there and everywhere read it; empty for none.
func (p *phrases) time(c *record.EmergencyCall, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone(c)).Format("2006-01-02 15:04:05 MST") + " (" + t.UTC().Format("2006-01-02 15:04:05") + " UTC)"
}

func (p *phrases) clock(c *record.EmergencyCall, t time.Time) string {
	return t.In(zone(c)).Format("15:04:05 MST")
}

// conveyed says what the carrier was told of the place: what the INVITE carried, nothing
// else.
func (p *phrases) conveyed(c *record.EmergencyCall) string {
	switch v := &c.Conveyed; {
	case v.Method == record.ConveyPIDFLO:
		return p.byValue + ": " + strings.Join(v.Lines, ", ")
	case v.Method == record.ConveyReference:
		return fmt.Sprintf(p.byReference, v.Reference)
	case v.Refused:
		return p.refusedPlace
	case v.Method == record.ConveyNone:
		return p.byNumber
	}
	return p.notSentYet
}

// number is the callback number, and what the carrier was given where that is another.
func (p *phrases) number(c *record.EmergencyCall) string {
	sent := c.Conveyed.Number
	switch {
	case c.CallbackNumber == "" || sent == "" || digits(sent) == digits(c.CallbackNumber) || strings.HasSuffix(digits(c.CallbackNumber), digits(sent)):
		return cmp.Or(c.CallbackNumber, sent)
	}
	return c.CallbackNumber + " (" + sent + ")"
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// attempts says what came of each trunk.
func (p *phrases) attempts(c *record.EmergencyCall) string {
	list := make([]string, 0, len(c.Attempts)+1)
	for _, a := range c.Attempts {
		result := fmt.Sprintf("%d", a.Status)
		switch {
		case a.Answered:
			result = p.took
		case a.Status <= 0:
			result = p.silent
		}
		list = append(list, shown(cmp.Or(a.Name, string(a.Trunk)))+": "+result)
	}
	if len(list) == 0 && c.Conveyed.TrunkName != "" {
		list = append(list, shown(c.Conveyed.TrunkName))
	}
	return strings.Join(list, "; ")
}
