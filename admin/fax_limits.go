package admin

import (
	"net/http"
	"time"

	"dialtone/fax"
	"dialtone/store/record"
)

// faxLimits is what an account's limits are and how much is used.
type faxLimits struct {
	Inbound  faxUse `json:"inbound" doc:"Of faxes that come."`
	Outbound faxUse `json:"outbound" doc:"Of faxes that are sent."`
}

type faxUse struct {
	Limit      *int       `json:"limit" doc:"Faxes in any hour; null is unlimited, 0 none."`
	Used       int        `json:"used" doc:"Faxes of the last hour that count."`
	NextFreeAt *time.Time `json:"next_free_at" doc:"When the next fax may come or go; null is at once, or with a limit of 0 never."`
}

func faxLimitOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/v1/accounts/{account}/fax_limits", event: "fax_limit.read", scope: record.ScopeRead,
		summary: "Reads the limits of faxes in any hour, and what is used of them.",
		answer:  typeOf[*faxLimits](), status: http.StatusOK, handle: handleFaxLimits,
	}}
}

func handleFaxLimits(c *call) (*answer, error) {
	if c.server.Faxes == nil {
		return nil, noFaxes()
	}
	return ok(&faxLimits{
		Inbound:  useOf(c.server.Faxes.Use(c.account, fax.Inbound)),
		Outbound: useOf(c.server.Faxes.Use(c.account, fax.Outbound)),
	}), nil
}

func useOf(u fax.Use) faxUse {
	shown := faxUse{Limit: u.Limit, Used: u.Used}
	if !u.NextFree.IsZero() {
		at := u.NextFree.UTC()
		shown.NextFreeAt = &at
	}
	return shown
}
