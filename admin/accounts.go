package admin

import (
	"reflect"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// Phones' own administrator: his name, and how long a password phones take.
const (
	phoneAdminUser    = "admin"
	phoneAdminLength  = 16
	maxDevicePassword = 32 // Yealink: longest password of the phone's own page
)

// accountSecrets are the input fields of an account that are kept sealed.
type accountSecrets struct {
	PhoneAdminPassword merge.Optional[string] `json:"phone_admin_password" api:"writeonly" doc:"Password of the phones' own administrator; generated when absent at creation or null."`
	ProvisionPassword  merge.Optional[string] `json:"provision_password" api:"writeonly" doc:"Password phones must give over HTTP to fetch configurations, with provision_user."`
}

// accountView is what the API shows of an account.
type accountView struct {
	*record.Account
	ProvisionPasswordSet bool `json:"provision_password_set" api:"readonly" doc:"Whether phones must give a password over HTTP."`
}

func accounts() *collection[*record.Account] {
	return &collection[*record.Account]{
		path: "/v1/accounts", param: "account", noun: "account",
		read: record.ScopeRead, write: record.ScopeManage, create: scopePlatform, required: []string{"name", "email"},
		blank:  record.NewAccount,
		own:    func(*call, *record.Account) {},
		parent: func(*call) record.ID { return "" },
		visible: func(c *call, a *record.Account) bool {
			return c.account == "" || a.ID == c.account
		},
		extra:   func() any { return &accountSecrets{} },
		prepare: prepareAccount,
		show: func(c *call, a *record.Account, _ any) any {
			if !c.may(record.ScopeSecrets) {
				shown := *a
				shown.Settings, shown.ModelSettings = a.Settings.Concealed(), a.ModelSettings.Concealed()
				a = &shown
			}
			return &accountView{a, len(a.ProvisionPassSealed) > 0}
		},
		shown: reflect.TypeFor[*accountView](),
	}
}

func prepareAccount(c *call, _ *store.Tx, in *input[*record.Account]) (any, error) {
	secrets, a := in.extra.(*accountSecrets), in.record
	if a.PhoneAdminUser == "" {
		a.PhoneAdminUser = phoneAdminUser
	}
	var p record.Problems
	admin := secrets.PhoneAdminPassword
	switch {
	case admin.Given():
		checkPassword(&p, "phone_admin_password", admin.Value, maxDevicePassword)
		a.PhoneAdminSealed = c.server.Store.Seal(a.ID, store.FieldAdminPassword, admin.Value)
	case in.create || admin.Null:
		a.PhoneAdminSealed = c.server.Store.Seal(a.ID, store.FieldAdminPassword, store.NewPassword(phoneAdminLength))
	}
	http := secrets.ProvisionPassword
	switch {
	case http.Given():
		checkPassword(&p, "provision_password", http.Value, maxDevicePassword)
		a.ProvisionPassSealed = c.server.Store.Seal(a.ID, store.FieldHTTPPassword, http.Value)
	case http.Null:
		a.ProvisionPassSealed = nil
	}
	if a.ProvisionUser != "" && len(a.ProvisionPassSealed) == 0 {
		p.Add("provision_password", record.CodeRequired, "must be given with provision_user")
	}
	return nil, p.Err()
}

// checkPassword checks what a person chose, under the field's own name.
func checkPassword(p *record.Problems, field, password string, most int) {
	if err, weak := record.CheckPassword(password).(record.Problems); weak { //nolint:errorlint // it returns nothing else
		for _, q := range err {
			p.Add(field, q.Code, "%s", q.Detail)
		}
		return
	}
	if len(password) > most {
		p.Add(field, record.CodeTooLong, "must have at most %d characters", most)
	}
}
