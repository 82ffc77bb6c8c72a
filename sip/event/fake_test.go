package event

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"dialtone/sip/dialog"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ours     = record.ID("acct_ours")
	theirs   = record.ID("acct_theirs")
	watchAOR = "1002@pbx.example.com"
)

// phones are the other side: they take what is sent and answer.
type phones struct {
	mu      sync.Mutex
	sent    []Outgoing
	answer  func(o Outgoing) (status int, err error) // nil: 200; status 0 and no error: none
	waiting []Outgoing                               // without an answer
	gone    map[uint64]bool                          // connections
}

func (p *phones) Send(list []Outgoing) {
	for _, o := range list {
		p.mu.Lock()
		p.sent = append(p.sent, o)
		answer := p.answer
		p.mu.Unlock()
		status, err := 200, error(nil)
		if answer != nil {
			status, err = answer(o)
		}
		if status == 0 && err == nil {
			p.mu.Lock()
			p.waiting = append(p.waiting, o)
			p.mu.Unlock()
			continue
		}
		o.Done(status, err)
	}
}

func (p *phones) Facing(f dialog.Flow) (string, int, error) {
	if p.gone[f.Connection] {
		return "", 0, errors.New("gone")
	}
	return "192.0.2.1", 5060, nil
}

func (p *phones) answers(fn func(o Outgoing) (int, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = fn
}

// take are the messages sent since it was last asked.
func (p *phones) take() []notification {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]notification, len(p.sent))
	for i, o := range p.sent {
		list[i] = parse(o.Data)
	}
	p.sent = nil
	return list
}

// release answers what waits.
func (p *phones) release(status int) {
	p.mu.Lock()
	list := p.waiting
	p.waiting = nil
	p.mu.Unlock()
	for _, o := range list {
		o.Done(status, nil)
	}
}

// notification is a NOTIFY taken apart.
type notification struct {
	line    string
	headers map[string]string
	body    string
}

func parse(data []byte) notification {
	head, body, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	n := notification{line: lines[0], headers: map[string]string{}, body: string(body)}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		n.headers[name] = value
	}
	return n
}

func (n notification) state() string { return n.headers["Subscription-State"] }

// tags are the dialogs that are let in.
type tags struct {
	mu   sync.Mutex
	live map[string]bool
}

func (t *tags) Track(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live[tag] = true
}

func (t *tags) Forget(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.live, tag)
}

func (t *tags) len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.live)
}

// names is a directory.
type names struct {
	mu       sync.Mutex
	known    map[string]Resource
	excluded map[string]bool // subscribers
}

func (d *names) Resolve(account record.ID, name, _ string) (Resource, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, ok := d.known[name]
	return r, ok && account == ours
}

func (d *names) Allowed(_ record.ID, aor string, _ time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.excluded[aor]
}

func (d *names) set(name string, r *Resource) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r == nil {
		delete(d.known, name)
		return
	}
	d.known[name] = *r
}

// disk is a log.
type disk struct {
	mu      sync.Mutex
	records map[string][]byte
	fails   atomic.Bool
	commits int
}

func (d *disk) Load(fn func(key, value []byte) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, v := range d.records {
		if err := fn([]byte(k), v); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) Commit(ops []Op) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commits++
	if d.fails.Load() {
		return errors.New("disk full")
	}
	for _, op := range ops {
		if op.Value == nil {
			delete(d.records, string(op.Key))
			continue
		}
		d.records[string(op.Key)] = bytes.Clone(op.Value)
	}
	return nil
}

func (d *disk) snapshot() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &disk{records: maps.Clone(d.records)}
}

func (d *disk) tries() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.commits
}

func (d *disk) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.records)
}

// bindings are where phones are, by AOR.
type bindings map[string][]registrar.Binding

func (b bindings) Lookup(dst []registrar.Binding, aor []byte, _ time.Time) []registrar.Binding {
	return append(dst, b[string(aor)]...)
}

// asking is a SUBSCRIBE.
type asking struct {
	msg    *sip.Request
	origin dialog.Origin
	tag    string
	lost   bool // its answer cannot be sent

	status  int
	headers map[string]string
}

func (a *asking) Message() *sip.Request { return a.msg }
func (a *asking) Origin() dialog.Origin { return a.origin }
func (a *asking) Tag() string           { return a.tag }

func (a *asking) Respond(status int, _ string, _ []byte, _ string, h ...dialog.Header) error {
	a.status, a.headers = status, map[string]string{}
	for _, one := range h {
		a.headers[one.Name] = one.Value
	}
	if a.lost {
		return errors.New("lost")
	}
	return nil
}

// world is a server with everything around it.
type world struct {
	*Server
	phones *phones
	tags   *tags
	names  *names
	disk   *disk
	at     bindings
	n      int
}

