package store

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"dialtone/store/kv"
	"dialtone/store/record"
)

// splitMark cuts the end of a key into account and recording.
func splitMark(rest []byte) (account record.ID, id string) {
	before, after, _ := bytes.Cut(rest, []byte("/"))
	return record.ID(before), string(after)
}

// WaitingTranscriptions are recordings that wait to be transcribed, or were being when the
// daemon ended, account by account from behind one of an earlier answer.
func (s *Store) WaitingTranscriptions(after *record.Recording, most int) ([]record.Recording, error) {
	place := ""
	if after != nil {
		place = string(after.Account) + "/" + after.ID
	}
	return s.marked(tableTranscription, place, most)
}

// PutTranscript writes the text of a recording that is there, up to record.MaxTranscript.
func (tx *Tx) PutTranscript(account record.ID, id string, t record.Transcript) error {
	if _, err := tx.Recording(account, id); err != nil {
		return err
	}
	t.Text = strings.ToValidUTF8(t.Text, "\uFFFD")
	if len(t.Text) > record.MaxTranscript {
		t.Text = strings.ToValidUTF8(t.Text[:record.MaxTranscript], "")
	}
	b, err := encode(t)
	if err != nil {
		return fmt.Errorf("cannot encode text of recording %q: %w", id, err)
	}
	return tx.buf.Put(historyKey(tableTranscript, account, id), b)
}

// Transcript is the text of a recording; ErrNotFound without one.
func (s *Store) Transcript(account record.ID, id string) (t record.Transcript, err error) {
	if !record.IsRecordingID(id) {
		return t, ErrNotFound
	}
	err = s.engine.View(func(r kv.Reader) error {
		b, err := r.Get(historyKey(tableTranscript, account, id))
		if errors.Is(err, kv.ErrNotFound) {
			return ErrNotFound
		}
		if err == nil {
			err = decode(b, &t)
		}
		if err != nil {
			return fmt.Errorf("cannot read text of recording %q: %w", id, err)
		}
		return nil
	})
	return t, err
}
