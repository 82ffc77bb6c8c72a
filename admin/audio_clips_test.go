package admin

import (
	"bytes"
	"encoding/binary"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// beep is a WAV file of a tone, that many tenths of a second.
func beep(hertz float64, tenths int) []byte {
	pcm := make([]int16, 800*tenths)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*hertz*float64(i)/8000))
	}
	return wavFile(pcm, 8000)
}

// formOf is a form with a file called whatever, nil for none.
func formOf(t *testing.T, fields map[string]string, file []byte) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	f := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := f.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := f.CreateFormFile(fileField, "music.wav")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), f.FormDataContentType()
}

func (w *world) sendForm(method, path string, fields map[string]string, file []byte, opts ...option) *got {
	w.t.Helper()
	body, contentType := formOf(w.t, fields, file)
	return w.send(w.root, method, path, body, append(opts, withHeader("Content-Type", contentType))...)
}

func (w *world) newClip(name string, file []byte) record.ID {
	w.t.Helper()
	return w.sendForm(http.MethodPost, w.at("/audio_clips"), map[string]string{"name": name}, file).want(http.StatusCreated).id()
}

func TestAudioClips(t *testing.T) {
	w := newWorld(t)
	clips := w.at("/audio_clips")
	id := w.newClip("Waltz", beep(440, 10))
	one := clips + "/" + string(id)
	shown := w.get(one).want(http.StatusOK).json()
	for field, want := range map[string]any{"name": "Waltz", "format": "wav", "size": float64(44 + 16000), "duration_ms": float64(1000)} {
		if shown[field] != want {
			t.Errorf("%s is %v, want %v", field, shown[field], want)
		}
	}
	if _, shows := shown["pcmu"]; shows || len(shown["sha256"].(string)) != 64 {
		t.Errorf("shows %v", shown)
	}
	w.sendForm(http.MethodPost, clips, map[string]string{"name": "waltz"}, beep(440, 1)).want(http.StatusConflict)

	w.patch(one, fieldsOf{"name": "Slow waltz"}).want(http.StatusOK)
	after := w.sendForm(http.MethodPatch, one, nil, beep(700, 20)).want(http.StatusOK).json()
	if after["name"] != "Slow waltz" || after["duration_ms"] != float64(2000) || after["sha256"] == shown["sha256"] {
		t.Errorf("after the change %v", after)
	}
	w.sendForm(http.MethodPatch, one, nil, beep(800, 1), withHeader("If-Match", `"1"`)).want(http.StatusPreconditionFailed)
	w.sendForm(http.MethodPatch, clips+"/clip_absent", nil, beep(800, 1)).want(http.StatusNotFound)

	w.patch(w.at(""), fieldsOf{"hold_music_clip": id}).want(http.StatusOK)
	w.delete(one).want(http.StatusConflict)
	w.patch(w.at(""), fieldsOf{"hold_music_clip": nil}).want(http.StatusOK)
	w.delete(one).want(http.StatusNoContent)
	w.get(one + "/audio").want(http.StatusNotFound)
}

func TestAudioClipRefusals(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct {
		fields map[string]string
		file   []byte
		status int
		field  string
		code   string
	}{
		"no name":       {nil, beep(440, 1), 422, "name", "required"},
		"no file":       {map[string]string{"name": "x"}, nil, 422, "file", "required"},
		"text file":     {map[string]string{"name": "x"}, []byte("this is no music"), 422, "file", "not_audio"},
		"M4A":           {map[string]string{"name": "x"}, []byte("\x00\x00\x00\x20ftypM4A \x00\x00"), 422, "file", "unsupported_format"},
		"empty file":    {map[string]string{"name": "x"}, []byte{}, 422, "file", "empty"},
		"eleven min":    {map[string]string{"name": "x"}, wavFile(make([]int16, 11*60*4000), 4000), 413, "file", "too_large"},
		"10 MB of tags": {map[string]string{"name": "x"}, append([]byte("ID3\x04\x00\x00\x04\x71\x30\x00"), make([]byte, 10<<20)...), 413, "file", "too_large"},
		"unknown field": {map[string]string{"name": "x", "colour": "blue"}, beep(440, 1), 422, "colour", "unknown_field"},
		"read-only":     {map[string]string{"name": "x", "format": "mp3"}, beep(440, 1), 422, "format", "read_only"},
		"long name":     {map[string]string{"name": strings.Repeat("x", 101)}, beep(440, 1), 422, "name", "too_long"},
		"huge name":     {map[string]string{"name": strings.Repeat("x", 5000)}, beep(440, 1), 422, "name", "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			g := w.sendForm(http.MethodPost, w.at("/audio_clips"), tt.fields, tt.file).want(tt.status)
			if got := g.fields()[tt.field]; got != tt.code {
				t.Errorf("says %v", g.raw)
			}
		})
	}
	w.post(w.at("/audio_clips"), fieldsOf{"name": "x"}).want(422)
	w.send(w.root, http.MethodPost, w.at("/audio_clips"), "--x\r\ncut", withHeader("Content-Type", "multipart/form-data; boundary=x")).want(400)
	if list := w.get(w.at("/audio_clips")).data(); len(list) != 0 {
		t.Errorf("left %v", list)
	}
}

