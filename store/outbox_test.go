package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// outboxWorld is a store with an account and a clock that is moved by hand.
type outboxWorld struct {
	*Store
	t       *testing.T
	dir     string
	cfg     Config
	passed  *atomic.Int64 // since start
	account record.ID
}

var outboxStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newOutboxWorld(t *testing.T, retention Retention) *outboxWorld {
	t.Helper()
	w := &outboxWorld{t: t, dir: t.TempDir(), passed: &atomic.Int64{}}
	w.cfg = Config{Dir: w.dir, Retention: retention, Now: func() time.Time { return outboxStart.Add(time.Duration(w.passed.Load())) }}
	w.Store = openWith(t, w.cfg)
	t.Cleanup(func() { closeStore(t, w.Store) })
	w.account = newAccount(t, w.Store).ID
	return w
}

func (w *outboxWorld) pass(d time.Duration) { w.passed.Add(int64(d)) }

func (w *outboxWorld) reopen() {
	w.t.Helper()
	closeStore(w.t, w.Store)
	w.Store = openWith(w.t, w.cfg)
}

// put writes a row into a queue.
func (w *outboxWorld) put(lane OutboxLane, queue, payload string) (id string) {
	w.t.Helper()
	update(w.t, w.Store, func(tx *Tx) (err error) {
		id, err = tx.PutOutbox(OutboxRow{
			Lane: lane, Account: w.account, Kind: "test", Queue: queue, ExpiresAt: tx.Now().Add(day), Payload: []byte(payload),
		})
		return err
	})
	return id
}

func (w *outboxWorld) settle(row *OutboxRow, result OutboxResult) {
	w.t.Helper()
	update(w.t, w.Store, func(tx *Tx) error { return tx.SettleOutbox(*row, result) })
}

func (w *outboxWorld) head(lane OutboxLane, queue string) *OutboxRow {
	w.t.Helper()
	row, err := w.OutboxHead(lane, OutboxQueue{w.account, queue})
	if err != nil {
		w.t.Fatal(err)
	}
	return row
}

func (w *outboxWorld) row(id string) *OutboxRow {
	w.t.Helper()
	row, err := w.OutboxRow(w.account, id)
	if err != nil {
		w.t.Fatalf("row %s: %v", id, err)
	}
	return row
}

