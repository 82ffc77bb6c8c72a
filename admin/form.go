package admin

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"dialtone/admin/merge"
	"dialtone/internal/audio/clip"
	"dialtone/store/record"
)

// Bounds of a form, in bytes.
const (
	maxForm      = clip.MaxFile + 64<<10
	maxFormField = 4096
)

// fileField is the part of a form that is a file.
const fileField = "file"

// form is a request's fields and its file (RFC 7578).
type form struct {
	fields merge.Object
	file   []byte // nil without one
}

// readForm reads a form. A body of another type is the JSON object any operation takes,
// and has no file.
func (c *call) readForm() (*form, error) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		body, err := c.readBody()
		if err != nil {
			return nil, err
		}
		fields, ok := body.(merge.Object)
		if !ok {
			return nil, invalidField("", record.CodeWrongType, "the body must be an object or a form")
		}
		return &form{fields: fields}, nil
	}
	f := &form{fields: merge.Object{}}
	parts := multipart.NewReader(http.MaxBytesReader(c.w, c.r.Body, maxForm), params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, c.noteForm(f)
		}
		if err == nil {
			err = f.take(part)
		}
		if err != nil {
			return nil, brokenForm(err)
		}
	}
}

// take reads one part.
func (f *form) take(part *multipart.Part) error {
	name := part.FormName()
	limit := int64(maxFormField)
	if name == fileField {
		limit = clip.MaxFile
	}
	if _, twice := f.fields[name]; twice || name == fileField && f.file != nil {
		return invalidField(name, record.CodeDuplicate, "must be given once")
	}
	b, err := io.ReadAll(io.LimitReader(part, limit+1))
	switch {
	case err != nil:
		return err
	case int64(len(b)) > limit && name == fileField:
		return fileTooLarge()
	case int64(len(b)) > limit:
		return invalidField(name, record.CodeTooLong, "must have at most %d bytes", limit)
	case name == fileField:
		f.file = b
	default:
		f.fields[name] = string(b)
	}
	return nil
}

func fileTooLarge() error {
	const detail = "the file has more than %d MB"
	return newProblem(http.StatusRequestEntityTooLarge, codeTooLarge, detail, clip.MaxFile>>20).
		with(record.Problem{Field: fileField, Code: codeTooLarge, Detail: fmt.Sprintf(detail, clip.MaxFile>>20)})
}

// brokenForm makes what the form's reader says the client's problem.
func brokenForm(err error) error {
	var tooLarge *http.MaxBytesError
	var p *problem
	var invalid record.Problems
	switch {
	case errors.As(err, &tooLarge):
		return fileTooLarge()
	case errors.As(err, &p), errors.As(err, &invalid):
		return err
	}
	return newProblem(http.StatusBadRequest, codeNotForm, "the form could not be read")
}

// noteForm lets a form sent again be known again: its boundary is another one then.
func (c *call) noteForm(f *form) error {
	text, err := json.Marshal(f.fields)
	if err != nil {
		return fmt.Errorf("cannot note form: %w", err)
	}
	sum := sha256.Sum256(f.file)
	c.body = append(text, sum[:]...)
	return nil
}
