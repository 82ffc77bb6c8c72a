package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writeCertificate writes a self-signed certificate that ends in an hour.
func writeCertificate(t testing.TB, dir, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// certificateAt is the name in the certificate a listener shows.
func certificateAt(t testing.TB, addr string) string {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the name is what is tested
	c, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName
}

// TestReload: SIGHUP takes over certificates and the log level, and a configuration
// that is wrong changes nothing.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := writeCertificate(t, dir, "first.example")
	config := fmt.Sprintf("provision: {listen: '127.0.0.1:0', tls: {cert: %q, key: %q}}\n", certFile, keyFile) +
		"admin: {listen: '127.0.0.1:0'}\nsip: {udp: ['127.0.0.1:0'], tcp: []}\nlog: {level: warn, format: json}\n"
	d := start(t, options{config: config})
	if got := certificateAt(t, d.Provision); got != "first.example" {
		t.Errorf("certificate of %s", got)
	}
	if url := newOffice(t, d).url; !strings.HasPrefix(url, "https://") {
		t.Errorf("provisioning URL %s", url)
	}

	writeCertificate(t, dir, "second.example")
	rewrite := func(text string) {
		t.Helper()
		if err := os.WriteFile(d.config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d.signal(syscall.SIGHUP)
	}
	rewrite(fmt.Sprintf("data_dir: %q\n", d.data) + strings.Replace(config, "level: warn", "level: debug", 1))
	awaitLog(t, d, `"level":"DEBUG"`, `configuration reloaded`)
	if got := certificateAt(t, d.Provision); got != "second.example" {
		t.Errorf("after a reload: certificate of %s", got)
	}

	rewrite("data_dir: [\n")
	awaitLog(t, d, `cannot reload the configuration`)
	if err := os.WriteFile(certFile, []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	rewrite(fmt.Sprintf("data_dir: %q\n", d.data) + config)
	awaitLog(t, d, `provision.tls: `)
	if got := certificateAt(t, d.Provision); got != "second.example" {
		t.Errorf("after failed reloads: certificate of %s", got)
	}
	if err := d.ready(); err != nil {
		t.Error(err)
	}
}

// awaitLog waits until the daemon's log has all the texts.
func awaitLog(t testing.TB, d *daemon, texts ...string) {
	t.Helper()
	await(t, "log", func() error {
		for _, text := range texts {
			if !strings.Contains(d.log.String(), text) {
				return fmt.Errorf("no %q in:\n%s", text, d.log)
			}
		}
		return nil
	})
}

// beginUpload begins to store a phone's settings: the daemon waits for the last two of
// four bytes.
func beginUpload(t testing.TB, d *daemon, o *office) net.Conn {
	t.Helper()
	var nd net.Dialer
	c, err := nd.DialContext(t.Context(), "tcp", d.Provision)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, path, _ := strings.Cut(o.url, d.Provision)
	const asked = "HTTP/1.1 100 Continue\r\n\r\n"
	_, err = fmt.Fprintf(c, "PUT %s%s-local.cfg HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n", path, bare(o.phones[0].mac))
	answer := make([]byte, len(asked))
	if err == nil {
		_, err = io.ReadFull(c, answer)
	}
	if err == nil {
		_, err = io.WriteString(c, "ab")
	}
	if err != nil || string(answer) != asked {
		t.Fatalf("upload: %q, %v", answer, err)
	}
	return c
}

// TestDrain: told to stop, the daemon is not ready any more, finishes what it has
// begun, and ends with 0.
func TestDrain(t *testing.T) {
	t.Parallel()
	d := start(t, options{config: strings.Replace(baseConfig, "drain: 5s", "drain: 20s", 1)})
	o := newOffice(t, d)
	c := beginUpload(t, d, o)
	d.signal(syscall.SIGTERM)
	await(t, "end of readiness", func() error {
		resp, err := http.Get("http://" + d.Admin + "/readyz")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			return fmt.Errorf("readyz: %s", resp.Status)
		}
		return nil
	})
	if _, err := io.WriteString(c, "cd"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 200") {
		t.Errorf("the upload: %q, %v", text, err)
	}
	if status := d.wait(); status != 0 {
		t.Errorf("status %d", status)
	}
	if lines := strings.Split(strings.TrimSpace(d.log.String()), "\n"); !strings.Contains(lines[len(lines)-1], "msg=stopped") {
		t.Errorf("the last line is %q", lines[len(lines)-1])
	}
	if _, err := os.Stat(filepath.Join(d.data, "listeners.json")); err == nil {
		t.Error("listeners.json is left")
	}
}

// TestSecondSignal: the second one does not wait.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	d := start(t, options{config: strings.Replace(baseConfig, "drain: 5s", "drain: 24h", 1)})
	o := newOffice(t, d)
	beginUpload(t, d, o)
	d.signal(syscall.SIGINT)
	awaitLog(t, d, "msg=stopping")
	d.signal(syscall.SIGINT)
	if status := d.wait(); status != 1 {
		t.Errorf("status %d, want 1", status)
	}
}
