package transcribe

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"dialtone/store"
	"dialtone/store/record"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

// start is not long ago: what is old is swept.
var start = time.Now().UTC().Truncate(time.Second).Add(-time.Hour)

// service is a speech-to-text service that answers from a list; the last answer stays.
type service struct {
	mu      sync.Mutex
	answers []string // status and body
	heard   []request
}

type request struct {
	key, model, file string
	wav              []byte
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	got := request{key: r.Header.Get("Authorization"), model: r.FormValue("model")}
	f, head, err := r.FormFile("file")
	if err != nil || r.ContentLength < 0 || r.URL.Path != "/v1/audio/transcriptions" {
		http.Error(w, fmt.Sprint("bad request: ", err), http.StatusTeapot)
		return
	}
	got.file = head.Filename
	got.wav, _ = io.ReadAll(f)
	s.mu.Lock()
	s.heard = append(s.heard, got)
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	s.mu.Unlock()
	status, body, _ := strings.Cut(answer, " ")
	code := 0
	_, _ = fmt.Sscan(status, &code)
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body)
}

// bench is a worker, its service and one recording.
type bench struct {
	*store.Store
	service *service
	worker  *Worker
	now     time.Time
	mu      sync.Mutex // guards told
	told    []record.Recording
	id      string
	account record.ID
}

