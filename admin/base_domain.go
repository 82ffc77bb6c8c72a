package admin

import (
	"net/http"

	"dialtone/store/record"
)

// baseDomainView is under what domain SIP domains are served by prefix.
type baseDomainView struct {
	BaseDomain string `json:"base_domain" doc:"Domain under which a SIP domain may be a prefix, <prefix>.<base domain>; empty is none."`
}

// baseDomainOperations tell who makes a SIP domain what it may be a prefix of.
func baseDomainOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/v1/accounts/{account}/base_domain", event: "sip_domain.read_base", scope: record.ScopeRead,
		summary: "Tells under which domain SIP domains are served by prefix.",
		answer:  typeOf[baseDomainView](), status: http.StatusOK,
		handle: func(c *call) (*answer, error) { return ok(baseDomainView{c.server.BaseDomain}), nil },
	}}
}
