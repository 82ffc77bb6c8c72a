package admin

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// index is what "/" says to programs.
type index struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	OpenAPI string `json:"openapi"`
}

// plain are the paths that need no key and are not audited.
func (s *Server) plain() map[string]http.HandlerFunc {
	plain := map[string]http.HandlerFunc{
		"/{$}":             s.serveIndex,
		"/v1/openapi.json": s.serveOpenAPI(),
		"/healthz":         func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "alive\n") },
		"/readyz":          s.serveReady,
	}
	if s.Gatherer != nil {
		metrics := promhttp.HandlerFor(s.Gatherer, promhttp.HandlerOpts{})
		plain["/metrics"] = metrics.ServeHTTP
	}
	return plain
}

// serveIndex answers with the page; whoever takes JSON and no HTML is told where the
// API's description is.
func (s *Server) serveIndex(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept")
	if accepts(r, "text/html") || !accepts(r, mediaJSON) {
		s.page.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaJSON)
	writeBody(w, index{Name: "Dialtone", Version: s.Version, OpenAPI: "/v1/openapi.json"})
}

func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	if s.Ready != nil && !s.Ready() {
		writeText(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	writeText(w, http.StatusOK, "ready\n")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a caller who is gone reads nothing
}
