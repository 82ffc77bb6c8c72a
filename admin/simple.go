package admin

import (
	"dialtone/store"
	"dialtone/store/record"
)

// The collections of an account that are nothing but records.

func locations() *collection[*record.Location] {
	return inAccount(collection[*record.Location]{
		path: "/v1/accounts/{account}/locations", param: "location", noun: "location",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name", "address"},
		blank:   record.NewLocation,
		prepare: prepareLocation,
	})
}

// prepareLocation sets the carrier's word on an address back when the address is another.
func prepareLocation(_ *call, _ *store.Tx, in *input[*record.Location]) (any, error) {
	if in.create || in.has("e911_status") || in.record.SamePlace(in.before) {
		return nil, nil
	}
	in.record.E911Status, in.record.E911Reason = record.E911None, "the address was changed"
	return nil, nil
}

func extensions() *collection[*record.Extension] {
	return inAccount(collection[*record.Extension]{
		path: "/v1/accounts/{account}/extensions", param: "extension", noun: "extension",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"number", "target"},
		blank:   record.NewExtension,
		filters: []parameter{{name: "number", doc: "Only the extension with this number."}},
		match: func(_ *call, q *query) func(*store.View, *record.Extension) bool {
			number := q.text("number")
			return func(_ *store.View, e *record.Extension) bool { return number == "" || e.Number == number }
		},
	})
}

func domains() *collection[*record.Domain] {
	return inAccount(collection[*record.Domain]{
		path: "/v1/accounts/{account}/sip_domains", param: "domain", noun: "SIP domain",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"domain"},
		blank:   record.NewDomain,
		filters: []parameter{{name: "provider_account", doc: "Only domains of this provider account."}},
		match: func(_ *call, q *query) func(*store.View, *record.Domain) bool {
			provider := record.ID(q.text("provider_account"))
			return func(_ *store.View, d *record.Domain) bool { return provider == "" || d.ProviderAccount == provider }
		},
	})
}

func credentialLists() *collection[*record.CredentialList] {
	return inAccount(collection[*record.CredentialList]{
		path: "/v1/accounts/{account}/credential_lists", param: "list", noun: "credential list",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name"},
		blank: record.NewCredentialList,
	})
}

func attachments() *collection[*record.Attachment] {
	return inAccount(collection[*record.Attachment]{
		path: "/v1/accounts/{account}/credential_attachments", param: "attachment", noun: "credential attachment",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"domain", "credential_list"},
		blank:   record.NewAttachment,
		filters: []parameter{{name: "domain", doc: "Only those of this SIP domain."}, {name: "credential_list", doc: "Only those of this list."}},
		match: func(_ *call, q *query) func(*store.View, *record.Attachment) bool {
			domain, list := record.ID(q.text("domain")), record.ID(q.text("credential_list"))
			return func(_ *store.View, a *record.Attachment) bool {
				return (domain == "" || a.Domain == domain) && (list == "" || a.List == list)
			}
		},
	})
}

func buttonTemplates() *collection[*record.ButtonTemplate] {
	return inAccount(collection[*record.ButtonTemplate]{
		path: "/v1/accounts/{account}/button_templates", param: "template", noun: "button template",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name"},
		blank: record.NewButtonTemplate,
	})
}