// A form sent again has another boundary and is the same request all the same.
func TestAudioClipSentAgain(t *testing.T) {
	w := newWorld(t)
	send := func(hertz float64) *got {
		return w.sendForm(http.MethodPost, w.at("/audio_clips"), map[string]string{"name": "Waltz"}, beep(hertz, 1), withHeader("Idempotency-Key", "1"))
	}
	first := send(440).want(http.StatusCreated).id()
	if again := send(440).want(http.StatusCreated).id(); again != first {
		t.Errorf("made %s and %s", first, again)
	}
	send(441).want(http.StatusUnprocessableEntity)
}

func TestAudioClipPreview(t *testing.T) {
	w := newWorld(t)
	audio := w.at("/audio_clips/" + string(w.newClip("Waltz", beep(440, 10))) + "/audio")
	for query, rate := range map[string]uint32{"": 8000, "?codec=wav": 8000, "?codec=pcma": 8000, "?codec=g722": 16000} {
		g := w.get(audio + query).want(http.StatusOK)
		if g.header.Get("Content-Type") != "audio/wav" || !strings.HasPrefix(g.raw, "RIFF") || len(g.raw) != 44+2*int(rate) {
			t.Fatalf("%s: %d bytes of %s", query, len(g.raw), g.header)
		}
		if got := binary.LittleEndian.Uint32([]byte(g.raw[24:])); got != rate {
			t.Errorf("%s: %d Hz", query, got)
		}
	}
	part := w.send(w.root, http.MethodGet, audio, nil, withHeader("Range", "bytes=100-199")).want(http.StatusPartialContent)
	if whole := w.get(audio).raw; part.raw != whole[100:200] || part.header.Get("Content-Range") != "bytes 100-199/16044" {
		t.Errorf("%d bytes, %s", len(part.raw), part.header.Get("Content-Range"))
	}
	w.get(audio + "?codec=opus").want(http.StatusUnprocessableEntity)
	other := w.newAccount("Other")
	foreign := strings.Replace(audio, string(w.account), string(other), 1)
	w.get(foreign).want(http.StatusNotFound)
}

// Beyond the bound on files in memory callers are asked to come again.
func TestAudioClipOverload(t *testing.T) {
	w := newWorld(t)
	w.server.Handler()
	for range maxFiles {
		if _, err := w.server.workshop.enter(); err != nil {
			t.Fatal(err)
		}
	}
	g := w.sendForm(http.MethodPost, w.at("/audio_clips"), map[string]string{"name": "x"}, beep(440, 1)).want(http.StatusServiceUnavailable)
	if g.header.Get("Retry-After") == "" {
		t.Error("does not say when to come again")
	}
}

// describeClips tries the operations against their description.
func (d *described) describeClips() {
	d.t.Helper()
	clips := d.at("/audio_clips")
	created := d.form(http.MethodPost, clips, map[string]string{"name": "Waltz"}, beep(440, 1), http.StatusCreated)
	item := clips + "/" + string(created.id())
	d.form(http.MethodPatch, item, map[string]string{"name": "Polka"}, beep(440, 1), http.StatusOK)
	d.do(d.root, http.MethodGet, item+"/audio", nil, http.StatusOK)
	d.cycle(clips, created.id(), fieldsOf{"name": "March"})
}

// form is do for a form.
func (d *described) form(method, path string, fields map[string]string, file []byte, status int) *got {
	d.t.Helper()
	_, pattern := d.mux.Handler(httptest.NewRequest(method, path, nil))
	described := d.doc.Paths.Value(d.ops[pattern].path).GetOperation(method)
	sent := map[string]any{fileField: "bytes"}
	for name, value := range fields {
		sent[name] = value
	}
	d.conform(described.RequestBody.Value.Content.Get("multipart/form-data").Schema, sent, "form of "+pattern)
	g := d.sendForm(method, path, fields, file).want(status)
	d.conform(described.Responses.Status(status).Value.Content.Get(mediaJSON).Schema, g.raw, "answer of "+pattern)
	d.seen[pattern] = true
	return g
}

// The audit log tells what became of a clip, and nothing of its files.
func TestAudioClipAudit(t *testing.T) {
	w := newWorld(t)
	id := w.newClip("Waltz", beep(440, 1))
	entries, err := w.store.AuditEntries(store.AuditQuery{Account: w.account, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries.Items {
		if e.Event == "audio_clip.create" && e.Resource == id && len(e.Changes) > 0 {
			return
		}
	}
	t.Errorf("%+v", entries.Items)
}
