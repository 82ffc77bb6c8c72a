package provision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// breakable is a store whose disk can be full.
type breakable struct {
	updater
	err atomic.Pointer[error]
}

func (b *breakable) Update(ctx context.Context, fn func(*store.Tx) error) error {
	if err := b.err.Load(); err != nil {
		return *err
	}
	return b.updater.Update(ctx, fn)
}

func (b *breakable) fail(err error) { b.err.Store(&err) }
func (b *breakable) mend()          { b.err.Store(nil) }

// prepared is a house whose server has not begun to listen.
func prepared(t testing.TB, options ...option) *house {
	h := newHouse(t, options...)
	h.server.prepare()
	return h
}

func (h *house) handle(method, target string, headers ...string) int {
	ctx := newContext(method, target, headers...)
	h.server.handle(ctx)
	return ctx.Response.StatusCode()
}

// flush writes the journal as its goroutine would.
func (h *house) flush(last bool) {
	h.server.journal.gather(last)
	h.server.journal.write(context.Background())
}

func TestFold(t *testing.T) {
	h := prepared(t)
	counts := func() string {
		h.flush(false)
		var list []string
		for _, ev := range h.events(t, 0) {
			list = append(list, fmt.Sprintf("%s %s %d", ev.Result, ev.File, ev.Count))
		}
		return strings.Join(list, ", ")
	}
	unknown := "/p/" + token + "/805ec0010209.cfg"
	for range 3 {
		h.handle("GET", unknown)
	}
	if got := counts(); got != "unknown_mac 805ec0010209.cfg 3" {
		t.Errorf("first: %s", got)
	}
	for range 5 {
		h.handle("GET", unknown)
	}
	h.handle("GET", "/p/"+token+"/"+config)
	h.handle("GET", "/p/"+token+"/"+config)
	if got := counts(); got != "unknown_mac 805ec0010209.cfg 3, served 805ec0010203.cfg 2" {
		t.Errorf("within a minute: %s", got)
	}
	h.handle("GET", "/p/"+token+"/"+config)
	h.flush(true)
	if got := counts(); !strings.HasSuffix(got, "served 805ec0010203.cfg 1") || !strings.Contains(got, "unknown_mac 805ec0010209.cfg 5") {
		t.Errorf("in the end: %s", got)
	}
}

func TestFoldWindow(t *testing.T) {
	fs, start := folds{}, time.Unix(1000, 0)
	var told []int
	tell := func(f *fold) { told = append(told, f.count) }
	add := func(n int) {
		for range n {
			fs.add(&note{result: resUnknownMAC, count: 1})
		}
	}
	add(1)
	fs.close(start, false, tell)
	add(4)
	fs.close(start.Add(foldFor-time.Second), false, tell)
	fs.close(start.Add(foldFor), false, tell)
	add(2)
	fs.close(start.Add(foldFor+time.Second), false, tell)
	fs.close(start.Add(3*foldFor), false, tell)
	if fmt.Sprint(told) != "[1 4 2]" || len(fs) != 0 {
		t.Errorf("told %v, %d left", told, len(fs))
	}
	for i := range maxFolds + 1 {
		fs.add(&note{result: resUnknownMAC, count: 1, digest: [3]byte{byte(i), byte(i >> 8)}})
	}
	fs.close(start, false, func(*fold) {})
	if len(fs) != 0 {
		t.Errorf("%d kept", len(fs))
	}
}

// A flood of refusals leaves room for what was served, and all of it has an end.
func TestJournalBound(t *testing.T) {
	h := prepared(t)
	for i := range 2 * maxNotes {
		h.handle("GET", fmt.Sprintf("/p/%s/file%d", token, i))
	}
	if n := len(h.server.journal.notes); n != maxRefusals {
		t.Errorf("%d notes of refusals", n)
	}
	for i := range 2 * maxNotes {
		h.server.journal.add(&request{source: numbered(i)}, resServed, 200, 0)
	}
	if n := len(h.server.journal.notes); n != maxNotes {
		t.Errorf("%d notes", n)
	}
	if n := h.counted(t, h.server.metrics.dropped); n != 4*maxNotes-maxNotes {
		t.Errorf("%d counted as dropped", n)
	}
}

// numbered is one address of many.
func numbered(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}) }

// A phone that fetches again and again takes the place of one note, beside others
// that do.
func TestAlike(t *testing.T) {
	h := prepared(t)
	const fetches = 2 * maxNotes
	for i := range fetches {
		h.handle("GET", "/p/"+token+"/"+config)
		h.handle("GET", "/p/"+token+"/805ec0010204.cfg")
		if i%1000 == 0 {
			h.handle("HEAD", "/p/"+token+"/"+config)
		}
	}
	if n := len(h.server.journal.notes); n != 3 {
		t.Errorf("%d notes", n)
	}
	h.flush(false)
	got := map[string]int{}
	for _, ev := range h.events(t, 0) {
		got[ev.Method+" "+ev.File] += ev.Count
	}
	want := map[string]int{"GET " + config: fetches, "GET 805ec0010204.cfg": fetches, "HEAD " + config: (fetches + 999) / 1000}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := h.counted(t, h.server.metrics.dropped); n != 0 {
		t.Errorf("%d dropped", n)
	}
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.FetchedHash != 0 })
}

