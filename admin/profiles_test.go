package admin

import (
	"net/http"
	"runtime/pprof"
	"strings"
	"testing"
)

// Profiles are for platform keys only; what they are is told by their first bytes.
func TestProfiles(t *testing.T) {
	w := newWorld(t)
	const gzip = "\x1f\x8b"
	for path, status := range map[string]int{
		"heap":                http.StatusOK,
		"goroutine":           http.StatusOK,
		"profile?seconds=1":   http.StatusOK,
		"profile?seconds=0":   http.StatusUnprocessableEntity,
		"profile?seconds=61":  http.StatusUnprocessableEntity,
		"profile?seconds=one": http.StatusUnprocessableEntity,
		"heap?seconds=1":      http.StatusUnprocessableEntity,
		"heap?debug=2":        http.StatusUnprocessableEntity,
		"cmdline":             http.StatusNotFound,
		"nothing":             http.StatusNotFound,
	} {
		t.Run(path, func(t *testing.T) {
			w.t = t
			got := w.get("/debug/pprof/" + path).want(status)
			if status == http.StatusOK && !strings.HasPrefix(got.raw, gzip) {
				t.Errorf("got %.20q", got.raw)
			}
			w.send("", http.MethodGet, "/debug/pprof/"+path, nil).want(http.StatusUnauthorized)
			w.send(w.newKey(w.account, allScopes()...), http.MethodGet, "/debug/pprof/"+path, nil).want(http.StatusForbidden)
		})
	}
	var other strings.Builder
	if err := pprof.StartCPUProfile(&other); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	w.t = t
	w.get("/debug/pprof/profile").want(http.StatusTooManyRequests)
}
