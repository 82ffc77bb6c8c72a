package admin

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/record"
)

// The server on a socket: it listens on a free port, refuses what is too large and
// drains.
func TestServe(t *testing.T) {
	w := newWorld(t)
	w.restart() // a server that has not been used
	registry := prometheus.NewRegistry()
	w.server.Addr, w.server.Drain = "127.0.0.1:0", 5*time.Second
	w.server.Gatherer, w.server.Registerer = registry, registry
	if err := w.server.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(ctx) }()
	base := "http://" + w.server.Address().String()
	if code, _ := fetch(t, w, http.MethodGet, base+"/v1/accounts", ""); code != http.StatusOK {
		t.Errorf("list: %d", code)
	}
	if code, body := fetch(t, w, http.MethodPost, base+"/v1/accounts", `{"name":"`+strings.Repeat("x", MaxBody)+`"}`); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d %s", code, body)
	}
	if code, body := fetch(t, w, http.MethodGet, base+"/metrics", ""); code != http.StatusOK || !strings.Contains(body, `dialtone_admin_requests_total{operation="account.list",result="ok"} 1`) {
		t.Errorf("metrics: %d %s", code, body)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := w.server.Close(); err != nil {
		t.Error(err)
	}
}

func fetch(t *testing.T, w *world, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.root)
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// A request that is sent twice at once creates one record.
func TestIdempotencyAtOnce(t *testing.T) {
	w := newWorld(t)
	var ids sync.Map
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			g := w.send(w.root, http.MethodPost, w.at("/users"), fieldsOf{"name": "A", "email": "a@example.com"}, withHeader("Idempotency-Key", "k"))
			ids.Store(g.text("id"), g.status)
		})
	}
	all.Wait()
	n := 0
	ids.Range(func(id, status any) bool {
		if n++; status != http.StatusCreated || id == "" {
			t.Errorf("answer %v: %v", status, id)
		}
		return true
	})
	count := 0
	w.store.View(func(v *store.View) { count = store.Count[*record.User](v, w.account) })
	if n != 1 || count != 1 {
		t.Errorf("%d answers, %d users", n, count)
	}
}

// Changes while the store is closing are answered, not lost in a panic.
func TestClosedStore(t *testing.T) {
	w := newWorld(t)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if p := w.post(w.at("/users"), fieldsOf{"name": "A", "email": "a@example.com"}).want(http.StatusServiceUnavailable); p.text("code") != codeClosing {
		t.Errorf("problem is %s", p.raw)
	}
	w.open()
}

// A handler that panics fails one request.
func TestPanic(t *testing.T) {
	w := newWorld(t)
	w.server.ProvisionURL = nil
	w.post(w.at("/provisioning/generate"), nil).want(http.StatusInternalServerError)
	w.get(w.at("/users")).want(http.StatusOK)
}
