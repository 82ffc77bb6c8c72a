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

// Keys of calls (history tables):
//
//	call/<account>/<id>        the record; identifiers sort by the call's beginning
//	call_count/<account>/      how many there are
//	call_trace/<account>/<id>  the call's SIP messages

// callID starts the identifiers of calls; a stamp follows.
const callID = "call_"

// AppendCall writes the record of a call that has ended. Its identifier is the call's own
// while no other record has that. What its devices are known by takes note of the call. A
// call of an account that is not there is dropped.
func (tx *Tx) AppendCall(c record.CallRecord) error {
	alive, err := tx.alive(c.Account)
	if err != nil || !alive {
		return err
	}
	if c.StartedAt.IsZero() {
		c.StartedAt = tx.now
	}
	if c.ID, err = tx.callRecordID(&c); err != nil {
		return err
	}
	b, err := encode(c)
	if err != nil {
		return fmt.Errorf("cannot encode call %q: %w", c.ID, err)
	}
	if err := tx.countCall(c.Account); err != nil {
		return err
	}
	if err := tx.buf.Put(historyKey(tableCall, c.Account, c.ID), b); err != nil {
		return err
	}
	if err := tx.countPassages(&c); err != nil {
		return err
	}
	return tx.touchDevices(&c)
}

// EndedCall is a call to be recorded, with its SIP messages if they were kept.
type EndedCall struct {
	Record record.CallRecord
	Trace  *record.CallTrace
}

// maxEndedCalls bounds the calls waiting to be recorded.
const maxEndedCalls = 20_000

// NewCallQueue starts a queue that records calls without their waiting for the disk.
// Close it before the store.
func (s *Store) NewCallQueue() *Queue[EndedCall] {
	return NewQueue(s, "calls", maxEndedCalls, func(tx *Tx, batch []EndedCall) error {
		for i := range batch {
			if err := tx.AppendCall(batch[i].Record); err != nil {
				return err
			}
			if batch[i].Trace == nil || !record.IsCallID(batch[i].Record.CallID) {
				continue // without a name they could not be found
			}
			if err := tx.PutCallTrace(batch[i].Record.Account, batch[i].Record.CallID, *batch[i].Trace); err != nil {
				return err
			}
		}
		return nil
	})
}

// callRecordID is the identifier of a new record: the call's, or one of its own.
func (tx *Tx) callRecordID(c *record.CallRecord) (string, error) {
	if !record.IsCallID(c.CallID) {
		return callID + tx.stamp(c.StartedAt), nil
	}
	taken, err := tx.buf.Has(historyKey(tableCall, c.Account, c.CallID))
	if err != nil || !taken {
		return c.CallID, err
	}
	return callID + tx.stamp(c.StartedAt), nil
}

// countCall counts one more record and deletes the oldest beyond the limit.
func (tx *Tx) countCall(account record.ID) error {
	key := historyKey(tableCallCount, account, "")
	n, err := tx.counter(key)
	if err != nil {
		return err
	}
	if n >= uint64(tx.store.retention.CallRecordsPerAccount) {
		err := tx.buf.Scan(kv.Range{Prefix: historyPrefix(tableCall, account), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			n--
			return false, tx.buf.Delete(key)
		})
		if err != nil {
			return err
		}
	}
	return tx.buf.Put(key, uint64BE(n+1))
}

