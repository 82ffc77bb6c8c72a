package provision

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTLS(t *testing.T) {
	lender := httptest.NewUnstartedServer(nil) // of its certificate
	lender.StartTLS()
	defer lender.Close()
	h := newHouse(t, func(s *Server) {
		s.TLS = &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12}
	}).serve(t)
	resp, err := lender.Client().Get(strings.Replace(h.url, "http:", "https:", 1) + "/p/" + token + "/" + config)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK || len(body) == 0 {
		t.Errorf("%d, %d bytes, %v", resp.StatusCode, len(body), err)
	}
	lender.Client().CloseIdleConnections()
}
