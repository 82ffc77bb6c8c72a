package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"dialtone/configs"
	"dialtone/internal/recording"
	"dialtone/internal/transcribe"
	"dialtone/store/record"
)

// notTranscribed is what recordings say that nobody is there to transcribe.
const notTranscribed = "no transcription service is configured (transcription.url)"

// untranscribed is the same where it is true, else empty.
func untranscribed(cfg *configs.Config) string {
	if cfg.Transcription.URL == "" {
		return notTranscribed
	}
	return ""
}

// openRecordings completes what a crash left of recordings and lets them be transcribed.
// The function it returns ends that; it must be called when calls are over and before the
// store is closed.
func (d *daemon) openRecordings() (closing func(), err error) {
	worker, err := d.transcriber()
	if err != nil {
		return nil, err
	}
	d.recordings = recording.New(recording.Config{
		Store: d.store, Unserved: untranscribed(d.cfg), Log: d.log,
		Tell: func(r record.Recording) {
			d.tell(r.Account, "call.recorded", &r)
			if worker != nil {
				worker.Wake()
			}
		},
	})
	if err := d.recordings.Repair(); err != nil {
		return nil, err
	}
	if worker == nil {
		return func() {}, nil
	}
	d.transcribe = worker.Wake
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		worker.Serve(ctx)
	}()
	return func() {
		cancel()
		<-served
	}, nil
}

// transcriber is who transcribes, nil where nobody is configured.
func (d *daemon) transcriber() (*transcribe.Worker, error) {
	t := d.cfg.Transcription
	if t.URL == "" {
		return nil, nil
	}
	w, err := transcribe.New(transcribe.Config{
		Store: d.store, URL: t.URL, Model: t.Model, Agent: "dialtone/" + version,
		Key:  func() (string, error) { return transcriptionKey(t.APIKeyFile) },
		Tell: func(r record.Recording) { d.tell(r.Account, "call.transcribed", &r) },
		Log:  d.log, Registerer: d.metrics,
	})
	if err != nil {
		return nil, usageError{err}
	}
	if _, err := transcriptionKey(t.APIKeyFile); err != nil {
		return nil, usageError{err}
	}
	return w, nil
}

// transcriptionKey reads the service's key anew each time, so that it can be replaced.
func transcriptionKey(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("cannot read transcription.api_key_file: %w", err)
	}
	return string(bytes.TrimSpace(key)), nil
}
