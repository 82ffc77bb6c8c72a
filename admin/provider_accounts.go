package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// Bounds of a carrier's keys, and of a trunk's password in octets.
const (
	maxCarrierKeys   = 20
	maxCarrierKey    = 4096
	maxTrunkPassword = 256
)

// carrierSecrets are the keys of a carrier's own API on their way in.
type carrierSecrets struct {
	Credentials merge.Optional[map[string]string] `json:"credentials" api:"writeonly" doc:"Keys of the carrier's own API by name; given ones take the place of all there were, null removes them."`
}

// providerView is what the API shows of a provider account: no secrets, and how its
// trunk is.
type providerView struct {
	*record.ProviderAccount
	CredentialNames  []string   `json:"credential_names" api:"readonly" doc:"Names of the carrier's keys that are kept."`
	TrunkPasswordSet bool       `json:"trunk_password_set" api:"readonly" doc:"Whether the trunk has a password."`
	Status           string     `json:"status" api:"readonly" doc:"ok, registered, unreachable, unknown or disabled."`
	StatusReason     string     `json:"status_reason" api:"readonly" doc:"Why it is unreachable."`
	StatusCheckedAt  *time.Time `json:"status_checked_at" api:"readonly" doc:"When that was found."`
	ActiveCalls      int        `json:"active_calls" api:"readonly" doc:"Calls going through it now."`
}

func providerAccounts() *collection[*record.ProviderAccount] {
	return inAccount(collection[*record.ProviderAccount]{
		path: "/v1/accounts/{account}/provider_accounts", param: "provider_account", noun: "provider account",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name", "provider"},
		blank:   record.NewProviderAccount,
		extra:   func() any { return &carrierSecrets{} },
		prepare: prepareProvider,
		show:    showProvider,
		shown:   reflect.TypeFor[*providerView](),
		live: func(c *call, shown []any) {
			for _, s := range shown {
				c.trunkStatus(s.(*providerView))
			}
		},
	})
}

func showProvider(c *call, a *record.ProviderAccount, _ any) any {
	keys, err := c.server.carrierKeys(a)
	if err != nil {
		c.server.log.Error("cannot read the keys of a provider account", "provider_account", a.ID, "err", err)
	}
	return &providerView{
		ProviderAccount: a, CredentialNames: slices.Sorted(maps.Keys(keys)),
		TrunkPasswordSet: len(a.TrunkPasswordSealed) > 0, Status: statusWithout(a),
	}
}

// statusWithout is the status of a trunk nothing has been heard of.
func statusWithout(a *record.ProviderAccount) string {
	if !a.Enabled {
		return TrunkDisabled
	}
	return TrunkUnknown
}

// trunkStatus adds how the trunk is.
func (c *call) trunkStatus(shown *providerView) {
	if c.server.Trunks == nil || !shown.Enabled {
		return
	}
	s, known := c.server.Trunks.Status(shown.ID)
	if !known {
		return
	}
	shown.Status, shown.StatusReason, shown.StatusCheckedAt, shown.ActiveCalls = s.State, s.Reason, moment(s.Last), s.Calls
}

// carrierKeys are the keys of a carrier's API.
func (s *Server) carrierKeys(a *record.ProviderAccount) (map[string]string, error) {
	if len(a.CredentialsSealed) == 0 {
		return nil, nil
	}
	text, err := s.Store.Unseal(a.ID, store.FieldCredentials, a.CredentialsSealed)
	if err != nil {
		return nil, err
	}
	var keys map[string]string
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		return nil, fmt.Errorf("cannot read keys of %q: %w", a.ID, err)
	}
	return keys, nil
}

// prepareProvider seals the secrets.
func prepareProvider(c *call, _ *store.Tx, in *input[*record.ProviderAccount]) (any, error) {
	a, p := in.record, record.Problems{}
	c.sealTrunkPassword(in, &p)
	keys := in.extra.(*carrierSecrets).Credentials
	switch {
	case keys.Null, keys.Given() && len(keys.Value) == 0:
		a.CredentialsSealed = nil
	case keys.Given():
		checkCarrierKeys(keys.Value, &p)
		text, err := json.Marshal(keys.Value)
		if err != nil {
			return nil, fmt.Errorf("cannot keep keys of %q: %w", a.ID, err)
		}
		a.CredentialsSealed = c.server.Store.Seal(a.ID, store.FieldCredentials, string(text))
	}
	return nil, p.Err()
}

// sealTrunkPassword takes the password off the record, so that it is never stored in the
// clear; null removes it.
func (c *call) sealTrunkPassword(in *input[*record.ProviderAccount], p *record.Problems) {
	a := in.record
	trunk, _ := in.doc["trunk"].(merge.Object)
	raw, named := trunk["password"]
	password := a.Trunk.Password
	a.Trunk.Password = ""
	switch {
	case !named:
	case raw == nil || password == "":
		a.TrunkPasswordSealed = nil
	case len(password) > maxTrunkPassword:
		p.Add("trunk.password", record.CodeTooLong, "must have at most %d octets", maxTrunkPassword)
	case strings.ContainsFunc(password, unicode.IsControl):
		p.Add("trunk.password", record.CodeInvalid, "must not contain line breaks or control characters")
	default:
		a.TrunkPasswordSealed = c.server.Store.Seal(a.ID, store.FieldTrunkPassword, password)
	}
}

var carrierKeyName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

func checkCarrierKeys(keys map[string]string, p *record.Problems) {
	if len(keys) > maxCarrierKeys {
		p.Add("credentials", record.CodeTooMany, "must be at most %d", maxCarrierKeys)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		switch {
		case !carrierKeyName.MatchString(name):
			p.Add("credentials", record.CodeInvalid, "names have letters, digits and _ only, such as api_key")
		case keys[name] == "":
			p.Add("credentials."+name, record.CodeRequired, "must not be empty")
		case len(keys[name]) > maxCarrierKey:
			p.Add("credentials."+name, record.CodeTooLong, "must have at most %d octets", maxCarrierKey)
		}
	}
}
