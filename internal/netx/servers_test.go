package netx_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"dialtone/internal/httpx"
	"dialtone/internal/netx"
)

// Both HTTP servers know of the TLS below them, and stop with it.
func TestServers(t *testing.T) {
	cert := netx.SelfSigned(t, "p.example")
	for _, tc := range []struct {
		name      string
		protocols []string
		serve     func(ctx context.Context, l net.Listener) error
		want      string
	}{
		{"phones", []string{"http/1.1"}, func(ctx context.Context, l net.Listener) error {
			return httpx.ServeFast(ctx, httpx.Fast(httpx.Limits{}, func(c *fasthttp.RequestCtx) {
				c.SetBodyString(c.TLSConnectionState().ServerName)
			}, nil), l, time.Second)
		}, "HTTP/1.1 p.example"},
		{"administration", []string{"h2", "http/1.1"}, func(ctx context.Context, l net.Listener) error {
			return httpx.ServeStd(ctx, httpx.Std(httpx.Limits{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, r.TLS.ServerName)
			}), nil), l, time.Second)
		}, "HTTP/2.0 p.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			plain, err := netx.Listen(t.Context(), "127.0.0.1:0", netx.Options{})
			if err != nil {
				t.Fatal(err)
			}
			l := netx.WrapTLS(plain, netx.ServerTLS{Files: cert, Protocols: tc.protocols}.Config(), netx.TLSOptions{})
			ctx, cancel := context.WithCancel(t.Context())
			served := make(chan error, 1)
			go func() { served <- tc.serve(ctx, l) }()
			client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{
				ServerName: "p.example", InsecureSkipVerify: true, //nolint:gosec // not what is tested
			}}}
			resp, err := client.Get("https://" + l.Addr().String() + "/")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if got := resp.Proto + " " + string(body); err != nil || got != tc.want {
				t.Errorf("%s %v, want %s", got, err, tc.want)
			}
			_ = resp.Body.Close()
			client.CloseIdleConnections()
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
			if got := l.Stats(); got.Done != 1 || got.Pending != 0 {
				t.Errorf("%+v", got)
			}
			for deadline := time.Now().Add(10 * time.Second); plain.Stats().Open != 0; runtime.Gosched() {
				if time.Now().After(deadline) {
					t.Fatal("a connection is still open")
				}
			}
		})
	}
}
