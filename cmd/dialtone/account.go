package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// What an export does with secrets.
const (
	secretsNone   = "none"
	secretsSealed = "sealed"
)

// passphraseFile is where the passphrase of an account's secrets is.
type passphraseFile struct {
	PassphraseFile string `placeholder:"FILE" help:"File whose first line is the passphrase of the secrets."`
}

// read is the passphrase, "" without a file.
func (p passphraseFile) read() (string, error) {
	if p.PassphraseFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(p.PassphraseFile)
	if err != nil {
		return "", usageError{fmt.Errorf("cannot read the passphrase: %w", err)}
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", usageError{fmt.Errorf("the first line of %q is empty", p.PassphraseFile)}
	}
	return line, nil
}

// exportCommand asks the running daemon for an account.
type exportCommand struct {
	source
	passphraseFile
	Account string `required:"" placeholder:"ID" help:"The account (acct_…)."`
	Out     string `required:"" placeholder:"FILE" help:"File to write, - for standard output."`
	Devices bool   `help:"Its devices as a table (CSV) instead."`
	Secrets string `default:"none" enum:"none,sealed" help:"none leaves passwords, tokens, API keys and logins out (the default); sealed takes them along under the passphrase."`
}

// Run writes the account.
func (c *exportCommand) Run(t *terminal) error {
	passphrase, err := c.read()
	if err != nil {
		return err
	}
	if (c.Secrets == secretsSealed) != (passphrase != "") {
		return usageError{errors.New("--secrets sealed and --passphrase-file need each other")}
	}
	if c.Devices && c.Secrets != secretsNone {
		return usageError{errors.New("a table of devices has no secrets")}
	}
	cfg, err := c.load(t.environ)
	if err != nil {
		return err
	}
	daemon, err := reach(cfg)
	if err != nil {
		return fmt.Errorf("cannot export: %w", err)
	}
	fetch := func(w io.Writer) error {
		if err := c.fetch(daemon, passphrase, w); err != nil {
			return fmt.Errorf("cannot export: %w", err)
		}
		return nil
	}
	if c.Out == "-" {
		return fetch(t.out)
	}
	return writeFile(c.Out, fetch)
}

func (c *exportCommand) fetch(daemon *running, passphrase string, w io.Writer) error {
	at := "/v1/accounts/" + url.PathEscape(c.Account)
	switch {
	case c.Devices:
		return daemon.ask(http.MethodGet, at+"/devices/export", nil, copyTo(w))
	case passphrase == "":
		return daemon.ask(http.MethodGet, at+"/export", nil, copyTo(w))
	}
	wish, err := json.Marshal(map[string]string{"passphrase": passphrase})
	if err != nil {
		return err
	}
	return daemon.ask(http.MethodPost, at+"/export", strings.NewReader(string(wish)), copyTo(w))
}

// importCommand has the running daemon import an account, or devices into one.
type importCommand struct {
	source
	passphraseFile
	In      string `required:"" placeholder:"FILE" help:"File to read, - for standard input."`
	Account string `placeholder:"ID" help:"The account devices are imported into; a file of any other account is refused."`
	Devices bool   `help:"The file is a table of devices (CSV)."`
	NewIDs  bool   `name:"new-ids" help:"Give every record of the account another identifier."`
	DryRun  bool   `help:"Change nothing and say what would be done."`
}

// Run sends the file and prints what became of it.
func (c *importCommand) Run(t *terminal) error {
	if c.Devices && c.Account == "" {
		return usageError{errors.New("--devices need --account, the account they go into")}
	}
	if c.Devices && (c.NewIDs || c.PassphraseFile != "") {
		return usageError{errors.New("--new-ids and --passphrase-file are for accounts")}
	}
	passphrase, err := c.read()
	if err != nil {
		return err
	}
	cfg, err := c.load(t.environ)
	if err != nil {
		return err
	}
	daemon, err := reach(cfg)
	if err != nil {
		return fmt.Errorf("cannot import: %w", err)
	}
	in := t.in
	if c.In != "-" {
		f, err := os.Open(c.In)
		if err != nil {
			return fmt.Errorf("cannot import: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	if c.Devices {
		return c.devices(daemon, in, t.out)
	}
	return c.account(daemon, in, passphrase, t.out)
}

// query is of the wishes that differ from what the daemon does by itself.
func (c *importCommand) query() string {
	q := url.Values{}
	if c.DryRun {
		q.Set("dry_run", "true")
	}
	if c.NewIDs {
		q.Set("ids", "new")
	}
	if c.Account != "" && !c.Devices {
		q.Set("account", c.Account)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (c *importCommand) account(daemon *running, in io.Reader, passphrase string, out io.Writer) error {
	var done struct {
		Account, Name      string
		Records            map[string]int
		Files              int
		Generated, Missing []string
		Clashes            []struct{ Record, Field, Detail string }
	}
	var header []string
	if passphrase != "" {
		header = []string{"Dialtone-Passphrase", passphrase}
	}
	if err := daemon.ask(http.MethodPost, "/v1/import"+c.query(), in, decodeTo(&done), header...); err != nil {
		return fmt.Errorf("cannot import: %w", err)
	}
	p := printer{out: out}
	verb := "imported"
	if c.DryRun {
		verb = "would import"
	}
	p.line("%s account %q as %s, %d files", verb, done.Name, done.Account, done.Files)
	for _, kind := range slices.Sorted(maps.Keys(done.Records)) {
		p.line("  %5d %s", done.Records[kind], strings.ReplaceAll(kind, "_", " "))
	}
	for _, one := range done.Generated {
		p.line("made anew: %s", one)
	}
	for _, one := range done.Missing {
		p.line("to be set by hand: %s", one)
	}
	for _, one := range done.Clashes {
		p.line("in the way: %s: %s %s", one.Record, one.Field, one.Detail)
	}
	if len(done.Clashes) > 0 {
		return cmp.Or(p.err, errFindings)
	}
	return p.err
}

func (c *importCommand) devices(daemon *running, in io.Reader, out io.Writer) error {
	var done struct {
		Created, Updated, Unchanged, Failed int
		Rows                                []struct {
			Line          int
			Name, Verdict string
			Errors        []struct{ Field, Detail string }
		}
	}
	path := "/v1/accounts/" + url.PathEscape(c.Account) + "/devices/import" + c.query()
	if err := daemon.ask(http.MethodPost, path, in, decodeTo(&done), "Content-Type", "text/csv"); err != nil {
		return fmt.Errorf("cannot import: %w", err)
	}
	p := printer{out: out}
	for _, row := range done.Rows {
		p.line("%4d  %-17s  %s", row.Line, row.Name, row.Verdict)
		for _, e := range row.Errors {
			p.line("      %s: %s", e.Field, e.Detail)
		}
	}
	p.line("%d created, %d changed, %d unchanged, %d wrong", done.Created, done.Updated, done.Unchanged, done.Failed)
	if c.DryRun {
		p.line("nothing was changed: a dry run")
	}
	if done.Failed > 0 {
		return cmp.Or(p.err, errFindings)
	}
	return p.err
}

// printer writes lines until that fails.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}
