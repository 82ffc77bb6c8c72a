package record

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"dialtone/store/blob"
)

// Directions of a fax, seen from the account.
const (
	FaxInbound  = "inbound"
	FaxOutbound = "outbound"
)

// States of a fax, closed list. An inbound one goes from receiving to received, partial or
// failed; an outbound one from queued over dialing and sending to delivered, partial, failed
// or canceled, and back to queued before another attempt.
const (
	FaxReceiving = "receiving"
	FaxReceived  = "received"
	FaxQueued    = "queued"
	FaxDialing   = "dialing"
	FaxSending   = "sending"
	FaxDelivered = "delivered"
	FaxPartial   = "partial" // some pages were confirmed, not all
	FaxFailed    = "failed"
	FaxCanceled  = "canceled"
)

// FaxStates lists them.
func FaxStates() []string {
	return []string{
		FaxReceiving, FaxReceived, FaxQueued, FaxDialing, FaxSending, FaxDelivered, FaxPartial, FaxFailed, FaxCanceled,
	}
}

// Reasons of a fax that waits or has ended otherwise than well, besides the codes of
// [dialtone/fax/t30.Outcome]. Closed list.
const (
	FaxRateLimited  = "rate_limited" // the account's limit of the last hour is used up
	FaxDestination  = "busy_with"    // another fax goes to that number
	FaxScheduled    = "scheduled"    // its time has not come
	FaxBusy         = "busy"         // the number was busy
	FaxNoAnswer     = "no_answer"    // nobody answered
	FaxUnreachable  = "unreachable"  // no trunk put the call through
	FaxNotFound     = "not_found"    // there is no such number
	FaxDeclined     = "declined"     // the number refuses calls
	FaxNoT38        = "no_t38"       // the far end does not speak T.38
	FaxInterrupted  = "interrupted"  // the daemon ended during the call
	FaxCanceledUser = "canceled"     // somebody has called it off
	FaxUnsendable   = "unsendable"   // the document cannot be read any more
	FaxInternal     = "internal_error"
)

// Transports of a fax.
const (
	FaxOverT38  = "t38"
	FaxOverG711 = "g711"
)

// Fax is a document that came or goes by fax.
type Fax struct {
	ID        string    `json:"id" doc:"Identifier, sortable by time."`
	Account   ID        `json:"-" cbor:"account"`
	Direction string    `json:"direction" doc:"inbound or outbound."`
	State     string    `json:"status" doc:"receiving, received, queued, dialing, sending, delivered, partial, failed or canceled."`
	Reason    string    `json:"reason" doc:"Why it waits, is partial or has failed; empty otherwise."`
	Detail    string    `json:"detail" doc:"The reason in words."`
	Number    ID        `json:"number" doc:"The account's number it came to, or goes out with."`
	User      ID        `json:"user" doc:"Who sent it, where a user did."`
	From      string    `json:"from" doc:"Number it comes from."`
	To        string    `json:"to" doc:"Number it goes to."`
	Station   string    `json:"station" doc:"What the other machine calls itself (TSI or CSI)."`
	Call      string    `json:"call" doc:"The call that carried it, the newest; empty before."`
	CreatedAt time.Time `json:"created_at" doc:"When it came, or was handed in."`
	StartedAt time.Time `json:"started_at,omitzero" doc:"When the newest call was answered."`
	EndedAt   time.Time `json:"ended_at,omitzero" doc:"When it was over."`
	ReadAt    time.Time `json:"read_at,omitzero" doc:"When somebody read it; absent while nobody has."`
	Seconds   float64   `json:"seconds" doc:"How long the newest call took."`

	Transport  string `json:"transport" doc:"t38, or g711 of a fax whose call never left audio; empty before there was a call."`
	Pages      int    `json:"pages" doc:"Pages that were confirmed."`
	TotalPages int    `json:"source_pages" cbor:"total_pages" doc:"Pages of the document; of an inbound fax those that came so far."`

	Rate       int    `json:"rate" doc:"Bit/s of the last page."`
	Coding     string `json:"coding" doc:"MH, MR or MMR, on the line."`
	ECM        bool   `json:"ecm" doc:"Whether errors were corrected."`
	Resolution string `json:"resolution" doc:"standard, fine, superfine, 300 dpi or 400 dpi."`
	BadRows    int    `json:"bad_rows" doc:"Rows that came damaged and were replaced by those above."`
	Resent     int    `json:"resent_frames" doc:"Frames that were sent again."`
	Lost       uint64 `json:"lost_packets" doc:"Packets the network lost for good."`
	Recovered  uint64 `json:"recovered_packets" doc:"Packets the network lost and redundancy brought back."`

	Attempts      int       `json:"attempts" doc:"Calls made so far."`
	MaxAttempts   int       `json:"max_attempts" doc:"Calls at most; 0 of an inbound fax."`
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero" doc:"When the next call is due."`
	// Step is how careful the next call is, since StepAt: faxes broke off before.
	Step   int       `json:"-" cbor:"step,omitempty"`
	StepAt time.Time `json:"-" cbor:"step_at,omitzero"`
	Header string    `json:"header" doc:"Text in the line above each page."`

	// Mailed are those an inbound fax is told to: a snapshot of its number's.
	Mailed []string `json:"recipients" doc:"Addresses an inbound fax is mailed to."`
	// DeleteMailed wants the document gone once all have it.
	DeleteMailed bool `json:"delete_documents" doc:"Whether the document is deleted once all recipients have it."`
	Deleted      bool `json:"document_deleted" doc:"Whether the document was deleted."`

	TIFF     blob.Hash `json:"-" cbor:"tiff"`
	TIFFSize int64     `json:"tiff_size" doc:"Size of the document as TIFF in bytes; 0 without one."`
	PDF      blob.Hash `json:"-" cbor:"pdf"`
	PDFSize  int64     `json:"pdf_size" doc:"Size of the document as PDF in bytes; 0 without one."`
}

// Over says whether nothing more happens to the fax by itself.
func (f *Fax) Over() bool {
	switch f.State {
	case FaxReceiving, FaxQueued, FaxDialing, FaxSending:
		return false
	}
	return true
}

// FaxPage is a page that was received and confirmed: its code in T.6, highest bit first.
type FaxPage struct {
	Width, Rows       int
	XDPI, YDPI        float64
	BadRows, WorstRun int
	Incomplete        bool
	At                time.Time
	Code              blob.Hash
	Size              int64
}

// FaxPrefix starts the identifiers of faxes; a stamp follows.
const FaxPrefix = "fax_"

// NewFaxID is the identifier of a fax that begins at now: sortable by time.
func NewFaxID(now time.Time) string {
	return FaxPrefix + strings.ToLower(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

// IsFaxID says whether a text has the form of a fax's identifier.
func IsFaxID(id string) bool {
	rest, ok := strings.CutPrefix(id, FaxPrefix)
	if !ok || rest != strings.ToLower(rest) {
		return false
	}
	_, err := ulid.ParseStrict(rest)
	return err == nil
}
