package store

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dialtone/store/blob"
	"dialtone/store/record"
)

// putClip makes a clip with files of its own.
func putClip(t *testing.T, w *world, account record.ID, name string) *record.AudioClip {
	t.Helper()
	c := &record.AudioClip{Meta: record.Meta{Account: account}, Name: name, Format: "wav", Size: 4, DurationMS: 20}
	for what, h := range map[string]*blob.Hash{"file": &c.File, "pcmu": &c.PCMU, "pcma": &c.PCMA, "g722": &c.G722} {
		var err error
		if *h, _, err = w.Blobs().Put(strings.NewReader(name+what), 100); err != nil {
			t.Fatal(err)
		}
	}
	update(t, w.Store, func(tx *Tx) error { return tx.Create(c) })
	return c
}

func TestAudioClipReferences(t *testing.T) {
	w := newWorld(t)
	other := w.open(2)
	clip, foreign := putClip(t, w, w.account.ID, "Waltz"), putClip(t, w, other.account.ID, "Waltz")
	play := func(id record.ID) error {
		return w.Update(t.Context(), func(tx *Tx) error {
			u, err := Load[*record.User](tx, w.user.ID)
			if err != nil {
				return err
			}
			u.HoldMusicClip = id
			a, err := Load[*record.Account](tx, w.account.ID)
			if err != nil {
				return err
			}
			a.HoldMusicClip = id
			return errors.Join(tx.Replace(u, 0), tx.Replace(a, 0))
		})
	}
	var invalid record.Problems
	if err := play(foreign.ID); !errors.As(err, &invalid) {
		t.Errorf("another account's clip: %v", err)
	}
	if err := play(clip.ID); err != nil {
		t.Fatal(err)
	}
	var conflict *Conflict
	remove := func() error {
		return w.Update(t.Context(), func(tx *Tx) error { return tx.Delete(clip.ID, 0) })
	}
	if err := remove(); !errors.As(err, &conflict) || conflict.Code != ConflictInUse {
		t.Errorf("removing a clip in use: %v", err)
	}
	if err := play(""); err != nil {
		t.Fatal(err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	checkIndex(t, w.Store)
}

func TestAudioClipNames(t *testing.T) {
	w := newWorld(t)
	putClip(t, w, w.account.ID, "Waltz")
	err := w.Update(t.Context(), func(tx *Tx) error {
		return tx.Create(&record.AudioClip{Meta: record.Meta{Account: w.account.ID}, Name: "WALTZ"})
	})
	var conflict *Conflict
	if !errors.As(err, &conflict) || conflict.Field != "name" {
		t.Error(err)
	}
}

// A clip's files live as long as a record names them, and are in a backup.
func TestAudioClipFiles(t *testing.T) {
	c := newClock()
	w := &world{Store: openAt(t, c, Retention{}), t: t}
	w.office = w.open(1)
	clip, gone := putClip(t, w, w.account.ID, "Waltz"), putClip(t, w, w.account.ID, "Polka")
	update(t, w.Store, func(tx *Tx) error { return tx.Delete(gone.ID, 0) })
	c.advance(time.Since(c.Now()) + 48*time.Hour) // files have the system's time
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, h := range clip.Files() {
		if _, err := w.Blobs().Stat(h); err != nil {
			t.Errorf("a clip lost its file: %v", err)
		}
	}
	for _, h := range gone.Files() {
		if _, err := w.Blobs().Stat(h); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("a deleted clip's file: %v", err)
		}
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := Restore(dir, bytes.NewReader(backupOf(t, w.Store)), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	restored := open(t, dir)
	for _, h := range clip.Files() {
		if _, err := restored.Blobs().Stat(h); err != nil {
			t.Errorf("not in the backup: %v", err)
		}
	}
}
