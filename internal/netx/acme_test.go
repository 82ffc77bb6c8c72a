package netx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/internal/netx/acmetest"
)

// inMemory sends requests to a handler.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	m.handler.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// acmeFixture is an authority, and a host of ours that it checks.
type acmeFixture struct {
	ca     *acmetest.CA
	acme   *ACME
	config ACMEConfig
	pipe   *pipeListener
	run    func() (stop func())
}

// runACME tests in a time of its own. The host serves; Run is the test's.
func runACME(t *testing.T, domains []string, files *Certificate, test func(t *testing.T, f *acmeFixture)) {
	synctest.Test(t, func(t *testing.T) {
		ca, err := acmetest.New()
		if err != nil {
			t.Fatal(err)
		}
		f := &acmeFixture{ca: ca, pipe: newPipeListener(), config: ACMEConfig{
			Dir: filepath.Join(t.TempDir(), "acme"), Domains: domains, Email: "ops@example.com",
			Directory: "http://ca.example/directory", Client: &http.Client{Transport: inMemory{ca}},
		}}
		ca.DialTLS = func(ctx context.Context, _ string) (net.Conn, error) { return f.pipe.dial(ctx) }
		if f.acme, err = NewACME(f.config); err != nil {
			t.Fatal(err)
		}
		l := WrapTLS(f.pipe, ServerTLS{Profile: ProfilePhone, Files: files, ACME: f.acme, Protocols: []string{"http/1.1"}}.Config(), TLSOptions{})
		wait := echo(l)
		defer wait()
		defer l.Close()
		f.run = func() func() {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); f.acme.Run(ctx) }()
			synctest.Wait()
			return func() { cancel(); <-ended }
		}
		test(t, f)
	})
}

// connect verifies what it is shown.
func (f *acmeFixture) connect(t *testing.T, name string, client *tls.Config) (*tls.Conn, error) {
	t.Helper()
	raw, err := f.pipe.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client.ServerName, client.RootCAs = name, x509.NewCertPool()
	client.RootCAs.AddCert(f.ca.Root())
	c := tls.Client(raw, client)
	return c, c.HandshakeContext(t.Context())
}

func (f *acmeFixture) kind(t *testing.T, name string, client *tls.Config) (x509.PublicKeyAlgorithm, error) {
	t.Helper()
	c, err := f.connect(t, name, client)
	if err != nil {
		_ = c.Close()
		return 0, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].PublicKeyAlgorithm, nil
}

func TestACME(t *testing.T) {
	runACME(t, []string{"One.example.", "two.example", "one.example"}, nil, func(t *testing.T, f *acmeFixture) {
		if _, err := f.kind(t, "one.example", &tls.Config{}); err == nil {
			t.Error("a handshake without a certificate")
		}
		stop := f.run()
		if got := f.acme.Stats(); got != (ACMEStats{Issued: 4}) {
			t.Fatalf("%+v, want two kinds for two domains", got)
		}
		for _, name := range []string{"one.example", "two.example", "TWO.example"} {
			if kind, err := f.kind(t, name, &tls.Config{}); err != nil || kind != x509.ECDSA {
				t.Errorf("%s: %s %v", name, kind, err)
			}
			if kind, err := f.kind(t, name, rsaOnlyClient()); err != nil || kind != x509.RSA {
				t.Errorf("%s for an RSA client: %s %v", name, kind, err)
			}
		}
		// Strangers get the first domain's certificate and cause no order.
		var wrong x509.HostnameError
		if _, err := f.kind(t, "stranger.example", &tls.Config{}); !errors.As(err, &wrong) || wrong.Certificate.DNSNames[0] != "one.example" {
			t.Errorf("a stranger: %v", err)
		}
		if placed, issued := f.ca.Orders(); placed != 4 || issued != 4 {
			t.Errorf("%d orders, %d certificates", placed, issued)
		}
		if got := f.ca.Contacts(); len(got) != 1 || got[0] != "mailto:ops@example.com" {
			t.Errorf("contacts %q", got)
		}
		stop()

		// The next start orders nothing.
		again, err := NewACME(f.config)
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Expiries(); len(got) != 4 {
			t.Errorf("kept %+v", got)
		}
		f.acme = again
		f.run()()
		if placed, _ := f.ca.Orders(); placed != 4 {
			t.Errorf("%d orders after a restart", placed)
		}
	})
}

