package outbox

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dialtone/store"
	"dialtone/store/record"
)

// kindMail is the Kind of rows that are mails.
const kindMail = "mail"

// Mail is a rendered mail to one recipient, sent in a transaction of its own.
type Mail struct {
	// MessageID is the same at every attempt, without the angle brackets: who gets the mail
	// twice can tell.
	MessageID string       `cbor:"id"`
	Date      time.Time    `cbor:"date"`
	From      string       `cbor:"from,omitempty"` // mailbox (RFC 5322); "" is the daemon's
	To        string       `cbor:"to"`             // mailbox
	Subject   string       `cbor:"subject"`
	Text      string       `cbor:"text"`
	HTML      string       `cbor:"html,omitempty"`
	Headers   []MailHeader `cbor:"headers,omitempty"`
	// Attachments are files of the store.
	Attachments []Attachment `cbor:"attachments,omitempty"`
}

// MailHeader is one more header field.
type MailHeader struct {
	Name, Value string
}

// Row is the mail as it waits in a lane, to be put into the transaction of what it tells
// of. Mails of one queue go one after the other.
func (m *Mail) Row(lane store.OutboxLane, account record.ID, queue string, now time.Time) (store.OutboxRow, error) {
	if err := m.check(); err != nil {
		return store.OutboxRow{}, fmt.Errorf("cannot queue mail %q: %w", m.MessageID, err)
	}
	payload, err := cbor.Marshal(m)
	if err != nil {
		return store.OutboxRow{}, fmt.Errorf("cannot encode mail %q: %w", m.MessageID, err)
	}
	life := mailLife
	if lane == store.OutboxEmergency {
		life = emergencyLife
	}
	return store.OutboxRow{
		Lane: lane, Account: account, Kind: kindMail, Queue: queue, ExpiresAt: now.Add(life), Payload: payload,
	}, nil
}

// check refuses what no relay would take, and what would be more than one header.
func (m *Mail) check() error {
	if _, err := mail.ParseAddress(m.To); err != nil {
		return fmt.Errorf("malformed recipient %q", m.To)
	}
	if m.From != "" {
		if _, err := mail.ParseAddress(m.From); err != nil {
			return fmt.Errorf("malformed sender %q", m.From)
		}
	}
	if local, domain, ok := strings.Cut(m.MessageID, "@"); !ok || local == "" || domain == "" || strings.ContainsAny(m.MessageID, "<> \t\r\n") {
		return errors.New("malformed Message-ID")
	}
	if m.Date.IsZero() {
		return errors.New("no date")
	}
	if strings.ContainsAny(m.Subject, "\r\n\x00") {
		return errors.New("malformed subject")
	}
	for _, h := range m.Headers {
		if h.Name == "" || strings.Trim(h.Name, headerAlphabet) != "" || strings.ContainsAny(h.Value, "\r\n\x00") {
			return fmt.Errorf("malformed header %q", h.Name)
		}
	}
	return checkAttachments(m.Attachments)
}

const headerAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

// ReadMail is the mail in a row.
func ReadMail(row *store.OutboxRow) (*Mail, error) {
	if row.Kind != kindMail {
		return nil, fmt.Errorf("cannot read mail of row %q: %w", row.ID, errOtherKind)
	}
	m := &Mail{}
	if err := store.Decode(row.Payload, m); err != nil {
		return nil, fmt.Errorf("cannot read mail of row %q: %w", row.ID, err)
	}
	return m, nil
}
