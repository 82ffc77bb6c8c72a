package main

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"dialtone/admin"
	"dialtone/internal/outbox"
	"dialtone/store/record"
)

// firstLoginFile holds the link of the first person, in the data folder.
const firstLoginFile = "first-login"

// postman is how mails to people leave.
type postman struct {
	mail   *outbox.MailConfig
	domain string
}

// Reachable says whether a relay would take a mail now.
func (p postman) Reachable(ctx context.Context) bool { return p.mail.Reachable(ctx) }

// Domain stands behind the @ of Message-IDs.
func (p postman) Domain() string { return p.domain }

// welcome makes the demo account if it is asked for, sees to it that somebody can get in,
// and tells of both.
func (d *daemon) welcome(ctx context.Context) error {
	var demo record.ID
	if d.demo {
		var err error
		if demo, err = d.makeDemo(ctx); err != nil {
			return err
		}
	}
	link, err := d.ensureFirstLogin(ctx, demo)
	if err != nil || demo == "" {
		return err
	}
	return d.printDemo(demo, link)
}

// ensureFirstLogin writes the link of the first person while there is nobody. account is
// what he is going to own, "" for none in particular.
func (d *daemon) ensureFirstLogin(ctx context.Context, account record.ID) (link string, err error) {
	file := filepath.Join(d.cfg.DataDir, firstLoginFile)
	link, err = admin.EnsureFirstLogin(ctx, d.store, file, d.adminAddress(), account, time.Now())
	if err == nil && link != "" {
		d.log.Info("nobody can log in yet: the link of the first person is in a file", "file", file)
	}
	return link, err
}

// adminAddress is where a browser on this machine, or for a configured public_url any
// browser, reaches the administration.
func (d *daemon) adminAddress() string {
	if d.cfg.Admin.PublicURL != "" {
		return d.cfg.Admin.PublicURL
	}
	bound := tcpAddr(d.api.Address())
	if !bound.Addr().IsUnspecified() {
		return d.certs.admin.scheme() + "://" + reachable(bound)[0]
	}
	return d.certs.admin.scheme() + "://" + net.JoinHostPort(ownAddress().String(), strconv.Itoa(int(bound.Port())))
}
