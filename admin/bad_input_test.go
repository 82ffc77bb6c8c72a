package admin

import (
	"net/http"
	"strings"
	"testing"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// Everything malformed gets its own answer and leaves the store as it was.
func TestBadBodies(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	users, device := w.at("/users"), w.at("/devices/"+string(o.device))
	devices := w.at("/devices")
	for _, tc := range []struct {
		name, path string
		body       string
		status     int
		code       string
		fields     map[string]string
	}{
		{"empty", users, "", 400, merge.CodeNotJSON, nil},
		{"not JSON", users, "name=Ann", 400, merge.CodeNotJSON, nil},
		{"cut short", users, `{"name":"Ann"`, 400, merge.CodeNotJSON, nil},
		{"rubbish behind", users, `{"name":"Ann","email":"a@example.com"} x`, 400, merge.CodeNotJSON, nil},
		{"two documents", users, `{"name":"Ann"}{"name":"Ann"}`, 400, merge.CodeNotJSON, nil},
		{"name twice", users, `{"name":"Ann","name":"Bob","email":"a@example.com"}`, 400, merge.CodeDuplicate, nil},
		{"bad UTF-8", users, "{\"name\":\"\xff\xfe\"}", 400, merge.CodeNotJSON, nil},
		{"deep", users, `{"name":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 400, merge.CodeTooDeep, nil},
		{"very deep", users, strings.Repeat(`{"a":`, 100_000), 400, merge.CodeNotJSON, nil},
		{"a list", users, `[]`, 422, codeInvalid, map[string]string{"": record.CodeWrongType}},
		{"null", users, `null`, 422, codeInvalid, map[string]string{"": record.CodeWrongType}},
		{"too large", users, `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, codeTooLarge, nil},
		{"long name", users, `{"name":"` + strings.Repeat("x", 1<<19) + `","email":"a@example.com"}`, 422, codeInvalid, map[string]string{"name": record.CodeTooLong}},
		{"long field name", users, `{"` + strings.Repeat("x", 1<<19) + `":1}`, 422, codeInvalid, map[string]string{strings.Repeat("x", 64) + "…": record.CodeUnknownField}},
		{
			"several at once", users, `{"name":7,"email":["a"],"colour":"red","call_waiting":"yes"}`, 422, codeInvalid,
			map[string]string{"name": record.CodeWrongType, "email": record.CodeWrongType, "colour": record.CodeUnknownField, "call_waiting": record.CodeWrongType},
		},
		{"required", users, `{}`, 422, codeInvalid, map[string]string{"name": record.CodeRequired, "email": record.CodeRequired}},
		{"line break", users, `{"name":"Ann\r\nBcc: x","email":"a@example.com"}`, 422, codeInvalid, map[string]string{"name": record.CodeInvalid}},
		{"read-only", users, `{"name":"Ann","email":"a@example.com","id":"user_1","revision":7}`, 422, codeInvalid, map[string]string{"id": record.CodeReadOnly, "revision": record.CodeReadOnly}},
		{"nothing to refer to", users, `{"name":"Ann","email":"a@example.com","location":"loc_00000000000000000000000000"}`, 422, codeInvalid, map[string]string{"location": record.CodeNotFound}},
		{"wrong kind", users, `{"name":"Ann","email":"a@example.com","location":"` + string(o.device) + `"}`, 422, codeInvalid, map[string]string{"location": record.CodeNotFound}},
		{"taken", users, `{"name":"Ann","email":"ALICE@example.com"}`, 409, store.ConflictNotUnique, map[string]string{"email": store.ConflictNotUnique}},

		{"short MAC", devices, `{"mac":"00:15:65"}`, 422, codeInvalid, map[string]string{"mac": record.CodeInvalid}},
		{"13 digits", devices, `{"mac":"0015650000000"}`, 422, codeInvalid, map[string]string{"mac": record.CodeInvalid}},
		{"letters", devices, `{"mac":"zz:15:65:00:00:00"}`, 422, codeInvalid, map[string]string{"mac": record.CodeInvalid}},
		{"the same MAC", devices, `{"mac":"805EC0010203"}`, 409, store.ConflictNotUnique, map[string]string{"mac": store.ConflictNotUnique}},
		{"the same MAC with dots", devices, `{"mac":"805e.c001.0203"}`, 409, store.ConflictNotUnique, map[string]string{"mac": store.ConflictNotUnique}},
		{"no type", devices, `{}`, 422, codeInvalid, map[string]string{"type": record.CodeRequired}},
		{"not its type", devices, `{"type":"deskphone","mac":"805ec0000009","model":"W70B"}`, 422, codeInvalid, map[string]string{"type": record.CodeInvalid}},
		{"base of a deskphone", devices, `{"mac":"805ec0000009","base":"` + string(o.device) + `","slot":1}`, 422, codeInvalid, map[string]string{"base": record.CodeInvalid}},
		{"base that is none", devices, `{"type":"dect_handset","base":"` + string(o.device) + `","slot":1}`, 422, codeInvalid, map[string]string{"base": record.CodeInvalid}},
		{"nested types", devices, `{"mac":"805ec0000009","lines":[{"line":"one","user":3}],"overrides":{"audio":{"ring_volume":1.5}}}`, 422, codeInvalid, map[string]string{"lines[0].line": record.CodeWrongType, "lines[0].user": record.CodeWrongType, "overrides.audio.ring_volume": record.CodeWrongType}},
		{"credential on two lines", devices, `{"mac":"805ec0000009","lines":[{"credential":"` + string(o.credential) + `","domain":"` + string(o.domain) + `"}]}`, 409, store.ConflictNotUnique, map[string]string{"lines[0].credential": store.ConflictNotUnique}},
		{"null in a list", device, `{"lines":[null]}`, 422, codeInvalid, map[string]string{"lines[0]": record.CodeWrongType}},
		{"huge number", device, `{"slot":99999999999999999999}`, 422, codeInvalid, map[string]string{"slot": record.CodeOutOfRange}},
		{"its own base", device, `{"base":"` + string(o.device) + `","slot":1}`, 422, codeInvalid, map[string]string{"base": record.CodeInvalid}},
		{"another type", device, `{"type":"softphone"}`, 422, codeInvalid, map[string]string{"type": record.CodeReadOnly}},

		{"911", w.at("/extensions"), `{"number":"911","target":{"type":"user","id":"` + string(o.user) + `"}}`, 422, codeInvalid, map[string]string{"number": record.CodeInvalid}},
		{"9911", w.at("/extensions"), `{"number":"9911","target":{"type":"user","id":"` + string(o.user) + `"}}`, 409, store.ConflictReserved, map[string]string{"number": store.ConflictReserved}},
		{"nobody's fax box", w.at("/extensions"), `{"number":"1001","target":{"type":"fax","id":"num_1"}}`, 422, codeInvalid, map[string]string{"target.id": record.CodeNotFound}},
		{"overlap", w.at("/provisioning/rotate"), `{"overlap_hours":-1}`, 422, codeInvalid, map[string]string{"overlap_hours": record.CodeOutOfRange}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.t = t
			before := w.revision()
			method := http.MethodPost
			if tc.path == device {
				method = http.MethodPatch
			}
			p := w.send(w.root, method, tc.path, tc.body).want(tc.status)
			if p.text("code") != tc.code || p.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("code %q, want %q: %s", p.text("code"), tc.code, p.raw)
			}
			for field, code := range tc.fields {
				if p.fields()[field] != code {
					t.Errorf("%s is %q, want %q: %s", field, p.fields()[field], code, p.raw)
				}
			}
			if len(p.raw) > 20_000 {
				t.Errorf("the answer has %d bytes", len(p.raw))
			}
			if after := w.revision(); after != before {
				t.Errorf("revision moves from %d to %d", before, after)
			}
		})
	}
}

