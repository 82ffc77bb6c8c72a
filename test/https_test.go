package test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// httpsConfig is baseConfig with keys in provision.tls.
func httpsConfig(keys string) string {
	return strings.Replace(baseConfig, `provision: {listen: "127.0.0.1:0"}`, `provision: {listen: "127.0.0.1:0", tls: {`+keys+`}}`, 1)
}

// fetchTLS fetches over a connection of its own, which it describes.
func fetchTLS(t testing.TB, client *tls.Config, method, url, agent string) (*answer, *tls.ConnectionState, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: client}}).Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	a.raw, err = io.ReadAll(resp.Body)
	return a, resp.TLS, err
}

// TestOldPhonesOverHTTPS: a phone gets a certificate and a cipher it can use, and
// resumes its session with each file.
func TestOldPhonesOverHTTPS(t *testing.T) {
	t.Parallel()
	ca, dir := newAuthority(t, "Test"), t.TempDir()
	ecdsa, rsa := ca.issue(t, dir, x509.ECDSA, "phones.example"), ca.issue(t, dir, x509.RSA, "phones.example")
	files := fmt.Sprintf("cert: %q, key: %q", ecdsa.cert+","+rsa.cert, ecdsa.key+","+rsa.key)
	plain := start(t, options{config: httpsConfig(files)})
	old := start(t, options{config: httpsConfig(files + ", old_phones: true")})
	offices := map[*daemon]*office{plain: newOffice(t, plain), old: newOffice(t, old)}
	for _, tc := range []struct {
		name    string
		d       *daemon
		client  *tls.Config
		refused bool
		version uint16
		suite   uint16 // 0: any
		kind    x509.PublicKeyAlgorithm
	}{
		{name: "new", d: plain, client: &tls.Config{}, version: tls.VersionTLS13, kind: x509.ECDSA},
		{
			name: "AES256-SHA", d: plain, client: &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA}},
			version: tls.VersionTLS12, suite: tls.TLS_RSA_WITH_AES_256_CBC_SHA, kind: x509.RSA,
		},
		{
			name: "ECDHE-RSA-AES128-SHA", d: plain, client: &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}},
			version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, kind: x509.RSA,
		},
		{name: "3DES", d: plain, client: &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}}, refused: true},
		{name: "TLS 1.0", d: plain, client: &tls.Config{MaxVersion: tls.VersionTLS10}, refused: true},
		{name: "TLS 1.0, allowed", d: old, client: &tls.Config{MaxVersion: tls.VersionTLS10}, version: tls.VersionTLS10, kind: x509.ECDSA},
	} {
		o := offices[tc.d]
		tc.client.RootCAs = ca.trusting().RootCAs
		if tc.client.MinVersion = tls.VersionTLS12; tc.client.MaxVersion == tls.VersionTLS10 {
			tc.client.MinVersion = tls.VersionTLS10
		}
		tc.client.ClientSessionCache = tls.NewLRUClientSessionCache(0)
		p := o.phones[0]
		for n := range 2 {
			a, state, err := fetchTLS(t, tc.client, http.MethodGet, o.url+bare(p.mac)+".cfg", p.agent)
			if tc.refused {
				if err == nil {
					t.Errorf("%s: %s", tc.name, a)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
				break
			}
			if a.status != http.StatusOK || state.Version != tc.version || tc.suite != 0 && state.CipherSuite != tc.suite ||
				state.PeerCertificates[0].PublicKeyAlgorithm != tc.kind || state.DidResume != (n > 0) {
				t.Errorf("%s, fetch %d: %d over %s with %s, %s key, resumed %t", tc.name, n+1, a.status, tls.VersionName(state.Version),
					tls.CipherSuiteName(state.CipherSuite), state.PeerCertificates[0].PublicKeyAlgorithm, state.DidResume)
			}
			if got := parseConfig(t, a.raw)["static.auto_provision.server.url"]; got != o.url || !strings.HasPrefix(got, "https://") {
				t.Errorf("%s: told the URL %q", tc.name, got)
			}
		}
	}
	if resumed := metric(t, plain, `dialtone_provision_tls_handshakes_total{result="resumed"}`); resumed != 3 {
		t.Errorf("%v resumed sessions are counted", resumed)
	}
	for _, kind := range []string{"ecdsa", "rsa"} {
		if metric(t, plain, `dialtone_tls_certificate_expiry_timestamp_seconds{kind="`+kind+`",source="provision.tls"}`) == 0 {
			t.Errorf("no expiry of the %s certificate", kind)
		}
	}
}

