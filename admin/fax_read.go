package admin

import (
	"net/http"
	"reflect"
	"time"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// faxNotes are what people may write on a fax.
type faxNotes struct {
	ReadAt time.Time `json:"read_at" doc:"When somebody read it; null marks it unread."`
}

// maxClockAhead is how far a client's clock may be ahead of ours.
const maxClockAhead = time.Hour

func faxNotesOperation() *operation {
	return &operation{
		method: http.MethodPatch, path: faxesPath + "/{fax}", event: "fax.update", scope: record.ScopeWrite,
		summary: "Marks a fax that is over as read or unread.", body: []reflect.Type{typeOf[faxNotes]()},
		answer: typeOf[*record.Fax](), status: http.StatusOK, handle: handleUpdateFax,
	}
}

func handleUpdateFax(c *call) (*answer, error) {
	f, err := c.fax()
	if err != nil {
		return nil, err
	}
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	notes := faxNotes{ReadAt: f.ReadAt}
	if err := merge.Apply(body, false, merge.Target{Value: &notes}); err != nil {
		return nil, err
	}
	if notes.ReadAt.After(c.server.now().Add(maxClockAhead)) {
		return nil, invalidField("read_at", record.CodeOutOfRange, "must not lie ahead")
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		now, err := tx.Fax(c.account, f.ID)
		switch {
		case err != nil:
			return effect{}, err
		case !now.Over():
			return effect{}, &store.Conflict{Code: store.ConflictState, Detail: "the fax is not over"}
		}
		now.ReadAt = notes.ReadAt.UTC()
		return effect{account: c.account, resource: record.ID(now.ID), answer: ok(&now)}, tx.PutFax(&now)
	})
}
