package provision

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"dialtone/internal/httpx"
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// benchBody is the size of an ordinary configuration in bytes.
const benchBody = 6 << 10

// newBenchHouse serves files of benchBody bytes, and has as many notes written as the
// real thing.
func newBenchHouse(b *testing.B) *house {
	text := strings.Repeat("account.1.some_parameter = value\n", benchBody/33+1)[:benchBody]
	return newHouse(b, func(s *Server) {
		s.Renderer = rendererFunc(func(*store.View, *record.Device, view.Request) string { return text })
	})
}

// canned is the cheapest program that could do the job: the same bytes and headers
// to whoever asks, in the same server.
func canned(b *testing.B, h *house) fasthttp.RequestHandler {
	ctx := newContext("GET", "/p/"+token+"/"+config)
	h.server.handle(ctx)
	f := h.server.cache.files
	for _, f := range f {
		return func(ctx *fasthttp.RequestCtx) {
			f.header.CopyTo(&ctx.Response.Header)
			ctx.Response.SetBodyRaw(f.body)
		}
	}
	b.Fatal("nothing cached")
	return nil
}

// BenchmarkHandler is our part of a cached GET, beside the canned handler's.
func BenchmarkHandler(b *testing.B) {
	h := newBenchHouse(b)
	h.server.prepare()
	floor := canned(b, h)
	for name, handler := range map[string]fasthttp.RequestHandler{"ours": h.server.handle, "canned": floor} {
		b.Run(name, func(b *testing.B) {
			ctx := newContext("GET", "/p/"+token+"/"+config)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ctx.Response.Reset()
				handler(ctx)
				if i%1000 == 999 { // in place of the writer
					h.server.journal.mu.Lock()
					h.server.journal.notes = h.server.journal.notes[:0]
					h.server.journal.mu.Unlock()
				}
			}
		})
	}
}

// BenchmarkCachedGET is a GET over one loopback connection that is kept alive.
func BenchmarkCachedGET(b *testing.B) {
	h := newBenchHouse(b)
	h.serve(b)
	floor := canned(b, h)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := httpx.Fast(httpx.Limits{}, floor, slog.New(slog.DiscardHandler))
	go func() { _ = srv.Serve(ln) }()
	b.Cleanup(func() { _ = srv.Shutdown() })
	for _, c := range []struct{ name, addr string }{{"canned", ln.Addr().String()}, {"ours", h.server.Addr().String()}} {
		b.Run(c.name, func(b *testing.B) { getLoop(b, c.addr, "/p/"+token+"/"+config) })
	}
}

func getLoop(b *testing.B, addr, target string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReaderSize(c, 16<<10)
	request := []byte("GET " + target + " HTTP/1.1\r\nHost: phones.example.com\r\nUser-Agent: " + t46Agent + "\r\n\r\n")
	b.SetBytes(benchBody)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(request); err != nil {
			b.Fatal(err)
		}
		length := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				b.Fatal(err)
			}
			if len(line) == 2 {
				break
			}
			if v, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
				length, _ = strconv.Atoi(strings.TrimSpace(v))
			}
		}
		if length != benchBody {
			b.Fatalf("%d bytes", length)
		}
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRender is a GET of a file that is not in the cache, made by the real
// renderer.
func BenchmarkRender(b *testing.B) {
	h := newHouse(b)
	h.server.prepare()
	ctx := newContext("GET", "/p/"+token+"/"+config)
	b.ReportAllocs()
	for b.Loop() {
		ctx.Response.Reset()
		h.server.cache.drop(h.phone.ID)
		h.server.handle(ctx)
	}
}
