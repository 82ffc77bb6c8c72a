package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is not long ago: what is old is swept.
var start = time.Now().UTC().Truncate(time.Second).Add(-time.Hour)

// office is a store with one account.
type office struct {
	*store.Store
	dir     string
	account record.ID
}

func newOffice(t *testing.T, transcribes bool) *office {
	t.Helper()
	o := &office{dir: t.TempDir()}
	o.open(t)
	a := record.NewAccount()
	a.Name, a.Email, a.TranscriptionEnabled = "Acme", "owner@example.com", transcribes
	if err := o.Update(t.Context(), func(tx *store.Tx) error { return tx.Create(a) }); err != nil {
		t.Fatal(err)
	}
	o.account = a.ID
	return o
}

func (o *office) open(t *testing.T) {
	t.Helper()
	s, err := store.Open(store.Config{Dir: o.dir})
	if err != nil {
		t.Fatal(err)
	}
	o.Store = s
	t.Cleanup(func() { _ = s.Close() })
}

func (o *office) recording() record.Recording {
	return record.Recording{
		ID: record.NewRecordingID(start), Account: o.account, Call: record.NewCallID(start), StartedAt: start, SampleRate: 8000,
		State: record.RecordingRunning, Transcription: record.Transcription{State: record.TranscriptionDisabled},
	}
}

// begin begins a recording and writes so many frames.
func begin(t *testing.T, a *Archive, r record.Recording, frames int) {
	t.Helper()
	w, err := a.Create(r)
	if err == nil {
		_, err = w.Write(bytes.Repeat([]byte{1, 2, 3, 4}, frames))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) get(t *testing.T, id string) record.Recording {
	t.Helper()
	r, err := o.Recording(o.account, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sound is what a WAV file says it holds.
func (o *office) sound(t *testing.T, h blob.Hash) (rate int, sound []byte) {
	t.Helper()
	f, err := o.Blobs().Open(h)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil || len(b) < headerSize || !bytes.Equal(b[:4], []byte("RIFF")) || !bytes.Equal(b[36:40], []byte("data")) {
		t.Fatalf("no WAV file: %q, %v", b[:min(len(b), headerSize)], err)
	}
	if riff, data := binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[40:]); int(riff) != len(b)-8 || int(data) != len(b)-headerSize {
		t.Errorf("a file of %d bytes says %d and %d", len(b), riff, data)
	}
	return int(binary.LittleEndian.Uint32(b[24:])), b[headerSize:]
}

func TestArchive(t *testing.T) {
	for _, c := range []struct {
		name        string
		transcribes bool
		unserved    string
		want        record.Transcription
	}{
		{"not transcribed", false, "", record.Transcription{State: record.TranscriptionDisabled}},
		{"transcribed", true, "", record.Transcription{State: record.TranscriptionWaiting, DueAt: start.Add(time.Second)}},
		{"nobody there to", true, "no service", record.Transcription{State: record.TranscriptionWaiting, Reason: "no service", DueAt: start.Add(time.Second)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, c.transcribes)
			var told []record.Recording
			a := New(Config{Store: o.Store, Unserved: c.unserved, Tell: func(r record.Recording) { told = append(told, r) }})
			r := o.recording()
			begin(t, a, r, 8000)
			if got := o.get(t, r.ID); got.State != record.RecordingRunning {
				t.Errorf("at first %s", got.State)
			}
			r.EndedAt, r.Reason = start.Add(time.Second), record.RecordingCallEnded
			a.Finish(r)
			got := o.get(t, r.ID)
			rate, sound := o.sound(t, got.File)
			if rate != 8000 || len(sound) != 4*8000 || got.State != record.RecordingDone || got.Seconds != 1 || got.Size != 44+4*8000 {
				t.Errorf("%d bytes at %d Hz, %+v", len(sound), rate, got)
			}
			if diff := cmp.Diff(c.want, got.Transcription); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]record.Recording{got}, told); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a crash leaves is a recording up to there, half a frame left out; one whose file is
// lost has failed; files of nobody are dropped.
func TestRepair(t *testing.T) {
	o := newOffice(t, true)
	a := New(Config{Store: o.Store})
	cut, lost, empty := o.recording(), o.recording(), o.recording()
	begin(t, a, cut, 4000)
	if _, err := a.drafts[cut.ID].Write([]byte{9, 9, 9}); err != nil {
		t.Fatal(err)
	}
	begin(t, a, lost, 1)
	if err := a.drafts[lost.ID].Drop(); err != nil {
		t.Fatal(err)
	}
	begin(t, a, empty, 0)
	for _, name := range []string{record.NewRecordingID(start), "fax_of_somebody"} {
		if _, err := o.Blobs().NewDraft(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}

	o.open(t)
	if err := New(Config{Store: o.Store}).Repair(); err != nil {
		t.Fatal(err)
	}
	got := o.get(t, cut.ID)
	if _, sound := o.sound(t, got.File); len(sound) != 4*4000 || got.Reason != record.RecordingInterrupted ||
		got.State != record.RecordingDone || !got.EndedAt.Equal(start.Add(time.Second/2)) || got.Transcription.State != record.TranscriptionWaiting {
		t.Errorf("%d bytes, %+v", len(sound), got)
	}
	for _, r := range []record.Recording{lost, empty} {
		if got := o.get(t, r.ID); got.State != record.RecordingFailed || got.Reason != record.RecordingInterrupted {
			t.Errorf("%+v", got)
		}
	}
	if open, err := o.OpenRecordings(); len(open) != 0 || err != nil {
		t.Errorf("%d are open still, %v", len(open), err)
	}
	if left, err := o.Blobs().Drafts(); !cmp.Equal(left, []string{"fax_of_somebody"}) || err != nil {
		t.Errorf("left %q, %v", left, err)
	}
}

// On a full disk there is what was written before, if anything was.
func TestFinishAfterFullDisk(t *testing.T) {
	o := newOffice(t, false)
	a := New(Config{Store: o.Store})
	for frames, want := range map[int]string{0: record.RecordingFailed, 10: record.RecordingDone} {
		r := o.recording()
		begin(t, a, r, frames)
		r.Reason = record.RecordingDiskFull
		a.Finish(r)
		if got := o.get(t, r.ID); got.State != want || got.Reason != record.RecordingDiskFull {
			t.Errorf("after %d frames: %+v", frames, got)
		}
	}
	if left, err := o.Blobs().Drafts(); len(left) != 0 || err != nil {
		t.Errorf("left %q, %v", left, err)
	}
}

// What cannot be noted is not begun.
func TestCreateFails(t *testing.T) {
	o := newOffice(t, false)
	a := New(Config{Store: o.Store})
	r := o.recording()
	r.Call = "nonsense"
	if _, err := a.Create(r); err == nil {
		t.Error("begun")
	}
	if left, _ := o.Blobs().Drafts(); len(left) != 0 {
		t.Errorf("left %q", left)
	}
	if _, err := o.Recording(o.account, r.ID); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}
