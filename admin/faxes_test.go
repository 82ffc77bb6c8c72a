package admin

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/fax"
	"dialtone/store"
	"dialtone/store/record"
)

// faxService queues faxes and sends none.
func (w *world) faxService() *fax.Service {
	w.t.Helper()
	limiter, err := fax.NewLimiter(fax.LimitConfig{
		Ledger: w.store, Now: w.clock.now, Registerer: prometheus.NewRegistry(),
		Limit: func(account record.ID, d fax.Direction) (limit *int) {
			w.store.View(func(v *store.View) {
				if a, there := v.Account(account); there && d == fax.Outbound {
					limit = a.FaxLimitOutbound
				}
			})
			return limit
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return fax.New(fax.Config{
		Store: w.store, Limiter: limiter, Log: slog.New(slog.DiscardHandler), Now: w.clock.now, Registerer: prometheus.NewRegistry(),
		Notify: func(e fax.Event) {
			w.fakes.mu.Lock()
			defer w.fakes.mu.Unlock()
			w.fakes.faxes = append(w.fakes.faxes, e.Name+" "+e.Fax.ID)
		},
	})
}

// picture is a PNG with something on it.
func picture(t *testing.T) []byte {
	t.Helper()
	p := image.NewGray(image.Rect(0, 0, 60, 80))
	for i := range p.Pix {
		p.Pix[i] = uint8(255 * (i / 400 % 2))
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// line makes a number the account shows.
func (w *world) line() record.ID {
	w.t.Helper()
	id := w.post(w.at("/numbers"), fieldsOf{"number": "+13125550100"}).want(http.StatusCreated).id()
	w.patch(w.at(""), fieldsOf{"default_outbound_number": id}).want(http.StatusOK)
	return id
}

// handIn sends a form with files.
func (w *world) handIn(fields map[string]string, files [][]byte, opts ...option) *got {
	w.t.Helper()
	var b bytes.Buffer
	f := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := f.WriteField(name, value); err != nil {
			w.t.Fatal(err)
		}
	}
	for i, file := range files {
		part, err := f.CreateFormFile(fileField, "page"+strconv.Itoa(i)+".pdf")
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		w.t.Fatal(err)
	}
	return w.send(w.root, http.MethodPost, w.at("/faxes"), b.String(), append(opts, withHeader("Content-Type", f.FormDataContentType()))...)
}

// faxed is a fax of the store, with a document.
func (w *world) faxed(change func(*record.Fax)) record.Fax {
	w.t.Helper()
	h, size, err := w.store.Blobs().Put(strings.NewReader("II*\x00 and so on"), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	now := w.clock.now()
	f := record.Fax{
		ID: record.NewFaxID(now), Account: w.account, Direction: record.FaxInbound, State: record.FaxReceived, CreatedAt: now,
		From: "+13125550199", To: "+13125550100", Pages: 1, TotalPages: 1, TIFF: h, TIFFSize: size, PDF: h, PDFSize: size,
	}
	change(&f)
	if err := w.store.Update(w.t.Context(), func(tx *store.Tx) error { return tx.PutFax(&f) }); err != nil {
		w.t.Fatal(err)
	}
	return f
}

func TestFaxes(t *testing.T) {
	w := newWorld(t)
	number := w.line()
	in := w.faxed(func(*record.Fax) {})
	out := w.faxed(func(f *record.Fax) {
		f.Direction, f.State, f.From, f.To, f.User = record.FaxOutbound, record.FaxFailed, f.To, "+13125550177", "user_1"
	})
	other := w.faxed(func(f *record.Fax) { f.To, f.State = "+13125550111", record.FaxReceiving })
	for query, want := range map[string][]string{
		"": {other.ID, out.ID, in.ID}, "?direction=outbound": {out.ID}, "?status=receiving": {other.ID}, "?user=user_1": {out.ID},
		"?number=" + string(number): {out.ID, in.ID}, "?number=%2B13125550111": {other.ID}, "?to=2026-01-01T00:00:00Z": nil, "?number=num_x": nil,
	} {
		var ids []string
		for _, f := range w.get(w.at("/faxes" + query)).want(http.StatusOK).data() {
			ids = append(ids, f["id"].(string))
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%s: %q, want %q", query, ids, want)
		}
	}
	for _, query := range []string{"?status=fine", "?direction=up", "?color=red", "?cursor=x"} {
		w.get(w.at("/faxes" + query)).want(422)
	}
	one := w.at("/faxes/" + in.ID)
	if got := w.get(one).want(http.StatusOK).json(); got["from"] != "+13125550199" || got["status"] != "received" {
		t.Errorf("shows %v", got)
	}
	stranger := "/v1/accounts/" + string(w.newAccount("Other")) + "/faxes/" + in.ID
	for _, path := range []string{stranger, stranger + "/document", w.at("/faxes/fax_x"), w.at("/faxes/" + record.NewFaxID(w.clock.now()))} {
		w.get(path).want(http.StatusNotFound)
		w.delete(path).want(map[bool]int{true: http.StatusMethodNotAllowed, false: http.StatusNotFound}[strings.HasSuffix(path, "document")])
	}
	w.delete(w.at("/faxes/" + other.ID)).want(http.StatusConflict)
	w.delete(one).want(http.StatusNoContent)
	w.get(one).want(http.StatusNotFound)
}

// A fax may be marked as read, once it is over.
func TestFaxRead(t *testing.T) {
	w := newWorld(t)
	f := w.faxed(func(*record.Fax) {})
	one := w.at("/faxes/" + f.ID)
	if _, read := w.get(one).want(http.StatusOK).json()["read_at"]; read {
		t.Error("read before anybody did")
	}
	now := w.clock.now().UTC().Truncate(time.Second)
	for _, tt := range []struct {
		body   any
		status int
		want   any
	}{
		{fieldsOf{"read_at": now.Format(time.RFC3339)}, 200, now.Format(time.RFC3339)},
		{fieldsOf{}, 200, now.Format(time.RFC3339)},
		{fieldsOf{"read_at": now.Add(2 * time.Hour).Format(time.RFC3339)}, 422, nil},
		{fieldsOf{"read_at": "yesterday"}, 422, nil},
		{fieldsOf{"pages": 7}, 422, nil},
		{fieldsOf{"read_at": nil}, 200, nil},
	} {
		got := w.patch(one, tt.body).want(tt.status).json()
		if tt.status == 200 && (got["read_at"] != tt.want || got["pages"] != 1.0) {
			t.Errorf("%v: %v", tt.body, got)
		}
	}
	w.patch(one, fieldsOf{"read_at": now.Format(time.RFC3339)}).want(200)
	if got := w.get(one).json(); got["read_at"] != now.Format(time.RFC3339) {
		t.Errorf("kept %v", got["read_at"])
	}
	w.patch(w.at("/faxes/"+w.faxed(func(f *record.Fax) { f.State = record.FaxReceiving }).ID), fieldsOf{"read_at": nil}).want(409)
	w.patch(w.at("/faxes/fax_x"), fieldsOf{"read_at": nil}).want(404)
	w.send(w.newKey(w.account, record.ScopeRead), http.MethodPatch, one, fieldsOf{"read_at": nil}).want(403)
}

// However a number is written, faxes to it have it in one form; an extension stays one.
func TestFaxDestination(t *testing.T) {
	w := newWorld(t)
	w.line()
	user := w.post(w.at("/users"), fieldsOf{"name": "Ann", "email": "ann@example.com"}).want(http.StatusCreated).id()
	w.post(w.at("/extensions"), fieldsOf{"number": "2125", "target": fieldsOf{"type": "user", "id": user}}).want(http.StatusCreated)
	for to, want := range map[string]string{
		"+12125550188": "+12125550188", "2125550188": "+12125550188", "12125550188": "+12125550188", "(212) 555-0188": "+12125550188",
		"01133123456789": "+33123456789", "2125": "2125", "5550188": "5550188",
	} {
		if got := w.handIn(map[string]string{"to": to}, [][]byte{picture(t)}).want(http.StatusCreated).json()["to"]; got != want {
			t.Errorf("%s is %v, want %s", to, got, want)
		}
	}
	w.handIn(map[string]string{"to": "0119"}, [][]byte{picture(t)}).want(http.StatusCreated)
}

func TestFaxDocument(t *testing.T) {
	w := newWorld(t)
	in := w.faxed(func(*record.Fax) {})
	document := w.at("/faxes/" + in.ID + "/document")
	for format, media := range map[string]string{"": mediaPDF, "?format=pdf": mediaPDF, "?format=tiff": mediaTIFF} {
		g := w.get(document + format).want(http.StatusOK)
		if g.raw != "II*\x00 and so on" || g.header.Get("Content-Type") != media || !strings.Contains(g.header.Get("Content-Disposition"), in.ID) {
			t.Errorf("%s: %q, %v", format, g.raw, g.header)
		}
	}
	w.send(w.root, http.MethodGet, document, nil, withHeader("Range", "bytes=0-1")).want(http.StatusPartialContent)
	w.get(document + "?format=doc").want(422)
	w.send(w.newKey(w.account, record.ScopeRead, record.ScopeWrite), http.MethodGet, document, nil).want(http.StatusForbidden)
	for name, change := range map[string]func(*record.Fax){
		"deleted": func(f *record.Fax) { f.Deleted = true },
		"none":    func(f *record.Fax) { f.TIFFSize, f.PDFSize = 0, 0 },
	} {
		if g := w.get(w.at("/faxes/" + w.faxed(change).ID + "/document")); g.status != http.StatusConflict {
			t.Errorf("%s: %d", name, g.status)
		}
	}
	read := 0
	for _, e := range w.entries(w.account, "fax.read_document", 8) {
		if e.Outcome == record.OutcomeSuccess && string(e.Resource) == in.ID {
			read++
		}
	}
	if read != 4 {
		t.Errorf("the audit log says that it was read %d times", read)
	}
}

func TestSendFax(t *testing.T) {
	w := newWorld(t)
	number := w.line()
	first := w.handIn(map[string]string{
		"to": "+1 (312) 555-0199", "quality": "standard", "cover": `{"to":"Dr. Ann","text":"Hello"}`, "max_attempts": "3", "header": "Clinic",
	}, [][]byte{picture(t), picture(t)}).want(http.StatusCreated)
	sent := first.json()
	for field, want := range map[string]any{
		"direction": "outbound", "status": "queued", "to": "+13125550199", "from": "+13125550100", "number": string(number),
		"source_pages": 3.0, "transport": "", "max_attempts": 3.0, "header": "Clinic",
	} {
		if sent[field] != want {
			t.Errorf("%s is %v, want %v", field, sent[field], want)
		}
	}
	id := sent["id"].(string)
	if at := first.header.Get("Location"); at != w.at("/faxes/"+id) {
		t.Errorf("it is at %q", at)
	}
	if want := []string{"fax.queued " + id}; !slices.Equal(w.fakes.faxes, want) {
		t.Errorf("told %q, want %q", w.fakes.faxes, want)
	}
	document := w.at("/faxes/" + id + "/document")
	if pdf := w.get(document).want(http.StatusOK); !strings.HasPrefix(pdf.raw, "%PDF-") || pdf.header.Get("Content-Type") != mediaPDF {
		t.Errorf("the PDF is %.20q", pdf.raw)
	}
	if tiff := w.get(document + "?format=tiff").want(http.StatusOK); !strings.HasPrefix(tiff.raw, "II") {
		t.Errorf("the TIFF is %.20q", tiff.raw)
	}
	entries := w.entries(w.account, "fax.create", 1)
	if len(entries) != 1 || string(entries[0].Resource) != id || entries[0].Detail != "to +13125550199" {
		t.Errorf("the audit log says %+v", entries)
	}

	later := w.clock.now().Add(time.Hour).Format(time.RFC3339)
	again := w.post(w.at("/faxes"), fieldsOf{"to": "2125550188", "file": id, "scheduled_at": later}).want(http.StatusCreated).json()
	if again["source_pages"] != 3.0 || again["reason"] != "scheduled" || again["next_attempt_at"] == nil {
		t.Errorf("sent on as %v", again)
	}
	w.send(w.newKey(w.account, record.ScopeWrite), http.MethodPost, w.at("/faxes"), fieldsOf{"to": "2125550188", "file": id}).want(http.StatusForbidden)

	w.delete(w.at("/faxes/" + id)).want(http.StatusNoContent)
	if got := w.get(w.at("/faxes/" + id)).want(http.StatusOK).json(); got["status"] != "canceled" {
		t.Errorf("called off it is %v", got)
	}
	w.delete(w.at("/faxes/" + id)).want(http.StatusNoContent)
	w.get(w.at("/faxes/" + id)).want(http.StatusNotFound)
}

func TestSendFaxRefusals(t *testing.T) {
	w := newWorld(t)
	w.line()
	mute := w.post(w.at("/numbers"), fieldsOf{"number": "+13125550101", "outbound_enabled": false}).want(http.StatusCreated).id()
	good := [][]byte{picture(t)}
	many := make([][]byte, fax.MaxFiles+1)
	for name, tt := range map[string]struct {
		fields map[string]string
		files  [][]byte
		status int
		field  string
		code   string
	}{
		"nowhere":          {nil, good, 422, "to", "required"},
		"a name":           {map[string]string{"to": "Ann"}, good, 422, "to", "invalid"},
		"emergency":        {map[string]string{"to": "911"}, good, 409, "to", "reserved"},
		"no file":          {map[string]string{"to": "+13125550199"}, nil, 422, "file", "required"},
		"no such fax":      {map[string]string{"to": "+13125550199", "file": "fax_x"}, nil, 422, "file", "not_found"},
		"text":             {map[string]string{"to": "+13125550199"}, [][]byte{[]byte("hello")}, 422, "file", "unsupported_format"},
		"empty":            {map[string]string{"to": "+13125550199"}, [][]byte{{}}, 422, "file", "empty"},
		"PDF here":         {map[string]string{"to": "+13125550199"}, [][]byte{[]byte("%PDF-1.4")}, 422, "file", "not_available"},
		"large":            {map[string]string{"to": "+13125550199"}, [][]byte{make([]byte, fax.MaxUpload+1)}, 413, "file", "too_large"},
		"many":             {map[string]string{"to": "+13125550199"}, many, 422, "file", "too_many"},
		"foreign number":   {map[string]string{"to": "+13125550199", "number": "num_1"}, good, 422, "number", "not_found"},
		"mute number":      {map[string]string{"to": "+13125550199", "number": string(mute)}, good, 422, "number", "invalid"},
		"foreign user":     {map[string]string{"to": "+13125550199", "user": "user_1"}, good, 422, "user", "not_found"},
		"quality":          {map[string]string{"to": "+13125550199", "quality": "best"}, good, 422, "quality", "invalid"},
		"limit":            {map[string]string{"to": "+13125550199", "on_limit": "pay"}, good, 422, "on_limit", "invalid"},
		"attempts":         {map[string]string{"to": "+13125550199", "max_attempts": "21"}, good, 422, "max_attempts", "out_of_range"},
		"attempts in text": {map[string]string{"to": "+13125550199", "max_attempts": "few"}, good, 422, "max_attempts", "wrong_type"},
		"far ahead":        {map[string]string{"to": "+13125550199", "scheduled_at": "2036-01-01T00:00:00Z"}, good, 422, "scheduled_at", "out_of_range"},
		"two lines":        {map[string]string{"to": "+13125550199", "header": "a\nb"}, good, 422, "header", "invalid"},
		"cover text":       {map[string]string{"to": "+13125550199", "cover": "Hello"}, good, 422, "cover", "wrong_type"},
		"cover field":      {map[string]string{"to": "+13125550199", "cover": `{"color":"red"}`}, good, 422, "cover.color", "unknown_field"},
		"long subject":     {map[string]string{"to": "+13125550199", "cover": `{"subject":"` + strings.Repeat("x", 101) + `"}`}, good, 422, "cover.subject", "too_long"},
		"unknown":          {map[string]string{"to": "+13125550199", "colour": "blue"}, good, 422, "colour", "unknown_field"},
		"long field":       {map[string]string{"to": strings.Repeat("1", maxFaxField+1)}, good, 422, "to", "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			if g := w.handIn(tt.fields, tt.files).want(tt.status); g.fields()[tt.field] != tt.code {
				t.Errorf("says %v", g.raw)
			}
		})
	}
	w.t = t
	w.send(w.root, http.MethodPost, w.at("/faxes"), "--x\r\ncut", withHeader("Content-Type", "multipart/form-data; boundary=x")).want(400)
	w.post(w.at("/faxes"), `[]`).want(422)
	if list := w.get(w.at("/faxes")).data(); len(list) != 0 {
		t.Errorf("left %v", list)
	}
	if len(w.fakes.faxes) > 0 {
		t.Errorf("told %q", w.fakes.faxes)
	}
}

// A form sent again is the same fax, whatever the limit says by then.
func TestSendFaxAgain(t *testing.T) {
	w := newWorld(t)
	w.line()
	send := func(to string) *got {
		return w.handIn(map[string]string{"to": to, "on_limit": "reject"}, [][]byte{picture(t)}, withHeader("Idempotency-Key", "1"))
	}
	first := send("+13125550199").want(http.StatusCreated).id()
	w.patch(w.at(""), fieldsOf{"fax_limit_outbound": 0}).want(http.StatusOK)
	if again := send("+13125550199").want(http.StatusCreated).id(); again != first {
		t.Errorf("sent %s and %s", first, again)
	}
	send("+13125550198").want(http.StatusUnprocessableEntity)
	if len(w.fakes.faxes) != 1 {
		t.Errorf("told %q", w.fakes.faxes)
	}
}

func TestFaxLimit(t *testing.T) {
	w := newWorld(t)
	w.line()
	use := func(direction string) map[string]any {
		return w.get(w.at("/fax_limits")).want(http.StatusOK).json()[direction].(map[string]any)
	}
	if got := use("inbound"); got["limit"] != nil || got["used"] != 0.0 || got["next_free_at"] != nil {
		t.Errorf("inbound %v", got)
	}
	w.patch(w.at(""), fieldsOf{"fax_limit_outbound": 1}).want(http.StatusOK)
	at := w.clock.now()
	if err := w.store.AdmitFax(t.Context(), store.FaxPassage{Account: w.account, Direction: "outbound", At: at, Key: "1"}, nil); err != nil {
		t.Fatal(err)
	}
	w.restart()
	got := use("outbound")
	if got["limit"] != 1.0 || got["used"] != 1.0 || got["next_free_at"] != at.Add(time.Hour).Format(time.RFC3339Nano) {
		t.Errorf("outbound %v", got)
	}
	refused := w.handIn(map[string]string{"to": "+13125550199", "on_limit": "reject"}, [][]byte{picture(t)}).want(http.StatusTooManyRequests)
	p := refused.json()
	if seconds := p["retry_after"].(float64); refused.header.Get("Retry-After") != strconv.Itoa(int(seconds)) || seconds < 3500 || seconds > 3600 ||
		p["limit"] != 1.0 || p["used"] != 1.0 || p["window_seconds"] != 3600.0 {
		t.Errorf("refused with %s", refused.raw)
	}
	w.handIn(map[string]string{"to": "+13125550199"}, [][]byte{picture(t)}).want(http.StatusCreated)
}

// A daemon that sends no faxes says so, and shows those there are.
func TestNoFaxes(t *testing.T) {
	w := newWorld(t)
	w.line()
	queued := w.faxed(func(f *record.Fax) { f.Direction, f.State = record.FaxOutbound, record.FaxQueued })
	w.server.Faxes = nil
	w.get(w.at("/faxes")).want(http.StatusOK)
	for _, g := range []*got{
		w.handIn(map[string]string{"to": "+13125550199"}, [][]byte{picture(t)}), w.get(w.at("/fax_limits")), w.delete(w.at("/faxes/" + queued.ID)),
	} {
		if g.want(http.StatusServiceUnavailable).text("code") != record.CodeNotAvailable {
			t.Errorf("says %s", g.raw)
		}
	}
}

func (d *described) describeFaxes() {
	d.t.Helper()
	d.line()
	fax := d.faxed(func(*record.Fax) {})
	one := d.at("/faxes/" + fax.ID)
	for _, path := range []string{d.at("/faxes"), one, one + "/document", one + "/document?format=tiff", d.at("/fax_limits")} {
		d.do(d.root, http.MethodGet, path, nil, http.StatusOK)
	}
	d.do(d.root, http.MethodPatch, one, fieldsOf{"read_at": "2026-01-02T03:04:05Z"}, http.StatusOK)
	d.do(d.root, http.MethodDelete, one, nil, http.StatusNoContent)
	sent := d.form(http.MethodPost, d.at("/faxes"), map[string]string{"to": "+13125550199"}, picture(d.t), http.StatusCreated)
	d.do(d.root, http.MethodGet, d.at("/faxes/"+string(sent.id())+"/pages/1"), nil, http.StatusOK)
	d.do(d.root, http.MethodPost, d.at("/faxes"), fieldsOf{"to": "+13125550199", "cover": fieldsOf{"text": "Hello"}, "max_attempts": 2}, http.StatusCreated)
}
