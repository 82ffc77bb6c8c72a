package admin

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// recorded is a recording of a call that has ended, and its file.
func (w *world) recorded(call string, change func(*record.Recording)) string {
	w.t.Helper()
	h, size, err := w.store.Blobs().Put(strings.NewReader("RIFF and so on"), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	now := w.clock.now()
	r := record.Recording{
		ID: record.NewRecordingID(now), Account: w.account, Call: call, StartedAt: now, EndedAt: now, From: "1001", To: "1002",
		State: record.RecordingDone, Reason: record.RecordingCallEnded, SampleRate: 8000, Size: size, File: h,
		Transcription: record.Transcription{State: record.TranscriptionDisabled},
	}
	change(&r)
	err = w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		if err := tx.PutRecording(r); err != nil || r.Transcription.State != record.TranscriptionDone {
			return err
		}
		return tx.PutTranscript(w.account, r.ID, record.Transcript{Text: "Hello."})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

func TestRecordings(t *testing.T) {
	w := newWorld(t)
	call := w.ended(func(*record.CallRecord) {})
	done := w.recorded(call, func(*record.Recording) {})
	running := w.recorded(call, func(r *record.Recording) { r.State, r.Reason = record.RecordingRunning, "" })
	other := w.recorded(record.NewCallID(w.clock.now()), func(r *record.Recording) { r.Transcription.State = record.TranscriptionDone })
	for query, want := range map[string][]string{
		"": {other, running, done}, "?call=" + call: {running, done}, "?state=recording": {running}, "?transcription=done": {other}, "?number=1009": nil,
	} {
		var ids []string
		for _, r := range w.get(w.at("/recordings" + query)).want(http.StatusOK).data() {
			ids = append(ids, r["id"].(string))
		}
		slices.Sort(ids)
		slices.Sort(want)
		if !slices.Equal(ids, want) {
			t.Errorf("%s: %q, want %q", query, ids, want)
		}
	}
	for _, query := range []string{"?state=fine", "?transcription=1", "?color=red", "?cursor=x"} {
		w.get(w.at("/recordings" + query)).want(422)
	}
	for _, got := range []map[string]any{w.get(w.at("/calls/" + call)).json(), w.get(w.at("/calls")).data()[0]} {
		if list := got["recordings"].([]any); len(list) != 2 || list[0].(map[string]any)["id"] == list[1].(map[string]any)["id"] {
			t.Errorf("the call has %v", list)
		}
	}

	audio := w.at("/recordings/" + done + "/audio")
	if got := w.get(audio).want(http.StatusOK); got.raw != "RIFF and so on" || got.header.Get("Content-Type") != "audio/wav" {
		t.Errorf("%s of %q", got.header, got.raw)
	}
	if got := w.send(w.root, http.MethodGet, audio, nil, withHeader("Range", "bytes=5-7")).want(http.StatusPartialContent); got.raw != "and" {
		t.Errorf("a part is %q", got.raw)
	}
	w.get(w.at("/recordings/" + running + "/audio")).want(http.StatusConflict)
	w.send(w.newKey(w.account, record.ScopeRead, record.ScopeWrite), http.MethodGet, audio, nil).want(http.StatusForbidden)
	if got := w.get(w.at("/recordings/" + other + "/transcript")).want(http.StatusOK).text("text"); got != "Hello." {
		t.Errorf("text is %q", got)
	}
	w.get(w.at("/recordings/" + done + "/transcript")).want(http.StatusNotFound)
	var heard int
	for _, e := range w.entries(w.account, "recording.read_audio", 4) {
		if e.Outcome == record.OutcomeSuccess && string(e.Resource) == done {
			heard++
		}
	}
	if heard != 2 {
		t.Errorf("the audit log says that it was heard %d times", heard)
	}

	stranger := "/v1/accounts/" + string(w.newAccount("Other")) + "/recordings/" + done
	for _, path := range []string{stranger, stranger + "/audio", w.at("/recordings/rec_x"), w.at("/recordings/" + record.NewRecordingID(w.clock.now()))} {
		w.get(path).want(http.StatusNotFound)
	}
	w.delete(w.at("/recordings/" + running)).want(http.StatusConflict)
	w.delete(w.at("/recordings/" + done)).want(http.StatusNoContent)
	w.delete(w.at("/recordings/" + done)).want(http.StatusNotFound)
	w.get(audio).want(http.StatusNotFound)
}

func TestTranscribeAgain(t *testing.T) {
	w := newWorld(t)
	woken := 0
	w.server.Transcribe, w.server.Untranscribed = func() { woken++ }, "nobody is there"
	call := record.NewCallID(w.clock.now())
	failed := w.recorded(call, func(r *record.Recording) {
		r.Transcription = record.Transcription{State: record.TranscriptionFailed, Attempts: 10}
	})
	got := w.post(w.at("/recordings/"+failed+"/transcribe"), nil).want(http.StatusAccepted).json()["transcription"].(map[string]any)
	if got["state"] != record.TranscriptionWaiting || got["attempts"] != 0.0 || got["reason"] != "nobody is there" || woken != 1 {
		t.Errorf("%v, woken %d times", got, woken)
	}
	waiting, err := w.store.WaitingTranscriptions(nil, 0)
	if len(waiting) != 1 || err != nil {
		t.Errorf("%v wait, %v", waiting, err)
	}
	running := w.recorded(call, func(r *record.Recording) { r.Transcription.State = record.TranscriptionRunning })
	w.post(w.at("/recordings/"+running+"/transcribe"), nil).want(http.StatusConflict)
}

func (d *described) describeRecordings() {
	d.t.Helper()
	id := d.recorded(record.NewCallID(d.clock.now()), func(r *record.Recording) { r.Transcription.State = record.TranscriptionDone })
	one := d.at("/recordings/" + id)
	for _, path := range []string{d.at("/recordings"), one, one + "/audio", one + "/transcript"} {
		d.do(d.root, http.MethodGet, path, nil, http.StatusOK)
	}
	d.do(d.root, http.MethodPost, one+"/transcribe", nil, http.StatusAccepted)
	d.do(d.root, http.MethodDelete, one, nil, http.StatusNoContent)
}
