package main

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"dialtone/configs"
)

// probeNames resolves what is told to peers.
func probeNames(ctx context.Context, cfg *configs.Config, f *findings) {
	probeName(ctx, "provision.public_url", hostOf(cfg.Provision.PublicURL), f)
	probeName(ctx, "admin.public_url", hostOf(cfg.Admin.PublicURL), f)
	probeName(ctx, "sip.advertised", cfg.SIP.Advertised, f)
	probeName(ctx, "media.advertised", cfg.Media.Advertised, f)
	for _, domain := range cfg.ACME().Domains {
		probeName(ctx, "acme.domains", domain, f)
	}
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
