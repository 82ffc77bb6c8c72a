package store

import (
	"errors"
	"fmt"
	"time"

	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// Keys of recordings (history tables):
//
//	recording/<account>/<id>             the record; identifiers sort by the beginning
//	recording_call/<account>/<call>/<id> the recordings of a call
//	recording_open/<account>/<id>        those that go on, or did when the daemon died
//	transcription/<account>/<id>         those that wait to be transcribed
//	transcript/<account>/<id>            the text

// PutRecording writes a recording. One of an account that is not there is dropped.
func (tx *Tx) PutRecording(r record.Recording) error {
	alive, err := tx.alive(r.Account)
	if err != nil || !alive {
		return err
	}
	if !record.IsRecordingID(r.ID) || !record.IsCallID(r.Call) {
		return fmt.Errorf("cannot write recording %q of call %q: malformed identifier", r.ID, r.Call)
	}
	b, err := encode(r)
	if err != nil {
		return fmt.Errorf("cannot encode recording %q: %w", r.ID, err)
	}
	waiting := r.Transcription.State == record.TranscriptionWaiting || r.Transcription.State == record.TranscriptionRunning
	return errors.Join(
		tx.buf.Put(historyKey(tableRecording, r.Account, r.ID), b),
		tx.buf.Put(historyKey(tableRecordingCall, r.Account, r.Call+"/"+r.ID), nil),
		tx.mark(historyKey(tableRecordingOpen, r.Account, r.ID), r.State == record.RecordingRunning),
		tx.mark(historyKey(tableTranscription, r.Account, r.ID), waiting),
	)
}

// mark sees to it that a key is there, or is not.
func (tx *Tx) mark(key []byte, there bool) error {
	if there {
		return tx.buf.Put(key, nil)
	}
	has, err := tx.buf.Has(key)
	if err != nil || !has {
		return err
	}
	return tx.buf.Delete(key)
}

// Recording is one recording; ErrNotFound without one.
func (tx *Tx) Recording(account record.ID, id string) (record.Recording, error) {
	return readRecording(tx.buf, account, id)
}

// DeleteRecording deletes a recording and its text; ErrNotFound without one. Its file goes
// with the next sweep.
func (tx *Tx) DeleteRecording(account record.ID, id string) error {
	r, err := tx.Recording(account, id)
	if err != nil {
		return err
	}
	if r.State == record.RecordingRunning {
		return conflict("", ConflictState, "the recording goes on")
	}
	return tx.eraseRecording(&r)
}

func (tx *Tx) eraseRecording(r *record.Recording) error {
	return errors.Join(
		tx.buf.Delete(historyKey(tableRecording, r.Account, r.ID)),
		tx.buf.Delete(historyKey(tableRecordingCall, r.Account, r.Call+"/"+r.ID)),
		tx.mark(historyKey(tableRecordingOpen, r.Account, r.ID), false),
		tx.mark(historyKey(tableTranscription, r.Account, r.ID), false),
		tx.mark(historyKey(tableTranscript, r.Account, r.ID), false),
	)
}

func readRecording(r kv.Reader, account record.ID, id string) (rec record.Recording, err error) {
	if !record.IsRecordingID(id) {
		return rec, ErrNotFound
	}
	b, err := r.Get(historyKey(tableRecording, account, id))
	if errors.Is(err, kv.ErrNotFound) {
		return rec, ErrNotFound
	}
	if err == nil {
		err = decode(b, &rec)
	}
	if err != nil {
		return rec, fmt.Errorf("cannot read recording %q: %w", id, err)
	}
	return rec, nil
}

// Recording is one recording; ErrNotFound without one.
func (s *Store) Recording(account record.ID, id string) (rec record.Recording, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		rec, err = readRecording(r, account, id)
		return err
	})
	return rec, err
}

// RecordingQuery asks for recordings, the one begun last first. What is empty does not
// filter.
type RecordingQuery struct {
	Account record.ID
	Call    string
	User    record.ID
	// Number narrows to calls from or to these digits.
	Number, State, Transcription string
	// From and To bound the time of the beginning, From included, To not.
	From, To time.Time
	After    string
	Limit    int
}

// Recordings lists what the query asks for.
func (s *Store) Recordings(q RecordingQuery) (page Page[record.Recording], err error) {
	start := ""
	if !q.To.IsZero() {
		start = record.RecordingPrefix + lastStamp(q.To)
	}
	err = s.engine.View(func(r kv.Reader) error {
		page, err = newest(r, walk{historyPrefix(tableRecording, q.Account), record.IsRecordingID, q.After, start, q.Limit},
			func(rest string, value []byte) (rec record.Recording, what verdict, err error) {
				if err := decode(value, &rec); err != nil {
					return rec, stop, fmt.Errorf("cannot read recording %q: %w", rest, err)
				}
				return rec, q.judge(&rec), nil
			})
		return err
	})
	return page, err
}

func (q *RecordingQuery) judge(r *record.Recording) verdict {
	switch {
	case r.StartedAt.Before(q.From.Add(-slack)):
		return stop
	case r.StartedAt.Before(q.From), !q.To.IsZero() && !r.StartedAt.Before(q.To),
		q.Call != "" && r.Call != q.Call,
		q.User != "" && r.User != q.User,
		q.Number != "" && r.From != q.Number && r.To != q.Number,
		q.State != "" && r.State != q.State,
		q.Transcription != "" && r.Transcription.State != q.Transcription:
		return skip
	}
	return keep
}

// CallRecordings are the recordings of a call, the first one first.
func (s *Store) CallRecordings(account record.ID, call string) (list []record.Recording, err error) {
	if !record.IsCallID(call) {
		return nil, nil
	}
	err = s.engine.View(func(r kv.Reader) error {
		prefix := historyKey(tableRecordingCall, account, call+"/")
		return r.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			rec, err := readRecording(r, account, string(key[len(prefix):]))
			if errors.Is(err, ErrNotFound) {
				return true, nil
			}
			list = append(list, rec)
			return len(list) < maxCallRecordings, err
		})
	})
	return list, err
}

// maxCallRecordings bounds the recordings listed of one call.
const maxCallRecordings = 100

// OpenRecordings are those that go on, or did when the daemon died.
func (s *Store) OpenRecordings() ([]record.Recording, error) {
	return s.marked(tableRecordingOpen, "", 0)
}

// marked lists recordings of all accounts that a table names, most of them 0 for all,
// from behind a key of the table.
func (s *Store) marked(table, after string, most int) (list []record.Recording, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		prefix := []byte(prefixHistory + table + "/")
		rng := kv.Range{Prefix: prefix, KeysOnly: true}
		if after != "" {
			rng.Start = join(prefix, after+"\x00")
		}
		return r.Scan(rng, func(key, _ []byte) (bool, error) {
			account, id := splitMark(key[len(prefix):])
			rec, err := readRecording(r, account, id)
			if errors.Is(err, ErrNotFound) {
				return true, nil
			}
			list = append(list, rec)
			return most == 0 || len(list) < most, err
		})
	})
	return list, err
}

// recordingFiles adds the files of recordings to those that are named.
func recordingFiles(r kv.Reader, named map[blob.Hash]bool) error {
	return r.Scan(kv.Range{Prefix: []byte(prefixHistory + tableRecording + "/")}, func(key, value []byte) (bool, error) {
		var rec record.Recording
		if err := decode(value, &rec); err != nil {
			return false, fmt.Errorf("cannot read recording %q: %w", key, err)
		}
		if rec.State == record.RecordingDone {
			named[rec.File] = true
		}
		return true, nil
	})
}