// touchDevices notes the call in what is known of its devices.
func (tx *Tx) touchDevices(c *record.CallRecord) error {
	for i, leg := range c.Legs {
		seen := slices.ContainsFunc(c.Legs[:i], func(o record.CallLeg) bool { return o.Device == leg.Device })
		if leg.Device == "" || seen {
			continue
		}
		err := tx.PutState(leg.Device, c.Account, func(s *record.DeviceState) {
			if c.StartedAt.After(s.LastCallAt) {
				s.LastCallAt = c.StartedAt.UTC()
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// PutCallTrace keeps the SIP messages of a call, secrets masked, up to record.MaxTrace.
func (tx *Tx) PutCallTrace(account record.ID, id string, trace record.CallTrace) error {
	alive, err := tx.alive(account)
	if err != nil || !alive {
		return err
	}
	if !record.IsCallID(id) {
		return fmt.Errorf("cannot keep messages of call %q: malformed identifier", id)
	}
	trace = trace.Bounded()
	trace.Messages = slices.Clone(trace.Messages)
	for i := range trace.Messages {
		m := &trace.Messages[i]
		m.Message = record.Redact(strings.ToValidUTF8(m.Message, "\uFFFD"))
	}
	b, err := encode(trace)
	if err != nil {
		return fmt.Errorf("cannot encode messages of call %q: %w", id, err)
	}
	return tx.buf.Put(historyKey(tableCallTrace, account, id), b)
}

// CallQuery asks for calls, the one begun last first. What is empty does not filter.
type CallQuery struct {
	Account record.ID
	// User and Device narrow to calls with a leg of theirs.
	User, Device record.ID
	// Number narrows to calls from or to these digits, or of the number with this
	// identifier.
	Number            string
	Result, Direction string
	// Queue narrows to calls that went through a queue.
	Queue record.ID
	// From and To bound the time of the beginning, From included, To not.
	From, To time.Time
	After    string
	Limit    int
}

// Calls lists what the query asks for.
func (s *Store) Calls(q CallQuery) (page Page[record.CallRecord], err error) {
	start := ""
	if !q.To.IsZero() {
		start = callID + lastStamp(q.To)
	}
	err = s.engine.View(func(r kv.Reader) error {
		page, err = newest(r, walk{historyPrefix(tableCall, q.Account), record.IsCallID, q.After, start, q.Limit},
			func(rest string, value []byte) (c record.CallRecord, what verdict, err error) {
				if err := decode(value, &c); err != nil {
					return c, stop, fmt.Errorf("cannot read call %q: %w", rest, err)
				}
				return c, q.judge(&c), nil
			})
		return err
	})
	return page, err
}

func (q *CallQuery) judge(c *record.CallRecord) verdict {
	switch {
	case c.StartedAt.Before(q.From.Add(-slack)):
		return stop
	case c.StartedAt.Before(q.From), !q.To.IsZero() && !c.StartedAt.Before(q.To),
		q.Result != "" && c.Result != q.Result,
		q.Direction != "" && c.Direction != q.Direction,
		q.User != "" && !q.ofUser(c),
		q.Device != "" && !q.ofDevice(c),
		q.Queue != "" && !q.ofQueue(c),
		q.Number != "" && !q.ofNumber(c):
		return skip
	}
	return keep
}

func (q *CallQuery) ofUser(c *record.CallRecord) bool {
	return c.User == q.User || slices.ContainsFunc(c.Legs, func(l record.CallLeg) bool { return l.User == q.User })
}

func (q *CallQuery) ofDevice(c *record.CallRecord) bool {
	return c.Device == q.Device || slices.ContainsFunc(c.Legs, func(l record.CallLeg) bool { return l.Device == q.Device })
}

func (q *CallQuery) ofNumber(c *record.CallRecord) bool {
	return slices.Contains([]string{c.From, c.To, c.Dialled, string(c.Number)}, q.Number)
}

func (q *CallQuery) ofQueue(c *record.CallRecord) bool {
	return slices.ContainsFunc(c.Queues, func(p record.QueuePassage) bool { return p.Queue == q.Queue })
}

// Call is one call's record; ErrNotFound without one.
func (s *Store) Call(account record.ID, id string) (c record.CallRecord, err error) {
	return c, s.readCall(tableCall, account, id, &c)
}

// CallTrace is the SIP messages of a call; ErrNotFound when they were not kept, or no
// longer are.
func (s *Store) CallTrace(account record.ID, id string) (t record.CallTrace, err error) {
	return t, s.readCall(tableCallTrace, account, id, &t)
}

func (s *Store) readCall(table string, account record.ID, id string, v any) error {
	if !record.IsCallID(id) {
		return ErrNotFound
	}
	return s.engine.View(func(r kv.Reader) error {
		b, err := r.Get(historyKey(table, account, id))
		if errors.Is(err, kv.ErrNotFound) {
			return ErrNotFound
		}
		if err == nil {
			err = decode(b, v)
		}
		if err != nil {
			return fmt.Errorf("cannot read %s %q: %w", table, id, err)
		}
		return nil
	})
}
