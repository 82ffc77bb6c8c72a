package admin

import (
	"net/http"
	"reflect"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

const credentialsPath = "/v1/accounts/{account}/credential_lists/{list}/credentials"

// credentialSecret is the password on its way in.
type credentialSecret struct {
	Password merge.Optional[string] `json:"password" api:"writeonly" doc:"Password; generated when absent at creation or null."`
}

// credentialView is a credential, with its password where it has just been set by
// the server or chosen at creation.
type credentialView struct {
	*record.Credential
	Password string `json:"password,omitempty" api:"readonly" doc:"The password, in the answer to a creation or a change that generates one."`
}

// revealed is a user name with its password.
type revealed struct {
	Username string `json:"username" doc:"SIP user name."`
	Password string `json:"password" doc:"SIP password."`
}

func credentials() *collection[*record.Credential] {
	return &collection[*record.Credential]{
		path: credentialsPath, param: "credential", noun: "credential",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"username"},
		blank: record.NewCredential,
		own: func(c *call, r *record.Credential) {
			r.Account, r.List = c.account, c.id("list")
		},
		parent: func(c *call) record.ID { return c.id("list") },
		visible: func(c *call, r *record.Credential) bool {
			return r.Account == c.account && r.List == c.id("list")
		},
		guard:   hasList,
		extra:   func() any { return &credentialSecret{} },
		filters: textFilter("user name"),
		match:   matchTexts(func(r *record.Credential) []string { return []string{r.Username} }),
		prepare: prepareCredential,
		show: func(_ *call, r *record.Credential, once any) any {
			password, _ := once.(string)
			return &credentialView{r, password}
		},
		shown: reflect.TypeFor[*credentialView](),
	}
}

// hasList wants the list of the path to be the account's.
func hasList(c *call) error {
	var list *record.CredentialList
	found := false
	c.view(func(v *store.View) { list, found = store.Get[*record.CredentialList](v, c.id("list")) })
	if !found || list.Account != c.account {
		return store.ErrNotFound
	}
	return nil
}

// prepareCredential seals the password and returns it where it is to be shown.
func prepareCredential(c *call, _ *store.Tx, in *input[*record.Credential]) (any, error) {
	password, r := in.extra.(*credentialSecret).Password, in.record
	chosen := password.Given()
	if !chosen && !in.create && !password.Null {
		return nil, nil
	}
	if chosen {
		if err := record.CheckPassword(password.Value); err != nil {
			return nil, err
		}
	} else {
		password.Value = store.NewPassword(record.GeneratedPassword)
	}
	r.PasswordSealed = c.server.Store.Seal(r.ID, store.FieldPassword, password.Value)
	if chosen && !in.create {
		return nil, nil
	}
	return password.Value, nil
}

// revealOperations show a password again, which is audited either way.
func revealOperations() []*operation {
	path := credentialsPath + "/{credential}/reveal"
	return []*operation{
		{
			method: http.MethodPost, path: path, event: "credential.reveal", scope: record.ScopeSecrets,
			summary: "Shows a credential's password.", body: []reflect.Type{}, emptyBody: true,
			answer: typeOf[*revealed](), status: http.StatusOK, handle: handleReveal,
		},
		{
			method: http.MethodGet, path: path, event: "credential.reveal", name: "credential.read_password", scope: record.ScopeSecrets,
			summary: "Shows a credential's password.",
			answer:  typeOf[*revealed](), status: http.StatusOK, handle: handleReveal,
		},
	}
}

func handleReveal(c *call) (*answer, error) {
	if c.op.body != nil {
		if err := c.readNothing(); err != nil {
			return nil, err
		}
	}
	var r *record.Credential
	found := false
	c.view(func(v *store.View) { r, found = store.Get[*record.Credential](v, c.id("credential")) })
	if !found || !credentials().visible(c, r) {
		return nil, store.ErrNotFound
	}
	c.resource = r.ID
	password, err := c.server.Store.Unseal(r.ID, store.FieldPassword, r.PasswordSealed)
	if err != nil {
		return nil, err
	}
	return ok(&revealed{r.Username, password}), nil
}
