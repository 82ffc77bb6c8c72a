package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dialtone/store"
	"dialtone/store/record"
)

// kindText is the Kind of rows that are texts to phones.
const kindText = "text"

// textLife is how long a text is tried: later it is in nobody's way.
const textLife = 2 * time.Minute

// Text is a text to the phones of an extension.
type Text struct {
	Extension record.ID `cbor:"extension"`
	Body      string    `cbor:"body"`
}

// Phones send texts. The error says why no phone has taken one.
type Phones interface {
	Text(ctx context.Context, account, extension record.ID, body string) error
}

// Row is the text as it waits in a lane, to be put into the transaction of what it tells of.
func (t *Text) Row(lane store.OutboxLane, account record.ID, queue string, now time.Time) (store.OutboxRow, error) {
	payload, err := cbor.Marshal(t)
	if err != nil {
		return store.OutboxRow{}, fmt.Errorf("cannot encode text to %q: %w", t.Extension, err)
	}
	return store.OutboxRow{
		Lane: lane, Account: account, Kind: kindText, Queue: queue, ExpiresAt: now.Add(textLife), Payload: payload,
	}, nil
}

// ReadText is the text in a row.
func ReadText(row *store.OutboxRow) (*Text, error) {
	if row.Kind != kindText {
		return nil, fmt.Errorf("cannot read text of row %q: %w", row.ID, errOtherKind)
	}
	t := &Text{}
	if err := store.Decode(row.Payload, t); err != nil {
		return nil, fmt.Errorf("cannot read text of row %q: %w", row.ID, err)
	}
	return t, nil
}

// sendText hands the text of a row to the phones.
func sendText(ctx context.Context, phones Phones, row *store.OutboxRow) outcome {
	t, err := ReadText(row)
	if err != nil {
		return outcome{result: failed, text: "malformed text"}
	}
	if phones == nil {
		return outcome{result: failed, text: "there are no phones"}
	}
	if err := phones.Text(ctx, row.Account, t.Extension, t.Body); err != nil {
		return outcome{result: retry, text: firstLine(err.Error())}
	}
	return outcome{result: delivered, code: 200, text: "a phone has taken it", via: "sip"}
}
