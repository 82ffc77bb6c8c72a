package registrar

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Unix(1_800_000_000, 0)

var errDisk = errors.New("disk full")

// memoryLog is a Log that remembers its state after every batch.
type memoryLog struct {
	mu      sync.Mutex
	state   map[string]string
	history []map[string]string // kept when keep is set
	keep    bool
	fail    bool
	batches int
	gate    chan struct{} // when set, each commit takes one
}

func newMemoryLog() *memoryLog { return &memoryLog{state: map[string]string{}} }

func (l *memoryLog) Commit(ops []Op) error {
	if l.gate != nil {
		<-l.gate
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail {
		return errDisk
	}
	if len(ops) == 0 || len(ops) > MaxCommitOps {
		panic(fmt.Sprintf("a batch of %d", len(ops)))
	}
	for _, op := range ops {
		if op.Value == nil {
			delete(l.state, string(op.Key))
		} else {
			l.state[string(op.Key)] = string(op.Value)
		}
	}
	l.batches++
	if l.keep {
		l.history = append(l.history, maps.Clone(l.state))
	}
	return nil
}

func (l *memoryLog) failing(yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = yes
}

func (l *memoryLog) snapshot() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.state)
}

// start runs a registrar until stop is called.
func start(cfg Config) (r *Registrar, stop func()) {
	r = New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Serve(ctx) }()
	return r, sync.OnceFunc(func() { cancel(); <-done })
}

// serve is start with a log of its own, stopped with the test at the latest.
func serve(t testing.TB, cfg Config) (r *Registrar, stop func()) {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = newMemoryLog()
	}
	r, stop = start(cfg)
	t.Cleanup(stop)
	return r, stop
}

// restored builds a registrar from what a log holds.
func restored(t testing.TB, state map[string]string) *Registrar {
	t.Helper()
	r := New(Config{Log: newMemoryLog()})
	for k, v := range state {
		if err := r.Restore([]byte(k), []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// A phone makes requests, its CSeq rising.
type phone struct {
	aor, callID, source string
	instance            string
	cseq                uint32
	connection          uint64
}

func newPhone(aor string) *phone {
	return &phone{aor: aor, callID: "call-" + aor, source: "192.0.2.1:5060"}
}

func (p *phone) request(expires int64, uris ...string) *Request {
	p.cseq++
	req := &Request{
		AOR: []byte(p.aor), Account: "acc_1", Credential: "cred_" + p.aor,
		CallID: []byte(p.callID), CSeq: p.cseq, Expires: expires,
		UserAgent: []byte("Yealink SIP-T46U 108.86.0.20"),
		Source:    netip.MustParseAddrPort(p.source), Connection: p.connection,
	}
	if p.connection != 0 {
		req.Transport = TLS
	}
	for _, u := range uris {
		req.Contacts = append(req.Contacts, Contact{URI: []byte(u), Expires: Absent, Q: FullQ, Instance: []byte(p.instance)})
	}
	return req
}

func update(t *testing.T, r *Registrar, req *Request, now time.Time) Result {
	t.Helper()
	res, err := r.Update(t.Context(), req, now)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func contacts(list []Binding) []string {
	uris := []string{}
	for _, b := range list {
		uris = append(uris, b.Contact)
	}
	return uris
}

func after(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
