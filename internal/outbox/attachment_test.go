package outbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/store"
	"dialtone/store/blob"
)

// files is where attachments are.
type files map[blob.Hash]string

func (f files) open(h blob.Hash) (io.ReadCloser, error) {
	text, ok := f[h]
	if !ok {
		return nil, blob.ErrNotFound
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func TestAttachment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, &server{}, nil)
		m := newMailer(MailConfig{
			From: "dialtone@example.com", Relays: []Relay{{Host: "a", Port: 25, TLS: TLSNone}}, Open: files{{1}: "%PDF-1.4 pages"}.open,
		}, store.OutboxFax, network{"a:25": s}.dial, quiet(), newMetrics(nil))
		l := letter()
		l.HTML = ""
		l.Attachments = []Attachment{{Name: "fax.pdf", Type: "application/pdf", Blob: blob.Hash{1}, Size: 14}}
		if o := m.send(t.Context(), mailRow(t, store.OutboxFax, l)); o.result != delivered {
			t.Fatalf("%+v", o)
		}
		parts := partsOf(t, s.got()[0])
		if len(parts) != 2 || !strings.HasPrefix(parts[1].kind, "application/pdf") || parts[1].name != "fax.pdf" || parts[1].body != "%PDF-1.4 pages" {
			t.Errorf("parts %+v", parts)
		}
		l.Attachments[0].Blob = blob.Hash{2}
		if o := m.send(t.Context(), mailRow(t, store.OutboxFax, l)); o.result != retry {
			t.Errorf("a file that is missing: %+v", o)
		}
	})
}

type part struct{ kind, name, body string }

func partsOf(t *testing.T, message string) (list []part) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			if body, err = base64.StdEncoding.DecodeString(string(bytes.ReplaceAll(body, []byte("\r\n"), nil))); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, part{p.Header.Get("Content-Type"), p.FileName(), string(body)})
	}
}

func TestAttachmentsRefused(t *testing.T) {
	for name, a := range map[string][]Attachment{
		"a name of two lines": {{Name: "fax\r\nBcc: x", Type: "application/pdf"}},
		"a path":              {{Name: "../fax.pdf", Type: "application/pdf"}},
		"no name":             {{Type: "application/pdf"}},
		"too large":           {{Name: "a.pdf", Size: MaxAttached}, {Name: "b.tif", Size: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			l := letter()
			l.Attachments = a
			if _, err := l.Row(store.OutboxFax, "acct_test", "", time.Now()); err == nil {
				t.Error("taken")
			}
		})
	}
}
