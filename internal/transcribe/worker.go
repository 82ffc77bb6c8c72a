package transcribe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"dialtone/store"
	"dialtone/store/record"
)

// Config sets up a [Worker].
type Config struct {
	Store *store.Store
	// URL is the service's address: the whole of it, or the part before
	// /audio/transcriptions.
	URL string
	// Model is what the service is asked for; empty is whisper-1.
	Model string
	// Key gives the bearer token for each request; empty sends none.
	Key func() (string, error)
	// Agent is how we introduce ourselves.
	Agent string
	// Tell is told of every recording whose transcription is done or has failed, by several
	// goroutines; it must not wait. Nil for nobody.
	Tell func(record.Recording)

	Client     *http.Client // nil: one that follows no redirects
	Log        *slog.Logger // nil: none
	Registerer prometheus.Registerer
	Now        func() time.Time // nil: time.Now
}

const (
	defaultModel = "whisper-1"
	// atOnce is how many are transcribed at a time.
	atOnce = 3
	// maxAttempts is after how many a recording has failed.
	maxAttempts = 10
	// pageSize is how many that wait are looked at together.
	pageSize = 100
	// idle is the longest time between two looks at what waits.
	idle = 10 * time.Minute
	// unconfigured is how long a refused key keeps everything waiting.
	unconfigured = 5 * time.Minute
	writing      = 10 * time.Second
)

// waits are between attempts; the last is for all further ones.
var waits = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}

// Worker transcribes what waits in the store.
type Worker struct {
	store  *store.Store
	client client
	tell   func(record.Recording)
	log    *slog.Logger
	now    func() time.Time
	wake   chan struct{}

	done, failed, retried prometheus.Counter
}

// New makes a worker; Serve lets it work. It fails for an address that is none.
func New(c Config) (*Worker, error) {
	url, err := endpoint(c.URL)
	if err != nil {
		return nil, err
	}
	w := &Worker{
		store: c.Store, tell: c.Tell, log: c.Log, now: c.Now, wake: make(chan struct{}, 1),
		client: client{http: c.Client, url: url, model: c.Model, agent: c.Agent, key: c.Key},
	}
	if w.client.model == "" {
		w.client.model = defaultModel
	}
	if w.client.http == nil {
		w.client.http = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if w.client.key == nil {
		w.client.key = func() (string, error) { return "", nil }
	}
	if w.tell == nil {
		w.tell = func(record.Recording) {}
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.now == nil {
		w.now = time.Now
	}
	attempts := promauto.With(c.Registerer).NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_transcriptions_total", Help: "Attempts to transcribe recordings, by result: done, failed for good, retried later.",
	}, []string{"result"})
	w.done, w.failed, w.retried = attempts.WithLabelValues("done"), attempts.WithLabelValues("failed"), attempts.WithLabelValues("retried")
	return w, nil
}

