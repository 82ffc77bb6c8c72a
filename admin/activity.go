package admin

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// Paths of the audit log of an account, and of the platform's.
const (
	accountAuditPath  = "/v1/accounts/{account}/audit_entries"
	platformAuditPath = "/v1/audit_entries"
)

// auditEvent is one name for the event picker.
type auditEvent struct {
	Event  string `json:"event" doc:"resource.verb."`
	Writes bool   `json:"writes" doc:"Whether it changes something."`
}

// auditEventList is all of them; there is never a next page.
type auditEventList struct {
	Data []auditEvent `json:"data" doc:"Sorted by name."`
	Next *string      `json:"next" doc:"Always null."`
}

// auditProof is what a check of the hash chain found.
type auditProof struct {
	Intact   bool    `json:"intact" doc:"Whether every entry, number, hash and link is as it was written."`
	Entries  uint64  `json:"entries" doc:"How many entries are in order, from the first on."`
	FirstSeq uint64  `json:"first_seq" doc:"Number of the oldest entry kept."`
	LastSeq  uint64  `json:"last_seq" doc:"Number of the newest entry."`
	BrokenAt *uint64 `json:"broken_at" doc:"Number of the first entry that does not fit; null when all do."`
	Detail   string  `json:"detail" doc:"What does not fit; empty when all do."`
}

// auditFilters narrow the audit log.
func auditFilters() []parameter {
	return []parameter{
		{name: "event", doc: "Only this event; may be given more than once.", repeats: true},
		{name: "writes", doc: "true for events that change something, false for those that only read."},
		{name: "resource", doc: "Only resources whose identifier or kind starts with this."},
		{name: "actor", doc: "Only actors whose identifier, name, e-mail address or type starts with this."},
		{name: "outcome", doc: "Only success, failure or denied."},
		{name: "ip", doc: "Only addresses with this part."},
		{name: "from", doc: "Only what happened at this time or later."},
		{name: "to", doc: "Only what happened before this time."},
	}
}

// activityOperations read the audit logs and check them.
func activityOperations() []*operation {
	var ops []*operation
	for _, log := range []struct{ path, events, scope, suffix, of string }{
		{accountAuditPath, "/v1/accounts/{account}/audit_events", record.ScopeRead, "", "the account's audit log"},
		{platformAuditPath, "/v1/audit_events", scopePlatform, "_platform", "the audit log of what belongs to no account"},
	} {
		ops = append(
			ops,
			&operation{
				method: http.MethodGet, path: log.path, event: "audit_entry.list" + log.suffix, scope: log.scope,
				summary: "Lists " + log.of + ", newest first. Over very long logs a page may be short and still have a next.",
				answer:  typeOf[record.AuditEntry](), list: true, query: auditFilters(), status: http.StatusOK, handle: handleAudit,
			},
			&operation{
				method: http.MethodGet, path: log.path + "/export", event: "audit_entry.export" + log.suffix, scope: log.scope,
				summary: "Streams " + log.of + ", newest first, one JSON object a line.",
				media:   mediaLines, query: auditFilters(), status: http.StatusOK, handle: handleAuditExport,
			},
			&operation{
				method: http.MethodPost, path: log.path + "/verify", event: "audit_entry.verify" + log.suffix, scope: log.scope,
				summary: "Checks every hash of " + log.of + ", from the oldest entry kept to the newest.", body: []reflect.Type{}, emptyBody: true,
				answer: typeOf[*auditProof](), status: http.StatusOK, handle: handleAuditVerify,
			},
			&operation{
				method: http.MethodGet, path: log.events, event: "audit_event.list" + log.suffix, scope: log.scope,
				summary: "Lists the events that stand in " + log.of + ".",
				answer:  typeOf[*auditEventList](), status: http.StatusOK, handle: handleAuditEvents,
			},
		)
	}
	return ops
}

// mediaLines is one JSON value a line.
const mediaLines = "application/x-ndjson"

