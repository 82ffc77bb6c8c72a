package provision

import (
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

const local = "805ec0010203-local.cfg"

func (h *house) put(t testing.TB, method, name, body string, headers ...string) reply {
	t.Helper()
	if len(headers) == 0 {
		headers = []string{"Content-Length: " + strconv.Itoa(len(body))}
	}
	return h.ask(t, method, "/p/"+token+"/"+name, body, headers...)
}

func TestUpload(t *testing.T) {
	h := newHouse(t).serve(t)
	form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nfrom a form\r\n--b--\r\n"
	for _, c := range []struct {
		name, method, body, want string
		headers                  []string
	}{
		{name: local, method: "PUT", body: "first", want: "first"},
		{name: local, method: "POST", body: "second\x00\xff", want: "second\x00\xff"},
		{name: "80:5E:C0:01:02:03-contact.xml", method: "PUT", body: "<xml/>", want: "<xml/>"},
		{name: "805ec0010203-calllog.xml", method: "PUT", body: "", want: ""},
		{name: local, method: "PUT", body: strings.Repeat("x", 1<<20), want: strings.Repeat("x", 1<<20)},
		{name: local, method: "PUT", body: "3\r\nabc\r\n0\r\n\r\n", want: "abc", headers: []string{"Transfer-Encoding: chunked"}},
		{name: local, method: "POST", body: form, want: "from a form", headers: []string{
			"Content-Type: multipart/form-data; boundary=b", "Content-Length: " + strconv.Itoa(len(form)),
		}},
	} {
		if got := h.put(t, c.method, c.name, c.body, c.headers...); got.status != 200 || got.body != "" {
			t.Errorf("%s %s: %s", c.method, c.name, got.raw)
		}
		if got := h.get(t, c.name); got.status != 200 || got.body != c.want {
			t.Errorf("%s is %.40q, want %.40q", c.name, got.body, c.want)
		}
	}
	list, err := h.store.Uploads(h.phone.ID)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, u := range list {
		kinds[u.Kind]++
	}
	if kinds["local_config"] != 3 || kinds["contacts"] != 1 || kinds["call_log"] != 1 {
		t.Errorf("kept %v", kinds)
	}
	if got := h.ask(t, "HEAD", "/p/"+token+"/"+local, ""); got.raw != h.get(t, local).raw {
		t.Errorf("HEAD: %s", got.raw)
	}
}

func TestUploadTooLarge(t *testing.T) {
	h := newHouse(t, func(s *Server) { s.MaxUpload = 10 }).serve(t)
	if got := h.put(t, "PUT", local, "0123456789"); got.status != 200 {
		t.Errorf("%s", got.raw)
	}
	if got := h.put(t, "PUT", local, "0123456789x"); got.status != 404 || got.body != "" {
		t.Errorf("%s", got.raw)
	}
	if got := h.get(t, local); got.body != "0123456789" {
		t.Errorf("has %q", got.body)
	}
}

func TestUploadBrokenOff(t *testing.T) {
	h := newHouse(t).serve(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat("x", 100_000)
	_, _ = io.WriteString(c, "PUT /p/"+token+"/"+local+" HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"+body)
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
	eventually(t, func() bool { return h.counted(t, h.server.metrics.requests[resError]) == 1 })
	if got := h.get(t, local); got.status != 404 {
		t.Errorf("kept half a file: %s", got.raw)
	}
}

// Who sends a byte now and then holds the place of an upload for seconds.
func TestUploadSlow(t *testing.T) {
	h := newHouse(t, func(s *Server) { s.Limits.Body = 100 * time.Millisecond }).serve(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "PUT /p/"+token+"/"+local+" HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, c)
	}()
	eventually(t, func() bool {
		_, _ = io.WriteString(c, "x")
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	if len(h.server.uploads) != 0 {
		t.Error("its place is still taken")
	}
}

func TestUploadTime(t *testing.T) {
	for bytes, want := range map[int]time.Duration{0: 20 * time.Second, 1000: 20 * time.Second, 4 << 20: 80 * time.Second} {
		h := newHouse(t, func(s *Server) { s.MaxUpload = bytes })
		h.server.prepare()
		var header fasthttp.RequestHeader
		header.SetContentLength(1)
		if got := h.server.http.HeaderReceived(&header).ReadTimeout; got != want {
			t.Errorf("%d bytes may take %s, want %s", bytes, got, want)
		}
	}
}

// A phone that sends no further than its header holds no place and no memory.
func TestUploadUnauthorised(t *testing.T) {
	h := newHouse(t).serve(t)
	for range 2 * maxUploads {
		if got := h.ask(t, "PUT", "/p/wrong/"+local, "abc", "Content-Length: 3"); got.status != 404 {
			t.Fatal(got.raw)
		}
	}
	if got := h.put(t, "PUT", local, "abc"); got.status != 200 {
		t.Error(got.raw)
	}
	for range cap(h.server.uploads) {
		h.server.uploads <- struct{}{}
	}
	if got := h.put(t, "PUT", local, "abc"); got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("too many at once: %s", got.raw)
	}
}