// revision is the newest of any record.
func (w *world) revision() (newest uint64) {
	w.store.View(func(v *store.View) {
		note := func(r record.Record) bool {
			newest = max(newest, r.Header().Revision)
			return true
		}
		store.Each(v, w.account, func(r *record.User) bool { return note(r) })
		store.Each(v, w.account, func(r *record.Device) bool { return note(r) })
		store.Each(v, w.account, func(r *record.Extension) bool { return note(r) })
		store.Each(v, w.account, func(r *record.Provisioning) bool { return note(r) })
	})
	return newest
}

// TestMediaTypes: the body says what it is; curl's own header says a form.
func TestMediaTypes(t *testing.T) {
	w := newWorld(t)
	for _, media := range []string{"", "application/json", "application/merge-patch+json", "text/plain", "application/x-www-form-urlencoded", ";;"} {
		w.patch(w.at(""), `{"name":"Acme"}`, withHeader("Content-Type", media)).want(http.StatusOK)
		w.patch(w.at(""), `name=Acme`, withHeader("Content-Type", media)).want(http.StatusBadRequest)
	}
}

// Template positions a model does not have are no error; the layout has a verdict.
func TestPositionsBeyondTheModel(t *testing.T) {
	w := newWorld(t)
	w.post(w.at("/button_templates"), fieldsOf{"name": "Big", "buttons": []fieldsOf{{"position": 200, "type": "dnd"}}}).want(http.StatusCreated)
	w.post(w.at("/button_templates"), fieldsOf{"name": "Label", "buttons": []fieldsOf{{"position": 1, "type": "dnd", "label": "\U0001F4DE \"<&>\""}}}).want(http.StatusCreated)
	if f := w.post(w.at("/button_templates"), fieldsOf{"name": "CR", "buttons": []fieldsOf{{"position": 1, "type": "dnd", "label": "a\rb"}}}).want(422).fields(); f["buttons[0].label"] != record.CodeInvalid {
		t.Errorf("fields are %v", f)
	}
}

func TestInUse(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	p := w.delete(w.at("/users/" + string(o.user))).want(http.StatusConflict)
	if p.text("code") != store.ConflictInUse || !strings.Contains(p.text("detail"), "80:5e:c0:01:02:03") {
		t.Errorf("problem is %s", p.raw)
	}
}
