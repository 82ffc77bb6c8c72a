package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// Bounds of the outbox.
const (
	// MaxOutboxPayload is the longest payload of a row, in bytes.
	MaxOutboxPayload = 256 << 10
	// maxOutboxQueue is the longest name of a queue, in bytes.
	maxOutboxQueue = 128
	// maxOutboxTries is how many attempts a row remembers, the newest.
	maxOutboxTries = 10
	// maxOutboxText is how much a row remembers of an answer, in bytes.
	maxOutboxText = 500
)

// outboxID starts the identifiers of rows; a stamp follows.
const outboxID = "out_"

// OutboxLane is what a row waits among: no lane waits for another.
type OutboxLane string

// The lanes.
const (
	OutboxEmergency OutboxLane = "emergency"
	OutboxFax       OutboxLane = "fax"
	OutboxMail      OutboxLane = "mail"
	OutboxWebhook   OutboxLane = "webhook"
)

// OutboxLanes lists them.
func OutboxLanes() []OutboxLane {
	return []OutboxLane{OutboxEmergency, OutboxFax, OutboxMail, OutboxWebhook}
}

// OutboxState is what has become of a row.
type OutboxState string

// The states of a row, closed list.
const (
	OutboxPending   OutboxState = "pending"
	OutboxDelivered OutboxState = "delivered"
	OutboxFailed    OutboxState = "failed"
)

// ErrOutboxFull says that too much of the account waits in the lane. Never said of emergencies,
// nor of webhooks, whose oldest event makes room.
var ErrOutboxFull = errors.New("too much waits to be sent")

// OutboxRow is something to be sent, and what has become of it. It is written in the
// transaction of what it tells of, and stays until it has been sent or its time is over.
type OutboxRow struct {
	// ID is given by PutOutbox; identifiers sort by the order of commits.
	ID      string     `cbor:"-"`
	Lane    OutboxLane `cbor:"-"`
	Account record.ID  `cbor:"-"`
	// Kind says who can read the payload.
	Kind string `cbor:"kind"`
	// Queue names what it goes to or belongs to: a webhook, an emergency call and one of
	// its recipients. Of a queue one row is sent at a time, the one due first. Letters,
	// digits and "_.:@-"; "" is a queue of its own.
	Queue     string      `cbor:"queue"`
	State     OutboxState `cbor:"state"`
	CreatedAt time.Time   `cbor:"created"`
	// Due is when it may be tried (again): at once where it is zero.
	Due time.Time `cbor:"due"`
	// ExpiresAt is when it is given up.
	ExpiresAt time.Time `cbor:"expires"`
	// Keep is how long it stays once it is sent or given up; 0 is the store's Retention.
	Keep    time.Duration `cbor:"keep,omitempty"`
	Payload []byte        `cbor:"payload"`

	// Attempts counts those since it was written, or taken up again by hand.
	Attempts int `cbor:"attempts"`
	// Tries are the newest attempts, the oldest first.
	Tries      []OutboxTry `cbor:"tries,omitempty"`
	FinishedAt time.Time   `cbor:"finished,omitzero"`
	// Lease says which of several nodes has taken the row, and until when. One daemon on
	// its own leaves it empty.
	Lease OutboxLease `cbor:"lease,omitzero"`
}

// OutboxTry is one attempt.
type OutboxTry struct {
	At time.Time `cbor:"at" json:"at" doc:"When it ended."`
	// Code is the answer's: an HTTP or SMTP status, 0 without an answer.
	Code int           `cbor:"code" json:"code" doc:"Status of the answer; 0 when there was none."`
	Text string        `cbor:"text" json:"text" doc:"What came of it."`
	Via  string        `cbor:"via,omitempty" json:"via,omitempty" doc:"What it was sent through."`
	Took time.Duration `cbor:"took" json:"-"`
}

// OutboxLease is a node's hold on a row.
type OutboxLease struct {
	Node  string    `cbor:"node"`
	Until time.Time `cbor:"until"`
}

// Last is the newest attempt, empty before the first.
func (r *OutboxRow) Last() (t OutboxTry) {
	if n := len(r.Tries); n > 0 {
		t = r.Tries[n-1]
	}
	return t
}

// OutboxQueue names a queue.
type OutboxQueue struct {
	Account record.ID
	Name    string // "" is never a queue's: a row without one has that of its identifier
}

func (r *OutboxRow) queue() OutboxQueue {
	if r.Queue == "" {
		return OutboxQueue{r.Account, r.ID}
	}
	return OutboxQueue{r.Account, r.Queue}
}

