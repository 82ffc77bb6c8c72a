package admin

import (
	"errors"
	"net/http"
	"reflect"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

const provisioningPath = "/v1/accounts/{account}/provisioning"

// Bounds of what provisioning shows and takes.
const (
	maxOverlapHours = 168
	maxOldDevices   = 1000
)

// provisioningView is an account's provisioning URL and what goes with it. Without
// the scope secrets the secret parts are null.
type provisioningView struct {
	Token              *string     `json:"token" doc:"The token; null before it is generated and for keys without the scope secrets."`
	URL                *string     `json:"url" doc:"What phones are given; null like the token."`
	PhoneAdminUser     string      `json:"phone_admin_user" doc:"User of the phones' own administration page."`
	PhoneAdminPassword *string     `json:"phone_admin_password" doc:"His password; null for keys without the scope secrets."`
	Generated          bool        `json:"generated" doc:"Whether there is a token."`
	SecretsHidden      bool        `json:"secrets_hidden" doc:"Whether secret parts are null because the key lacks the scope secrets."`
	GeneratedAt        *time.Time  `json:"generated_at" doc:"When the token was made."`
	OverlapEndsAt      *time.Time  `json:"overlap_ends_at" doc:"Until when the token before is served too; null when it is not."`
	OldURLCount        int         `json:"old_url_count" doc:"How many devices have not fetched over the new URL since the last rotation."`
	OldURLDevices      []record.ID `json:"old_url_devices" doc:"Which, at most 1000."`
}

// rotation is the input of a rotation.
type rotation struct {
	OverlapHours int `json:"overlap_hours" doc:"Hours the token before is served too, 0 to 168; 0 stops it at once."`
}

func provisioningOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: provisioningPath, event: "provisioning.read", scope: record.ScopeRead,
			summary: "Shows the provisioning URL.", answer: typeOf[*provisioningView](), status: http.StatusOK, handle: handleProvisioning,
		},
		{
			method: http.MethodPost, path: provisioningPath + "/generate", event: "provisioning.generate", scope: record.ScopeManage,
			summary: "Makes the account's first provisioning token.", body: []reflect.Type{}, emptyBody: true,
			answer: typeOf[*provisioningView](), replays: true, status: http.StatusCreated, handle: handleGenerate,
		},
		{
			method: http.MethodPost, path: provisioningPath + "/rotate", event: "provisioning.rotate", scope: record.ScopeManage,
			summary: "Replaces the provisioning token.", body: []reflect.Type{typeOf[rotation]()}, emptyBody: true,
			answer: typeOf[*provisioningView](), revisions: true, replays: true, status: http.StatusOK, handle: handleRotate,
		},
	}
}

// provisioning is the account's record, nil before it is generated.
func provisioning(v *store.View, account record.ID) *record.Provisioning {
	if list := store.List[*record.Provisioning](v, account, "", 1); len(list) > 0 {
		return list[0]
	}
	return nil
}

func handleProvisioning(c *call) (*answer, error) {
	var a *record.Account
	var p *record.Provisioning
	var old []record.ID
	c.view(func(v *store.View) {
		a, _ = store.Get[*record.Account](v, c.account)
		if p = provisioning(v, c.account); p != nil {
			old = onOldURL(v, p)
		}
	})
	if a == nil {
		return nil, store.ErrNotFound
	}
	shown, err := c.showProvisioning(a, p)
	if err != nil {
		return nil, err
	}
	shown.OldURLCount, shown.OldURLDevices = len(old), old[:min(len(old), maxOldDevices)]
	if p == nil {
		return ok(shown), nil
	}
	return found(http.StatusOK, p.Header(), shown), nil
}

// onOldURL are the devices that have fetched before the last rotation and not since
// over the new URL. One with a URL of its own is not concerned.
func onOldURL(v *store.View, p *record.Provisioning) []record.ID {
	list := []record.ID{}
	store.Each(v, p.Account, func(d *record.Device) bool {
		s := v.State(d.ID)
		if s.Provisioned() && s.BoundEpoch != d.BindingEpoch+1 && (s.OldToken || s.LastProvisionedAt.Before(p.GeneratedAt)) {
			list = append(list, d.ID)
		}
		return true
	})
	return list
}

