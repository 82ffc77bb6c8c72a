package admin

import (
	"errors"
	"net/http"

	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

const recordingsPath = "/v1/accounts/{account}/recordings"

// recordingOperations are about recordings of calls. That there is one anybody may know
// who may read; what was said is kept with the secrets, and every listener is in the audit
// log.
func recordingOperations() []*operation {
	one := recordingsPath + "/{recording}"
	return []*operation{
		{
			method: http.MethodGet, path: recordingsPath, event: "recording.list", scope: record.ScopeRead,
			summary: "Lists recordings of calls, the one begun last first.", answer: typeOf[record.Recording](), list: true,
			query: []parameter{
				{name: "from", doc: "Only those begun at this time or later."},
				{name: "to", doc: "Only those begun before this time."},
				{name: "call", doc: "Only those of this call."},
				{name: "user", doc: "Only those of this user's calls."},
				{name: "number", doc: "Only those of calls from or to exactly this extension or number."},
				{name: "state", doc: "Only those with this state: recording, done or failed."},
				{name: "transcription", doc: "Only those whose text has this state: disabled, waiting, running, done or failed."},
			},
			status: http.StatusOK, handle: handleRecordings,
		},
		{
			method: http.MethodGet, path: one, event: "recording.read", scope: record.ScopeRead,
			summary: "Reads what is known of a recording.", answer: typeOf[*record.Recording](), status: http.StatusOK, handle: handleRecording,
		},
		{
			method: http.MethodGet, path: one + "/audio", event: "recording.read_audio", scope: record.ScopeSecrets,
			summary: "Plays a recording: a WAV file, the caller on the left, the callee on the right. Takes Range.",
			media:   "audio/wav", status: http.StatusOK, handle: handleRecordingAudio,
		},
		{
			method: http.MethodGet, path: one + "/transcript", event: "recording.read_transcript", scope: record.ScopeSecrets,
			summary: "Reads the text of a recording.", answer: typeOf[*record.Transcript](), status: http.StatusOK, handle: handleTranscript,
		},
		{
			method: http.MethodPost, path: one + "/transcribe", event: "recording.transcribe", scope: record.ScopeWrite,
			summary: "Has a recording transcribed, or once more after a failure.", answer: typeOf[*record.Recording](),
			status: http.StatusAccepted, replays: true, handle: handleTranscribe,
		},
		{
			method: http.MethodDelete, path: one, event: "recording.delete", scope: record.ScopeWrite,
			summary: "Deletes a recording and its text. The file is gone within two hours.", status: http.StatusNoContent, handle: handleRecordingDelete,
		},
	}
}

func handleRecordings(c *call) (*answer, error) {
	q := c.query()
	ask := store.RecordingQuery{
		Account: c.account, Call: q.text("call"), User: record.ID(q.text("user")), Number: q.text("number"),
		State:         q.oneOf("state", record.RecordingStates()...),
		Transcription: q.oneOf("transcription", record.TranscriptionStates()...),
		From:          q.time("from"), To: q.time("to"), After: historyCursor(q), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return history(c.server.Store.Recordings(ask))
}

// recording is the one the path names.
func (c *call) recording() (record.Recording, error) {
	r, err := c.server.Store.Recording(c.account, c.r.PathValue("recording"))
	if err == nil {
		c.resource = record.ID(r.ID)
	}
	return r, err
}

func handleRecording(c *call) (*answer, error) {
	r, err := c.recording()
	if err != nil {
		return nil, err
	}
	return ok(&r), nil
}

func handleRecordingAudio(c *call) (*answer, error) {
	r, err := c.recording()
	if err != nil {
		return nil, err
	}
	if r.State != record.RecordingDone {
		return nil, &store.Conflict{Code: store.ConflictState, Detail: "the recording has no file: it goes on or has failed"}
	}
	f, err := c.server.Store.Blobs().Open(r.File)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, serve: func(w http.ResponseWriter, req *http.Request) {
		defer func() { _ = f.Close() }()
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("Content-Disposition", `attachment; filename="`+r.ID+`.wav"`)
		w.Header().Set("ETag", `"`+r.File.String()[:32]+`"`)
		http.ServeContent(w, req, "", r.EndedAt, f)
	}}, nil
}

func handleTranscript(c *call) (*answer, error) {
	r, err := c.recording()
	if err != nil {
		return nil, err
	}
	text, err := c.server.Store.Transcript(c.account, r.ID)
	if err != nil {
		return nil, err
	}
	return ok(&text), nil
}

func handleTranscribe(c *call) (*answer, error) {
	a, err := c.change(func(tx *store.Tx) (effect, error) {
		r, err := tx.Recording(c.account, c.r.PathValue("recording"))
		if err != nil {
			return effect{}, err
		}
		running := r.Transcription.State == record.TranscriptionRunning && c.server.Transcribe != nil
		if r.State != record.RecordingDone || running {
			return effect{}, &store.Conflict{Code: store.ConflictState, Detail: "there is no file to transcribe, or it is being done"}
		}
		r.Transcription = record.Transcription{State: record.TranscriptionWaiting, Reason: c.server.Untranscribed, DueAt: tx.Now()}
		if err := tx.PutRecording(r); err != nil {
			return effect{}, err
		}
		return effect{account: c.account, resource: record.ID(r.ID), answer: &answer{status: http.StatusAccepted, body: &r}}, nil
	})
	if err == nil && c.server.Transcribe != nil {
		c.server.Transcribe()
	}
	return a, err
}

func handleRecordingDelete(c *call) (*answer, error) {
	id := c.r.PathValue("recording")
	return c.change(func(tx *store.Tx) (effect, error) {
		if err := tx.DeleteRecording(c.account, id); err != nil {
			return effect{}, err
		}
		return effect{account: c.account, resource: record.ID(id), answer: &answer{status: http.StatusNoContent}}, nil
	})
}

// withRecordings adds the recordings of calls to their records.
func (c *call) withRecordings(calls []record.CallRecord) error {
	for i := range calls {
		list, err := c.server.Store.CallRecordings(c.account, calls[i].CallID)
		if err != nil {
			return err
		}
		calls[i].Recordings = list
	}
	return nil
}