func newBench(t *testing.T, answers ...string) *bench {
	t.Helper()
	s, err := store.Open(store.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := &bench{Store: s, service: &service{answers: answers}, now: start.Add(time.Hour)}
	at := httptest.NewServer(b.service)
	t.Cleanup(at.Close)
	b.worker, err = New(Config{
		Store: s, URL: at.URL, Model: "listener", Client: at.Client(), Now: func() time.Time { return b.now },
		Key: func() (string, error) { return "secret", nil },
		Tell: func(r record.Recording) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.told = append(b.told, r)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := record.NewAccount()
	a.Name, a.Email = "Acme", "owner@example.com"
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Create(a) }); err != nil {
		t.Fatal(err)
	}
	b.account = a.ID
	b.id = b.record(t, []int16{100, 20, 30000, 30000, -5, 5})
	return b
}

// record puts a recording with these samples, left and right, into the store.
func (b *bench) record(t *testing.T, samples []int16) string {
	t.Helper()
	wav := make([]byte, wavHeader)
	copy(wav, "RIFF")
	copy(wav[36:], "data")
	binary.LittleEndian.PutUint16(wav[22:], 2)
	binary.LittleEndian.PutUint32(wav[24:], 8000)
	for _, v := range samples {
		wav = binary.LittleEndian.AppendUint16(wav, uint16(v))
	}
	h, size, err := b.Blobs().Put(bytes.NewReader(wav), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	r := record.Recording{
		ID: record.NewRecordingID(start), Account: b.account, Call: record.NewCallID(start), StartedAt: start, SampleRate: 8000, Size: size, File: h,
		State: record.RecordingDone, Transcription: record.Transcription{State: record.TranscriptionWaiting, DueAt: start},
	}
	if err := b.Update(t.Context(), func(tx *store.Tx) error { return tx.PutRecording(r) }); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func (b *bench) state(t *testing.T) record.Transcription {
	t.Helper()
	r, err := b.Recording(b.account, b.id)
	if err != nil {
		t.Fatal(err)
	}
	return r.Transcription
}

func TestTranscribe(t *testing.T) {
	b := newBench(t, `200 {"text":" Hello, this is Ann. ","language":"english"}`)
	b.worker.round(t.Context())
	want := record.Transcription{State: record.TranscriptionDone, Attempts: 1, DoneAt: b.now}
	if diff := cmp.Diff(want, b.state(t)); diff != "" {
		t.Error(diff)
	}
	text, err := b.Transcript(b.account, b.id)
	if diff := cmp.Diff(record.Transcript{Text: "Hello, this is Ann.", Language: "english", Model: "listener"}, text); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if len(b.service.heard) != 1 || len(b.told) != 1 {
		t.Fatalf("asked %d times, told %d times", len(b.service.heard), len(b.told))
	}
	got := b.service.heard[0]
	var sound []int16
	for i := wavHeader; i+1 < len(got.wav); i += 2 {
		sound = append(sound, int16(binary.LittleEndian.Uint16(got.wav[i:])))
	}
	if diff := cmp.Diff([]int16{120, 32767, 0}, sound); diff != "" || int(binary.LittleEndian.Uint32(got.wav[40:])) != 6 {
		t.Errorf("sent %d bytes\n%s", len(got.wav), diff)
	}
	if got.key != "Bearer secret" || got.model != "listener" || got.file != b.id+".wav" {
		t.Errorf("asked with %q for %q of %q", got.key, got.model, got.file)
	}
	b.worker.round(t.Context())
	if len(b.service.heard) != 1 {
		t.Error("asked again for what is done")
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		want         record.Transcription
		reason       string
		next         time.Duration
	}{
		{"busy", `503 {"error":{"message":"too busy"}}`, record.Transcription{State: record.TranscriptionWaiting, Attempts: 1}, "503 too busy", time.Minute},
		{"nonsense", `200 <html>`, record.Transcription{State: record.TranscriptionWaiting, Attempts: 1}, "no transcription", time.Minute},
		{"wrong key", `401 {"error":{"message":"no such key"}}`, record.Transcription{State: record.TranscriptionWaiting}, "401 no such key", unconfigured},
		{"refused", `415 never heard`, record.Transcription{State: record.TranscriptionFailed, Attempts: 1}, "415 never heard", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.answer, `200 {"text":"at last"}`)
			next := b.worker.round(t.Context())
			got := b.state(t)
			if !strings.Contains(got.Reason, c.reason) {
				t.Errorf("reason %q", got.Reason)
			}
			if c.next > 0 {
				c.want.DueAt = b.now.Add(c.next)
				if next != c.next {
					t.Errorf("looks again after %s", next)
				}
			}
			got.Reason = ""
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if b.now = b.now.Add(c.next); c.next == 0 {
				return
			}
			b.worker.round(t.Context())
			if got := b.state(t); got.State != record.TranscriptionDone {
				t.Errorf("then %+v", got)
			}
		})
	}
}

// A service that is away is asked again, with longer and longer pauses, ten times in all.
func TestGivesUp(t *testing.T) {
	b := newBench(t, "500 away")
	for asked := 1; ; asked++ {
		b.worker.round(t.Context())
		got := b.state(t)
		if got.Attempts != asked || asked > maxAttempts {
			t.Fatalf("%+v after asking %d times", got, asked)
		}
		if got.State == record.TranscriptionFailed {
			if asked != maxAttempts || len(b.told) != 1 {
				t.Errorf("failed after %d attempts, told %d times", asked, len(b.told))
			}
			return
		}
		b.now = got.DueAt
	}
}

// What was under way when the daemon died is done again; what was deleted is forgotten.
func TestTranscribeAfterCrash(t *testing.T) {
	b := newBench(t, `200 {"text":"again"}`)
	gone := b.record(t, []int16{1, 2})
	err := b.Update(t.Context(), func(tx *store.Tx) error {
		r, err := tx.Recording(b.account, b.id)
		r.Transcription.State = record.TranscriptionRunning
		return errors.Join(err, tx.PutRecording(r), tx.DeleteRecording(b.account, gone))
	})
	if err != nil {
		t.Fatal(err)
	}
	b.worker.round(t.Context())
	if got := b.state(t); got.State != record.TranscriptionDone || len(b.service.heard) != 1 {
		t.Errorf("%+v, asked %d times", got, len(b.service.heard))
	}
}

// Many are transcribed though one of them cannot be.
func TestMany(t *testing.T) {
	b := newBench(t, "415 no", `200 {"text":"yes"}`)
	for range pageSize + 5 {
		b.record(t, []int16{1, 2})
	}
	b.worker.round(t.Context())
	left, err := b.WaitingTranscriptions(nil, 0)
	if len(left) != 0 || err != nil || len(b.service.heard) != pageSize+6 {
		t.Errorf("%d are left after %d requests, %v", len(left), len(b.service.heard), err)
	}
}

func TestServe(t *testing.T) {
	b := newBench(t, `200 {"text":"hello"}`)
	told := make(chan record.Recording, 2)
	b.worker.tell = func(r record.Recording) { told <- r }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.worker.Serve(ctx)
	}()
	<-told
	second := b.record(t, []int16{5, 5})
	b.worker.Wake()
	if r := <-told; r.ID != second {
		t.Errorf("told of %s", r.ID)
	}
	cancel()
	<-done
}

func TestSplit(t *testing.T) {
	const most = 2 * maxPart
	for size, want := range map[int64][]part{
		0: nil, wavHeader: nil, wavHeader + 8: {{wavHeader, 8}}, wavHeader + most: {{wavHeader, most}},
		wavHeader + most + 7: {{wavHeader, most}, {wavHeader + most, 4}},
	} {
		if diff := cmp.Diff(want, split(size), cmp.AllowUnexported(part{})); diff != "" {
			t.Errorf("%d: %s", size, diff)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.example":                                "https://api.example/v1/audio/transcriptions",
		"https://api.example/v1/":                            "https://api.example/v1/audio/transcriptions",
		"http://10.0.0.5:9000/asr":                           "http://10.0.0.5:9000/asr",
		"https://api.example/v1/audio/transcriptions?tier=1": "https://api.example/v1/audio/transcriptions?tier=1",
		"whisper": "", "ftp://x": "", "": "",
	} {
		got, err := endpoint(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", address, got, err)
		}
	}
}