// queues are the names of a lane's queues and when they are due, since the beginning.
func (w *outboxWorld) queues(lane OutboxLane) map[string]time.Duration {
	w.t.Helper()
	all := map[string]time.Duration{}
	if err := w.OutboxQueues(lane, func(q OutboxQueue, due time.Time) { all[q.Name] = due.Sub(outboxStart) }); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// payloads lists a queue, newest first.
func (w *outboxWorld) payloads(queue string, state OutboxState) (list []string) {
	w.t.Helper()
	page, err := w.OutboxRows(OutboxQuery{OutboxQueue: OutboxQueue{w.account, queue}, State: state})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range page.Items {
		list = append(list, string(row.Payload))
	}
	return list
}

// keys counts what the outbox has on the disk.
func (w *outboxWorld) keys() (n int) {
	err := w.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte("o/"), KeysOnly: true}, func(_, _ []byte) (bool, error) {
			n++
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// The life of a row: it is due at once, again later, then finished, and a restart changes
// nothing of that.
func TestOutboxRow(t *testing.T) {
	w := newOutboxWorld(t, Retention{})
	id := w.put(OutboxMail, "ann", "first")
	second := w.put(OutboxMail, "ann", "second")
	w.put(OutboxMail, "", "alone")
	if got := w.head(OutboxMail, "ann"); got.ID != id || got.State != OutboxPending || string(got.Payload) != "first" || got.Kind != "test" {
		t.Errorf("first is %+v", got)
	}
	w.settle(w.head(OutboxMail, "ann"), OutboxResult{State: OutboxPending, Due: outboxStart.Add(time.Minute), Code: 451, Text: "later"})
	if got := w.head(OutboxMail, "ann"); got.ID != second {
		t.Errorf("the one that failed holds the next up: head is %+v", got)
	}
	w.reopen()
	if diff := cmp.Diff(map[string]time.Duration{"ann": 0}, without(w.queues(OutboxMail), outboxID)); diff != "" {
		t.Errorf("queues after a restart (-want +got):\n%s", diff)
	}
	w.settle(w.head(OutboxMail, "ann"), OutboxResult{State: OutboxDelivered, Code: 250, Text: "ok", Via: "relay", Took: time.Second})
	got := w.row(second)
	want := OutboxTry{At: outboxStart, Code: 250, Text: "ok", Via: "relay", Took: time.Second}
	if diff := cmp.Diff(want, got.Last()); diff != "" || got.State != OutboxDelivered || !got.FinishedAt.Equal(outboxStart) || got.Lane != OutboxMail {
		t.Errorf("delivered row is %+v", got)
	}
	if got := w.row(id); got.Attempts != 1 || got.Last().Text != "later" || !got.Due.Equal(outboxStart.Add(time.Minute)) {
		t.Errorf("row that failed is %+v", got)
	}
	if diff := cmp.Diff([]string{"second", "first"}, w.payloads("ann", "")); diff != "" {
		t.Errorf("rows of the queue (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"first"}, w.payloads("ann", OutboxPending)); diff != "" {
		t.Errorf("rows that wait (-want +got):\n%s", diff)
	}
	// What is settled twice, or is gone, is passed over.
	w.settle(got, OutboxResult{State: OutboxFailed})
	w.settle(&OutboxRow{ID: "out_x", Lane: OutboxMail, Account: w.account}, OutboxResult{State: OutboxFailed})
	if w.row(second).State != OutboxDelivered {
		t.Error("a delivered row has failed since")
	}
	if _, err := w.OutboxRow("acct_other", id); !errors.Is(err, ErrNotFound) {
		t.Errorf("another account's row: %v", err)
	}
}

// without drops queues whose name starts with a prefix: those of one row alone.
func without(queues map[string]time.Duration, prefix string) map[string]time.Duration {
	for name := range queues {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			delete(queues, name)
		}
	}
	return queues
}

// Rows of names that are part of each other do not mix.
func TestOutboxQueues(t *testing.T) {
	w := newOutboxWorld(t, Retention{})
	want := map[string]time.Duration{}
	for i, name := range []string{"a", "a-b", "a.b", "ab", "a:", "b"} {
		w.pass(time.Second)
		want[name] = time.Duration(i+1) * time.Second
		w.put(OutboxWebhook, name, name)
		w.put(OutboxWebhook, name, name)
	}
	if diff := cmp.Diff(want, w.queues(OutboxWebhook)); diff != "" {
		t.Errorf("queues (-want +got):\n%s", diff)
	}
	for name := range want {
		if got := w.head(OutboxWebhook, name); got == nil || string(got.Payload) != name {
			t.Errorf("head of %q is %+v", name, got)
		}
	}
	if got := w.head(OutboxWebhook, "c"); got != nil {
		t.Errorf("head of no queue is %+v", got)
	}
	if got := w.queues(OutboxFax); len(got) != 0 {
		t.Errorf("queues of another lane: %v", got)
	}
}

func TestOutboxRefuses(t *testing.T) {
	w := newOutboxWorld(t, Retention{OutboxPerAccount: 2})
	for name, tt := range map[string]struct {
		change func(*OutboxRow)
		want   error
	}{
		"no lane":    {func(r *OutboxRow) { r.Lane = "slow" }, nil},
		"bad queue":  {func(r *OutboxRow) { r.Queue = "a/b" }, nil},
		"long queue": {func(r *OutboxRow) { r.Queue = fmt.Sprintf("%0200d", 1) }, nil},
		"no expiry":  {func(r *OutboxRow) { r.ExpiresAt = time.Time{} }, nil},
		"too big":    {func(r *OutboxRow) { r.Payload = make([]byte, MaxOutboxPayload+1) }, kv.ErrTooBig},
	} {
		row := OutboxRow{Lane: OutboxMail, Account: w.account, ExpiresAt: outboxStart.Add(day)}
		tt.change(&row)
		err := w.Update(t.Context(), func(tx *Tx) error { _, err := tx.PutOutbox(row); return err })
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	put := func(lane OutboxLane, account record.ID) (id string, err error) {
		return id, w.Update(t.Context(), func(tx *Tx) error {
			id, err = tx.PutOutbox(OutboxRow{Lane: lane, Account: account, ExpiresAt: outboxStart.Add(day)})
			return err
		})
	}
	for i, want := range []error{nil, nil, ErrOutboxFull} {
		if _, err := put(OutboxMail, w.account); !errors.Is(err, want) {
			t.Errorf("mail %d: %v", i, err)
		}
	}
	for i := range 5 {
		if id, err := put(OutboxEmergency, w.account); err != nil || id == "" {
			t.Errorf("emergency %d: %q, %v", i, id, err)
		}
	}
	if id, err := put(OutboxMail, "acct_gone"); id != "" || err != nil {
		t.Errorf("mail of an account that is not there: %q, %v", id, err)
	}
	if id, err := put(OutboxEmergency, "acct_gone"); id == "" || err != nil {
		t.Errorf("emergency of an account that is not there: %q, %v", id, err)
	}
}

// Too many events of an account: the oldest goes, and one can see that it did.
func TestOutboxDropsOldest(t *testing.T) {
	w := newOutboxWorld(t, Retention{OutboxPerAccount: 3})
	first := w.put(OutboxWebhook, "slow", "1")
	for _, payload := range []string{"2", "3", "4", "5"} {
		w.put(OutboxWebhook, "slow", payload)
	}
	if diff := cmp.Diff([]string{"5", "4", "3"}, w.payloads("slow", OutboxPending)); diff != "" {
		t.Errorf("rows that wait (-want +got):\n%s", diff)
	}
	if got := w.row(first); got.State != OutboxFailed || got.Last().Text == "" {
		t.Errorf("the oldest is %+v", got)
	}
}

// Of a webhook the newest finished rows are kept, and none for longer than its time.
func TestOutboxKeeps(t *testing.T) {
	w := newOutboxWorld(t, Retention{WebhookDeliveries: 2})
	for _, payload := range []string{"1", "2", "3", "4"} {
		w.put(OutboxWebhook, "hook", payload)
		w.settle(w.head(OutboxWebhook, "hook"), OutboxResult{State: OutboxDelivered})
	}
	update(t, w.Store, func(tx *Tx) error {
		_, err := tx.PutOutbox(OutboxRow{
			Lane: OutboxEmergency, Account: w.account, Queue: "call", ExpiresAt: tx.Now().Add(day), Keep: 30 * day, Payload: []byte("911"),
		})
		return err
	})
	w.settle(w.head(OutboxEmergency, "call"), OutboxResult{State: OutboxDelivered})
	waits := w.put(OutboxMail, "ann", "waits")
	if diff := cmp.Diff([]string{"4", "3"}, w.payloads("hook", "")); diff != "" {
		t.Errorf("rows kept (-want +got):\n%s", diff)
	}
	w.pass(8 * day)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.payloads("hook", ""); len(got) != 0 {
		t.Errorf("a webhook's rows are kept: %v", got)
	}
	if got := w.payloads("call", ""); len(got) != 1 {
		t.Errorf("an emergency's rows went early: %v", got)
	}
	if w.row(waits).State != OutboxPending {
		t.Error("a row that waits is gone")
	}
	w.pass(30 * day)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.payloads("call", ""); len(got) != 0 {
		t.Errorf("an emergency's rows stay: %v", got)
	}
}

func TestOutboxRetry(t *testing.T) {
	w := newOutboxWorld(t, Retention{WebhookDeliveries: 1})
	id := w.put(OutboxWebhook, "hook", "1")
	retry := func(id string) error {
		return w.Update(t.Context(), func(tx *Tx) error { _, err := tx.RetryOutbox(w.account, id); return err })
	}
	w.settle(w.head(OutboxWebhook, "hook"), OutboxResult{State: OutboxPending, Due: outboxStart.Add(time.Hour)})
	w.pass(time.Minute)
	if err := retry(id); err != nil || !w.head(OutboxWebhook, "hook").Due.Equal(outboxStart.Add(time.Minute)) {
		t.Errorf("a row that waits is not tried at once: %v", err)
	}
	w.settle(w.head(OutboxWebhook, "hook"), OutboxResult{State: OutboxFailed, Text: "gone"})
	w.pass(time.Minute)
	if err := retry(id); err != nil {
		t.Fatal(err)
	}
	got := w.row(id)
	if got.State != OutboxPending || got.Attempts != 0 || len(got.Tries) != 2 || !got.ExpiresAt.Equal(outboxStart.Add(2*time.Minute+day)) {
		t.Errorf("taken up again: %+v", got)
	}
	w.settle(got, OutboxResult{State: OutboxDelivered})
	w.put(OutboxWebhook, "hook", "2")
	w.settle(w.head(OutboxWebhook, "hook"), OutboxResult{State: OutboxDelivered})
	if err := retry(id); !errors.Is(err, ErrNotFound) {
		t.Errorf("a row that is gone: %v", err)
	}
	if diff := cmp.Diff([]string{"2"}, w.payloads("hook", "")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// A deleted account leaves nothing but the emergencies somebody must be told of.
func TestOutboxOfDeletedAccount(t *testing.T) {
	w := newOutboxWorld(t, Retention{})
	w.put(OutboxWebhook, "hook", "1")
	w.settle(w.head(OutboxWebhook, "hook"), OutboxResult{State: OutboxDelivered})
	w.put(OutboxWebhook, "hook", "2")
	w.put(OutboxMail, "", "mail")
	urgent := w.put(OutboxEmergency, "call", "911")
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(w.account, 0) })
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.row(urgent); got.State != OutboxPending {
		t.Errorf("emergency is %+v", got)
	}
	w.settle(w.head(OutboxEmergency, "call"), OutboxResult{State: OutboxDelivered})
	w.pass(8 * day)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.keys(); n != 0 {
		t.Errorf("%d keys of the outbox are left", n)
	}
}

func TestOutboxWatch(t *testing.T) {
	w := newOutboxWorld(t, Retention{})
	watch := w.WatchOutbox(OutboxMail)
	w.put(OutboxFax, "fax", "other lane")
	w.put(OutboxMail, "ann", "1")
	w.put(OutboxMail, "bob", "2")
	news, err := watch.Next(t.Context())
	if err != nil || news.Resync || len(news.Due) != 2 || !news.Due[OutboxQueue{w.account, "ann"}].Equal(outboxStart) {
		t.Errorf("news are %+v, %v", news, err)
	}
	// A transaction that fails tells nothing.
	_ = w.Update(t.Context(), func(tx *Tx) error {
		_, err := tx.PutOutbox(OutboxRow{Lane: OutboxMail, Account: w.account, ExpiresAt: tx.Now().Add(day)})
		return errors.Join(err, errors.New("no"))
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if news, err := watch.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("news of nothing: %+v, %v", news, err)
	}
	for i := range maxOutboxNews + 1 {
		watch.tell(outboxNote{queue: OutboxQueue{w.account, strconv.Itoa(i)}})
	}
	if news, err := watch.Next(t.Context()); err != nil || !news.Resync {
		t.Errorf("too many news: %+v, %v", news, err)
	}
	watch.Close()
	if _, err := watch.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
