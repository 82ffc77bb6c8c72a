package admin

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

const (
	// maxImport bounds an exported account on its way in, in bytes.
	maxImport = 1 << 30
	// passphraseHeader has the passphrase of an import: an address would end up in logs.
	passphraseHeader = "Dialtone-Passphrase"
)

// Codes of problems of imports.
const (
	codeBadExport  = "bad_export"
	codePassphrase = "wrong_passphrase"
	codeClash      = "clash"
)

// exportWish says what is exported.
type exportWish struct {
	Passphrase string `json:"passphrase" api:"writeonly" doc:"Seals passwords, tokens and carriers' credentials into the file; at least 12 characters. Without one they are left out."`
}

// accountFileOperations move an account as a file.
func accountFileOperations() []*operation {
	const path = "/v1/accounts/{account}/export"
	return []*operation{
		{
			method: http.MethodGet, path: path, event: "account.export", scope: record.ScopeSecrets,
			summary: "Streams the account as a file, without passwords, tokens and carriers' credentials; API keys, logins and the provisioning URL stay behind.",
			media:   mediaLines, status: http.StatusOK, handle: handleExport,
		},
		{
			method: http.MethodPost, path: path, event: "account.export", name: "account.export_secrets", scope: record.ScopeSecrets,
			summary: "Streams the account as a file, its secrets sealed under a passphrase. Only administrators and platform keys get people's logins with it.", body: []reflect.Type{typeOf[exportWish]()}, emptyBody: true,
			media: mediaLines, status: http.StatusOK, handle: handleExport,
		},
		{
			method: http.MethodPost, path: "/v1/import", event: "account.import", scope: scopePlatform,
			summary: "Makes an account of such a file: all of it or nothing. The header " + passphraseHeader + " opens its secrets.", raw: mediaLines,
			query: []parameter{
				{name: "account", doc: "Refuses a file of any other account."},
				{name: "ids", doc: "keep gives every record the identifier it had (the default), new another one."},
				{name: "dry_run", doc: "true says what would be done and lists what is in the way."},
			},
			answer: typeOf[*store.Imported](), status: http.StatusOK, handle: handleImport,
		},
	}
}

func handleExport(c *call) (*answer, error) {
	wish := exportWish{}
	if c.op.body != nil {
		if err := c.readInto(&wish); err != nil {
			return nil, err
		}
		if n := len([]rune(wish.Passphrase)); n > 0 && n < store.MinPassphrase {
			return nil, invalidField("passphrase", record.CodeTooShort, "must have at least %d characters", store.MinPassphrase)
		}
	}
	name := "account-" + c.server.now().UTC().Format(time.DateOnly) + ".ndjson"
	// A manager must not get at what the owner's password, or an administrator's, hashes to.
	options := store.ExportOptions{Passphrase: wish.Passphrase, NoLogins: !c.platform(), Daemon: c.server.Version}
	return &answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": mediaLines, "Content-Disposition": `attachment; filename="` + name + `"`},
		stream: func(w io.Writer) error { return c.server.Store.ExportAccount(c.account, options, w) },
	}, nil
}

func handleImport(c *call) (*answer, error) {
	q := c.query()
	ids, dry := q.oneOf("ids", "keep", "new"), q.oneOf("dry_run", "true", "false")
	if err := q.err(); err != nil {
		return nil, err
	}
	entry := c.entry(record.OutcomeSuccess)
	done, err := c.server.Store.ImportAccount(c.r.Context(), http.MaxBytesReader(c.w, c.r.Body, maxImport), store.ImportOptions{
		Passphrase: c.r.Header.Get(passphraseHeader), NewIDs: ids == "new", DryRun: dry == "true", Audit: &entry,
		Account: record.ID(q.text("account")),
	})
	if err != nil {
		return nil, importProblem(err)
	}
	c.resource = done.Account
	if dry == "true" {
		c.resource, c.detail = "", "dry run"
	}
	return ok(done), nil
}

// importProblem tells what keeps an account from being imported.
func importProblem(err error) error {
	var clash *store.ImportError
	switch {
	case errors.As(err, &clash):
		p := newProblem(http.StatusConflict, codeClash, "nothing was imported: %s", clash.Error())
		for _, one := range clash.Clashes {
			p.Errors = append(p.Errors, record.Problem{Field: one.Field, Code: codeClash, Detail: one.Record + ": " + one.Detail})
		}
		return p
	case errors.Is(err, store.ErrPassphrase):
		return newProblem(http.StatusUnprocessableEntity, codePassphrase, "%s", err)
	case errors.Is(err, store.ErrBadExport):
		return newProblem(http.StatusUnprocessableEntity, codeBadExport, "%s", err)
	}
	return err
}
