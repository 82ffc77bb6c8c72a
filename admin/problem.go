package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// problem is an error answer (RFC 9457) with a code that is stable for programs
// and the fields it is about.
type problem struct {
	Type   string           `json:"type" doc:"urn:dialtone:problem: and the code."`
	Title  string           `json:"title" doc:"The code in words."`
	Status int              `json:"status" doc:"HTTP status."`
	Detail string           `json:"detail" doc:"What happened, for a person."`
	Code   string           `json:"code" doc:"Stable code for programs."`
	Errors []record.Problem `json:"errors" doc:"What is wrong, by field."`

	// Of a fax the account's limit refuses.
	Limit             *int `json:"limit,omitempty" doc:"Faxes that may be sent in any window; of a fax beyond the limit."`
	Used              *int `json:"used,omitempty" doc:"Faxes of the window that count; of a fax beyond the limit."`
	WindowSeconds     int  `json:"window_seconds,omitempty" doc:"Length of the window; of a fax beyond the limit."`
	RetryAfterSeconds int  `json:"retry_after,omitempty" doc:"Seconds until a fax may be sent; of a fax beyond the limit."`

	retryAfter int // seconds, 0 for no header
	allow      []string
}

// Codes of problems that no record or conflict has.
const (
	codeUnauthorized = "unauthorized"
	codeForbidden    = "forbidden"
	codeNotFound     = "not_found"
	codeMethod       = "method_not_allowed"
	codeStale        = "stale_revision"
	codeTooLarge     = "too_large"
	codeInvalid      = "invalid"
	codeNotForm      = "not_form"
	codeMismatch     = "idempotency_mismatch"
	codeLimited      = "rate_limited"
	codeNoSpace      = "no_space"
	codeOverloaded   = "overloaded"
	codeClosing      = "closing"
	codeCancelled    = "cancelled"
	codeInternal     = "internal"
	codeCSRF         = "csrf"
	codeLoginFailed  = "login_failed"
	codeMustChange   = "password_change_required"
)

// Seconds after which trying again makes sense.
const (
	retryOverloaded = 1
	retryNoSpace    = 30
)

// Error makes a problem an error, so that handlers can return one.
func (p *problem) Error() string { return p.Detail }

func newProblem(status int, code, format string, args ...any) *problem {
	title := strings.ReplaceAll(code, "_", " ")
	return &problem{
		Type: "urn:dialtone:problem:" + code, Title: strings.ToUpper(title[:1]) + title[1:], Status: status,
		Detail: fmt.Sprintf(format, args...), Code: code, Errors: []record.Problem{},
	}
}

func (p *problem) with(errs ...record.Problem) *problem {
	p.Errors = errs
	return p
}

func (p *problem) retry(seconds int) *problem {
	p.retryAfter = seconds
	return p
}

func notFound() *problem {
	return newProblem(http.StatusNotFound, codeNotFound, "there is nothing here")
}

func forbidden(format string, args ...any) *problem {
	return newProblem(http.StatusForbidden, codeForbidden, format, args...)
}

func unauthorized() *problem {
	return newProblem(http.StatusUnauthorized, codeUnauthorized, "log in, or give an API key as Authorization: Bearer <key>")
}

func methodNotAllowed(allow []string) *problem {
	p := newProblem(http.StatusMethodNotAllowed, codeMethod, "the methods are %s", strings.Join(allow, ", "))
	p.allow = allow
	return p
}

// invalidField is a refused value outside of a record.
func invalidField(field, code, format string, args ...any) error {
	var p record.Problems
	p.Add(field, code, format, args...)
	return p.Err()
}

// problemOf is the one table of errors to answers. What it does not know is
// internal: the caller learns no more than a number to look for in the log.
func problemOf(err error, log *slog.Logger) *problem {
	var (
		p        *problem
		syntax   *merge.SyntaxError
		invalid  record.Problems
		conflict *store.Conflict
		tooLarge *http.MaxBytesError
	)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &syntax):
		return newProblem(http.StatusBadRequest, syntax.Code, "%s", syntax.Detail)
	case errors.As(err, &tooLarge):
		return newProblem(http.StatusRequestEntityTooLarge, codeTooLarge, "the body must have at most %d bytes", tooLarge.Limit)
	case errors.As(err, &invalid):
		return problemOfFields(invalid)
	case errors.As(err, &conflict):
		return problemOfConflict(conflict)
	case errors.Is(err, store.ErrNotFound):
		return notFound()
	case errors.Is(err, store.ErrStale):
		return newProblem(http.StatusPreconditionFailed, codeStale, "the record has been changed since you read it; read it again")
	case errors.Is(err, kv.ErrTooBig):
		return newProblem(http.StatusRequestEntityTooLarge, codeTooLarge, "the change is too large for one transaction")
	case errors.Is(err, store.ErrNoSpace):
		return newProblem(http.StatusServiceUnavailable, codeNoSpace, "the server's disk is full: nothing was changed").retry(retryNoSpace)
	case errors.Is(err, store.ErrOverloaded):
		return newProblem(http.StatusServiceUnavailable, codeOverloaded, "too many changes are waiting; try again in a moment").retry(retryOverloaded)
	case errors.Is(err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, codeCancelled, "the request was given up before it was done")
	case errors.Is(err, store.ErrClosed):
		return newProblem(http.StatusServiceUnavailable, codeClosing, "the server is stopping").retry(retryOverloaded)
	}
	id := store.NewToken()[:12]
	log.Error("cannot answer a request", "err", err, "incident", id)
	return newProblem(http.StatusInternalServerError, codeInternal, "something went wrong here; the server's log has it under %s", id)
}

// problemOfFields is 409 when nothing but a reserved or taken value is wrong.
func problemOfFields(invalid record.Problems) *problem {
	clash := func(q record.Problem) bool { return q.Code == record.CodeReserved }
	if !slices.ContainsFunc(invalid, func(q record.Problem) bool { return !clash(q) }) {
		return newProblem(http.StatusConflict, record.CodeReserved, "%s", invalid.Error()).with(invalid...)
	}
	return newProblem(http.StatusUnprocessableEntity, codeInvalid, "%s", sentence(invalid)).with(invalid...)
}

// sentence names the first few problems.
func sentence(invalid record.Problems) string {
	const most = 3
	if len(invalid) <= most {
		return invalid.Error()
	}
	return invalid[:most].Error() + fmt.Sprintf("; and %d more", len(invalid)-most)
}

func problemOfConflict(c *store.Conflict) *problem {
	p := newProblem(http.StatusConflict, c.Code, "%s", c.Error())
	if c.Field == "" {
		return p
	}
	return p.with(record.Problem{Field: c.Field, Code: c.Code, Detail: c.Detail})
}

// write sends the problem.
func (p *problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	switch {
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="dialtone"`)
	case len(p.allow) > 0:
		h.Set("Allow", strings.Join(p.allow, ", "))
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	w.WriteHeader(p.Status)
	writeBody(w, p)
}
