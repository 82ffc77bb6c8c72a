package e911

import (
	"cmp"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"

	"dialtone/store/record"
)

// letter is what a mail says. Text and HTML are made of the same.
type letter struct {
	headline string
	state    string
	urgent   bool // the state is bad news
	facts    []fact
	missing  []string
	link     string // to a map; empty for none
	p        *phrases
	advice   []string
}

// fact is one line of a mail.
type fact struct{ label, value string }

// letter says what is known of a call at a stage.
func (p *phrases) letter(c *record.EmergencyCall, stage string, at time.Time) *letter {
	l := &letter{p: p, headline: fmt.Sprintf(p.headline, c.Number), urgent: stage == record.StageFailed || c.Recovered}
	if c.Test {
		l.headline = fmt.Sprintf(p.testHeadline, c.Number)
	}
	if c.Outcome == record.EmergencyNoCall {
		l.headline = p.noCallHeadline
	}
	l.state = p.state(c, stage, at)
	add := func(label, value string) {
		if value != "" {
			l.facts = append(l.facts, fact{label, value})
		}
	}
	add(p.who, cmp.Or(callerName(c), p.unknownCaller))
	add(p.where, cmp.Or(whereabouts(c), p.unknownPlace))
	add(p.told, p.conveyed(c))
	add(p.callback, cmp.Or(p.number(c), p.noCallback))
	add(p.when, p.time(c, c.StartedAt))
	add(p.answeredAt, p.time(c, c.AnsweredAt))
	add(p.endedAt, p.time(c, c.EndedAt))
	add(p.dialled, shown(c.Dialled))
	add(p.sentAs, c.Number)
	add(p.device, strings.Join(slices.DeleteFunc([]string{shown(c.Caller.DeviceName), shown(c.Caller.Model), c.Caller.MAC}, empty), ", "))
	add(p.line, shown(c.Caller.AOR))
	add(p.trunks, p.attempts(c))
	add(p.business, shown(c.AccountName))
	add(p.event, c.ID)
	add(p.call, c.CallID)
	for _, m := range c.Missing {
		l.missing = append(l.missing, p.missing[m])
	}
	l.link = mapLink(c)
	if stage == record.StageStarted && !c.Test {
		l.advice = p.advice
	}
	return l
}

func empty(s string) bool { return s == "" }

// whereabouts is where the caller is: as the carrier was told if it was, else as it is set up.
func whereabouts(c *record.EmergencyCall) string {
	lines := c.Conveyed.Lines
	if len(lines) == 0 {
		lines = addressLines(c)
	}
	if name := shown(c.Location.Name); name != "" {
		lines = append([]string{name}, lines...)
	}
	return strings.Join(lines, ", ")
}

// addressLines is the location as it is set up, in the words of the document that would tell
// a carrier.
func addressLines(c *record.EmergencyCall) []string {
	if c.Location.ID == "" {
		return nil
	}
	civic := document(c).Civic
	lines := civic.Lines()
	if inside := civic.Inside(); inside != "" {
		lines = append(lines, inside)
	}
	return lines
}

// mapLink finds the place on a map.
func mapLink(c *record.EmergencyCall) string {
	a := &c.Location.Address
	if a.Latitude != nil && a.Longitude != nil {
		return fmt.Sprintf("https://www.openstreetmap.org/?mlat=%g&mlon=%g#map=19/%g/%g", *a.Latitude, *a.Longitude, *a.Latitude, *a.Longitude)
	}
	if a.Street == "" {
		return ""
	}
	civic := document(c).Civic
	return "https://www.openstreetmap.org/search?query=" + url.QueryEscape(strings.Join(civic.Lines(), ", "))
}

// text is the letter as plain text.
func (l *letter) text() string {
	var b strings.Builder
	b.WriteString(l.headline + "\n" + l.state + "\n\n")
	for _, f := range l.facts {
		b.WriteString(f.label + ": " + f.value + "\n")
	}
	for _, m := range l.missing {
		b.WriteString(l.p.missingMark + ": " + m + "\n")
	}
	if l.link != "" {
		b.WriteString(l.p.onMap + ": " + l.link + "\n")
	}
	for _, a := range l.advice {
		b.WriteString("\n" + a)
	}
	b.WriteString("\n-- \n" + l.p.footer + "\n")
	return b.String()
}

// html is the letter as HTML for a small screen.
func (l *letter) html(language string) string {
	var b strings.Builder
	colour := "#1a1a1a"
	if l.urgent {
		colour = "#b00020"
	}
	e := html.EscapeString
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang=%q><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>`, e(cmp.Or(language, "en")))
	b.WriteString(`<body style="font-family:sans-serif;font-size:16px;line-height:1.4;margin:12px">` + "\n")
	fmt.Fprintf(&b, "<h1 style=\"font-size:22px;margin:0\">%s</h1>\n<p style=\"font-size:18px;color:%s\"><strong>%s</strong></p>\n<table cellpadding=\"4\">\n", e(l.headline), colour, e(l.state))
	row := func(label, value string) {
		fmt.Fprintf(&b, "<tr><th align=\"left\" valign=\"top\">%s</th><td>%s</td></tr>\n", e(label), value)
	}
	for _, f := range l.facts {
		row(f.label, e(f.value))
	}
	for _, m := range l.missing {
		row(l.p.missingMark, e(m))
	}
	if l.link != "" {
		row(l.p.onMap, fmt.Sprintf("<a href=%q>%s</a>", e(l.link), e(l.link)))
	}
	b.WriteString("</table>\n")
	for _, a := range l.advice {
		b.WriteString("<p>" + e(a) + "</p>\n")
	}
	b.WriteString("<p style=\"color:#666;font-size:13px\">" + e(l.p.footer) + "</p>\n</body></html>\n")
	return b.String()
}
