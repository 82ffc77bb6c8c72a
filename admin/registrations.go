package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// registrationView is one live contact.
type registrationView struct {
	AOR          string    `json:"aor" doc:"Who, sip:<username>@<domain>."`
	Contact      string    `json:"contact" doc:"Where requests go, a URI."`
	Source       string    `json:"source" doc:"Where it came from, address:port."`
	Transport    string    `json:"transport" doc:"udp, tcp, tls, ws or wss."`
	UserAgent    string    `json:"user_agent" doc:"What the client said it is."`
	Device       record.ID `json:"device" doc:"The device whose line names the credential."`
	ExpiresAt    time.Time `json:"expires_at" doc:"When it ends unless it is refreshed."`
	RegisteredAt time.Time `json:"registered_at" doc:"When it last registered."`
}

func registrationOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/v1/accounts/{account}/registrations", event: "registration.list", scope: record.ScopeRead,
		summary: "Lists who is registered now.", answer: typeOf[registrationView](), list: true,
		query: []parameter{
			{name: "aor", doc: "Only this one."}, {name: "device", doc: "Only those of this device."},
		},
		status: http.StatusOK, handle: handleRegistrations,
	}}
}

func handleRegistrations(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), q.cursor(isContactKey)
	aor, device := aorName(q.text("aor")), record.ID(q.text("device"))
	if err := q.err(); err != nil {
		return nil, err
	}
	list := c.server.Registrations.ByAccount(c.account)
	slices.SortFunc(list, func(a, b Registration) int { return cmp.Compare(contactKey(a), contactKey(b)) })
	var rest []Registration
	shown := []registrationView{}
	c.view(func(v *store.View) {
		for _, r := range list {
			one := showRegistration(v, r)
			if contactKey(r) <= after || aor != "" && !strings.EqualFold(r.AOR, aor) || device != "" && one.Device != device {
				continue
			}
			if rest = append(rest, r); len(rest) > limit {
				break
			}
			shown = append(shown, one)
		}
	})
	p := cut(rest, limit, contactKey)
	p.Data = shown
	return ok(p), nil
}

// contactKey tells contacts apart and sorts them.
func contactKey(r Registration) string { return r.AOR + " " + r.Contact }

// isContactKey says whether a text may be what contactKey makes.
func isContactKey(text string) bool {
	aor, contact, ok := strings.Cut(text, " ")
	return ok && strings.Contains(aor, "@") && contact != ""
}

func showRegistration(v *store.View, r Registration) registrationView {
	shown := registrationView{
		AOR: aorURI(r.AOR), Contact: r.Contact, Source: r.Source.String(), Transport: r.Transport, UserAgent: r.UserAgent,
		ExpiresAt: r.ExpiresAt.UTC(), RegisteredAt: r.RegisteredAt.UTC(),
	}
	if line, stands := v.Line(r.Credential); stands {
		shown.Device = line.Device.ID
	}
	return shown
}
