package admin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// builtPage are the files of a page as npm leaves them.
func builtPage() *webPage {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return &webPage{started: time.Unix(1_700_000_000, 0), files: fstest.MapFS{
		".gitkeep": file(""), "index.html": file("<html>"), "index.html.br": file("br"), "index.html.gz": file("gz"),
		"assets/index-a1.js": file("js"), "assets/index-a1.js.gz": file("gz js"), "favicon.svg": file("<svg/>"),
	}}
}

func TestPageFiles(t *testing.T) {
	for _, c := range []struct {
		name, path, encoding, body, coding, kind, cache string
	}{
		{"start", "/", "", "<html>", "", "text/html; charset=utf-8", "no-store"},
		{"start, brotli", "/", "gzip, deflate, br", "br", "br", "text/html; charset=utf-8", "no-store"},
		{"start, brotli refused", "/", "gzip;q=0.5, br;q=0", "gz", "gzip", "text/html; charset=utf-8", "no-store"},
		{"address within", "/accounts/acct_1/settings", "gzip", "gz", "gzip", "text/html; charset=utf-8", "no-store"},
		{"hashed", "/assets/index-a1.js", "", "js", "", "text/javascript; charset=utf-8", keepHashed},
		{"hashed, no brotli of it", "/assets/index-a1.js", "br, gzip", "gz js", "gzip", "text/javascript; charset=utf-8", keepHashed},
		{"other", "/favicon.svg", "gzip", "<svg/>", "", "image/svg+xml", keepOther},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			r.Header.Set("Accept", "text/html,*/*;q=0.8")
			r.Header.Set("Accept-Encoding", c.encoding)
			w := httptest.NewRecorder()
			p := builtPage()
			if c.path != "/" && !p.holds(r) {
				t.Fatal("not of the page")
			}
			p.ServeHTTP(w, r)
			h := w.Result().Header
			got := []string{w.Body.String(), h.Get("Content-Encoding"), h.Get("Content-Type"), h.Get("Cache-Control")}
			want := []string{c.body, c.coding, c.kind, c.cache}
			if strings.Join(got, "\n") != strings.Join(want, "\n") || w.Code != http.StatusOK {
				t.Errorf("%d %q, want %q", w.Code, got, want)
			}
			if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("policy is %q", csp)
			}
		})
	}
}

func TestPageHoldsNot(t *testing.T) {
	for _, c := range []struct{ name, method, path, accept string }{
		{"API", "GET", "/v1/nothing", "text/html"},
		{"API's root", "GET", "/v1", "*/*"},
		{"file that is gone", "GET", "/assets/index-old.js", "*/*"},
		{"asset without a name", "GET", "/assets", "text/html"},
		{"some file", "GET", "/wp-login.php", "text/html"},
		{"its own index", "GET", "/index.html", "text/html"},
		{"placeholder", "GET", "/.gitkeep", "*/*"},
		{"program", "GET", "/settings", "application/json"},
		{"refused", "GET", "/settings", "application/json, text/html;q=0"},
		{"change", "POST", "/settings", "text/html"},
		{"climbing", "GET", "/x/../settings", "text/html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.path, nil)
			r.Header.Set("Accept", c.accept)
			if builtPage().holds(r) {
				t.Error("is taken for the page's")
			}
		})
	}
}

func TestPageNotBuilt(t *testing.T) {
	w := httptest.NewRecorder()
	(&webPage{files: fstest.MapFS{".gitkeep": {}}}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make ui") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Files and addresses of the page leave no audit entries and need no key; the API's
// paths do not become pages.
func TestPageRouted(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/login", w.at("/nothing"), "/v1/nothing"} {
		got := w.send("", http.MethodGet, path, nil, withHeader("Accept", "text/html"))
		page := got.header.Get("Content-Security-Policy") != ""
		if want := !strings.HasPrefix(path, "/v1"); page != want {
			t.Errorf("%s: page %v", path, page)
		}
	}
}
