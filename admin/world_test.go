package admin

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// world is an API over a store of its own, with stand-ins for the running system.
type world struct {
	t       *testing.T
	dir     string
	store   *store.Store
	server  *Server
	fakes   *fakes
	root    string // platform key
	clock   *clock
	account record.ID
}

// clock is the tests' time.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond) // identifiers sort by it
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fakes stand in for phones, registrar and edge.
type fakes struct {
	mu            sync.Mutex
	registrations []Registration
	bans          []Ban
	calls         []ActiveCall
	parked        []ParkedCall
	waiting       map[record.ID][]QueueCaller
	agents        map[record.ID]AgentActivity
	trunks        map[record.ID]TrunkStatus
	faxes         []string
	ready         bool
}

func (f *fakes) Active(record.ID) []ActiveCall {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *fakes) Hangup(_ record.ID, id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.calls)
	f.calls = slices.DeleteFunc(f.calls, func(a ActiveCall) bool { return a.ID == id })
	return len(f.calls) < before
}

func (f *fakes) Status(provider record.ID) (TrunkStatus, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.trunks[provider]
	return s, ok
}

// endedEvents are a hub that is closed: a stream ends after its snapshot.
func endedEvents() *Hub {
	h := &Hub{}
	h.Close()
	return h
}

// hashes renders as the provisioning server does.
type hashes struct {
	store   *store.Store
	builder *view.Builder
}

func (h *hashes) Hash(device record.ID) (hash uint64, rendered bool) {
	h.store.View(func(v *store.View) {
		d, _ := store.Get[*record.Device](v, device)
		var err error
		_, hash, err = h.builder.Render(v, d, view.Request{}, nil)
		rendered = err == nil
	})
	return hash, rendered
}

func (f *fakes) ByAccount(account record.ID) []Registration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Registration(nil), f.registrations...)
}

func (f *fakes) ByCredential(account, credential record.ID) (list []Registration) {
	for _, r := range f.ByAccount(account) {
		if r.Credential == credential {
			list = append(list, r)
		}
	}
	return list
}

func (f *fakes) CheckSync(ctx context.Context, device record.ID, reboot bool) ([]LineResult, error) {
	result := SyncDelivered
	if reboot {
		result = SyncNotRegistered
	}
	return []LineResult{{Line: 1, Result: result}}, nil
}

func (f *fakes) Listener(peer netip.Addr, transport string) (string, int, error) {
	if transport == "tls" {
		return "", 0, ErrNoListener
	}
	return "198.51.100.7", 5060, nil
}

func (f *fakes) Bans() []Ban {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.bans)
}

func (f *fakes) Lift(source netip.Addr) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.bans)
	f.bans = slices.DeleteFunc(f.bans, func(b Ban) bool { return b.Source.Contains(source) })
	return len(f.bans) < before
}

// newWorld has a platform key and one account.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, fakes: &fakes{ready: true}}
	w.open()
	t.Cleanup(func() { w.store.Close() })
	key := filepath.Join(w.dir, "platform.key")
	if err := EnsurePlatformKey(t.Context(), w.store, key); err != nil {
		t.Fatal(err)
	}
	w.root = readKey(t, key)
	w.account = w.newAccount("Acme")
	return w
}

func (w *world) open() {
	w.t.Helper()
	s, err := store.Open(store.Config{Dir: filepath.Join(w.dir, "data"), Now: w.clock.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = s
	builder := view.New(view.Config{
		Secrets: s, SIP: view.Listeners{Host: "198.51.100.7", UDP: 5060}, URL: "http://phones.example.com:8080", Now: w.clock.now,
	})
	w.server = &Server{
		Store: s, Version: "test", Now: w.clock.now,
		hashing:      &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		Ready:        func() bool { return w.fakes.ready },
		ProvisionURL: func(*http.Request) string { return "http://phones.example.com:8080" },
		PublicURL:    func(*http.Request) string { return "http://admin.example.com:8081" },
		Phones:       builder, Hashes: &hashes{s, builder}, Registrations: w.fakes, CheckSync: w.fakes, Softphones: w.fakes, Bans: w.fakes,
		Faxes: w.faxService(), Calls: w.fakes, Parking: w.fakes, Queues: w.fakes, Trunks: w.fakes, Emergency: rehearsals{w}, Events: endedEvents(),
	}
}

// restart closes the store and opens it again.
func (w *world) restart() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

// got is an answer.
type got struct {
	t      *testing.T
	status int
	header http.Header
	raw    string
}

// option changes a request before it is sent.
type option func(r *http.Request)

func withHeader(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func from(addr string) option { return func(r *http.Request) { r.RemoteAddr = addr } }

// send sends a request with a key ("" for none). body is nil, raw JSON text, or a
// value to encode.
func (w *world) send(key, method, path string, body any, opts ...option) *got {
	w.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		reader = strings.NewReader(string(text))
	}
	r := httptest.NewRequest(method, path, reader)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for _, o := range opts {
		o(r)
	}
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, r)
	return &got{w.t, rec.Code, rec.Result().Header, rec.Body.String()}
}

// want fails unless the answer has the status.
func (g *got) want(status int) *got {
	g.t.Helper()
	if g.status != status {
		g.t.Fatalf("status %d, want %d: %s", g.status, status, g.raw)
	}
	return g
}

// json is the answer's body.
func (g *got) json() map[string]any {
	g.t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(g.raw), &v); err != nil {
		g.t.Fatalf("cannot read answer %q: %v", g.raw, err)
	}
	return v
}

