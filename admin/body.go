package admin

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"dialtone/admin/merge"
)

// MaxBody bounds a request's body, in bytes. A form has a bound of its own.
const MaxBody = 1 << 20

// readBody reads the body and parses it. An empty body is an empty object where
// the operation can do without.
func (c *call) readBody() (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, MaxBody))
	if err != nil {
		return nil, fmt.Errorf("cannot read body: %w", &unreadable{err})
	}
	c.body = body
	if len(bytes.TrimSpace(body)) == 0 && c.op.emptyBody {
		return merge.Object{}, nil
	}
	return merge.Parse(body)
}

// unreadable is a body the client did not send whole.
type unreadable struct{ err error }

func (u *unreadable) Error() string { return u.err.Error() }
func (u *unreadable) Unwrap() error { return u.err }

// As makes a broken body the client's problem, unless it was too large.
func (u *unreadable) As(target any) bool {
	p, wanted := target.(**problem)
	if _, tooLarge := u.err.(*http.MaxBytesError); !wanted || tooLarge { //nolint:errorlint // MaxBytesReader returns it bare
		return false
	}
	*p = newProblem(http.StatusBadRequest, merge.CodeNotJSON, "the body could not be read")
	return true
}

// readInto reads the body into a struct of input fields.
func (c *call) readInto(v any) error {
	body, err := c.readBody()
	if err != nil {
		return err
	}
	return merge.Apply(body, true, merge.Target{Value: v})
}

// readNothing reads a body that has no fields.
func (c *call) readNothing() error { return c.readInto(&struct{}{}) }
