package admin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"

	"dialtone/fax"
	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

const faxesPath = "/v1/accounts/{account}/faxes"

// Faxes sends faxes and counts them: *fax.Service.
type Faxes interface {
	// Prepare makes files a document. A *fax.DocumentError says what is wrong with them.
	Prepare(ctx context.Context, p *fax.Preparation) (fax.Prepared, error)
	// Draft is a job's fax, to be written by the caller. A *fax.LimitError refuses it.
	Draft(j *fax.Job) (record.Fax, error)
	// Queued is told of a draft that is on disk.
	Queued(f *record.Fax)
	// Cancel calls a fax off that is not over; store.ErrNotFound for none.
	Cancel(ctx context.Context, account record.ID, id string) error
	// Use is how much of an account's limit is used.
	Use(account record.ID, d fax.Direction) fax.Use
}

// faxOperations are about faxes. That there is one anybody may know who may read; what it
// says is kept with the secrets, and every reader is in the audit log.
func faxOperations() []*operation {
	one := faxesPath + "/{fax}"
	return []*operation{
		{
			method: http.MethodGet, path: faxesPath, event: "fax.list", scope: record.ScopeRead,
			summary: "Lists faxes, the newest first.", answer: typeOf[record.Fax](), list: true,
			query: []parameter{
				{name: "direction", doc: "Only inbound or outbound ones."},
				{name: "status", doc: "Only those with this status."},
				{name: "number", doc: "Only those from or to exactly this number, or of the number with this identifier."},
				{name: "user", doc: "Only those this user sent."},
				{name: "from", doc: "Only those that came or were handed in at this time or later."},
				{name: "to", doc: "Only those that came or were handed in before this time."},
			},
			status: http.StatusOK, handle: handleFaxes,
		},
		{
			method: http.MethodPost, path: faxesPath, event: "fax.create", scope: record.ScopeWrite,
			summary: "Sends a fax: PDF, TIFF and PNG files in a form, one after the other, or the document of another fax. Waits in a queue until it is delivered or has failed.",
			body:    []reflect.Type{typeOf[faxInput]()}, required: []string{"to"},
			form: true, json: true, files: "A file: PDF, TIFF or PNG. May be given up to 20 times, 50 MB and 350 pages in all.",
			answer: typeOf[*record.Fax](), status: http.StatusCreated, replays: true, handle: handleSendFax,
		},
		{
			method: http.MethodGet, path: one, event: "fax.read", scope: record.ScopeRead,
			summary: "Reads what is known of a fax.", answer: typeOf[*record.Fax](), status: http.StatusOK, handle: handleFax,
		},
		{
			method: http.MethodGet, path: one + "/document", event: "fax.read_document", scope: record.ScopeSecrets,
			summary: "Reads a fax's document.", query: []parameter{{name: "format", doc: "pdf or tiff; none is pdf."}},
			media: mediaPDF, otherMedia: mediaTIFF, status: http.StatusOK, handle: handleFaxDocument,
		},
		faxPageOperation(),
		faxNotesOperation(),
		{
			method: http.MethodDelete, path: one, event: "fax.delete", scope: record.ScopeWrite,
			summary: "Calls a fax off that is to be sent. Deletes one that is over with its document, whose file is gone within two hours.",
			status:  http.StatusNoContent, handle: handleDeleteFax,
		},
	}
}

const (
	mediaPDF  = "application/pdf"
	mediaTIFF = "image/tiff"
)

// noFaxes is the answer of a daemon that sends none.
func noFaxes() error {
	return newProblem(http.StatusServiceUnavailable, record.CodeNotAvailable, "faxes are not available")
}

