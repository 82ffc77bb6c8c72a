package admin

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"dialtone/store"
)

// banView is a source whose requests are refused.
type banView struct {
	Source   string    `json:"source" doc:"The address; the /64 for IPv6."`
	Since    time.Time `json:"since" doc:"When the ban began."`
	Until    time.Time `json:"until" doc:"When it ends by itself."`
	Failures int       `json:"failures" doc:"Failed registrations since the source was first noticed."`
	Cause    string    `json:"cause" doc:"Why the last one failed."`
	Level    int       `json:"level" doc:"How many bans in a row; each lasts twice as long as the one before."`
}

// banOperations are about the daemon as a whole: a source may be any account's.
func banOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: "/v1/bans", event: "ban.list", scope: scopePlatform,
			summary: "Lists the sources that are banned for guessing passwords or names.",
			answer:  typeOf[banView](), list: true, status: http.StatusOK, handle: handleBans,
		},
		{
			method: http.MethodDelete, path: "/v1/bans/{source}", event: "ban.lift", scope: scopePlatform,
			summary: "Lifts the ban of a source, an address or a prefix as the list shows it, and forgets its failures.",
			status:  http.StatusNoContent, handle: handleLift,
		},
	}
}

func handleBans(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), q.cursor(isBanKey)
	if err := q.err(); err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(c.server.Bans.Bans(), func(b Ban) bool { return banKey(b) <= after })
	slices.SortFunc(list, func(a, b Ban) int { return cmp.Compare(banKey(a), banKey(b)) })
	p := cut(list[:min(len(list), limit+1)], limit, banKey)
	shown := []banView{}
	for _, b := range list[:min(len(list), limit)] {
		shown = append(shown, banView{
			Source: sourceName(b.Source), Since: b.Since.UTC(), Until: b.Until.UTC(),
			Failures: b.Failures, Cause: b.Cause, Level: b.Level,
		})
	}
	p.Data = shown
	return ok(p), nil
}

// banKey sorts bans by source, IPv4 first.
func banKey(b Ban) string {
	a := b.Source.Addr()
	if a.Is4() {
		return "4" + string(a.AsSlice())
	}
	return "6" + string(a.AsSlice())
}

// isBanKey says whether a text is what banKey makes.
func isBanKey(text string) bool {
	return len(text) == 5 && text[0] == '4' || len(text) == 17 && text[0] == '6'
}

// sourceName is an address where the prefix is just that.
func sourceName(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// handleLift takes an address, or a prefix that is banned as a whole.
func handleLift(c *call) (*answer, error) {
	text := c.r.PathValue("source")
	source, err := netip.ParseAddr(text)
	if err != nil {
		prefix, err := netip.ParsePrefix(text)
		banned := func(b Ban) bool { return b.Source == prefix.Masked() }
		if err != nil || !slices.ContainsFunc(c.server.Bans.Bans(), banned) {
			return nil, store.ErrNotFound
		}
		source = prefix.Addr()
	}
	c.detail = source.String()
	if !c.server.Bans.Lift(source) {
		return nil, store.ErrNotFound
	}
	return &answer{status: http.StatusNoContent}, nil
}
