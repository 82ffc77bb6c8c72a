package test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dialtone/internal/netx/acmetest"
)

// visiting dials where a daemon that may only just start will listen.
func visiting(data string, where func(*daemon) string) acmetest.Dial {
	return func(ctx context.Context, _ string) (net.Conn, error) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			at := &daemon{}
			if b, err := os.ReadFile(filepath.Join(data, "listeners.json")); err == nil && json.Unmarshal(b, at) == nil {
				return (&net.Dialer{}).DialContext(ctx, "tcp", where(at))
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
}

// TestACME: an authority gives the phones' listener certificates after checking it
// there, or over HTTP; they are kept over a restart.
func TestACME(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"tls-alpn-01", "http-01"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			ca, err := acmetest.New()
			if err != nil {
				t.Fatal(err)
			}
			data := filepath.Join(t.TempDir(), "data")
			keys := ""
			if way == "http-01" {
				keys = `, http: "127.0.0.1:0"`
				ca.DialHTTP = visiting(data, func(d *daemon) string { return d.ACME })
			} else {
				ca.DialTLS = visiting(data, func(d *daemon) string { return d.Provision })
			}
			server := httptest.NewServer(ca)
			defer server.Close()
			config := httpsConfig(fmt.Sprintf("acme: {domains: [phones.example], email: ops@example.com, directory: %q%s}", server.URL+"/directory", keys))
			config = strings.Replace(config, "min_expires", `tls: ["127.0.0.1:0"], wss: ["127.0.0.1:0"], min_expires`, 1)
			d := start(t, options{data: data, config: config})
			client := (&authority{cert: ca.Root()}).trusting()
			client.ServerName = "phones.example"
			o := newOffice(t, d)
			fetched := func(d *daemon) (kind x509.PublicKeyAlgorithm, err error) {
				_, path, _ := strings.Cut(o.url, "/p/")
				a, state, err := fetchTLS(t, client, http.MethodGet, "https://"+d.Provision+"/p/"+path+bare(o.phones[0].mac)+".cfg", o.phones[0].agent)
				if err != nil {
					return 0, err
				}
				if a.status != http.StatusOK {
					t.Errorf("configuration: %s", a)
				}
				return state.PeerCertificates[0].PublicKeyAlgorithm, nil
			}
			await(t, "certificates", func() error {
				if _, issued := ca.Orders(); issued != 2 {
					return fmt.Errorf("%d issued", issued)
				}
				kind, err := fetched(d)
				if err == nil && kind != x509.ECDSA {
					err = fmt.Errorf("the certificate's key is %s", kind)
				}
				return err
			})
			for at, protocols := range map[string][]string{d.SIP.TLS[0]: nil, d.SIP.WSS[0]: {"http/1.1"}} {
				shared := client.Clone()
				shared.NextProtos = protocols
				if err := tls.Client(dial(t, at), shared).HandshakeContext(t.Context()); err != nil {
					t.Errorf("SIP with the same certificate: %v", err)
				}
			}
			await(t, "count of certificates", func() error {
				if got := metric(t, d, `dialtone_tls_acme_requests_total{result="issued"}`); got != 2 {
					return fmt.Errorf("%v", got)
				}
				return nil
			})
			if status, out, _ := run(t, nil, "check", "--config", d.config); strings.Count(out, "ok   acme: ") != 2 {
				t.Errorf("check: status %d\n%s", status, out)
			}
			d.stop()
			d = start(t, options{data: data, config: config})
			if _, err := fetched(d); err != nil {
				t.Errorf("after a restart: %v", err)
			}
			if placed, _ := ca.Orders(); placed != 2 {
				t.Errorf("%d orders", placed)
			}
		})
	}
}
