package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store"
	"dialtone/store/record"
)

// world is a store with an account, an outbox, and an endpoint that does as told.
type world struct {
	t       *testing.T
	store   *store.Store
	account record.ID
	server  *httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	posts  []posted
}

type posted struct {
	header http.Header
	body   []byte
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	w.open(t.TempDir())
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	a := record.NewAccount()
	a.Name, a.Email = "Acme", "ops@acme.example"
	w.update(func(tx *store.Tx) error { return tx.Create(a) })
	w.account = a.ID
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) open(dir string) {
	w.t.Helper()
	s, err := store.Open(store.Config{Dir: dir, Log: quiet()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = s
}

func (w *world) update(fn func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	w.posts = append(w.posts, posted{r.Header, b})
	answer := w.answer
	w.mu.Unlock()
	if answer != nil {
		answer(rw, r)
	}
}

func (w *world) got() []posted {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.posts)
}

func (w *world) answers(answer http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

func status(code int) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) }
}

const hookSecret = record.WebhookSecretPrefix + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// hook creates a webhook at an address, that of the endpoint for "".
func (w *world) hook(at string, events ...string) *record.Webhook {
	w.t.Helper()
	if at == "" {
		at = w.server.URL
	}
	h := record.NewWebhook()
	h.Account, h.URL, h.Events = w.account, at, events
	w.update(func(tx *store.Tx) error {
		h.ID = record.NewID(record.KindWebhook, tx.Now())
		h.SecretSealed = w.store.Seal(h.ID, store.FieldWebhookSecret, hookSecret)
		return tx.Create(h)
	})
	return h
}

// serve runs an outbox until the returned function is called.
func (w *world) serve() (*Outbox, func()) {
	w.t.Helper()
	o := New(Config{Store: w.store, Version: "1", Log: quiet()})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.Serve(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(stop)
	return o, stop
}

// deliveries lists a webhook's rows, newest first.
func (w *world) deliveries(h *record.Webhook) []store.OutboxRow {
	w.t.Helper()
	page, err := w.store.OutboxRows(store.OutboxQuery{OutboxQueue: store.OutboxQueue{Account: w.account, Name: string(h.ID)}})
	if err != nil {
		w.t.Fatal(err)
	}
	return page.Items
}

// until polls for what happens in the background.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// An event reaches the webhooks that want it, signed, and one can read what became of it.
func TestPublish(t *testing.T) {
	w := newWorld(t)
	h, other := w.hook("", "call.*"), w.hook("", "device.*")
	o, _ := w.serve()
	o.Publish(w.account, "call.ended", map[string]any{"id": "call_1"})
	o.Publish("acct_other", "call.ended", nil)
	until(t, "the event is delivered", func() bool {
		list := w.deliveries(h)
		return len(list) == 1 && list[0].State == store.OutboxDelivered
	})
	if list := w.deliveries(other); len(list) != 0 {
		t.Errorf("told of what it does not want: %v", list)
	}
	p := w.got()[0]
	var event struct {
		ID, Type  string
		CreatedAt time.Time `json:"created_at"`
		Account   record.ID
		Data      map[string]string
	}
	if err := json.Unmarshal(p.body, &event); err != nil {
		t.Fatal(err)
	}
	if event.Type != "call.ended" || event.Account != w.account || event.Data["id"] != "call_1" || event.CreatedAt.IsZero() {
		t.Errorf("body is %s", p.body)
	}
	seconds, err := strconv.ParseInt(p.header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Webhook-Id": event.ID, "User-Agent": "dialtone/1", "Content-Type": "application/json",
		"Webhook-Signature": signature(hookSecret, event.ID, time.Unix(seconds, 0), p.body),
	}
	for name, value := range want {
		if got := p.header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}

// The vector was computed with openssl.
func TestSignature(t *testing.T) {
	got := signature(hookSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature is %s, want %s", got, want)
	}
}

// What an endpoint answers, and what becomes of the event.
func TestAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		answer  http.HandlerFunc
		want    store.OutboxState
		code    int
		text    string
		least   time.Duration // to the next attempt
		disable bool
	}{
		"ok":             {status(200), store.OutboxDelivered, 200, "answered 200 OK", 0, false},
		"no content":     {status(204), store.OutboxDelivered, 204, "answered 204 No Content", 0, false},
		"not found":      {status(404), store.OutboxPending, 404, "answered 404 Not Found", time.Second, false},
		"broken":         {status(500), store.OutboxPending, 500, "answered 500 Internal Server Error", time.Second, false},
		"gone":           {status(410), store.OutboxFailed, 410, "answered 410 Gone", 0, true},
		"redirect":       {http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP, store.OutboxPending, 302, "answered 302; redirects are not followed", time.Second, false},
		"asks to wait":   {retryIn("120"), store.OutboxPending, 429, "answered 429 Too Many Requests", 110 * time.Second, false},
		"asks too much":  {retryIn("999999"), store.OutboxPending, 429, "answered 429 Too Many Requests", 50 * time.Minute, false},
		"drops":          {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, store.OutboxPending, 0, "the host cannot be reached", time.Second, false},
		"endless answer": {endless, store.OutboxDelivered, 200, "answered 200 OK", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.answers(tt.answer)
			h := w.hook("", "call.*")
			o, stop := w.serve()
			o.Publish(w.account, "call.ended", nil)
			until(t, "an attempt", func() bool { list := w.deliveries(h); return len(list) == 1 && len(list[0].Tries) == 1 })
			stop()
			row := w.deliveries(h)[0]
			if last := row.Last(); row.State != tt.want || last.Code != tt.code || last.Text != tt.text {
				t.Errorf("row is %s after %+v", row.State, last)
			}
			if tt.least > 0 && row.Due.Sub(row.Last().At) < tt.least {
				t.Errorf("tried again after %s", row.Due.Sub(row.Last().At))
			}
			w.store.View(func(v *store.View) {
				if now, _ := store.Get[*record.Webhook](v, h.ID); now.Enabled == tt.disable {
					t.Errorf("enabled is %v", now.Enabled)
				}
			})
		})
	}
}