type option func(*Config)

func newWorld(t testing.TB, kept *disk, options ...option) *world {
	t.Helper()
	w := &world{
		phones: &phones{gone: map[uint64]bool{}}, tags: &tags{live: map[string]bool{}}, disk: kept, at: bindings{},
		names: &names{excluded: map[string]bool{}, known: map[string]Resource{
			"1001": {Sources: []Source{Line("alice@pbx.example.com"), Line("alice-cell@pbx.example.com")}, Name: "Alice"},
			"1003": {Sources: []Source{Line("carol@pbx.example.com")}, Name: "Carol"},
			"1002": {Sources: []Source{Line(watchAOR)}, Name: "Bob"},
			"*97":  {Voicemail: "+15550100"},
		}},
	}
	if w.disk == nil {
		w.disk = &disk{records: map[string][]byte{}}
	}
	cfg := Config{
		Sender: w.phones, Tracker: w.tags, Directory: w.names, Bindings: w.at, Kept: w.disk,
		Product: "dialtone/test", Rand: func() float64 { return 0 },
	}
	for _, o := range options {
		o(&cfg)
	}
	var err error
	if w.Server, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return w
}

// serve runs the server until stop is called.
func (w *world) serve() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Serve(ctx)
	}()
	return func() { cancel(); <-done }
}

// within runs a test in a bubble of time with a server that serves.
func within(t *testing.T, kept *disk, fn func(t *testing.T, w *world), options ...option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, kept, options...)
		stop := w.serve()
		defer stop()
		synctest.Wait()
		fn(t, w)
	})
}

// subscribing is a SUBSCRIBE of Bob's phone to name. change may alter its text.
func (w *world) subscribing(t testing.TB, name string, change ...string) *asking {
	t.Helper()
	w.n++
	return newAsking(t, w.n, name, change...)
}

// newAsking is the nth SUBSCRIBE.
func newAsking(t testing.TB, n int, name string, change ...string) *asking {
	t.Helper()
	text := fmt.Sprintf("SUBSCRIBE sip:%s@pbx.example.com SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK%d;rport\r\nMax-Forwards: 70\r\n"+
		"From: \"Bob\" <sip:1002@pbx.example.com>;tag=from%d\r\nTo: <sip:%s@pbx.example.com>\r\n"+
		"Call-ID: call%d@10.0.0.2\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:1002@10.0.0.2:5060>\r\n"+
		"Event: dialog\r\nAccept: application/dialog-info+xml\r\nExpires: 1800\r\nContent-Length: 0\r\n\r\n",
		name, n, n, name, n)
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			t.Fatalf("no %q in the request", change[i])
		}
		text = strings.Replace(text, change[i], change[i+1], 1)
	}
	m, err := sip.ParseMessage([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return &asking{
		msg: m.(*sip.Request), tag: fmt.Sprintf("ourtag%020d", n),
		origin: dialog.Origin{
			Flow: dialog.Flow{Transport: "udp", Remote: netip.MustParseAddrPort("10.0.0.2:5060"), Host: "192.0.2.1", Port: 5060},
			User: &store.SIPUser{
				Credential: &record.Credential{Meta: record.Meta{Account: ours}, Username: "1002"},
				Domain:     &record.Domain{Domain: "pbx.example.com"},
			},
		},
	}
}

// again is a SUBSCRIBE inside the dialog of another.
func (a *asking) again(t testing.TB, cseq int, change ...string) *asking {
	t.Helper()
	text := a.msg.String()
	text = strings.Replace(text, "CSeq: 1 SUBSCRIBE", fmt.Sprintf("CSeq: %d SUBSCRIBE", cseq), 1)
	to := a.msg.To().Value()
	text = strings.Replace(text, "To: "+to, "To: "+to+";tag="+a.tag, 1)
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			t.Fatalf("no %q in the request", change[i])
		}
		text = strings.Replace(text, change[i], change[i+1], 1)
	}
	m, err := sip.ParseMessage([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	b := *a
	b.msg, b.tag, b.origin.User = m.(*sip.Request), "another", nil
	return &b
}

// subscribed is a subscription whose first NOTIFY has been taken.
func (w *world) subscribed(t *testing.T, name string, change ...string) *asking {
	t.Helper()
	a := w.subscribing(t, name, change...)
	w.Handle(a)
	if a.status != 200 {
		t.Fatalf("status %d, want 200", a.status)
	}
	synctest.Wait()
	w.phones.take()
	return a
}

// ringing is a call that rings at a phone.
func ringing(id string) Dialog {
	return Dialog{
		ID: id, CallID: "c-" + id + "@192.0.2.1", Local: "phone", Remote: "us", State: Early,
		Number: "+15550123", Name: "Zoë & <Co>", Since: time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC),
	}
}
