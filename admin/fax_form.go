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
	"os"
	"strconv"

	"dialtone/admin/merge"
	"dialtone/fax"
	"dialtone/store/record"
)

// Bounds of the form of a fax.
const (
	maxFaxForm   = fax.MaxUpload + 1<<20
	maxFaxField  = 16 << 10 // bytes
	maxFaxFields = 32
)

// faxForm is what a fax is to be, and its files in a folder of their own.
type faxForm struct {
	fields merge.Object
	files  []fax.Upload
	dir    string // "" without files
	open   []*os.File
	size   int64
	sums   []byte // of the files, for a request that is sent again
}

// close forgets the files.
func (f *faxForm) close() {
	for _, file := range f.open {
		_ = file.Close()
	}
	if f.dir != "" {
		_ = os.RemoveAll(f.dir)
	}
}

// readFaxForm reads a form, or a JSON object, which has no files.
func (c *call) readFaxForm() (*faxForm, error) {
	f := &faxForm{fields: merge.Object{}}
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
		f.fields = fields
		return f, nil
	}
	if err := f.read(multipart.NewReader(http.MaxBytesReader(c.w, c.r.Body, maxFaxForm), params["boundary"])); err != nil {
		f.close()
		return nil, err
	}
	text, err := json.Marshal(f.fields)
	c.body = append(text, f.sums...) // its boundary is another one when it is sent again
	return f, err
}

// read reads all parts.
func (f *faxForm) read(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f.take(part)
		}
		if err != nil {
			return brokenFaxForm(err)
		}
	}
}

// take reads one part: a file is one that has a name.
func (f *faxForm) take(part *multipart.Part) error {
	name := part.FormName()
	if name == fileField && part.FileName() != "" {
		return f.takeFile(part)
	}
	if _, twice := f.fields[name]; twice {
		return invalidField(name, record.CodeDuplicate, "must be given once")
	}
	if len(f.fields) == maxFaxFields {
		return invalidField("", record.CodeTooMany, "must be at most %d fields", maxFaxFields)
	}
	b, err := io.ReadAll(io.LimitReader(part, maxFaxField+1))
	if err != nil {
		return err
	}
	if len(b) > maxFaxField {
		return invalidField(name, record.CodeTooLong, "must have at most %d bytes", maxFaxField)
	}
	f.fields[name], err = formValue(name, string(b))
	return err
}

// formValue is what a field's text stands for where it is no text.
func formValue(name, text string) (any, error) {
	switch name {
	case "cover":
		cover, err := merge.Parse([]byte(text))
		if err != nil {
			return nil, invalidField(name, record.CodeWrongType, "must be a JSON object")
		}
		return cover, nil
	case "max_attempts":
		if _, err := strconv.Atoi(text); err == nil {
			return json.Number(text), nil
		}
	}
	return text, nil
}

// takeFile keeps a file on disk.
func (f *faxForm) takeFile(part io.Reader) (err error) {
	if len(f.files) == fax.MaxFiles {
		return invalidField(fileField, record.CodeTooMany, "must be at most %d files", fax.MaxFiles)
	}
	if f.dir == "" {
		if f.dir, err = os.MkdirTemp("", "fax-upload-"); err != nil {
			return fmt.Errorf("cannot keep file: %w", &spoolError{err})
		}
	}
	file, err := os.CreateTemp(f.dir, "")
	if err != nil {
		return fmt.Errorf("cannot keep file: %w", &spoolError{err})
	}
	f.open = append(f.open, file)
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(&spool{file}, sum), io.LimitReader(part, fax.MaxUpload-f.size+1))
	if err != nil {
		return err
	}
	if f.size += size; f.size > fax.MaxUpload {
		return faxTooLarge()
	}
	f.files = append(f.files, fax.Upload{File: file, Size: size})
	f.sums = sum.Sum(f.sums)
	return nil
}

// spool writes to disk, and marks its errors as ours.
type spool struct{ file *os.File }

func (s *spool) Write(b []byte) (int, error) {
	n, err := s.file.Write(b)
	if err != nil {
		err = &spoolError{err}
	}
	return n, err
}

// spoolError is a disk that did not take a file.
type spoolError struct{ err error }

func (e *spoolError) Error() string { return e.err.Error() }
func (e *spoolError) Unwrap() error { return e.err }

func faxTooLarge() error {
	const detail = "the files have more than %d MB"
	return newProblem(http.StatusRequestEntityTooLarge, codeTooLarge, detail, fax.MaxUpload>>20).
		with(record.Problem{Field: fileField, Code: codeTooLarge, Detail: fmt.Sprintf(detail, fax.MaxUpload>>20)})
}

// brokenFaxForm makes what the form's reader says the client's problem, but for a disk.
func brokenFaxForm(err error) error {
	var tooLarge *http.MaxBytesError
	var ours *spoolError
	switch {
	case errors.As(err, &ours):
		return err
	case errors.As(err, &tooLarge):
		return faxTooLarge()
	}
	return brokenForm(err)
}
