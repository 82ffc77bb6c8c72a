package netx

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"
)

// rsaOnlyClient offers TLS 1.2 with RSA certificates.
func rsaOnlyClient() *tls.Config {
	return &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}
}

func TestChoice(t *testing.T) {
	a := newAuthority(t, "a")
	// The RSA certificate comes first: the order in the file is not the preference.
	c := load(t, a.issueFiles(t, keyRSA, "one.example", "*.phones.example"), a.issueFiles(t, keyECDSA, "one.example"),
		a.issueFiles(t, keyECDSA, "two.example"))
	conf := c.Config("http/1.1")
	for _, tc := range []struct {
		name     string
		server   string
		client   *tls.Config
		wantName string
		wantKind x509.PublicKeyAlgorithm
	}{
		{"both kinds, modern client", "one.example", &tls.Config{}, "one.example", x509.ECDSA},
		{"both kinds, RSA client", "one.example", rsaOnlyClient(), "one.example", x509.RSA},
		{"case and dot", "One.Example.", &tls.Config{}, "one.example", x509.ECDSA},
		{"another name", "two.example", &tls.Config{}, "two.example", x509.ECDSA},
		{"wildcard", "7.phones.example", &tls.Config{}, "one.example", x509.RSA},
		{"no name", "", &tls.Config{}, "one.example", x509.ECDSA},
		{"no name, RSA client", "", rsaOnlyClient(), "one.example", x509.RSA},
		{"unknown name", "three.example", &tls.Config{}, "one.example", x509.ECDSA},
		{"two labels below the wildcard", "a.b.phones.example", rsaOnlyClient(), "one.example", x509.RSA},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.client.ServerName = tc.server
			_, state, err := connect(t, conf, tc.client)
			if err != nil {
				t.Fatal(err)
			}
			leaf := state.PeerCertificates[0]
			if leaf.DNSNames[0] != tc.wantName || leaf.PublicKeyAlgorithm != tc.wantKind {
				t.Errorf("%v %s, want %s %s", leaf.DNSNames, leaf.PublicKeyAlgorithm, tc.wantName, tc.wantKind)
			}
		})
	}
}

func TestPairsOfAnAddress(t *testing.T) {
	// Certificates without a name still are two kinds of one when their CN is one.
	a := newAuthority(t, "a")
	var certs []*tls.Certificate
	for _, kind := range []keyKind{keyRSA, keyECDSA} {
		key := newKey(t, kind)
		leaf := a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "192.0.2.1"}}, key)
		certs = append(certs, &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf})
	}
	if s := newCertSet(certs); len(s.first) != 2 || s.first[0] != certs[1] {
		t.Errorf("%d certificates for clients without a name, want both with ECDSA first", len(s.first))
	}
}

func TestLoadCertificateLists(t *testing.T) {
	a := newAuthority(t, "a")
	f, g := a.issueFiles(t, keyECDSA, "one.example"), a.issueFiles(t, keyECDSA, "two.example")
	if _, err := LoadCertificate(f.cert+","+g.cert, f.key); err == nil {
		t.Error("loaded two certificates with one key")
	}
	if _, err := LoadCertificate(f.cert+","+g.cert, g.key+","+f.key); err == nil {
		t.Error("loaded certificates with each other's keys")
	}
	c := load(t, f, g)
	if got := c.Expiries(); len(got) != 2 || got[1].Name != "two.example" || got[1].Kind != "ecdsa" {
		t.Errorf("%+v", got)
	}
	// One broken file of several keeps all as they are.
	write(t, f.cert, pemOf(a.cert))
	before := c.current.Load()
	if err := c.Reload(); err == nil || c.current.Load() != before {
		t.Errorf("a reload with a wrong file: %v", err)
	}
}