func retryIn(seconds string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Retry-After", seconds)
		rw.WriteHeader(http.StatusTooManyRequests)
	}
}

// endless answers with more than anybody wants to read.
func endless(rw http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := rw.Write(make([]byte, 32<<10)); err != nil {
			return
		}
	}
}

// Events of a webhook come in order, one at a time, while another one's endpoint hangs.
func TestSlowEndpoint(t *testing.T) {
	w := newWorld(t)
	quick := w.hook("", "call.*")
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer slow.Close()
	defer close(release)
	for range 3 {
		w.hook(slow.URL, "call.*")
	}
	o, _ := w.serve()
	for i := range 50 {
		o.Publish(w.account, "call.ended", i)
	}
	until(t, "all events", func() bool { return len(w.got()) == 50 })
	var order []int
	for _, p := range w.got() {
		var event struct{ Data int }
		if err := json.Unmarshal(p.body, &event); err != nil {
			t.Fatal(err)
		}
		order = append(order, event.Data)
	}
	if !slices.IsSorted(order) {
		t.Errorf("order is %v", order)
	}
	until(t, "all noted", func() bool { return w.deliveries(quick)[0].State == store.OutboxDelivered })
}

// A daemon killed between sending and noting sends again, under the same identifier; what
// was noted is not sent again.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	h := w.hook("", "call.*")
	e, err := NewEvent(w.account, "call.ended", nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	row, err := e.Row(h, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.update(func(tx *store.Tx) error { _, err := tx.PutOutbox(row); return err })
	// The first life sends, and ends before it can note that.
	p := newPoster(w.store, "1", quiet(), newMetrics(nil))
	if got := p.send(t.Context(), &w.deliveries(h)[0]); got.result != delivered {
		t.Fatalf("%+v", got)
	}
	p.close()
	for range 2 {
		_, stop := w.serve()
		until(t, "the row is delivered", func() bool { return w.deliveries(h)[0].State == store.OutboxDelivered })
		stop()
	}
	var ids []string
	for _, p := range w.got() {
		ids = append(ids, p.header.Get("Webhook-Id"))
	}
	if diff := cmp.Diff([]string{e.ID, e.ID}, ids); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// What was published before the end is on disk, and posted by the next daemon.
func TestPublishBeforeTheEnd(t *testing.T) {
	w := newWorld(t)
	h := w.hook("http://127.0.0.1:1/", "call.*") // nobody listens
	o := New(Config{Store: w.store, Version: "1", Log: quiet()})
	for i := range 1000 {
		o.Publish(w.account, "call.ended", i)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Serve(ctx); err != nil {
		t.Fatal(err)
	}
	n, after := 0, ""
	for {
		page, err := w.store.OutboxRows(store.OutboxQuery{OutboxQueue: store.OutboxQueue{Account: w.account, Name: string(h.ID)}, Limit: 1000, After: after})
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.Items)
		if after = page.Next; after == "" {
			break
		}
	}
	if n != 1000 {
		t.Errorf("%d of 1000 events are on disk", n)
	}
}

// Publishing never waits: what does not fit is counted.
func TestPublishIsBounded(t *testing.T) {
	w := newWorld(t)
	p := newPublisher(w.store, quiet(), newMetrics(nil))
	for range maxPublished + 5 {
		p.publish(w.account, "call.ended", nil)
	}
	if len(p.events) != maxPublished {
		t.Errorf("%d events wait", len(p.events))
	}
	h := w.hook("", "call.*")
	if rows := p.rows([]published{{w.account, "call.ended", strings.Repeat("x", maxEvent), time.Now()}, {w.account, "call.ended", func() {}, time.Now()}}); len(rows) != 0 {
		t.Errorf("rows of events that cannot be posted: %d", len(rows))
	}
	if rows := p.rows([]published{{w.account, "call.ended", 1, time.Now()}}); len(rows) != 1 || rows[0].Queue != string(h.ID) {
		t.Errorf("rows: %+v", rows)
	}
}

// Rows for webhooks that are gone or disabled are given up; a test reaches a disabled one.
func TestGoneWebhook(t *testing.T) {
	w := newWorld(t)
	h := w.hook("", "call.*")
	put := func(name string) {
		t.Helper()
		e, err := NewEvent(w.account, name, nil, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		w.update(func(tx *store.Tx) error {
			row, err := e.Row(h, tx.Now())
			if err == nil {
				_, err = tx.PutOutbox(row)
			}
			return err
		})
	}
	w.update(func(tx *store.Tx) error {
		now, err := store.Load[*record.Webhook](tx, h.ID)
		if err != nil {
			return err
		}
		now.Enabled = false
		return tx.Replace(now, 0)
	})
	put("call.ended")
	put(EventTest)
	_, _ = w.serve()
	until(t, "both are noted", func() bool {
		return !slices.ContainsFunc(w.deliveries(h), func(r store.OutboxRow) bool { return r.State == store.OutboxPending })
	})
	list := w.deliveries(h)
	if list[0].State != store.OutboxDelivered || list[1].State != store.OutboxFailed || list[1].Last().Text != "the webhook is disabled" {
		t.Errorf("test %+v, event %+v", list[0].Last(), list[1].Last())
	}
	w.update(func(tx *store.Tx) error { return tx.Delete(h.ID, 0) })
	put(EventTest)
	until(t, "the last is noted", func() bool { return w.deliveries(h)[0].State == store.OutboxFailed })
	if got := w.deliveries(h)[0].Last().Text; got != "the webhook is gone" {
		t.Errorf("given up because %q", got)
	}
}

// Whatever the URL says, nothing is posted to the network's own services.
func TestGuard(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1": true, "10.0.0.1": true, "198.51.100.1": true, "2001:db8::1": true, "64:ff9b::c633:6401": true,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "fe80::1": false, "224.0.0.1": false, "0.0.0.0": false, "::": false,
		"100.100.100.200": false, "fd00:ec2::254": false, "64:ff9b::a9fe:a9fe": false, "2002:a9fe:a9fe::1": false, "255.255.255.255": false,
		"fe80::1%eth0": false,
	} {
		if got := allowed(netip.MustParseAddr(addr)); got != want {
			t.Errorf("allowed(%s) = %v", addr, got)
		}
	}
	conn, err := dialGuarded(t.Context(), "tcp", "169.254.169.254:80")
	if !errors.Is(err, errForbidden) {
		t.Errorf("dialled %v, %v", conn, err)
	}
	w := newWorld(t)
	h := w.hook("", "call.*")
	p := newPoster(w.store, "1", quiet(), newMetrics(nil))
	defer p.close()
	req, err := p.request(t.Context(), h, hookSecret, &Event{ID: "evt_1"})
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Host = "169.254.169.254"
	if o, healthy := p.post(req); healthy || o.text != "the host is at an address that is not allowed" {
		t.Errorf("%+v", o)
	}
}
