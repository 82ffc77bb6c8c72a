package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"

	"dialtone/configs"
)

// runningDaemon is where the daemon of the data folder listens, nil when none answers.
func runningDaemon(ctx context.Context, cfg *configs.Config) *listeners {
	at, err := readListeners(cfg.DataDir)
	if err != nil {
		return nil
	}
	client, scheme, err := adminClient(cfg)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+at.Admin+"/healthz", nil)
	if err != nil {
		return nil
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil
	}
	_ = resp.Body.Close()
	return at
}

// probePorts tries to bind every listener.
func probePorts(ctx context.Context, cfg *configs.Config, running *listeners, f *findings) {
	held := &listeners{}
	if running != nil {
		held = running
	}
	probePort(ctx, "provision.listen", "tcp", cfg.Provision.Listen, []string{held.Provision}, f)
	probePort(ctx, "admin.listen", "tcp", cfg.Admin.Listen, []string{held.Admin}, f)
	for i, addr := range cfg.SIP.UDP {
		probePort(ctx, fmt.Sprintf("sip.udp[%d]", i), "udp", addr, held.SIP.UDP, f)
	}
	for i, addr := range cfg.SIP.TCP {
		probePort(ctx, fmt.Sprintf("sip.tcp[%d]", i), "tcp", addr, held.SIP.TCP, f)
	}
	for i, addr := range cfg.SIP.TLS {
		probePort(ctx, fmt.Sprintf("sip.tls[%d]", i), "tcp", addr, held.SIP.TLS, f)
	}
	for i, addr := range cfg.SIP.WSS {
		probePort(ctx, fmt.Sprintf("sip.wss[%d]", i), "tcp", addr, held.SIP.WSS, f)
	}
	if addr := cfg.ACME().HTTP; addr != "" {
		probePort(ctx, "acme.http", "tcp", addr, []string{held.ACME}, f)
	}
}

// probePort binds an address for a moment; held are those of a running daemon.
func probePort(ctx context.Context, what, network, addr string, held []string, f *findings) {
	_, port, err := net.SplitHostPort(addr)
	ours := slices.ContainsFunc(held, func(h string) bool {
		_, p, err := net.SplitHostPort(h)
		return err == nil && p == port
	})
	switch {
	case err != nil:
		f.fail(what, "%v", err)
	case port == "0":
		f.ok(what, "any free %s port", network)
	case ours:
		f.ok(what, "%s %s is held by the running daemon", network, addr)
	default:
		if err := bind(ctx, network, addr); err != nil {
			f.fail(what, "%v", err)
			return
		}
		f.ok(what, "%s %s can be bound", network, addr)
	}
}

func bind(ctx context.Context, network, addr string) error {
	var lc net.ListenConfig
	if network == "udp" {
		c, err := lc.ListenPacket(ctx, network, addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return err
	}
	return l.Close()
}
