package record

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"dialtone/store/blob"
)

// States of a recording, closed list.
const (
	RecordingRunning = "recording" // the call goes on
	RecordingDone    = "done"      // there is a file
	RecordingFailed  = "failed"    // there is none
)

// RecordingStates lists them.
func RecordingStates() []string { return []string{RecordingRunning, RecordingDone, RecordingFailed} }

// Reasons why a recording ended, closed list.
const (
	RecordingCallEnded   = "call_ended"
	RecordingStopped     = "stopped"     // by a party's key
	RecordingDiskFull    = "disk_full"   // the call went on
	RecordingTooLong     = "too_long"    // the call went on
	RecordingInterrupted = "interrupted" // the daemon ended before the call did
	RecordingNotAllowed  = "not_allowed" // a party was connected who is never recorded
	RecordingError       = "error"       // the log has more
)

// States of a transcription, closed list.
const (
	TranscriptionDisabled = "disabled" // nobody asked for one
	TranscriptionWaiting  = "waiting"
	TranscriptionRunning  = "running"
	TranscriptionDone     = "done"
	TranscriptionFailed   = "failed"
)

// TranscriptionStates lists them.
func TranscriptionStates() []string {
	return []string{TranscriptionDisabled, TranscriptionWaiting, TranscriptionRunning, TranscriptionDone, TranscriptionFailed}
}

// RecordingPrefix starts the identifiers of recordings; a stamp follows.
const RecordingPrefix = "rec_"

// NewRecordingID is the identifier of a recording that begins at now: sortable by time.
func NewRecordingID(now time.Time) string {
	return RecordingPrefix + strings.ToLower(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

// IsRecordingID says whether a text has the form of a recording's identifier.
func IsRecordingID(id string) bool {
	rest, ok := strings.CutPrefix(id, RecordingPrefix)
	if !ok || rest != strings.ToLower(rest) {
		return false
	}
	_, err := ulid.ParseStrict(rest)
	return err == nil
}

// Recording is the sound of a call, or of a part of it: a WAV file with the caller on the
// left and the callee on the right. While one side holds or is parked both are silent.
type Recording struct {
	ID             string        `json:"id" doc:"Identifier, sortable by time."`
	Account        ID            `json:"-" cbor:"account"`
	Call           string        `json:"call" doc:"The call, as in the list of calls."`
	Direction      string        `json:"direction" doc:"internal, inbound, outbound or emergency."`
	From           string        `json:"from" doc:"Who called: extension or number."`
	To             string        `json:"to" doc:"Who was called: extension or number."`
	User           ID            `json:"user" doc:"The account's user who called, or of an inbound call was called."`
	StartedAt      time.Time     `json:"started_at" doc:"When the recording began."`
	EndedAt        time.Time     `json:"ended_at,omitzero" doc:"When it ended; null while it goes on."`
	Seconds        float64       `json:"seconds" doc:"How long it is."`
	Size           int64         `json:"size" doc:"Size of the WAV file in bytes."`
	SampleRate     int           `json:"sample_rate" doc:"Samples a second: 8000, or 16000 when both sides talked wideband."`
	State          string        `json:"state" doc:"recording, done, or failed: without a file."`
	Reason         string        `json:"reason" doc:"Why it ended: call_ended, stopped, disk_full, too_long, interrupted, not_allowed or error; empty while it goes on."`
	MissedPackets  uint64        `json:"missed_packets" doc:"Packets of sound that are missing in it: the disk was too slow."`
	Unintelligible uint64        `json:"unintelligible_packets" doc:"Packets of sound that are missing in it: their codec is not known here."`
	Transcription  Transcription `json:"transcription" doc:"Whether there is a text of it."`
	File           blob.Hash     `json:"-" cbor:"file"`
}

// Transcription is where the text of a recording is.
type Transcription struct {
	State    string    `json:"state" doc:"disabled, waiting, running, done or failed."`
	Reason   string    `json:"reason" doc:"Why it waits or has failed."`
	Attempts int       `json:"attempts" doc:"How often it was tried."`
	DueAt    time.Time `json:"due_at,omitzero" doc:"When it is tried next."`
	DoneAt   time.Time `json:"done_at,omitzero" doc:"When it was done."`
}

// Transcript is the text of a recording.
type Transcript struct {
	Text     string `json:"text" doc:"What was said."`
	Language string `json:"language" doc:"In which language, as far as the service told."`
	Model    string `json:"model" doc:"Who wrote it down."`
}

// MaxTranscript bounds a transcript, in bytes.
const MaxTranscript = 768 << 10