func (g *got) text(field string) string {
	g.t.Helper()
	s, _ := g.json()[field].(string)
	return s
}

func (g *got) id() record.ID { g.t.Helper(); return record.ID(g.text("id")) }

// data is the elements of a list.
func (g *got) data() []map[string]any {
	g.t.Helper()
	list, isList := g.json()["data"].([]any)
	if !isList {
		g.t.Fatalf("no data in %s", g.raw)
	}
	var out []map[string]any
	for _, e := range list {
		out = append(out, e.(map[string]any))
	}
	return out
}

// fields are the fields a problem names, with their codes.
func (g *got) fields() map[string]string {
	g.t.Helper()
	found := map[string]string{}
	list, _ := g.json()["errors"].([]any)
	for _, e := range list {
		m := e.(map[string]any)
		found[m["field"].(string)] = m["code"].(string)
	}
	return found
}

func (w *world) post(path string, body any) *got {
	w.t.Helper()
	return w.send(w.root, http.MethodPost, path, body)
}

func (w *world) get(path string) *got {
	w.t.Helper()
	return w.send(w.root, http.MethodGet, path, nil)
}

func (w *world) patch(path string, body any, opts ...option) *got {
	w.t.Helper()
	return w.send(w.root, http.MethodPatch, path, body, opts...)
}

func (w *world) delete(path string, opts ...option) *got {
	w.t.Helper()
	return w.send(w.root, http.MethodDelete, path, nil, opts...)
}

// at is a path below the world's account.
func (w *world) at(path string) string { return "/v1/accounts/" + string(w.account) + path }

type fieldsOf map[string]any

func (w *world) newAccount(name string) record.ID {
	w.t.Helper()
	return w.post("/v1/accounts", fieldsOf{"name": name, "email": "office@example.com"}).want(http.StatusCreated).id()
}

func (w *world) newKey(account record.ID, scopes ...string) string {
	w.t.Helper()
	return w.post("/v1/accounts/"+string(account)+"/api_keys", fieldsOf{"name": "key", "scopes": scopes}).want(http.StatusCreated).text("key")
}

// office is what one phone needs.
type office struct {
	domain, list, credential, attachment, user, device record.ID
	password                                           string
}

func (w *world) newOffice() office {
	w.t.Helper()
	var o office
	o.domain = w.post(w.at("/sip_domains"), fieldsOf{"domain": "sip.example.com"}).want(http.StatusCreated).id()
	o.list = w.post(w.at("/credential_lists"), fieldsOf{"name": "Phones"}).want(http.StatusCreated).id()
	o.attachment = w.post(w.at("/credential_attachments"), fieldsOf{"domain": o.domain, "credential_list": o.list}).want(http.StatusCreated).id()
	c := w.post(w.at("/credential_lists/"+string(o.list)+"/credentials"), fieldsOf{"username": "alice"}).want(http.StatusCreated)
	o.credential, o.password = c.id(), c.text("password")
	o.user = w.post(w.at("/users"), fieldsOf{"name": "Alice", "email": "alice@example.com"}).want(http.StatusCreated).id()
	o.device = w.post(w.at("/devices"), fieldsOf{
		"mac": "80-5E-C0-01-02-03", "model": "SIP-T46U", "name": "Front desk",
		"lines": []fieldsOf{{"credential": o.credential, "domain": o.domain, "user": o.user}},
	}).want(http.StatusCreated).id()
	return o
}
