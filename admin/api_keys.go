package admin

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// apiKeyView is what the API shows of a key: the key itself only in the answer to
// its creation.
type apiKeyView struct {
	*record.APIKey
	Key        string     `json:"key,omitempty" api:"readonly" doc:"The key, in the answer to its creation and never again."`
	LastUsedAt *time.Time `json:"last_used_at" api:"readonly" doc:"When it was last used since the daemon started."`
}

func apiKeyCollection(path string, scope string) collection[*record.APIKey] {
	return collection[*record.APIKey]{
		path: path, param: "key", noun: "API key", read: scope, write: scope, required: []string{"name"},
		blank:   record.NewAPIKey,
		prepare: prepareKey,
		show: func(_ *call, k *record.APIKey, once any) any {
			key, _ := once.(string)
			return &apiKeyView{APIKey: k, Key: key}
		},
		shown: reflect.TypeFor[*apiKeyView](),
		live: func(c *call, shown []any) {
			for _, s := range shown {
				k := s.(*apiKeyView)
				k.LastUsedAt = c.server.used.last(k.ID)
			}
		},
	}
}

func apiKeys() *collection[*record.APIKey] {
	return inAccount(apiKeyCollection("/v1/accounts/{account}/api_keys", record.ScopeManage))
}

// platformKeys are the keys that may do everything.
func platformKeys() *collection[*record.APIKey] {
	k := apiKeyCollection("/v1/api_keys", scopePlatform)
	k.own = func(*call, *record.APIKey) {}
	k.parent = func(*call) record.ID { return "" }
	k.visible = func(_ *call, r *record.APIKey) bool { return r.Account == "" }
	k.removable = func(c *call, r *record.APIKey) error {
		if c.key != nil && r.ID == c.key.ID { // so that one is always left
			return &store.Conflict{Code: store.ConflictState, Detail: "a platform key cannot revoke itself; use another one"}
		}
		return nil
	}
	k.blank = func() *record.APIKey { return &record.APIKey{Scopes: allScopes()} }
	return &k
}

func platformKeyOperations() []*operation {
	ops := platformKeys().operations()
	for _, op := range ops {
		op.name = "platform_" + op.event
	}
	return ops
}

func allScopes() []string {
	return []string{record.ScopeRead, record.ScopeWrite, record.ScopeSecrets, record.ScopeManage}
}

// prepareKey makes the key of a new record. Nobody gives more than he has.
func prepareKey(c *call, _ *store.Tx, in *input[*record.APIKey]) (any, error) {
	if !in.create {
		return nil, nil
	}
	missing := slices.DeleteFunc(slices.Clone(in.record.Scopes), func(s string) bool {
		return c.may(s) || !slices.Contains(allScopes(), s) // unknown ones are refused by the record
	})
	if len(missing) > 0 {
		return nil, forbidden("a key cannot give scopes it lacks: %s", strings.Join(missing, ", "))
	}
	key, digest := newKey()
	in.record.Digest = digest
	return key, nil
}