func TestACMEFiles(t *testing.T) {
	runACME(t, []string{"one.example"}, nil, func(t *testing.T, f *acmeFixture) {
		f.run()()
		for name, want := range map[string]os.FileMode{
			".": 0o700, accountFile: 0o600, "one.example.ecdsa.pem": 0o600, "one.example.rsa.pem": 0o600,
		} {
			info, err := os.Stat(filepath.Join(f.config.Dir, name))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v %v, want mode %o", name, info, err, want)
			}
		}
		// A spoilt file is as good as none, another's certificate too.
		write(t, filepath.Join(f.config.Dir, "one.example.rsa.pem"), []byte("spoilt"))
		f.config.Domains = []string{"one.example", "two.example"}
		text, err := os.ReadFile(filepath.Join(f.config.Dir, "one.example.ecdsa.pem"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(f.config.Dir, "two.example.ecdsa.pem"), text)
		again, err := NewACME(f.config)
		if err != nil || len(again.Expiries()) != 1 {
			t.Errorf("%+v %v", again.Expiries(), err)
		}
		write(t, filepath.Join(f.config.Dir, accountFile), []byte("spoilt"))
		if _, err := again.obtain(t.Context(), "one.example", keyRSA); err == nil {
			t.Error("replaced an account that cannot be read")
		}
	})
}

