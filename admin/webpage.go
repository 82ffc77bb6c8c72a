package admin

import (
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"dialtone/admin/ui"
)

// pagePolicy lets the page load nothing that is not this server's and run no script
// inside its HTML (Content Security Policy Level 3). The component library writes
// style elements, which is why styles alone may be inline. Sounds and documents are
// shown from memory (blob:).
const pagePolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// How long browsers keep the page's files: those with a hash in their name for good,
// the few others an hour, index.html never.
const (
	keepHashed = "public, max-age=31536000, immutable"
	keepOther  = "public, max-age=3600"
)

// notBuilt is the page of a binary without one.
const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Dialtone</title>
<h1>The page was not built into this binary</h1>
<p>Run <code>make ui</code>, which needs Node 20.19 or newer, then build again. The API under <a href="/v1/openapi.json">/v1</a> works without it.</p>
</html>
`

// webPage serves the web page. Its files are in no audit log.
type webPage struct {
	files   fs.FS
	started time.Time // what browsers are told that files were changed at
}

func newWebPage(started time.Time) *webPage {
	files, err := ui.Files()
	if err != nil {
		panic(err) // the folder is embedded under this very name; the tests open it
	}
	return &webPage{files, started}
}

// holds says whether a request that no route takes is for the page: a file of it, or
// an address within it, which the page itself resolves. Everything under /v1, and what
// looks like a file that is not there, stays not found.
func (p *webPage) holds(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.Path != path.Clean(r.URL.Path) {
		return false
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if p.has(name) {
		return name != ui.Index
	}
	first, _, _ := strings.Cut(name, "/")
	return first != "v1" && first != "debug" && first != "assets" && path.Ext(name) == "" && accepts(r, "text/html")
}

func (p *webPage) has(name string) bool {
	info, err := fs.Stat(p.files, name)
	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(path.Base(name), ".")
}

func (p *webPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer") // addresses hold tokens of invitations
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	name := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case !p.has(name):
		p.serveIndex(w, r)
	case strings.HasPrefix(name, "assets/"):
		p.serveFile(w, r, name, keepHashed)
	default:
		p.serveFile(w, r, name, keepOther)
	}
}

func (p *webPage) serveIndex(w http.ResponseWriter, r *http.Request) {
	if !p.has(ui.Index) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, notBuilt) // a caller who is gone reads nothing
		return
	}
	p.serveFile(w, r, ui.Index, "no-store")
}

// serveFile writes a file in the smallest form the browser takes.
func (p *webPage) serveFile(w http.ResponseWriter, r *http.Request, name, keep string) {
	h := w.Header()
	h.Set("Cache-Control", keep)
	h.Set("Content-Type", contentType(name))
	h.Add("Vary", "Accept-Encoding")
	for _, form := range [...]struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if takes(r.Header.Get("Accept-Encoding"), form.coding) && p.has(name+form.suffix) {
			h.Set("Content-Encoding", form.coding)
			name += form.suffix
			break
		}
	}
	f, err := p.files.Open(name)
	if err != nil {
		notFound().write(w)
		return
	}
	defer func() { _ = f.Close() }() // read only
	at := p.started
	if keep == "no-store" {
		at = time.Time{}
	}
	http.ServeContent(w, r, "", at, f.(io.ReadSeeker)) // embedded files are (package embed)
}

// contentType is that of one of the page's files; the system's own table is not asked.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".md", ".txt":
		return "text/plain; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	}
	return "application/octet-stream"
}

// accepts says whether a media type is among those a request takes (RFC 9110, 12.5.1).
func accepts(r *http.Request, media string) bool {
	header := strings.Join(r.Header.Values("Accept"), ",")
	major, _, _ := strings.Cut(media, "/")
	return header == "" || takes(header, media) || takes(header, major+"/*") || takes(header, "*/*")
}

// takes says whether a list of a request's header names something without refusing it
// by q=0.
func takes(header, name string) bool {
	for item := range strings.SplitSeq(header, ",") {
		token, parameters, err := mime.ParseMediaType(item)
		if err != nil || token != name {
			continue
		}
		q, err := strconv.ParseFloat(parameters["q"], 64)
		return err != nil || q > 0
	}
	return false
}