func handleFaxes(c *call) (*answer, error) {
	q := c.query()
	ask := store.FaxQuery{
		Account: c.account, Direction: q.oneOf("direction", record.FaxInbound, record.FaxOutbound),
		State: q.oneOf("status", record.FaxStates()...), Number: c.digits(q.text("number")), User: record.ID(q.text("user")),
		From: q.time("from"), To: q.time("to"), After: historyCursor(q), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return history(c.server.Store.Faxes(ask))
}

// digits are those of the account's number with that identifier, or else what was given.
func (c *call) digits(number string) string {
	c.view(func(v *store.View) {
		if n, there := store.Get[*record.Number](v, record.ID(number)); there && n.Account == c.account {
			number = n.Number
		}
	})
	return number
}

// fax is the one the path names.
func (c *call) fax() (record.Fax, error) {
	f, err := c.server.Store.Fax(c.account, c.r.PathValue("fax"))
	if err == nil {
		c.resource = record.ID(f.ID)
	}
	return f, err
}

func handleFax(c *call) (*answer, error) {
	f, err := c.fax()
	if err != nil {
		return nil, err
	}
	return ok(&f), nil
}

func handleFaxDocument(c *call) (*answer, error) {
	q := c.query()
	format := q.oneOf("format", "pdf", "tiff")
	if err := q.err(); err != nil {
		return nil, err
	}
	f, err := c.fax()
	switch {
	case err != nil:
		return nil, err
	case !hasDocument(&f):
		return nil, &store.Conflict{Code: store.ConflictState, Detail: "the fax has no document: it is on its way, nothing came, or it was deleted"}
	case format == "tiff":
		return c.faxFile(&f, f.TIFF, mediaTIFF, ".tif")
	case f.PDFSize > 0:
		return c.faxFile(&f, f.PDF, mediaPDF, ".pdf")
	}
	return c.faxPDF(&f)
}

func hasDocument(f *record.Fax) bool { return f.TIFFSize > 0 && !f.Deleted }

// faxFile answers with a file of the store, whole or in parts.
func (c *call) faxFile(f *record.Fax, hash blob.Hash, media, extension string) (*answer, error) {
	file, err := c.openBlob(hash)
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, serve: func(w http.ResponseWriter, req *http.Request) {
		defer func() { _ = file.Close() }()
		w.Header().Set("Content-Type", media)
		w.Header().Set("Content-Disposition", attachment(f, extension))
		w.Header().Set("ETag", `"`+hash.String()[:32]+`"`)
		http.ServeContent(w, req, "", f.CreatedAt, file)
	}}, nil
}

// faxPDF makes the PDF of a fax that has none, as it goes out.
func (c *call) faxPDF(f *record.Fax) (*answer, error) {
	file, err := c.openBlob(f.TIFF)
	if err != nil {
		return nil, err
	}
	_ = file.Close()
	return &answer{
		status: http.StatusOK, header: map[string]string{"Content-Type": mediaPDF, "Content-Disposition": attachment(f, ".pdf")},
		stream: func(w io.Writer) error { return fax.WritePDF(w, c.server.Store, f) },
	}, nil
}

func (c *call) openBlob(hash blob.Hash) (*os.File, error) {
	file, err := c.server.Store.Blobs().Open(hash)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, store.ErrNotFound
	}
	return file, err
}

func attachment(f *record.Fax, extension string) string {
	return `attachment; filename="` + f.ID + extension + `"`
}

// handleDeleteFax calls off what is to be sent and deletes what is over.
func handleDeleteFax(c *call) (*answer, error) {
	f, err := c.fax()
	if err != nil {
		return nil, err
	}
	if f.Direction == record.FaxOutbound && !f.Over() {
		return c.cancelFax(&f)
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		if err := tx.DeleteFax(c.account, f.ID); err != nil {
			return effect{}, err
		}
		return effect{account: c.account, resource: record.ID(f.ID), answer: &answer{status: http.StatusNoContent}}, nil
	})
}

func (c *call) cancelFax(f *record.Fax) (*answer, error) {
	if c.server.Faxes == nil {
		return nil, noFaxes()
	}
	err := c.server.Faxes.Cancel(c.r.Context(), c.account, f.ID)
	if errors.Is(err, store.ErrNotFound) { // its last call has just ended
		err = &store.Conflict{Code: store.ConflictState, Detail: "the fax is over, or its call is about to begin; try again"}
	}
	if err != nil {
		return nil, err
	}
	c.detail = "called off"
	return &answer{status: http.StatusNoContent}, nil
}
