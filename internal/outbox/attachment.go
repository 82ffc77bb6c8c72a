package outbox

import (
	"errors"
	"fmt"
	"io"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"dialtone/store/blob"
)

// Attachment is a file that goes with a mail. It is read from the store when the mail is
// sent: the row that waits has its name only.
type Attachment struct {
	Name string    `cbor:"name"` // as the recipient saves it
	Type string    `cbor:"type"` // media type
	Blob blob.Hash `cbor:"blob"`
	Size int64     `cbor:"size"`
}

// MaxAttached bounds the files of one mail together, in bytes.
const MaxAttached = 32 << 20

// errNoFiles says that nobody can open files.
var errNoFiles = errors.New("mails have no files here")

func checkAttachments(list []Attachment) error {
	total := int64(0)
	for i := range list {
		a := &list[i]
		total += a.Size
		if a.Name == "" || strings.ContainsAny(a.Name, "\r\n\x00\"/\\") || strings.ContainsAny(a.Type, "\r\n\x00") {
			return fmt.Errorf("malformed attachment %q", a.Name)
		}
	}
	if total > MaxAttached {
		return fmt.Errorf("attachments of %d bytes are too large", total)
	}
	return nil
}

// attach reads a mail's files into the message.
func (s *mailer) attach(msg *gomail.Msg, list []Attachment) error {
	for i := range list {
		if err := s.attachOne(msg, &list[i]); err != nil {
			return fmt.Errorf("cannot attach %q: %w", list[i].Name, err)
		}
	}
	return nil
}

func (s *mailer) attachOne(msg *gomail.Msg, a *Attachment) error {
	if s.config.Open == nil {
		return errNoFiles
	}
	f, err := s.config.Open(a.Blob)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return msg.AttachReader(a.Name, io.LimitReader(f, MaxAttached), gomail.WithFileContentType(gomail.ContentType(a.Type)))
}
