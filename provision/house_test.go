package provision

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"), // gone 10 s after a stop
		goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// Tokens of the house, and the User-Agents of its phones.
const (
	token      = "AccountTokenAccountToken12345678"
	otherToken = "OtherAccountOtherAccount12345678"
	t46Agent   = "Yealink SIP-T46U 108.86.0.75 80:5e:c0:01:02:03"
	t54Agent   = "Yealink SIP-T54W 96.86.0.75 80:5e:c0:01:02:04"
)

// house is two accounts, a store and a server that serves.
type house struct {
	store          *store.Store
	server         *Server
	url            string // http://127.0.0.1:port
	account, other *record.Account
	phone          *record.Device // 80:5e:c0:01:02:03
	second         *record.Device // 80:5e:c0:01:02:04, without a model
	foreign        *record.Device // 80:5e:c0:01:02:05, of the other account
	stop           func()
}

// option changes a server before it starts.
type option func(*Server)

func newHouse(t testing.TB, options ...option) *house {
	t.Helper()
	h := &house{store: openStore(t, t.TempDir())}
	if err := h.store.Update(t.Context(), h.fill); err != nil {
		t.Fatal(err)
	}
	h.server = h.newServer(options...)
	return h
}

// serve starts the server; it is stopped with the test at the latest.
func (h *house) serve(t testing.TB) *house {
	t.Helper()
	if err := h.server.Initialize(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + h.server.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.stop)
	return h
}

func (h *house) newServer(options ...option) *Server {
	s := &Server{
		Listen: "127.0.0.1:0", Store: h.store, Log: slog.New(slog.DiscardHandler),
		Registerer: prometheus.NewRegistry(),
		Renderer: view.New(view.Config{
			Secrets: h.store, Port: 8080,
			SIP: view.Listeners{UDP: 5060}, Uploads: true,
		}),
	}
	for _, o := range options {
		o(s)
	}
	return s
}

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (h *house) fill(tx *store.Tx) (err error) {
	create := func(account record.ID, r record.Record) {
		r.Header().Account = account
		if err == nil {
			err = tx.Create(r)
		}
	}
	newAccount := func(name, token string) *record.Account {
		a := record.NewAccount()
		a.Name, a.Email = name, "it@example.com"
		create("", a)
		p := &record.Provisioning{Digest: record.DigestToken([]byte(token)), GeneratedAt: tx.Now()}
		p.ID = record.NewID(record.KindProvisioning, tx.Now())
		p.Sealed = h.store.Seal(p.ID, store.FieldToken, token)
		create(a.ID, p)
		return a
	}
	newDevice := func(account record.ID, mac, model string) *record.Device {
		d := record.NewDevice()
		d.Type, d.MAC, d.Model, d.Name = record.Deskphone, mac, model, "Phone"
		create(account, d)
		return d
	}
	h.account, h.other = newAccount("Acme", token), newAccount("Other", otherToken)
	user := record.NewUser()
	user.Name, user.Email = "Ann & Co", "ann@example.com"
	create(h.account.ID, user)
	ext := record.NewExtension()
	ext.Number, ext.Target = "1001", record.Target{Type: record.TargetUser, ID: user.ID}
	create(h.account.ID, ext)
	h.phone = newDevice(h.account.ID, "80:5e:c0:01:02:03", "T46U")
	h.second = newDevice(h.account.ID, "80:5e:c0:01:02:04", "")
	h.foreign = newDevice(h.other.ID, "80:5e:c0:01:02:05", "T46U")
	return err
}

// change writes a record.
func change[T record.Record](t testing.TB, h *house, id record.ID, fn func(T)) {
	t.Helper()
	err := h.store.Update(context.Background(), func(tx *store.Tx) error {
		r, err := store.Load[T](tx, id)
		if err != nil {
			return err
		}
		fn(r)
		return tx.Replace(r, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rotate replaces the account's token; the old one is good for overlap.
func (h *house) rotate(t testing.TB, token string, overlap time.Duration) {
	t.Helper()
	var id record.ID
	h.store.View(func(v *store.View) {
		store.Each(v, h.account.ID, func(p *record.Provisioning) bool { id = p.ID; return false })
	})
	change(t, h, id, func(p *record.Provisioning) {
		p.Old = nil
		if overlap > 0 {
			p.Old = &record.OldToken{Digest: p.Digest, Expires: time.Now().Add(overlap)}
		}
		p.Digest, p.Sealed = record.DigestToken([]byte(token)), h.store.Seal(p.ID, store.FieldToken, token)
	})
}

// state is what the store knows of a device once ok agrees with it.
func (h *house) state(t testing.TB, device record.ID, ok func(*record.DeviceState) bool) *record.DeviceState {
	t.Helper()
	var state *record.DeviceState
	eventually(t, func() bool {
		h.store.View(func(v *store.View) { state = v.State(device) })
		return state != nil && ok(state)
	})
	return state
}

// events are the account's provisioning events, oldest first, once there are n.
func (h *house) events(t testing.TB, n int) []record.ProvisioningEvent {
	t.Helper()
	var list []record.ProvisioningEvent
	eventually(t, func() bool {
		page, err := h.store.ProvisioningEvents(store.ProvisioningEventQuery{Account: h.account.ID})
		if err != nil {
			t.Fatal(err)
		}
		list = nil
		for _, ev := range page.Items {
			list = append([]record.ProvisioningEvent{ev}, list...)
		}
		return len(list) >= n
	})
	return list
}

func (h *house) counted(t testing.TB, c prometheus.Counter) int {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return int(m.GetCounter().GetValue())
}

// eventually polls for up to ten seconds.
func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal("it did not come true in time")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// reply is an answer as it came over the wire.
type reply struct {
	status int
	header http.Header // without Date
	raw    string      // status line and headers as sent, without the Date line
	body   string
}

// ask sends one request on a connection of its own. headers are lines.
func (h *house) ask(t testing.TB, method, target, body string, headers ...string) reply {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	text := method + " " + target + " HTTP/1.1\r\nHost: phones.example.com\r\n"
	text += strings.Join(append(headers, ""), "\r\n")
	if !strings.Contains(text, "User-Agent:") {
		text += "User-Agent: " + t46Agent + "\r\n"
	}
	go func() { _, _ = io.WriteString(c, text+"\r\n"+body) }() // the answer may come before the end of the body
	return read(t, bufio.NewReader(c), method)
}

// read reads one answer and nothing beyond it.
func read(t testing.TB, r *bufio.Reader, method string) reply {
	t.Helper()
	var got reply
	var lines []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			break
		}
		if !strings.HasPrefix(line, "Date:") {
			lines = append(lines, line)
		}
	}
	got.raw = strings.Join(lines, "\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got.raw+"\r\n\r\n")), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	got.status, got.header = resp.StatusCode, resp.Header
	_ = resp.Body.Close()
	if method == "HEAD" || resp.StatusCode == http.StatusNotModified {
		return got
	}
	body := make([]byte, resp.ContentLength)
	if _, err := io.ReadFull(r, body); err != nil {
		t.Fatal(err)
	}
	got.body = string(body)
	return got
}

// get fetches a file with the account's token.
func (h *house) get(t testing.TB, name string, headers ...string) reply {
	t.Helper()
	return h.ask(t, "GET", "/p/"+token+"/"+name, "", headers...)
}

// fakePhone is the address of phones without a connection.
var fakePhone = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 10), Port: 40_000}
