package admin

import (
	"reflect"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// webhookSecret asks for a new secret.
type webhookSecret struct {
	Secret merge.Optional[string] `json:"secret" api:"writeonly" doc:"null makes a new secret; it cannot be chosen."`
}

// webhookView is what the API shows of a webhook: the secret once.
type webhookView struct {
	*record.Webhook
	Secret string `json:"secret,omitempty" api:"readonly" doc:"Key the events are signed with, in the answer that makes it and never again."`
}

func webhooks() *collection[*record.Webhook] {
	return inAccount(collection[*record.Webhook]{
		path: "/v1/accounts/{account}/webhooks", param: "webhook", noun: "webhook",
		read: record.ScopeRead, write: record.ScopeManage, required: []string{"url", "events"},
		blank:   record.NewWebhook,
		extra:   func() any { return &webhookSecret{} },
		prepare: prepareWebhook,
		show: func(_ *call, w *record.Webhook, once any) any {
			secret, _ := once.(string)
			return &webhookView{w, secret}
		},
		shown: reflect.TypeFor[*webhookView](),
	})
}

// prepareWebhook makes the secret of a new webhook, or another one.
func prepareWebhook(c *call, _ *store.Tx, in *input[*record.Webhook]) (any, error) {
	wish := in.extra.(*webhookSecret).Secret
	if wish.Given() {
		return nil, invalidField("secret", record.CodeInvalid, "is generated; null makes a new one")
	}
	if !in.create && !wish.Null {
		return nil, nil
	}
	secret := record.WebhookSecretPrefix + store.NewToken()
	in.record.SecretSealed = c.server.Store.Seal(in.record.ID, store.FieldWebhookSecret, secret)
	return secret, nil
}