// What differs in anything an administrator is told stays apart, wherever its slot is.
func TestUnlike(t *testing.T) {
	h := prepared(t)
	a, b := &record.Account{}, &record.Account{}
	a.ID, b.ID = "a", "b"
	d := &record.Device{}
	d.ID = "d"
	requests := []request{
		{},
		{source: numbered(1)},
		{method: methodGet},
		{mac: record.MAC{1}},
		{digest: record.TokenDigest{2: 1}},
		{name: []byte("x")},
		{account: a},
		{account: b},
		{account: a, device: d},
	}
	for i := range requests {
		h.server.journal.add(&requests[i], resServed, 200, 0)
		h.server.journal.add(&requests[i], resUploaded, 200, 0)
	}
	if n := len(h.server.journal.notes); n != 2*len(requests) {
		t.Errorf("%d notes of %d", n, 2*len(requests))
	}
	// Those of the last batch are not found any more.
	h.flush(true)
	h.server.journal.add(&requests[0], resServed, 200, 0)
	if notes := h.server.journal.notes; len(notes) != 1 || notes[0].count != 1 {
		t.Errorf("%d notes", len(notes))
	}
}

// On a full disk phones are served and bound; what they did is written when there is
// room.
func TestFullDisk(t *testing.T) {
	h := prepared(t)
	disk := &breakable{updater: h.store}
	h.server.journal.store = disk
	change(t, h, h.account.ID, func(a *record.Account) { a.DeviceBinding = true })
	disk.fail(fmt.Errorf("cannot write: %w", store.ErrNoSpace))
	own := "/p/" + h.store.DeviceToken(h.phone) + "/"
	for target, status := range map[string]int{"/p/" + token + "/805ec0010204.cfg": 200, own + config: 200, own + "x": 404} {
		if got := h.handle("GET", target); got != status {
			t.Errorf("%s: %d", target, got)
		}
	}
	if got := h.handle("GET", "/p/"+token+"/"+config); got != 404 {
		t.Errorf("bound, over the account's URL: %d", got)
	}
	h.flush(false)
	h.flush(false)
	if list := h.events(t, 0); len(list) > 0 {
		t.Errorf("written: %v", list)
	}
	disk.mend()
	h.flush(false)
	if list := h.events(t, 0); len(list) != 4 {
		t.Errorf("%d events: %v", len(list), list)
	}
	h.state(t, h.phone.ID, func(s *record.DeviceState) bool { return s.BoundEpoch == 1 && s.FetchedHash != 0 })
	if len(h.server.bound.recent) > 0 {
		t.Error("still remembered what the store has")
	}
	if got := h.handle("GET", "/p/"+token+"/"+config); got != 404 {
		t.Errorf("bound, over the account's URL: %d", got)
	}
}

// What cannot be written at all is counted and let go.
func TestUnwritable(t *testing.T) {
	h := prepared(t)
	disk := &breakable{updater: h.store}
	h.server.journal.store = disk
	disk.fail(errors.New("broken"))
	for i := range maxBatch + 1 {
		h.handle("GET", fmt.Sprintf("/p/%s/file%d", token, i))
	}
	h.flush(false)
	if n := h.counted(t, h.server.metrics.dropped); n != maxBatch+1 || len(h.server.journal.events) != 0 {
		t.Errorf("%d dropped, %d kept", n, len(h.server.journal.events))
	}
}

// The log names who and why, and gives no token away.
func TestLog(t *testing.T) {
	var mu sync.Mutex
	var out bytes.Buffer
	h := prepared(t, func(s *Server) {
		s.Log = slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return out.Write(p)
		}), nil))
	})
	wrong := strings.Repeat("WrongToken", 3)
	for range 1000 {
		h.handle("GET", "/p/"+wrong+"/"+config)
	}
	h.handle("GET", "/p/"+token+"/805ec0010209.cfg")
	h.handle("GET", "/p/"+token+"/y000000000108.cfg")
	h.flush(true)
	digest := fmt.Sprintf("%x", record.DigestToken([]byte(wrong)))[:6]
	text := out.String()
	for _, want := range []string{"reason=bad_token", "token=" + digest + " ", "src=192.0.2.10", "reason=unknown_mac"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	for _, never := range []string{wrong, token, "no_such_file", "%!"} {
		if strings.Contains(text, never) {
			t.Errorf("%q in %s", never, text)
		}
	}
	if lines := strings.Count(text, "\n"); lines > 3 {
		t.Errorf("%d lines", lines)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A renderer that panics or fails costs its own request.
func TestBrokenRenderer(t *testing.T) {
	h := prepared(t, func(s *Server) {
		s.Renderer = rendererFunc(func(_ *store.View, d *record.Device, _ view.Request) string {
			if d.Name == "broken" {
				panic("broken")
			}
			return "fine"
		})
	})
	change(t, h, h.second.ID, func(d *record.Device) { d.Name = "broken" })
	for target, status := range map[string]int{"805ec0010204.cfg": 404, config: 200} {
		if got := h.handle("GET", "/p/"+token+"/"+target); got != status {
			t.Errorf("%s: %d", target, got)
		}
	}
	change(t, h, h.second.ID, func(d *record.Device) { d.Name = "mended" })
	if got := h.handle("GET", "/p/"+token+"/805ec0010204.cfg"); got != 200 {
		t.Errorf("mended: %d", got)
	}
}

// Stopping finishes what has begun and writes it down.
func TestStop(t *testing.T) {
	rendering, finish := make(chan bool), make(chan bool)
	h := newHouse(t, func(s *Server) {
		s.Renderer = rendererFunc(func(*store.View, *record.Device, view.Request) string {
			rendering <- true
			<-finish
			return "late"
		})
	}).serve(t)
	got := make(chan reply)
	go func() { got <- h.get(t, config) }()
	<-rendering
	stopped := make(chan bool)
	go func() { h.stop(); close(stopped) }()
	close(finish)
	if r := <-got; r.status != 200 || r.body != "late" {
		t.Errorf("%s", r.raw)
	}
	<-stopped
	if list := h.events(t, 0); len(list) != 1 || list[0].Result != record.FetchServed {
		t.Errorf("events %v", list)
	}
}