// Wake tells that something new waits.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Serve works until ctx is done; what is under way then is done again later.
func (w *Worker) Serve(ctx context.Context) {
	for {
		next := w.round(ctx)
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// round transcribes all that is due and says when to look again.
func (w *Worker) round(ctx context.Context) (next time.Duration) {
	next = idle
	var after *record.Recording
	for {
		page, err := w.store.WaitingTranscriptions(after, pageSize)
		if err != nil {
			w.log.Error("cannot look for recordings to transcribe", "err", err)
			return next
		}
		if len(page) == 0 {
			return next
		}
		after = &page[len(page)-1]
		due := page[:0:0]
		for _, r := range page {
			if wait := r.Transcription.DueAt.Sub(w.now()); wait > 0 {
				next = min(next, wait)
				continue
			}
			due = append(due, r)
		}
		wait, ok := w.all(ctx, due)
		if next = min(next, wait); !ok {
			return next
		}
	}
}

// all transcribes some, a few at a time. It says when the first of them is to be tried
// again; false when none will succeed now.
func (w *Worker) all(ctx context.Context, due []record.Recording) (next time.Duration, goOn bool) {
	var wg sync.WaitGroup
	var mu sync.Mutex // guards next and stop
	next, stop := idle, false
	places := make(chan struct{}, atOnce)
	for _, r := range due {
		places <- struct{}{}
		mu.Lock()
		over := stop || ctx.Err() != nil
		mu.Unlock()
		if over {
			break
		}
		wg.Go(func() {
			defer func() { <-places }()
			wait, ours := w.one(ctx, r)
			mu.Lock()
			defer mu.Unlock()
			next = min(next, wait)
			stop = stop || ours
		})
	}
	wg.Wait()
	return next, !stop && ctx.Err() == nil
}

// one transcribes one recording. It says when to look again, and whether the service is
// set up wrongly.
func (w *Worker) one(ctx context.Context, r record.Recording) (next time.Duration, ours bool) {
	log := w.log.With("call", r.Call, "recording", r.ID)
	defer func() {
		if v := recover(); v != nil {
			log.Error("transcription failed", "panic", fmt.Sprint(v))
			next = waits[0]
		}
	}()
	t := r.Transcription
	t.State, t.Reason = record.TranscriptionRunning, ""
	if err := w.note(ctx, &r, t, nil); err != nil {
		return waits[0], false
	}
	transcript, err := w.read(ctx, &r)
	if ctx.Err() != nil {
		return idle, false // done again when the daemon is back
	}
	t, next, ours = w.judge(t, err)
	noted := w.note(ctx, &r, t, transcript)
	switch {
	case noted != nil && !errors.Is(noted, store.ErrNotFound):
		log.Error("cannot note transcription", "err", noted)
		return waits[0], ours
	case err != nil:
		log.Warn("recording not transcribed", "state", t.State, "attempts", t.Attempts, "err", err)
	}
	if noted == nil && (t.State == record.TranscriptionDone || t.State == record.TranscriptionFailed) {
		w.tell(r)
	}
	return next, ours
}

// judge says what becomes of a transcription after an attempt.
func (w *Worker) judge(t record.Transcription, err error) (_ record.Transcription, next time.Duration, ours bool) {
	var refused *refusal
	now := w.now()
	switch {
	case err == nil:
		w.done.Inc()
		t.Attempts++
		t.State, t.Reason, t.DueAt, t.DoneAt = record.TranscriptionDone, "", time.Time{}, now
		return t, idle, false
	case errors.As(err, &refused) && refused.ours():
		w.retried.Inc()
		t.State, t.Reason, t.DueAt = record.TranscriptionWaiting, err.Error(), now.Add(unconfigured)
		return t, unconfigured, true
	}
	t.Attempts++
	t.Reason = err.Error()
	if refused != nil && refused.final() || errors.Is(err, errNoWAV) || t.Attempts >= maxAttempts {
		w.failed.Inc()
		t.State, t.DueAt = record.TranscriptionFailed, time.Time{}
		return t, idle, false
	}
	w.retried.Inc()
	next = waits[min(t.Attempts, len(waits))-1]
	t.State, t.DueAt = record.TranscriptionWaiting, now.Add(next)
	return t, next, false
}

// note writes how the transcription stands into the recording as it is now, with the text
// if there is one.
func (w *Worker) note(ctx context.Context, r *record.Recording, t record.Transcription, text *record.Transcript) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writing)
	defer cancel()
	return w.store.Update(ctx, func(tx *store.Tx) error {
		now, err := tx.Recording(r.Account, r.ID)
		if err != nil {
			return err
		}
		now.Transcription = t
		*r = now
		if err := tx.PutRecording(now); err != nil || text == nil {
			return err
		}
		return tx.PutTranscript(r.Account, r.ID, *text)
	})
}

// read has a recording's file written down, part by part.
func (w *Worker) read(ctx context.Context, r *record.Recording) (*record.Transcript, error) {
	f, err := w.store.Blobs().Open(r.File)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rate, err := sampleRate(f)
	if err != nil {
		return nil, err
	}
	transcript := &record.Transcript{Model: w.client.model}
	var texts []string
	for _, p := range split(r.Size) {
		wav, size := mono(f, p, rate)
		got, err := w.client.transcribe(ctx, r.ID+".wav", wav, size)
		if err != nil {
			return nil, err
		}
		if said := strings.TrimSpace(*got.Text); said != "" {
			texts = append(texts, said)
		}
		if transcript.Language == "" {
			transcript.Language = got.Language
		}
	}
	transcript.Text = strings.Join(texts, "\n")
	return transcript, nil
}
