package outbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/oklog/ulid/v2"

	"dialtone/store"
	"dialtone/store/record"
)

// kindWebhook is the Kind of rows that are events for webhooks.
const kindWebhook = "webhook"

// maxEvent is the longest event, in bytes of JSON.
const maxEvent = 64 << 10

// EventTest is the event sent to try a webhook; it reaches one that is disabled, too.
const EventTest = "webhook.test"

// errTooBig says that an event is longer than may be posted.
var errTooBig = fmt.Errorf("event is longer than %d bytes", maxEvent)

// Event is one event as it is posted to webhooks: the same bytes at every attempt.
type Event struct {
	ID   string `cbor:"id"`
	Type string `cbor:"type"`
	Body []byte `cbor:"body"` // JSON
}

// body is the JSON of an event.
type body struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"created_at"`
	Account   record.ID `json:"account"`
	Data      any       `json:"data"`
}

// NewEvent makes an event. data is encoded as JSON now.
func NewEvent(account record.ID, name string, data any, now time.Time) (*Event, error) {
	id := "evt_" + strings.ToLower(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
	if data == nil {
		data = struct{}{}
	}
	b, err := json.Marshal(body{id, name, now.UTC().Truncate(time.Millisecond), account, data})
	if err != nil {
		return nil, fmt.Errorf("cannot encode event %q: %w", name, err)
	}
	if len(b) > maxEvent {
		return nil, fmt.Errorf("cannot encode event %q: %w", name, errTooBig)
	}
	return &Event{ID: id, Type: name, Body: b}, nil
}

// Row is the event as it waits for one webhook, to be put into the transaction of what it
// tells of.
func (e *Event) Row(w *record.Webhook, now time.Time) (store.OutboxRow, error) {
	payload, err := cbor.Marshal(e)
	if err != nil {
		return store.OutboxRow{}, fmt.Errorf("cannot encode event %q: %w", e.Type, err)
	}
	return store.OutboxRow{
		Lane: store.OutboxWebhook, Account: w.Account, Kind: kindWebhook, Queue: string(w.ID),
		ExpiresAt: now.Add(webhookLife), Payload: payload,
	}, nil
}

// errOtherKind says that a row is no event.
var errOtherKind = errors.New("the row is of another kind")

// ReadEvent is the event in a row.
func ReadEvent(row *store.OutboxRow) (*Event, error) {
	if row.Kind != kindWebhook {
		return nil, fmt.Errorf("cannot read event of row %q: %w", row.ID, errOtherKind)
	}
	e := &Event{}
	if err := store.Decode(row.Payload, e); err != nil {
		return nil, fmt.Errorf("cannot read event of row %q: %w", row.ID, err)
	}
	return e, nil
}
