package admin

import (
	"net/http"
	"time"

	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
)

const webhookPath = "/v1/accounts/{account}/webhooks/{webhook}"

// deliveryView is one event on its way to a webhook.
type deliveryView struct {
	ID          string            `json:"id" doc:"Identifier, sortable by time."`
	Event       string            `json:"event" doc:"Name of the event."`
	EventID     string            `json:"event_id" doc:"The Webhook-Id it is posted with."`
	State       string            `json:"state" doc:"pending, delivered or failed."`
	Attempts    int               `json:"attempts" doc:"How often it was posted, since it was last taken up by hand."`
	CreatedAt   time.Time         `json:"created_at" doc:"When it was written."`
	NextAt      *time.Time        `json:"next_attempt_at" doc:"When it is posted next; null when it is not."`
	FinishedAt  *time.Time        `json:"finished_at" doc:"When it was delivered or given up."`
	LastAttempt *store.OutboxTry  `json:"last_attempt" doc:"The last attempt."`
	History     []store.OutboxTry `json:"history" doc:"The last attempts, at most 10, the oldest first."`
	Payload     string            `json:"payload" doc:"The JSON text that is posted."`
}

// deliveryOperations tell what became of a webhook's events, and try again.
func deliveryOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: webhookPath + "/deliveries", event: "webhook.list_deliveries", scope: record.ScopeRead,
			summary: "Lists a webhook's events, newest first: all that wait, and for 7 days the last 200 that were delivered or given up.",
			answer:  typeOf[*deliveryView](), list: true, query: []parameter{{name: "state", doc: "Only pending, delivered or failed ones."}},
			status: http.StatusOK, handle: handleDeliveries,
		},
		{
			method: http.MethodPost, path: webhookPath + "/test", event: "webhook.test", scope: record.ScopeManage,
			summary: "Posts the event webhook.test, to a disabled webhook too.", replays: true,
			answer: typeOf[*deliveryView](), status: http.StatusAccepted, handle: handleWebhookTest,
		},
		{
			method: http.MethodPost, path: webhookPath + "/deliveries/{delivery}/retry", event: "webhook.retry", scope: record.ScopeManage,
			summary: "Posts an event at once, whatever became of it.", replays: true,
			answer: typeOf[*deliveryView](), status: http.StatusAccepted, handle: handleRetry,
		},
	}
}

// webhook is the account's webhook the path names.
func (c *call) webhook() (*record.Webhook, error) {
	var w *record.Webhook
	c.view(func(v *store.View) { w, _ = store.Get[*record.Webhook](v, c.id("webhook")) })
	if w == nil || w.Account != c.account {
		return nil, store.ErrNotFound
	}
	c.resource = w.ID
	return w, nil
}

func handleDeliveries(c *call) (*answer, error) {
	w, err := c.webhook()
	if err != nil {
		return nil, err
	}
	q := c.query()
	ask := store.OutboxQuery{
		OutboxQueue: store.OutboxQueue{Account: c.account, Name: string(w.ID)},
		State:       store.OutboxState(q.oneOf("state", string(store.OutboxPending), string(store.OutboxDelivered), string(store.OutboxFailed))),
		After:       historyCursor(q), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	rows, err := c.server.Store.OutboxRows(ask)
	shown := store.Page[*deliveryView]{Next: rows.Next, Items: make([]*deliveryView, 0, len(rows.Items))}
	for i := range rows.Items {
		if err == nil {
			var d *deliveryView
			d, err = showDelivery(&rows.Items[i])
			shown.Items = append(shown.Items, d)
		}
	}
	return history(shown, err)
}

func showDelivery(row *store.OutboxRow) (*deliveryView, error) {
	e, err := outbox.ReadEvent(row)
	if err != nil {
		return nil, err
	}
	d := &deliveryView{
		ID: row.ID, Event: e.Type, EventID: e.ID, State: string(row.State), Attempts: row.Attempts, CreatedAt: row.CreatedAt,
		History: row.Tries, Payload: string(e.Body),
	}
	if row.State == store.OutboxPending {
		d.NextAt = &row.Due
	} else {
		d.FinishedAt = &row.FinishedAt
	}
	if len(row.Tries) > 0 {
		last := row.Last()
		d.LastAttempt = &last
	}
	return d, nil
}

// accepted answers with a row that is about to be posted.
func (c *call) accepted(w *record.Webhook, row *store.OutboxRow) (effect, error) {
	d, err := showDelivery(row)
	return effect{account: c.account, resource: w.ID, answer: &answer{status: http.StatusAccepted, body: d}}, err
}

func handleWebhookTest(c *call) (*answer, error) {
	w, err := c.webhook()
	if err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		e, err := outbox.NewEvent(c.account, outbox.EventTest, map[string]any{"webhook": w.ID}, tx.Now())
		if err != nil {
			return effect{}, err
		}
		row, err := e.Row(w, tx.Now())
		if err != nil {
			return effect{}, err
		}
		if row.ID, err = tx.PutOutbox(row); err != nil {
			return effect{}, err
		}
		row.State, row.CreatedAt, row.Due = store.OutboxPending, tx.Now(), tx.Now()
		return c.accepted(w, &row)
	})
}

func handleRetry(c *call) (*answer, error) {
	w, err := c.webhook()
	if err != nil {
		return nil, err
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		row, err := tx.RetryOutbox(c.account, c.r.PathValue("delivery"))
		if err != nil {
			return effect{}, err
		}
		if row.Queue != string(w.ID) {
			return effect{}, store.ErrNotFound
		}
		return c.accepted(w, row)
	})
}
