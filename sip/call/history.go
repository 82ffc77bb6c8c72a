package call

import (
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/route"
)

// historyCauses are the reasons of diversions as RFC 4458 causes in History-Info.
var historyCauses = map[string]int{
	route.DivertedAlways: 302, route.DivertedBusy: 486, route.DivertedNoAnswer: 408,
	route.DivertedUnavailable: 404, route.DivertedByPhone: 480, route.DivertedFollowMe: 302,
}

// historyInside tells a phone how a call came to it: Diversion (RFC 5806, the latest
// first) and History-Info (RFC 7044, the oldest first).
func historyInside(d route.Decision, host string) []dialog.Header {
	if len(d.Diversions) == 0 {
		return nil
	}
	parties := make([]party, len(d.Diversions))
	for i := range d.Diversions {
		parties[i] = partyOf(&d.Diversions[i], true)
	}
	return append(diversionHeaders(parties, host), historyHeader(d.To, parties, host))
}

// historyOutside is the same for a trunk; its way has the numbers in the trunk's form.
func historyOutside(w *route.Way, host string) []dialog.Header {
	n := len(w.Diversions)
	if n == 0 {
		return nil
	}
	parties := make([]party, n)
	for i := range w.Diversions {
		parties[n-1-i] = partyOf(&w.Diversions[i], false)
	}
	return append(diversionHeaders(parties, host), historyHeader(parties[0].number, parties, host))
}

// party is somebody who led a call on.
type party struct{ number, name, reason, to string }

func partyOf(d *route.Diversion, inside bool) party {
	p := party{d.Number, d.Name, d.Reason, d.To}
	if inside && d.Extension != "" || p.number == "" {
		p.number = d.Extension
	}
	return p
}

func diversionHeaders(parties []party, host string) []dialog.Header {
	var list []dialog.Header
	for i := len(parties) - 1; i >= 0; i-- {
		p := parties[i]
		if p.number == "" {
			continue
		}
		list = append(list, dialog.Header{Name: "Diversion", Value: fmt.Sprintf("%s;reason=%s;counter=1", asserted(p.name, p.number, host), p.reason)})
	}
	return list
}

// historyHeader has an entry for whom the call was for first and one for each place it
// was led to, the cause of the leading in its URI (RFC 4458).
func historyHeader(first string, parties []party, host string) dialog.Header {
	index := "1"
	if parties[0].number != "" {
		first = parties[0].number
	}
	entries := []string{"<" + sipURI(first, host) + ">;index=1"}
	for _, p := range parties {
		was := index
		index += ".1"
		uri := sipURI(p.to, host)
		if cause := historyCauses[p.reason]; cause != 0 {
			uri += fmt.Sprintf(";cause=%d", cause)
		}
		entries = append(entries, fmt.Sprintf("<%s>;index=%s;mp=%s", uri, index, was))
	}
	return dialog.Header{Name: "History-Info", Value: strings.Join(entries, ", ")}
}

// historyDiversions counts the diversions a History-Info tells of: entries with a cause.
func historyDiversions(req *sip.Request) (n int) {
	for _, entry := range headers(req, "History-Info") {
		if strings.Contains(strings.ToLower(uriIn(entry)), ";cause=") {
			n++
		}
	}
	return n
}