// showProvisioning is the view without the devices. p may be nil.
func (c *call) showProvisioning(a *record.Account, p *record.Provisioning) (*provisioningView, error) {
	shown := &provisioningView{PhoneAdminUser: a.PhoneAdminUser, Generated: p != nil, SecretsHidden: !c.may(record.ScopeSecrets)}
	if p != nil {
		shown.GeneratedAt = moment(p.GeneratedAt)
		if p.Old != nil && c.server.now().Before(p.Old.Expires) {
			shown.OverlapEndsAt = moment(p.Old.Expires)
		}
	}
	if shown.SecretsHidden {
		return shown, nil
	}
	password, err := c.server.Store.Unseal(a.ID, store.FieldAdminPassword, a.PhoneAdminSealed)
	if err != nil {
		return nil, err
	}
	shown.PhoneAdminPassword = &password
	if p == nil {
		return shown, nil
	}
	token, err := c.server.Store.Unseal(p.ID, store.FieldToken, p.Sealed)
	if err != nil {
		return nil, err
	}
	url := c.server.ProvisionURL(c.r) + "/p/" + token + "/"
	shown.Token, shown.URL = &token, &url
	return shown, nil
}

func handleGenerate(c *call) (*answer, error) {
	if err := c.readNothing(); err != nil {
		return nil, err
	}
	a, err := c.change(func(tx *store.Tx) (effect, error) {
		p := &record.Provisioning{}
		p.ID, p.Account = record.NewID(p.Kind(), tx.Now()), c.account
		c.newToken(tx, p)
		if err := tx.Create(p); err != nil {
			return effect{}, err
		}
		return c.provisioningEffect(tx, nil, p, http.StatusCreated)
	})
	var taken *store.Conflict
	if errors.As(err, &taken) && taken.Code == store.ConflictNotUnique {
		return nil, &store.Conflict{Code: store.ConflictState, Detail: "there is a token already; rotate it to get another"}
	}
	return a, err
}

func handleRotate(c *call) (*answer, error) {
	var in rotation
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	if in.OverlapHours < 0 || in.OverlapHours > maxOverlapHours {
		return nil, invalidField("overlap_hours", record.CodeOutOfRange, "must be from 0 to %d", maxOverlapHours)
	}
	var current *record.Provisioning
	c.view(func(v *store.View) { current = provisioning(v, c.account) })
	if current == nil {
		return nil, &store.Conflict{Code: store.ConflictState, Detail: "there is no token yet; generate it first"}
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		before, err := store.Load[*record.Provisioning](tx, current.ID)
		if err != nil {
			return effect{}, err
		}
		if err := c.matches(before.Header()); err != nil {
			return effect{}, err
		}
		p := before.Clone().(*record.Provisioning)
		p.Old = nil
		if in.OverlapHours > 0 {
			p.Old = &record.OldToken{Digest: before.Digest, Expires: tx.Now().Add(time.Duration(in.OverlapHours) * time.Hour)}
		}
		c.newToken(tx, p)
		if err := tx.Replace(p, 0); err != nil {
			return effect{}, err
		}
		return c.provisioningEffect(tx, before, p, http.StatusOK)
	})
}

func (c *call) newToken(tx *store.Tx, p *record.Provisioning) {
	token := store.NewToken()
	p.Digest = record.DigestToken([]byte(token))
	p.Sealed = c.server.Store.Seal(p.ID, store.FieldToken, token)
	p.GeneratedAt = tx.Now()
}

func (c *call) provisioningEffect(tx *store.Tx, before, after *record.Provisioning, status int) (effect, error) {
	account, err := store.Load[*record.Account](tx, c.account)
	if err != nil {
		return effect{}, err
	}
	shown, err := c.showProvisioning(account, after)
	if err != nil {
		return effect{}, err
	}
	e := effect{account: c.account, after: after, answer: found(status, after.Header(), shown)}
	if before != nil {
		e.before = before
	}
	return e, nil
}
