package admin

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
)

// newHook creates a webhook and returns its path.
func (w *world) newHook() string {
	w.t.Helper()
	hook := w.post(w.at("/webhooks"), fieldsOf{"url": "https://hooks.example.com/", "events": []string{"call.*"}}).want(http.StatusCreated)
	return w.at("/webhooks/" + string(hook.id()))
}

// settle ends everything that waits for webhooks, as the outbox does.
func (w *world) settle(result store.OutboxResult) {
	w.t.Helper()
	var queues []store.OutboxQueue
	if err := w.store.OutboxQueues(store.OutboxWebhook, func(q store.OutboxQueue, _ time.Time) { queues = append(queues, q) }); err != nil {
		w.t.Fatal(err)
	}
	for _, q := range queues {
		row, err := w.store.OutboxHead(store.OutboxWebhook, q)
		if err == nil {
			err = w.store.Update(w.t.Context(), func(tx *store.Tx) error { return tx.SettleOutbox(*row, result) })
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// A test waits to be posted, one sees what became of it, and has it posted again.
func TestDeliveries(t *testing.T) {
	w := newWorld(t)
	path, other := w.newHook(), w.newHook()
	made := w.post(path+"/test", nil).want(http.StatusAccepted)
	if made.text("state") != "pending" || made.text("event") != "webhook.test" || made.json()["attempts"] != 0.0 {
		t.Errorf("test is %s", made.raw)
	}
	w.settle(store.OutboxResult{State: store.OutboxFailed, Code: 500, Text: "answered 500"})
	list := w.get(path + "/deliveries").want(http.StatusOK).data()
	if len(list) != 1 {
		t.Fatalf("deliveries: %v", list)
	}
	got := list[0]
	last, _ := got["last_attempt"].(map[string]any)
	var payload map[string]any
	if err := json.Unmarshal([]byte(got["payload"].(string)), &payload); err != nil {
		t.Fatal(err)
	}
	want := []any{made.text("id"), "failed", nil, 500.0, "answered 500", "webhook.test", made.text("event_id")}
	if diff := cmp.Diff(want, []any{got["id"], got["state"], got["next_attempt_at"], last["code"], last["text"], payload["type"], payload["id"]}); diff != "" {
		t.Errorf("delivery (-want +got):\n%s", diff)
	}
	retry := "/deliveries/" + made.text("id") + "/retry"
	w.post(other+retry, nil).want(http.StatusNotFound)
	w.post(path+"/deliveries/out_0/retry", nil).want(http.StatusNotFound)
	if again := w.post(path+retry, nil).want(http.StatusAccepted); again.text("state") != "pending" || again.text("next_attempt_at") == "" {
		t.Errorf("taken up again: %s", again.raw)
	}
	for state, want := range map[string]int{"": 1, "?state=pending": 1, "?state=failed": 0} {
		if got := w.get(path + "/deliveries" + state).want(http.StatusOK).data(); len(got) != want {
			t.Errorf("deliveries%s: %d, want %d", state, len(got), want)
		}
	}
	w.get(path + "/deliveries?state=lost").want(422)
	w.get(path + "/deliveries?cursor=x").want(422)
	w.get(w.at("/webhooks/wh_0/deliveries")).want(http.StatusNotFound)
	w.post(w.at("/webhooks/wh_0/test"), nil).want(http.StatusNotFound)
}

func (d *described) describeDeliveries() {
	d.t.Helper()
	path := d.newHook()
	id := string(d.do(d.root, http.MethodPost, path+"/test", nil, http.StatusAccepted).id())
	d.do(d.root, http.MethodGet, path+"/deliveries", nil, 200)
	d.settle(store.OutboxResult{State: store.OutboxDelivered, Code: 204, Text: "answered 204 No Content"})
	d.do(d.root, http.MethodGet, path+"/deliveries?state=delivered", nil, 200)
	d.do(d.root, http.MethodPost, path+"/deliveries/"+id+"/retry", nil, http.StatusAccepted)
}
