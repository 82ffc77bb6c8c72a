package main

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"dialtone/configs"
	"dialtone/internal/netx"
)

// renewBefore is how long before its end a certificate should be replaced.
const renewBefore = 14 * 24 * time.Hour

// probeCertificates loads every certificate and looks at its dates.
func probeCertificates(cfg *configs.Config, now time.Time, f *findings) {
	for _, c := range []struct {
		what string
		file configs.CertFile
	}{
		{"provision.tls", cfg.Provision.TLS.CertFile},
		{"admin.tls", cfg.Admin.TLS.CertFile},
		{"sip.tls_cert", cfg.SIP.TLSCert},
	} {
		if c.file.Enabled() {
			probeCertificate(c.what, c.file, now, f)
		}
	}
}

func probeCertificate(what string, file configs.CertFile, now time.Time, f *findings) {
	c, err := netx.LoadCertificate(file.Cert, file.Key)
	if err != nil {
		f.fail(what, "%v", err)
		return
	}
	leaf := c.Leaf()
	end := leaf.NotAfter.Format(time.DateOnly)
	switch {
	case now.After(leaf.NotAfter):
		f.fail(what, "%s expired on %s", file.Cert, end)
	case now.Before(leaf.NotBefore):
		f.fail(what, "%s is not valid before %s", file.Cert, leaf.NotBefore.Format(time.DateOnly))
	case now.Add(renewBefore).After(leaf.NotAfter):
		f.warn(what, "%s expires on %s", file.Cert, end)
	default:
		f.ok(what, "%s is valid until %s", file.Cert, end)
	}
}

// probeNames resolves what is told to peers.
func probeNames(ctx context.Context, cfg *configs.Config, f *findings) {
	probeName(ctx, "provision.public_url", hostOf(cfg.Provision.PublicURL), f)
	probeName(ctx, "admin.public_url", hostOf(cfg.Admin.PublicURL), f)
	probeName(ctx, "sip.advertised", cfg.SIP.Advertised, f)
	probeName(ctx, "media.advertised", cfg.Media.Advertised, f)
}

func hostOf(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func probeName(ctx context.Context, what, host string, f *findings) {
	if host == "" {
		return
	}
	if _, err := netip.ParseAddr(host); err == nil {
		f.ok(what, "%s is an address", host)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		f.fail(what, "%s cannot be resolved: %v", host, err)
		return
	}
	f.ok(what, "%s is %s", host, strings.Join(addrs, ", "))
}

// probeMail connects to every relay. An unreachable one is a warning: nothing the
// daemon does in this version waits for mail.
func probeMail(ctx context.Context, m configs.Mail, f *findings) {
	for i, r := range m.Relays {
		what := "mail.relays[" + strconv.Itoa(i) + "]"
		addr := net.JoinHostPort(r.Host, strconv.Itoa(r.Port))
		probeFile(what+".password_file", r.PasswordFile, f)
		d := net.Dialer{Timeout: probeTime}
		c, err := d.DialContext(ctx, "tcp", addr)
		if err != nil {
			f.warn(what, "%v", err)
			continue
		}
		_ = c.Close()
		f.ok(what, "%s takes connections", addr)
	}
	probeFile("mail.dkim.key_file", m.DKIM.KeyFile, f)
}

// probeFile reads a file of secrets; an empty path names none.
func probeFile(what, path string, f *findings) {
	if path == "" {
		return
	}
	if _, err := os.ReadFile(path); err != nil {
		f.fail(what, "%v", err)
		return
	}
	f.ok(what, "%s can be read", path)
}
