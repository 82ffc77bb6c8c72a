package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// object is a JSON object.
type object map[string]any

// str is a text field, "" when it is absent or null.
func (o object) str(name string) string {
	s, _ := o[name].(string)
	return s
}

// id is the record's identifier.
func (o object) id() string { return o.str("id") }

// list are the objects in a field.
func (o object) list(name string) []object {
	values, _ := o[name].([]any)
	list := make([]object, 0, len(values))
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			list = append(list, m)
		}
	}
	return list
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	raw    []byte
	body   object // nil when it is no JSON object
}

func (a *answer) String() string { return fmt.Sprintf("%d %s", a.status, a.raw) }

// code is that of a problem.
func (a *answer) code() string { return a.body.str("code") }

// call asks the API with the platform's key. body is nil, bytes sent as they are, or
// what is to be sent as JSON.
func (d *daemon) call(t testing.TB, method, path string, body any) *answer {
	t.Helper()
	a, err := d.try(method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// try is call for one whose daemon may go away.
func (d *daemon) try(method, path string, body any) (*answer, error) {
	var text []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		text = b
	default:
		var err error
		if text, err = json.Marshal(b); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequest(method, "http://"+d.Admin+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	_ = json.Unmarshal(a.raw, &a.body) // not everything is JSON
	return a, nil
}

// want is call for an answer of that status.
func (d *daemon) want(t testing.TB, status int, method, path string, body any) object {
	t.Helper()
	a := d.call(t, method, path, body)
	if a.status != status {
		t.Fatalf("%s %s: %s, want %d", method, path, a, status)
	}
	return a.body
}

// create makes a record.
func (d *daemon) create(t testing.TB, path string, body any) object {
	t.Helper()
	return d.want(t, http.StatusCreated, http.MethodPost, path, body)
}

// get reads something.
func (d *daemon) get(t testing.TB, path string) object {
	t.Helper()
	return d.want(t, http.StatusOK, http.MethodGet, path, nil)
}

// all reads every page of a list.
func (d *daemon) all(t testing.TB, path string) []object {
	t.Helper()
	var list []object
	cursor := ""
	for {
		page := d.get(t, path+"?limit=100"+cursor)
		list = append(list, page.list("data")...)
		next := page.str("next")
		if next == "" {
			return list
		}
		cursor = "&cursor=" + next
	}
}