// logAccount is the account whose log the path names, "" for the platform's.
func (c *call) logAccount() record.ID {
	if c.op.scoped() {
		return c.account
	}
	return ""
}

// auditQuery reads the filters.
func (c *call) auditQuery(q *query) store.AuditQuery {
	ask := store.AuditQuery{
		Account: c.logAccount(),
		From:    q.time("from"), To: q.time("to"), Events: q.values["event"],
		Resource: q.text("resource"), Actor: q.text("actor"), IP: q.text("ip"),
		Outcome: q.oneOf("outcome", record.OutcomeSuccess, record.OutcomeFailure, record.OutcomeDenied),
	}
	if wanted := q.oneOf("writes", "true", "false"); wanted != "" {
		reads := c.server.readEvents()
		ask.Accept = func(event string) bool { return (wanted == "false") == reads(event) }
	}
	return ask
}

func handleAudit(c *call) (*answer, error) {
	q := c.query()
	ask := c.auditQuery(q)
	ask.After, ask.Limit = historyCursor(q), q.limit()
	if err := q.err(); err != nil {
		return nil, err
	}
	return history(c.server.Store.AuditEntries(ask))
}

// handleAuditExport reads page by page: an export that takes long holds nothing up, and
// has no entry twice.
func handleAuditExport(c *call) (*answer, error) {
	q := c.query()
	ask := c.auditQuery(q)
	if err := q.err(); err != nil {
		return nil, err
	}
	const perPage = 1000
	ask.Limit = perPage
	name := "audit-" + c.server.now().UTC().Format(time.DateOnly) + ".ndjson"
	return &answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": mediaLines, "Content-Disposition": `attachment; filename="` + name + `"`},
		stream: func(w io.Writer) error { return exportAudit(c, ask, w) },
	}, nil
}

func exportAudit(c *call, ask store.AuditQuery, w io.Writer) error {
	for {
		list, err := c.server.Store.AuditEntries(ask)
		if err != nil {
			return err
		}
		for i := range list.Items {
			line, err := encodeJSON(&list.Items[i])
			if err != nil {
				return err
			}
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		if ask.After = list.Next; list.Next == "" {
			return nil
		}
		if err := c.r.Context().Err(); err != nil {
			return err
		}
	}
}

// handleAuditVerify checks one log at a time: it reads every entry.
func handleAuditVerify(c *call) (*answer, error) {
	if err := c.readNothing(); err != nil {
		return nil, err
	}
	leave, err := c.server.proofs.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	proof := &auditProof{}
	err = c.server.proofs.work(c.r.Context(), func() error {
		found, err := c.server.Store.VerifyAudit(c.r.Context(), c.logAccount())
		proof.Entries, proof.FirstSeq, proof.LastSeq = found.Entries, found.First, found.Last
		if proof.Intact = err == nil; errors.Is(err, store.ErrAudit) {
			c.server.log.Error("audit log does not verify", "account", c.logAccount(), "err", err)
			proof.BrokenAt, proof.Detail = &found.BrokenAt, err.Error()
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c.detail = proof.Detail
	return ok(proof), nil
}

func handleAuditEvents(c *call) (*answer, error) {
	names, err := c.server.Store.AuditEvents(c.logAccount())
	if err != nil {
		return nil, err
	}
	list := &auditEventList{Data: make([]auditEvent, 0, len(names))}
	reads := c.server.readEvents()
	for _, name := range names {
		list.Data = append(list.Data, auditEvent{name, !reads(name)})
	}
	return ok(list), nil
}

// readEvents tells events that only read: those of the table's GETs, and of others whose
// verb says so.
func (s *Server) readEvents() func(event string) bool {
	gets := map[string]bool{}
	for _, op := range s.table() {
		if op.method == http.MethodGet {
			gets[op.event] = true
		}
	}
	return func(event string) bool {
		_, verb, _ := strings.Cut(event, ".")
		first, _, _ := strings.Cut(verb, "_")
		return gets[event] || slices.Contains([]string{"list", "read", "reveal", "export", "verify"}, first)
	}
}
