package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"dialtone/configs"
	"dialtone/internal/outbox"
	"dialtone/sip"
	"dialtone/store/blob"
	"dialtone/store/record"
)

// openOutbox starts to send what waits in the store. The function it returns ends that, and
// must be called before the store is closed.
func (d *daemon) openOutbox() (closing func() error, err error) {
	mail, err := mailConfig(d.cfg.Mail)
	if err != nil {
		return nil, err
	}
	if len(mail.Relays) > 0 {
		d.postman = postman{&mail, mailDomain(mail.From)}
	}
	mail.Open = func(h blob.Hash) (io.ReadCloser, error) { return d.store.Blobs().Open(h) }
	d.outbox = outbox.New(outbox.Config{Store: d.store, Mail: mail, Phones: &d.texts, Version: version, Log: d.log, Registerer: d.metrics})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- d.outbox.Serve(ctx) }()
	return func() error {
		cancel()
		return <-served
	}, nil
}

// texts hands texts to the SIP edge, once there is one.
type texts struct{ edge atomic.Pointer[sip.Server] }

var errNotServing = errors.New("the daemon does not serve phones")

// Text sends one to the phones of an extension.
func (t *texts) Text(ctx context.Context, account, extension record.ID, body string) error {
	edge := t.edge.Load()
	if edge == nil {
		return errNotServing
	}
	return edge.Text(ctx, account, extension, body)
}

// mailConfig reads the secrets the configuration names.
func mailConfig(m configs.Mail) (outbox.MailConfig, error) {
	c := outbox.MailConfig{From: m.From}
	for i, r := range m.Relays {
		relay := outbox.Relay{Host: r.Host, Port: r.Port, TLS: outbox.RelayTLS(r.TLS), Username: r.Username}
		if r.PasswordFile != "" {
			password, err := os.ReadFile(r.PasswordFile)
			if err != nil {
				return c, usageError{fmt.Errorf("cannot read mail.relays[%d].password_file: %w", i, err)}
			}
			relay.Password = string(bytes.TrimRight(password, "\r\n"))
		}
		c.Relays = append(c.Relays, relay)
	}
	if m.DKIM.KeyFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(m.DKIM.KeyFile)
	if err != nil {
		return c, usageError{fmt.Errorf("cannot read mail.dkim.key_file: %w", err)}
	}
	key, err := outbox.ParseDKIMKey(pem)
	if err != nil {
		return c, usageError{fmt.Errorf("cannot use mail.dkim.key_file %q: %w", m.DKIM.KeyFile, err)}
	}
	c.DKIM = &outbox.DKIM{Domain: m.DKIM.Domain, Selector: m.DKIM.Selector, Key: key}
	return c, nil
}
