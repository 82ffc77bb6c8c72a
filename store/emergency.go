package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// Keys of emergency calls (history tables):
//
//	emergency/<account>/<id>             the record; identifiers sort by the call's beginning
//	emergency_open/<account>/<id>        those that are not over
//	emergency_window/<account>/<number>  callback windows
//	emergency_test/<account>/<device>    last answered test call of a device

// PutEmergencyCall writes an emergency call, new or changed.
func (tx *Tx) PutEmergencyCall(c *record.EmergencyCall) error {
	if !record.IsEmergencyID(c.ID) {
		return fmt.Errorf("cannot write emergency call %q: malformed identifier", c.ID)
	}
	b, err := encode(c)
	if err != nil {
		return fmt.Errorf("cannot encode emergency call %q: %w", c.ID, err)
	}
	open := historyKey(tableEmergencyOpen, c.Account, c.ID)
	if c.Over() {
		err = tx.buf.Delete(open)
	} else {
		err = tx.buf.Put(open, []byte{})
	}
	if err != nil {
		return err
	}
	return tx.buf.Put(historyKey(tableEmergency, c.Account, c.ID), b)
}

// EmergencyCall is one emergency call as the transaction sees it; ErrNotFound without one.
func (tx *Tx) EmergencyCall(account record.ID, id string) (*record.EmergencyCall, error) {
	return readEmergency(tx.buf, account, id)
}

// EmergencyCall is one emergency call; ErrNotFound without one.
func (s *Store) EmergencyCall(account record.ID, id string) (c *record.EmergencyCall, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		c, err = readEmergency(r, account, id)
		return err
	})
	return c, err
}

func readEmergency(r interface {
	Get(key []byte) ([]byte, error)
}, account record.ID, id string,
) (*record.EmergencyCall, error) {
	if !record.IsEmergencyID(id) {
		return nil, ErrNotFound
	}
	b, err := r.Get(historyKey(tableEmergency, account, id))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ErrNotFound
	}
	c := &record.EmergencyCall{}
	if err == nil {
		err = decode(b, c)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read emergency call %q: %w", id, err)
	}
	return c, nil
}

// EmergencyQuery asks for emergency calls, the one begun last first. What is empty does not
// filter.
type EmergencyQuery struct {
	Account          record.ID
	Device, Location record.ID
	Outcome          string
	Test             *bool
	// From and To bound the time of the beginning, From included, To not.
	From, To time.Time
	After    string
	Limit    int
}

// EmergencyCalls lists what the query asks for.
func (s *Store) EmergencyCalls(q EmergencyQuery) (page Page[*record.EmergencyCall], err error) {
	err = s.engine.View(func(r kv.Reader) error {
		page, err = newest(r, walk{prefix: historyPrefix(tableEmergency, q.Account), place: record.IsEmergencyID, after: q.After, limit: q.Limit},
			func(rest string, value []byte) (*record.EmergencyCall, verdict, error) {
				c := &record.EmergencyCall{}
				if err := decode(value, c); err != nil {
					return nil, stop, fmt.Errorf("cannot read emergency call %q: %w", rest, err)
				}
				return c, q.judge(c), nil
			})
		return err
	})
	return page, err
}

func (q *EmergencyQuery) judge(c *record.EmergencyCall) verdict {
	switch {
	case c.StartedAt.Before(q.From.Add(-slack)):
		return stop
	case c.StartedAt.Before(q.From), !q.To.IsZero() && !c.StartedAt.Before(q.To),
		q.Device != "" && c.Caller.Device != q.Device,
		q.Location != "" && c.Location.ID != q.Location,
		q.Outcome != "" && c.Outcome != q.Outcome,
		q.Test != nil && c.Test != *q.Test:
		return skip
	}
	return keep
}

// OpenEmergencyCalls are those of all accounts that are not over.
func (s *Store) OpenEmergencyCalls() (list []*record.EmergencyCall, err error) {
	err = s.eachEmergency(tableEmergencyOpen, func(r kv.Reader, account record.ID, id string, _ []byte) error {
		c, err := readEmergency(r, account, id)
		if err == nil {
			list = append(list, c)
		}
		return err
	})
	return list, err
}

// eachEmergency walks through a table of all accounts.
func (s *Store) eachEmergency(table string, fn func(r kv.Reader, account record.ID, rest string, value []byte) error) error {
	prefix := prefixHistory + table + "/"
	return s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: []byte(prefix)}, func(key, value []byte) (bool, error) {
			account, rest, _ := strings.Cut(string(key[len(prefix):]), "/")
			return true, fn(r, record.ID(account), rest, value)
		})
	})
}

// PutEmergencyWindow opens a callback window, or moves its end.
func (tx *Tx) PutEmergencyWindow(w record.EmergencyWindow) error {
	b, err := encode(&w)
	if err != nil {
		return fmt.Errorf("cannot encode callback window of %q: %w", w.Event, err)
	}
	return tx.buf.Put(windowKey(w), b)
}

// windowKey is where a window is kept: several calls may share a number.
func windowKey(w record.EmergencyWindow) []byte {
	return historyKey(tableEmergencyWindow, w.Account, w.Number+"/"+w.Event)
}

// EmergencyWindows are the callback windows of all accounts, those that are over too until
// they are swept.
func (s *Store) EmergencyWindows() (list []record.EmergencyWindow, err error) {
	err = s.eachEmergency(tableEmergencyWindow, func(_ kv.Reader, account record.ID, rest string, value []byte) error {
		number, _, _ := strings.Cut(rest, "/")
		w := record.EmergencyWindow{}
		if err := decode(value, &w); err != nil {
			return fmt.Errorf("cannot read callback window of %q: %w", number, err)
		}
		w.Account, w.Number = account, number
		list = append(list, w)
		return nil
	})
	return list, err
}

// PutEmergencyTest notes an answered test call of a device.
func (tx *Tx) PutEmergencyTest(account record.ID, t record.EmergencyTest) error {
	b, err := encode(&t)
	if err != nil {
		return fmt.Errorf("cannot encode test %q: %w", t.Event, err)
	}
	return tx.buf.Put(historyKey(tableEmergencyTest, account, string(t.Device)), b)
}

// EmergencyTests are the last answered test calls of an account, by device.
func (s *Store) EmergencyTests(account record.ID) (map[record.ID]record.EmergencyTest, error) {
	tests := map[record.ID]record.EmergencyTest{}
	prefix := historyPrefix(tableEmergencyTest, account)
	err := s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
			t := record.EmergencyTest{}
			if err := decode(value, &t); err != nil {
				return false, fmt.Errorf("cannot read test of %q: %w", key, err)
			}
			t.Device = record.ID(key[len(prefix):])
			tests[t.Device] = t
			return true, nil
		})
	})
	return tests, err
}