func TestACMERenews(t *testing.T) {
	runACME(t, []string{"one.example"}, nil, func(t *testing.T, f *acmeFixture) {
		defer f.run()()
		before := f.acme.Expiries()
		live, err := f.connect(t, "one.example", &tls.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer live.Close()
		time.Sleep(59 * 24 * time.Hour)
		synctest.Wait()
		if got := f.acme.Stats().Issued; got != 2 {
			t.Errorf("%d certificates after 59 of 90 days", got)
		}
		f.ca.Forget() // checked again
		time.Sleep(2 * 24 * time.Hour)
		synctest.Wait()
		after := f.acme.Expiries()
		if got := f.acme.Stats().Issued; got != 4 || len(after) != 2 {
			t.Fatalf("%d certificates after 61 of 90 days", got)
		}
		for i := range after {
			if !after[i].NotAfter.After(before[i].NotAfter) {
				t.Errorf("%+v is not newer than %+v", after[i], before[i])
			}
		}
		if !alive(live) {
			t.Error("an open connection was closed")
		}
		time.Sleep(30 * 24 * time.Hour) // the first ones have expired
		if _, err := f.kind(t, "one.example", &tls.Config{Time: time.Now}); err != nil {
			t.Error(err)
		}
	})
}

func TestACMEFailure(t *testing.T) {
	runACME(t, []string{"broken.example", "fine.example"}, nil, func(t *testing.T, f *acmeFixture) {
		var reachable atomic.Bool
		f.ca.DialTLS = func(ctx context.Context, domain string) (net.Conn, error) {
			if domain == "broken.example" && !reachable.Load() {
				return nil, errors.New("unreachable")
			}
			return f.pipe.dial(ctx)
		}
		defer f.run()()
		// The second kind is not tried after the first, the other domain is.
		if got := f.acme.Stats(); got != (ACMEStats{Issued: 2, Failed: 1}) {
			t.Errorf("%+v", got)
		}
		time.Sleep(time.Second)
		for i, pause := range []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute} {
			time.Sleep(pause - 2*time.Second)
			synctest.Wait()
			if got := f.acme.Stats().Failed; got != int64(i+1) {
				t.Errorf("%d failures before %s", got, pause)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := f.acme.Stats().Failed; got != int64(i+2) {
				t.Errorf("%d failures after %s", got, pause)
			}
		}
		reachable.Store(true)
		time.Sleep(acmeMaxRetry)
		synctest.Wait()
		if got := f.acme.Stats().Issued; got != 4 {
			t.Errorf("%d certificates once the domain is reachable", got)
		}
	})
}

func TestACMEOverHTTP(t *testing.T) {
	for _, reachable := range []bool{true, false} {
		runACME(t, []string{"one.example"}, nil, func(t *testing.T, f *acmeFixture) {
			var teapot http.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
			handler := f.acme.HTTPHandler(teapot)
			port80 := newPipeListener()
			srv := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
			ended := make(chan struct{})
			go func() { defer close(ended); _ = srv.Serve(port80) }()
			defer func() { _ = srv.Close(); <-ended }()
			visits, tlsVisits := 0, 0
			f.ca.DialHTTP = func(ctx context.Context, _ string) (net.Conn, error) {
				if visits++; !reachable {
					return nil, errors.New("unreachable")
				}
				return port80.dial(ctx)
			}
			f.ca.DialTLS = func(ctx context.Context, _ string) (net.Conn, error) {
				tlsVisits++
				return f.pipe.dial(ctx)
			}
			f.run()()
			wantTLS := 1
			if reachable {
				wantTLS = 0
			}
			if got := f.acme.Stats().Issued; got != 2 || visits != 1 || tlsVisits != wantTLS {
				t.Errorf("reachable %t: %d certificates, %d visits over HTTP, %d over TLS", reachable, got, visits, tlsVisits)
			}
			for path, want := range map[string]int{"/": http.StatusTeapot, challengePath + "x": http.StatusNotFound} {
				rec := httptest.NewRecorder()
				handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
				if rec.Code != want {
					t.Errorf("%s: %d, want %d", path, rec.Code, want)
				}
			}
		})
	}
}

func TestACMEBesideFiles(t *testing.T) {
	// Files are of all names but those there is a certificate for.
	cert := load(t, newAuthority(t, "a").issueFiles(t, keyECDSA, "one.example", "file.example"))
	runACME(t, []string{"one.example"}, cert, func(t *testing.T, f *acmeFixture) {
		shown := func(name string) string {
			raw, err := f.pipe.dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			c := tls.Client(raw, &tls.Config{ServerName: name, InsecureSkipVerify: true}) //nolint:gosec // not what is tested
			if err := c.HandshakeContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			return c.ConnectionState().PeerCertificates[0].Issuer.CommonName
		}
		if got := shown("one.example"); got != "a" {
			t.Errorf("before there is another: issued by %q", got)
		}
		f.run()()
		for name, want := range map[string]string{"one.example": "Test Authority", "file.example": "a", "": "a"} {
			if got := shown(name); got != want {
				t.Errorf("%q: issued by %q, want %q", name, got, want)
			}
		}
	})
}

func TestACMEChallengeOfNobody(t *testing.T) {
	runACME(t, []string{"one.example"}, nil, func(t *testing.T, f *acmeFixture) {
		f.run()()
		if _, err := f.kind(t, "one.example", &tls.Config{NextProtos: []string{"acme-tls/1"}}); err == nil {
			t.Error("answered a check that is not under way")
		}
	})
}

func TestNewACMERefuses(t *testing.T) {
	for _, domains := range [][]string{nil, {""}, {"*.example.com"}, {"localhost"}, {"../x.example"}, {"192.0.2.1"}, {"a..b"}, {"-a.example"}} {
		if _, err := NewACME(ACMEConfig{Dir: t.TempDir(), Domains: domains}); err == nil {
			t.Errorf("took %q", domains)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	if _, err := NewACME(ACMEConfig{Dir: file, Domains: []string{"a.example"}}); err == nil {
		t.Error("took a file for a folder")
	}
}
