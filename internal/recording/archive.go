package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

// Config sets up an [Archive].
type Config struct {
	Store *store.Store
	// Unserved is what a transcription that waits says where nobody transcribes; empty
	// where somebody does.
	Unserved string
	// Tell is told of every recording that has ended; it must not wait. Nil for nobody.
	Tell func(record.Recording)
	Log  *slog.Logger // nil: none
}

// Archive keeps recordings. Its methods may be called from several goroutines.
type Archive struct {
	store    *store.Store
	unserved string
	tell     func(record.Recording)
	log      *slog.Logger

	mu     sync.Mutex // guards what follows
	drafts map[string]*blob.Draft
}

// New makes an archive.
func New(c Config) *Archive {
	a := &Archive{store: c.Store, unserved: c.Unserved, tell: c.Tell, log: c.Log, drafts: map[string]*blob.Draft{}}
	if a.tell == nil {
		a.tell = func(record.Recording) {}
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	return a
}

// writing bounds one write of a record.
const writing = 10 * time.Second

// Create begins a recording: r is in the list, and what is written to the file is kept
// even if the daemon is killed.
func (a *Archive) Create(r record.Recording) (io.Writer, error) {
	d, err := a.store.Blobs().NewDraft(r.ID)
	if err != nil {
		return nil, fmt.Errorf("cannot begin recording %q: %w", r.ID, err)
	}
	if _, err = d.Write(wavHeader(r.SampleRate, 0)); err == nil {
		err = a.put(r)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot begin recording %q: %w", r.ID, err), d.Drop())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drafts[r.ID] = d
	return d, nil
}

// Finish completes a recording. Without any sound because of an error there is no file.
func (a *Archive) Finish(r record.Recording) {
	a.mu.Lock()
	d := a.drafts[r.ID]
	delete(a.drafts, r.ID)
	a.mu.Unlock()
	a.complete(r, d)
}

func (a *Archive) complete(r record.Recording, d *blob.Draft) {
	r.State = record.RecordingFailed
	if d != nil {
		if err := keep(&r, d); err != nil {
			a.log.Error("recording lost", "call", r.Call, "recording", r.ID, "err", err)
			r.Reason = record.RecordingError
		}
	}
	r.Transcription = a.transcription(&r)
	if err := a.putPatiently(r); err != nil {
		a.log.Error("recording not noted", "call", r.Call, "recording", r.ID, "err", err)
		return
	}
	a.tell(r)
}

// keep makes the draft a file of the store.
func keep(r *record.Recording, d *blob.Draft) error {
	sound := max(0, d.Size()-headerSize)
	sound -= sound % frameBytes
	if sound == 0 && r.Reason != record.RecordingCallEnded && r.Reason != record.RecordingStopped {
		return d.Drop()
	}
	if err := d.Truncate(headerSize + sound); err != nil {
		return errors.Join(err, d.Drop())
	}
	if _, err := d.WriteAt(wavHeader(r.SampleRate, sound), 0); err != nil {
		return errors.Join(err, d.Drop())
	}
	h, size, err := d.Keep()
	if err != nil {
		return err
	}
	r.State, r.File, r.Size = record.RecordingDone, h, size
	r.Seconds = float64(sound/frameBytes) / float64(r.SampleRate)
	return nil
}

// transcription is how the text of a recording that has just ended stands.
func (a *Archive) transcription(r *record.Recording) record.Transcription {
	wanted := false
	a.store.View(func(v *store.View) {
		if account, ok := store.Get[*record.Account](v, r.Account); ok {
			wanted = account.TranscriptionEnabled
		}
	})
	if !wanted || r.State != record.RecordingDone {
		return record.Transcription{State: record.TranscriptionDisabled}
	}
	return record.Transcription{State: record.TranscriptionWaiting, Reason: a.unserved, DueAt: r.EndedAt}
}

func (a *Archive) put(r record.Recording) error {
	ctx, cancel := context.WithTimeout(context.Background(), writing)
	defer cancel()
	return a.store.Update(ctx, func(tx *store.Tx) error { return tx.PutRecording(r) })
}

// patience is how often a record is tried to be written.
const patience = 5

// putPatiently writes a record though the store may be busy for a moment.
func (a *Archive) putPatiently(r record.Recording) (err error) {
	wait := 100 * time.Millisecond
	for range patience {
		if err = a.put(r); !errors.Is(err, store.ErrOverloaded) && !errors.Is(err, store.ErrNoSpace) {
			return err
		}
		<-time.After(wait)
		wait *= 3
	}
	return err
}

// Repair completes the recordings that were under way when the daemon died, and drops
// files nobody knows of. It must be called before the first Create.
func (a *Archive) Repair() error {
	open, err := a.store.OpenRecordings()
	if err != nil {
		return fmt.Errorf("cannot repair recordings: %w", err)
	}
	for _, r := range open {
		a.repair(r)
	}
	left, err := a.store.Blobs().Drafts()
	for _, name := range left {
		if !record.IsRecordingID(name) {
			continue // somebody else's
		}
		d, open := a.store.Blobs().OpenDraft(name)
		if open == nil {
			open = d.Drop()
		}
		err = errors.Join(err, open)
	}
	return err
}

func (a *Archive) repair(r record.Recording) {
	r.Reason = record.RecordingInterrupted
	d, err := a.store.Blobs().OpenDraft(r.ID)
	if err != nil {
		d = nil
		a.log.Error("recording lost", "call", r.Call, "recording", r.ID, "err", err)
	}
	r.EndedAt = r.StartedAt
	if d != nil && r.SampleRate > 0 {
		frames := max(0, d.Size()-headerSize) / frameBytes
		r.EndedAt = r.StartedAt.Add(time.Duration(frames) * time.Second / time.Duration(r.SampleRate))
	}
	a.complete(r, d)
}