// PutOutbox writes a row and returns its identifier. Of an account that is not there only
// emergencies are taken; the others are dropped, and the identifier is "". The error may be
// ErrOutboxFull.
func (tx *Tx) PutOutbox(row OutboxRow) (string, error) {
	if err := row.check(); err != nil {
		return "", err
	}
	if row.Lane != OutboxEmergency {
		alive, err := tx.alive(row.Account)
		if err != nil || !alive {
			return "", err
		}
		if err := tx.makeRoom(row.Lane, row.Account); err != nil {
			return "", err
		}
	}
	row.ID, row.State, row.CreatedAt = outboxID+tx.stamp(tx.now), OutboxPending, tx.now
	if row.Due.Before(tx.now) {
		row.Due = tx.now
	}
	return row.ID, tx.enqueue(&row)
}

func (r *OutboxRow) check() error {
	switch {
	case !slices.Contains(OutboxLanes(), r.Lane):
		return fmt.Errorf("cannot put a row into lane %q: there is none", r.Lane)
	case len(r.Queue) > maxOutboxQueue || strings.Trim(r.Queue, queueAlphabet) != "":
		return fmt.Errorf("cannot put a row into queue %q: malformed name", r.Queue)
	case len(r.Payload) > MaxOutboxPayload:
		return fmt.Errorf("cannot put a row of %d bytes: %w", len(r.Payload), kv.ErrTooBig)
	case r.ExpiresAt.IsZero():
		return fmt.Errorf("cannot put a row into queue %q: it never expires", r.Queue)
	}
	return nil
}

const queueAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@-"

// makeRoom keeps to the limit of an account's rows in a lane.
func (tx *Tx) makeRoom(lane OutboxLane, account record.ID) error {
	n, err := tx.counter(outboxCountKey(lane, account))
	if err != nil || n < uint64(tx.store.retention.OutboxPerAccount) {
		return err
	}
	if lane != OutboxWebhook {
		return fmt.Errorf("cannot put another row into lane %q of %q: %w", lane, account, ErrOutboxFull)
	}
	oldest, err := tx.oldestPending(lane, account)
	if err != nil || oldest == nil {
		return err
	}
	tx.outbox = append(tx.outbox, outboxNote{lane: lane, dropped: true})
	return tx.SettleOutbox(*oldest, OutboxResult{State: OutboxFailed, Text: "dropped: too many newer ones waited"})
}

func (tx *Tx) oldestPending(lane OutboxLane, account record.ID) (oldest *OutboxRow, err error) {
	prefix := outboxPendingPrefix(lane, account)
	err = tx.buf.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		oldest, err = readOutbox(lane, account, string(key[len(prefix):]), value)
		return false, err
	})
	return oldest, err
}

// enqueue writes a pending row and its keys.
func (tx *Tx) enqueue(row *OutboxRow) error {
	if err := tx.putOutboxRow(outboxPendingKey(row.Lane, row.Account, row.ID), row); err != nil {
		return err
	}
	if err := tx.buf.Put(outboxDueKey(row), []byte{}); err != nil {
		return err
	}
	if row.Queue != "" {
		if err := tx.buf.Put(outboxListKey(row.Account, row.Queue, row.ID), []byte{}); err != nil {
			return err
		}
	}
	tx.noteDue(row)
	return tx.countOutbox(row.Lane, row.Account, +1)
}

func (tx *Tx) putOutboxRow(key []byte, row *OutboxRow) error {
	b, err := encode(row)
	if err != nil {
		return fmt.Errorf("cannot encode row %q: %w", row.ID, err)
	}
	return tx.buf.Put(key, b)
}

func (tx *Tx) countOutbox(lane OutboxLane, account record.ID, delta int) error {
	key := outboxCountKey(lane, account)
	n, err := tx.counter(key)
	if err != nil {
		return err
	}
	tx.outbox = append(tx.outbox, outboxNote{lane: lane, delta: delta})
	if n = uint64(max(0, int(n)+delta)); n == 0 {
		return tx.buf.Delete(key)
	}
	return tx.buf.Put(key, uint64BE(n))
}

func readOutbox(lane OutboxLane, account record.ID, id string, value []byte) (*OutboxRow, error) {
	row := &OutboxRow{}
	if err := decode(value, row); err != nil {
		return nil, fmt.Errorf("cannot read row %q: %w", id, err)
	}
	row.ID, row.Lane, row.Account = id, lane, account
	return row, nil
}
