package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// recordingStart is not long ago: what is old is swept.
var recordingStart = time.Now().UTC().Truncate(time.Second).Add(-time.Hour)

// aRecording began some minutes after recordingStart.
func aRecording(account record.ID, minute int, change func(*record.Recording)) record.Recording {
	at := recordingStart.Add(time.Duration(minute) * time.Minute)
	r := record.Recording{
		ID: record.NewRecordingID(at), Account: account, Call: record.NewCallID(at), Direction: record.CallInternal,
		From: "1001", To: "1002", StartedAt: at, SampleRate: 8000, State: record.RecordingRunning,
		Transcription: record.Transcription{State: record.TranscriptionDisabled},
	}
	if change != nil {
		change(&r)
	}
	return r
}

func putRecordings(t *testing.T, s *Store, list ...record.Recording) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		for _, r := range list {
			if err := tx.PutRecording(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func ids(list []record.Recording) (ids []string) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestRecordings(t *testing.T) {
	w := newWorld(t)
	first := aRecording(w.account.ID, 0, nil)
	second := aRecording(w.account.ID, 1, func(r *record.Recording) { r.Call, r.To = first.Call, "1003" })
	third := aRecording(w.account.ID, 2, nil)
	nobodys := aRecording(record.NewID(record.KindAccount, recordingStart), 3, nil)
	putRecordings(t, w.Store, first, second, third, nobodys)

	for name, c := range map[string]struct {
		ask  RecordingQuery
		want []record.Recording
	}{
		"all":      {RecordingQuery{}, []record.Recording{third, second, first}},
		"of call":  {RecordingQuery{Call: first.Call}, []record.Recording{second, first}},
		"with":     {RecordingQuery{Number: "1003"}, []record.Recording{second}},
		"since":    {RecordingQuery{From: second.StartedAt}, []record.Recording{third, second}},
		"before":   {RecordingQuery{To: second.StartedAt}, []record.Recording{first}},
		"finished": {RecordingQuery{State: record.RecordingDone}, nil},
	} {
		c.ask.Account = w.account.ID
		page, err := w.Recordings(c.ask)
		if diff := cmp.Diff(ids(c.want), ids(page.Items)); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	of, err := w.CallRecordings(w.account.ID, first.Call)
	if diff := cmp.Diff([]record.Recording{first, second}, of); diff != "" || err != nil {
		t.Errorf("of the call: %v\n%s", err, diff)
	}

	first.State, first.Transcription.State = record.RecordingDone, record.TranscriptionWaiting
	third.State, third.Transcription.State = record.RecordingDone, record.TranscriptionRunning
	putRecordings(t, w.Store, first, third)
	open, err := w.OpenRecordings()
	if diff := cmp.Diff(ids([]record.Recording{second}), ids(open)); diff != "" || err != nil {
		t.Errorf("open: %v\n%s", err, diff)
	}
	var waiting []record.Recording
	for after := (*record.Recording)(nil); ; after = &waiting[len(waiting)-1] {
		list, err := w.WaitingTranscriptions(after, 1)
		if err != nil {
			t.Fatal(err)
		}
		if waiting = append(waiting, list...); len(list) == 0 {
			break
		}
	}
	if diff := cmp.Diff(ids([]record.Recording{first, third}), ids(waiting)); diff != "" {
		t.Errorf("waiting:\n%s", diff)
	}
}

func TestTranscript(t *testing.T) {
	w := newWorld(t)
	r := aRecording(w.account.ID, 0, func(r *record.Recording) { r.State = record.RecordingDone })
	putRecordings(t, w.Store, r)
	if _, err := w.Transcript(w.account.ID, r.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("a text before there is one: %v", err)
	}
	long := strings.Repeat("é", record.MaxTranscript) // two bytes each
	update(t, w.Store, func(tx *Tx) error {
		return tx.PutTranscript(w.account.ID, r.ID, record.Transcript{Text: "x" + long, Language: "en"})
	})
	got, err := w.Transcript(w.account.ID, r.ID)
	if err != nil || len(got.Text) != record.MaxTranscript-1 || got.Language != "en" {
		t.Errorf("%d bytes in %q, %v", len(got.Text), got.Language, err)
	}
	err = w.Update(t.Context(), func(tx *Tx) error {
		return tx.PutTranscript(w.account.ID, record.NewRecordingID(recordingStart), record.Transcript{})
	})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("the text of nothing: %v", err)
	}
}

func TestDeleteRecording(t *testing.T) {
	w := newWorld(t)
	r := aRecording(w.account.ID, 0, nil)
	putRecordings(t, w.Store, r)
	remove := func(tx *Tx) error { return tx.DeleteRecording(w.account.ID, r.ID) }
	var clash *Conflict
	if err := w.Update(t.Context(), remove); !errors.As(err, &clash) || clash.Code != ConflictState {
		t.Errorf("deleted while it goes on: %v", err)
	}
	r.State, r.Transcription.State = record.RecordingDone, record.TranscriptionWaiting
	putRecordings(t, w.Store, r)
	update(t, w.Store, func(tx *Tx) error { return tx.PutTranscript(w.account.ID, r.ID, record.Transcript{Text: "x"}) })
	update(t, w.Store, remove)
	if err := w.Update(t.Context(), remove); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	for _, table := range []string{tableRecording, tableRecordingCall, tableRecordingOpen, tableTranscription, tableTranscript} {
		if left := historyKeys(t, w.Store, table, w.account.ID); len(left) > 0 {
			t.Errorf("left in %s: %q", table, left)
		}
	}
}

// Files of recordings stay as long as their records, which go when their time is over.
func TestSweepRecordings(t *testing.T) {
	w := newWorld(t)
	file, _, err := w.Blobs().Put(strings.NewReader("RIFF"), 4)
	if err != nil {
		t.Fatal(err)
	}
	kept := w.retention.Recordings
	old := aRecording(w.account.ID, 0, func(r *record.Recording) { r.State = record.RecordingDone })
	going := aRecording(w.account.ID, 0, nil)
	young := aRecording(w.account.ID, 0, func(r *record.Recording) { r.State, r.File = record.RecordingDone, file })
	now := w.now()
	for r, at := range map[*record.Recording]time.Time{&old: now.Add(-kept - time.Hour), &going: now.Add(-kept - 2*time.Hour), &young: now.Add(-kept + time.Hour)} {
		r.StartedAt, r.ID = at, record.NewRecordingID(at)
	}
	putRecordings(t, w.Store, old, going, young)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := w.Recordings(RecordingQuery{Account: w.account.ID})
	if diff := cmp.Diff([]string{young.ID, going.ID}, ids(page.Items)); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	var named []string
	for h := range namedFiles(t, w.Store) {
		named = append(named, h.String())
	}
	if !slices.Contains(named, file.String()) {
		t.Error("the file of a recording is nobody's")
	}
}

func namedFiles(t *testing.T, s *Store) map[blob.Hash]bool {
	t.Helper()
	var named map[blob.Hash]bool
	err := s.engine.View(func(r kv.Reader) (err error) {
		named, err = namedBlobs(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return named
}

func historyKeys(t *testing.T, s *Store, table string, account record.ID) (keys []string) {
	t.Helper()
	err := s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: historyPrefix(table, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			keys = append(keys, string(key))
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
