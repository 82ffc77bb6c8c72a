package provision

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// rendererFunc is a Renderer.
type rendererFunc func(v *store.View, d *record.Device, r view.Request) string

func (f rendererFunc) Render(v *store.View, d *record.Device, r view.Request, dst []byte) ([]byte, uint64, error) {
	dst = append(dst, f(v, d, r)...)
	return dst, view.Hash(dst), nil
}

// TestNeverStale: whoever asks after a change was acknowledged gets it, however many
// ask and change at once.
func TestNeverStale(t *testing.T) {
	h := newHouse(t, func(s *Server) {
		s.CacheBytes = 4 << 10 // evict now and then
		s.Renderer = rendererFunc(func(_ *store.View, d *record.Device, _ view.Request) string { return d.Name })
	})
	h.server.prepare()
	const changes = 200
	for _, d := range []*record.Device{h.phone, h.second} {
		change(t, h, d.ID, func(d *record.Device) { d.Name = "0" })
	}
	var acknowledged [2]atomic.Int64
	var writers, readers sync.WaitGroup
	var done atomic.Bool
	for i, d := range []*record.Device{h.phone, h.second} {
		writers.Go(func() {
			for n := 1; n <= changes; n++ {
				change(t, h, d.ID, func(d *record.Device) { d.Name = strconv.Itoa(n) })
				acknowledged[i].Store(int64(n))
			}
		})
		for range 2 {
			readers.Go(func() {
				file := "/p/" + token + "/" + []string{"805ec0010203", "805ec0010204"}[i] + ".cfg"
				for !done.Load() {
					least := acknowledged[i].Load()
					ctx := newContext("GET", file)
					h.server.handle(ctx)
					if got, err := strconv.Atoi(string(ctx.Response.Body())); err != nil || int64(got) < least {
						t.Errorf("got %q after %d was acknowledged", ctx.Response.Body(), least)
						return
					}
				}
			})
		}
	}
	writers.Wait()
	done.Store(true)
	readers.Wait()
}

// newContext is a request without a connection.
func newContext(method, target string, headers ...string) *fasthttp.RequestCtx {
	var req fasthttp.Request
	req.Header.SetMethod(method)
	req.SetRequestURI(target)
	req.Header.SetUserAgent(t46Agent)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, fakePhone, nil)
	return &ctx
}

func TestCacheBound(t *testing.T) {
	const limit = 100 << 10
	c := newCache(limit)
	body := make([]byte, 1000)
	hot := cacheKey{id: "hot"}
	c.put(hot, newServed(body, 1, typeConfig, nil, time.Now(), time.Time{}))
	for i := range 1000 {
		c.get(hot)
		c.put(cacheKey{id: record.ID(fmt.Sprint("dev", i%300))}, newServed(body, uint64(i), typeConfig, nil, time.Now(), time.Time{}))
	}
	files, bytes := c.size()
	if bytes > limit || files < limit/(1000+1<<10)-1 {
		t.Errorf("%d files, %d bytes", files, bytes)
	}
	c.put(cacheKey{id: "huge"}, newServed(make([]byte, limit), 2, typeConfig, nil, time.Now(), time.Time{}))
	if c.get(cacheKey{id: "huge"}) != nil {
		t.Error("kept what does not fit")
	}
	for i := range 300 {
		c.drop(record.ID(fmt.Sprint("dev", i)))
	}
	c.drop("hot")
	if files, bytes := c.size(); files != 0 || bytes != 0 {
		t.Errorf("after dropping all: %d files, %d bytes", files, bytes)
	}
}

// A file that turns out the same keeps its time; a changed one gets a new one.
func TestLastModified(t *testing.T) {
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	first := newServed([]byte("a"), 1, typeConfig, nil, at(100), time.Time{})
	same := newServed([]byte("a"), 1, typeConfig, first, at(200), time.Time{})
	changed := newServed([]byte("b"), 2, typeConfig, same, at(300), time.Time{})
	known := newServed([]byte("b"), 2, typeConfig, nil, at(400), at(250))
	back := newServed([]byte("a"), 1, typeConfig, changed, at(500), at(100))
	for i, c := range []struct {
		f    *served
		want int
	}{{first, 100}, {same, 100}, {changed, 300}, {known, 250}, {back, 500}} {
		if !c.f.modified.Equal(at(c.want)) {
			t.Errorf("%d: modified at %s", i, c.f.modified)
		}
		if want := string(fasthttp.AppendHTTPDate(nil, at(c.want))); string(c.f.header.Peek("Last-Modified")) != want {
			t.Errorf("%d: %s, want %s", i, c.f.header, want)
		}
	}
}

// Two files of one second have two times to compare with, and no header tells a time
// to come.
func TestModifiedInOneSecond(t *testing.T) {
	now := time.Unix(100, 5e8)
	first := newServed([]byte("a"), 1, typeConfig, nil, now, time.Time{})
	second := newServed([]byte("b"), 2, typeConfig, first, now, time.Time{})
	third := newServed([]byte("c"), 3, typeConfig, second, now, time.Time{})
	for i, f := range []*served{first, second, third} {
		if f.modified.Unix() != int64(100+i) || string(f.header.Peek("Last-Modified")) != "Thu, 01 Jan 1970 00:01:40 GMT" {
			t.Errorf("%d: modified at %s, %s", i, f.modified, f.header.Peek("Last-Modified"))
		}
	}
}

// Files differ by the address of ours the phone talks to, unless that stands nowhere.
func TestFacing(t *testing.T) {
	h := newHouse(t, func(s *Server) {
		s.Renderer = rendererFunc(func(_ *store.View, _ *record.Device, r view.Request) string { return r.Facing })
	})
	h.server.prepare()
	file := func(local string) (body string) {
		h.store.View(func(v *store.View) {
			c := circumstances{now: time.Now(), local: netip.MustParseAddr(local)}
			f, err := h.server.config(v, h.phone, nil, &c)
			if err != nil {
				t.Fatal(err)
			}
			body = string(f.body)
		})
		return body
	}
	for _, local := range []string{"192.0.2.1", "2001:db8::1", "192.0.2.1"} {
		if got := file(local); got != local {
			t.Errorf("at %s the file says %s", local, got)
		}
	}
	if n := h.counted(t, h.server.metrics.rendered); n != 2 {
		t.Errorf("rendered %d times", n)
	}
	h.server.SameEverywhere = true
	if file("192.0.2.7") != file("192.0.2.8") {
		t.Error("two files where the address does not matter")
	}
}

// TestNoAllocation: a configuration in the cache is answered without an allocation.
func TestNoAllocation(t *testing.T) {
	h := newHouse(t)
	h.server.prepare()
	for name, headers := range map[string][]string{
		"805ec0010203.cfg":      nil,
		"80:5E:C0:01:02:04.cfg": nil, // its model is the User-Agent's
		"phonebook.xml":         nil,
	} {
		ctx := newContext("GET", "/p/"+token+"/"+name, headers...)
		serve := func() {
			ctx.Response.Reset()
			h.server.handle(ctx)
		}
		serve()
		h.server.journal.gather(false)
		h.server.journal.write(context.Background()) // the User-Agent is known now
		h.server.journal.notes = make([]note, 0, maxNotes)
		serve()
		if ctx.Response.StatusCode() != 200 {
			t.Errorf("%s: %d", name, ctx.Response.StatusCode())
		}
		if n := testing.AllocsPerRun(1000, serve); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if n := h.counted(t, h.server.metrics.dropped); n != 0 {
		t.Errorf("%d notes dropped", n)
	}
}