// TestPhoneCertificates: a phone that proves which one it is gets its own files, and
// nobody else's; one that does not is served by its token.
func TestPhoneCertificates(t *testing.T) {
	t.Parallel()
	ours, maker, stranger := newAuthority(t, "Ours"), newAuthority(t, "Maker"), newAuthority(t, "Stranger")
	p := ours.issue(t, t.TempDir(), x509.RSA, "phones.example")
	d := start(t, options{config: httpsConfig(fmt.Sprintf("cert: %q, key: %q, client_ca: %q", p.cert, p.key, maker.file))})
	o := newOffice(t, d)
	ada, ben := o.phones[0], o.phones[1]
	shown := map[string]*tls.Config{}
	for name, cert := range map[string]*tls.Certificate{
		"none": nil, "Ada's": ptr(maker.phone(t, strings.ToUpper(bare(ada.mac)))), "Ben's": ptr(maker.phone(t, ben.mac)),
		"generic": ptr(maker.phone(t, "Maker Generic")), "a stranger's": ptr(stranger.phone(t, bare(ben.mac))),
	} {
		client := ours.trusting()
		if cert != nil { // whatever authorities are named
			client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
		}
		shown[name] = client
	}
	for _, tc := range []struct {
		phone             *deskPhone
		certificate, file string
		status            int
		result, detail    string
	}{
		{ada, "none", ".cfg", 200, "served", "no client certificate"},
		{ada, "Ada's", ".cfg", 200, "served", "client certificate of the phone"},
		{ada, "a stranger's", ".cfg", 200, "served", "client certificate of an unknown authority"},
		{ada, "Ben's", ".cfg", 404, "other_certificate", "client certificate of " + ben.mac},
		{ben, "generic", ".cfg", 404, "other_certificate", "client certificate that is not of a single phone"},
		{ada, "Ben's", "-local.cfg", 404, "other_certificate", "client certificate of " + ben.mac},
	} {
		a, _, err := fetchTLS(t, shown[tc.certificate], http.MethodGet, o.url+bare(tc.phone.mac)+tc.file, tc.phone.agent)
		if err != nil || a.status != tc.status || tc.status == http.StatusNotFound && len(a.raw) > 0 {
			t.Errorf("%s certificate, %s: %v %v, want %d", tc.certificate, tc.file, a, err, tc.status)
		}
		await(t, "event of "+tc.certificate, func() error {
			events := d.all(t, o.path+"/devices/"+tc.phone.id+"/provisioning_events")
			for _, e := range events {
				if e.str("result") == tc.result && e.str("detail") == tc.detail && strings.HasSuffix(e.str("file"), tc.file) {
					return nil
				}
			}
			return fmt.Errorf("events: %v", events)
		})
	}
	// The phone book is for all phones, but for the makers' generic ones.
	for name, status := range map[string]int{"none": 200, "Ben's": 200, "generic": 404} {
		if a, _, err := fetchTLS(t, shown[name], http.MethodGet, o.url+"phonebook.xml", ada.agent); err != nil || a.status != status {
			t.Errorf("phone book with %s certificate: %v %v, want %d", name, a, err, status)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// TestAdminOverHTTPS: people get HTTP/2, and the other commands know their daemon by
// its certificates, whichever of them it shows.
func TestAdminOverHTTPS(t *testing.T) {
	t.Parallel()
	ca, dir := newAuthority(t, "Test"), t.TempDir()
	rsa, ecdsa := ca.issue(t, dir, x509.RSA, "pbx.example"), ca.issue(t, dir, x509.ECDSA, "pbx.example")
	d := launch(t, options{config: strings.Replace(baseConfig, `admin: {listen: "127.0.0.1:0"}`, fmt.Sprintf(
		`admin: {listen: "127.0.0.1:0", tls: {cert: "%s, %s", key: "%s, %s"}}`, rsa.cert, ecdsa.cert, rsa.key, ecdsa.key), 1)})
	await(t, "readiness", func() error {
		b, err := os.ReadFile(filepath.Join(d.data, "listeners.json"))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, d); err != nil {
			return err
		}
		a, _, err := fetchTLS(t, ca.trusting(), http.MethodGet, "https://"+d.Admin+"/readyz", "")
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("readyz: %s", a)
		}
		return err
	})
	h2 := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: ca.trusting()}}
	defer h2.CloseIdleConnections()
	resp, err := h2.Get("https://" + d.Admin + "/healthz")
	if err != nil || resp.ProtoMajor != 2 {
		t.Fatalf("%v %v", resp, err)
	}
	_ = resp.Body.Close()
	old := ca.trusting()
	old.MaxVersion, old.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA}
	if a, _, err := fetchTLS(t, old, http.MethodGet, "https://"+d.Admin+"/healthz", ""); err == nil {
		t.Errorf("a cipher for old phones: %s", a)
	}
	if status, _, errs := run(t, nil, "backup", "--config", d.config, "--out", filepath.Join(dir, "backup")); status != 0 {
		t.Errorf("backup: status %d, %s", status, errs)
	}
	if status, out, _ := run(t, nil, "check", "--config", d.config); status != 0 || strings.Count(out, "warn admin.tls: ") != 2 {
		t.Errorf("check: status %d\n%s", status, out)
	}
}
