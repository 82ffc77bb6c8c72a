package main

import (
	"crypto/x509"
	"path/filepath"
	"strings"
	"time"

	"dialtone/configs"
	"dialtone/internal/netx"
)

// probeCertificates loads every certificate and looks at its dates.
func probeCertificates(cfg *configs.Config, now time.Time, f *findings) {
	for _, c := range []struct {
		what string
		file configs.CertFile
	}{
		{"provision.tls", cfg.Provision.TLS.CertFile},
		{"admin.tls", cfg.Admin.TLS.CertFile},
		{"sip.tls_cert", cfg.SIP.TLSCert.CertFile},
	} {
		if !c.file.Enabled() {
			continue
		}
		loaded, err := netx.LoadCertificate(c.file.Cert, c.file.Key)
		if err != nil {
			f.fail(c.what, "%v", err)
			continue
		}
		for _, cert := range loaded.Leaves() {
			probeCertificate(c.what, cert, now, f)
		}
	}
	probeClientCA("provision.tls.client_ca", cfg.Provision.TLS.ClientCA, f)
	probeClientCA("sip.tls_cert.client_ca", cfg.SIP.TLSCert.ClientCA, f)
	probeKept(cfg, now, f)
}

func probeClientCA(what, file string, f *findings) {
	if file == "" {
		return
	}
	if _, err := netx.LoadClientCA(file); err != nil {
		f.fail(what, "%v", err)
		return
	}
	f.ok(what, "%s can be read", file)
}

// probeKept looks at what an ACME authority has given. What is missing is asked for
// once the daemon serves.
func probeKept(cfg *configs.Config, now time.Time, f *findings) {
	for _, domain := range cfg.ACME().Domains {
		kept := netx.KeptCertificates(filepath.Join(cfg.DataDir, acmeFolder), domain)
		if len(kept) == 0 {
			f.warn("acme", "there is no certificate of %s yet", domain)
		}
		for _, cert := range kept {
			probeCertificate("acme", cert, now, f)
		}
	}
}

func probeCertificate(what string, cert *x509.Certificate, now time.Time, f *findings) {
	names, kind := strings.Join(cert.DNSNames, ","), strings.ToLower(cert.PublicKeyAlgorithm.String())
	if names == "" {
		names = cert.Subject.CommonName
	}
	end := cert.NotAfter.Format(time.DateOnly)
	expiry := netx.Expiry{NotAfter: cert.NotAfter}
	switch {
	case now.After(cert.NotAfter):
		f.fail(what, "the %s certificate of %s expired on %s", kind, names, end)
	case now.Before(cert.NotBefore):
		f.fail(what, "the %s certificate of %s is not valid before %s", kind, names, cert.NotBefore.Format(time.DateOnly))
	case expiry.Near(now):
		f.warn(what, "the %s certificate of %s expires on %s", kind, names, end)
	default:
		f.ok(what, "the %s certificate of %s is valid until %s", kind, names, end)
	}
}
