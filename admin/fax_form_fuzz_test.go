package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime/multipart"
	"os"
	"strings"
	"testing"
	"time"

	"dialtone/admin/merge"
	"dialtone/fax"
	"dialtone/store/record"
)

// FuzzFaxForm: whatever a client sends as the form of a fax, it is read within its bounds or
// refused as the client's fault, and nothing of it is left on disk.
func FuzzFaxForm(f *testing.F) {
	part := func(name, value string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	file := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n"
	for _, seed := range []string{
		"", "--x--", "--x\r\ncut", part("to", "+13125550199") + file + "--x--\r\n",
		part("to", "1001") + part("cover", `{"text":"Hello"}`) + "--x--\r\n",
		part("to", "+1 (312) 555-0199") + part("max_attempts", "3") + part("quality", "fine") + part("scheduled_at", "2026-01-01T00:00:00Z") +
			part("header", "Clinic") + part("on_limit", "reject") + part("number", "num_1") + part("user", "user_1") + file + file + "--x--\r\n",
		part("to", "1") + part("to", "2") + "--x--\r\n", part("cover", `{"cover":{"cover":[`) + "--x--\r\n",
		part("max_attempts", "99999999999999999999") + "--x--\r\n", part("", "") + part("file", "fax_1") + "--x--\r\n",
		"--x\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Disposition: form-data; name=to\r\n\r\n=3\r\n--x--",
		strings.Repeat(part("a", ""), maxFaxFields+2), strings.Repeat(file, fax.MaxFiles+1) + "--x--\r\n",
		part("to", strings.Repeat("1", maxFaxField+1)) + "--x--\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		form := &faxForm{fields: merge.Object{}}
		err := form.read(multipart.NewReader(bytes.NewReader(body), "x"))
		dir := form.dir
		if len(form.fields) > maxFaxFields || len(form.files) > fax.MaxFiles || form.size > fax.MaxUpload || len(form.files) > len(form.open) {
			t.Errorf("%d fields, %d files of %d bytes", len(form.fields), len(form.files), form.size)
		}
		if err == nil {
			err = readsAs(t, form)
		}
		if err != nil && !isClients(err) {
			t.Errorf("is ours: %v", err)
		}
		form.close()
		if dir != "" {
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("its files are left: %v", err)
			}
		}
	})
}

// readsAs makes what a form says a fax.
func readsAs(t *testing.T, form *faxForm) error {
	if _, err := json.Marshal(form.fields); err != nil {
		t.Errorf("cannot be told from another one: %v", err)
	}
	var in faxInput
	if err := merge.Apply(form.fields, true, merge.Target{Value: &in}); err != nil {
		return err
	}
	var p record.Problems
	in.check(&p, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err := p.Err(); err != nil {
		return err
	}
	if !faxNumber.MatchString(in.To) || in.MaxAttempts < 0 || in.MaxAttempts > maxFaxAttempts || strings.ContainsAny(in.Header, "\r\n") {
		t.Errorf("taken: %+v", in)
	}
	return nil
}

// isClients says whether an error is answered with a status of 4xx.
func isClients(err error) bool {
	var p *problem
	var fields record.Problems
	return errors.As(err, &fields) || errors.As(err, &p) && p.Status >= 400 && p.Status < 500
}
