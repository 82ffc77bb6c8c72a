package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"dialtone/store"
	"dialtone/store/record"
)

// auditCommand is about audit logs.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check every hash of the audit logs: of one account, or of all and the platform's. Asks the running daemon, or reads the data folder of one that is stopped."`
}

// auditVerifyCommand checks hash chains.
type auditVerifyCommand struct {
	source
	Account string `placeholder:"ID" help:"The account (acct_…); without one all logs are checked, the platform's too."`
}

// auditProof is what the daemon says of one log.
type auditProof struct {
	Intact   bool
	Entries  uint64
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
	Detail   string
}

// Run prints a line for each log and fails when one is not as it was written.
func (c *auditVerifyCommand) Run(t *terminal) error {
	cfg, err := c.load(t.environ)
	if err != nil {
		return err
	}
	p := &printer{out: t.out}
	broken := false
	tell := func(account string, proof auditProof) {
		name := cmp.Or(account, "platform")
		if !proof.Intact {
			broken = true
			p.line("BROKEN  %s: %s", name, proof.Detail)
			return
		}
		p.line("intact  %s: %d entries, %d to %d", name, proof.Entries, proof.FirstSeq, proof.LastSeq)
	}
	daemon, err := reach(cfg)
	if err == nil {
		err = c.online(daemon, tell)
	}
	if gone := new(url.Error); errors.Is(err, errNotRunning) || errors.As(err, &gone) {
		err = c.offline(cfg.DataDir, tell) // a running one has the folder locked
	}
	if err != nil {
		return fmt.Errorf("cannot verify audit logs: %w", err)
	}
	if broken {
		return cmp.Or(p.err, errFindings)
	}
	return p.err
}

// online asks the running daemon.
func (c *auditVerifyCommand) online(daemon *running, tell func(string, auditProof)) error {
	accounts := []string{c.Account}
	if c.Account == "" {
		more, err := allAccounts(daemon)
		if err != nil {
			return err
		}
		accounts = append(accounts, more...)
	}
	for _, account := range accounts {
		path := "/v1/audit_entries/verify"
		if account != "" {
			path = "/v1/accounts/" + url.PathEscape(account) + "/audit_entries/verify"
		}
		var proof auditProof
		if err := daemon.ask(http.MethodPost, path, nil, decodeTo(&proof)); err != nil {
			return err
		}
		tell(account, proof)
	}
	return nil
}

// allAccounts lists the accounts there are.
func allAccounts(daemon *running) (accounts []string, err error) {
	for next := ""; ; {
		var page struct {
			Data []struct{ ID string }
			Next string
		}
		path := "/v1/accounts?limit=100"
		if next != "" {
			path += "&cursor=" + url.QueryEscape(next)
		}
		if err := daemon.ask(http.MethodGet, path, nil, decodeTo(&page)); err != nil {
			return nil, err
		}
		for _, a := range page.Data {
			accounts = append(accounts, a.ID)
		}
		if next = page.Next; next == "" {
			return accounts, nil
		}
	}
}

// offline reads the data folder.
func (c *auditVerifyCommand) offline(dir string, tell func(string, auditProof)) error {
	var accounts []record.ID
	if c.Account != "" {
		accounts = []record.ID{record.ID(c.Account)}
	}
	return store.VerifyAuditIn(context.Background(), dir, accounts, func(account record.ID, found store.AuditProof, err error) error {
		if err != nil && !errors.Is(err, store.ErrAudit) {
			return err
		}
		proof := auditProof{Intact: err == nil, Entries: found.Entries, FirstSeq: found.First, LastSeq: found.Last}
		if err != nil {
			proof.Detail = err.Error()
		}
		tell(string(account), proof)
		return nil
	})
}
