package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"dialtone/store/record"
)

// smallDisk mounts a tmpfs of its own for the test.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("cannot mount a small disk: %v", err)
		}
		t.Skipf("cannot mount a small disk (root only): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// zeros reads as zeros for ever.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A full disk costs writes, never reads, and nothing that was acknowledged; with room
// again everything goes on.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 256)
	dir := filepath.Join(disk, "data")
	s := openWith(t, Config{Dir: dir})
	w := &world{Store: s, t: t}
	w.office = w.open(1)

	filler := filepath.Join(disk, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, zeros{}); !errors.Is(err, ErrNoSpace) {
		t.Fatalf("filling the disk: error %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	var written []record.ID
	for err = nil; err == nil; {
		l := list(w.account.ID, fmt.Sprint("List ", len(written)))
		if err = s.Update(t.Context(), func(tx *Tx) error { return tx.Create(l) }); err == nil {
			written = append(written, l.ID)
		}
	}
	if !errors.Is(err, ErrNoSpace) {
		t.Fatalf("write %d on a full disk: error %v, want %v", len(written), err, ErrNoSpace)
	}
	if _, _, err := s.Blobs().Put(strings.NewReader("x"), 10); !errors.Is(err, ErrNoSpace) {
		t.Errorf("a file on a full disk: error %v, want %v", err, ErrNoSpace)
	}
	if err := s.Sweep(t.Context()); err != nil && !errors.Is(err, ErrNoSpace) {
		t.Errorf("sweep on a full disk: %v", err)
	}
	if get[*record.Device](s, w.device.ID) == nil {
		t.Error("reads fail on a full disk")
	}
	s.Note(w.account.ID, record.AuditEntry{Event: "user.read", Outcome: record.OutcomeSuccess})

	closeStore(t, s) // the note cannot be written
	s = openWith(t, Config{Dir: dir})
	s.Note(w.account.ID, record.AuditEntry{Event: "device.read", Outcome: record.OutcomeSuccess})
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for _, id := range written {
		if get[*record.CredentialList](s, id) == nil {
			t.Errorf("acknowledged list %s is lost", id)
		}
	}
	eventually(t, func() bool {
		page, err := s.AuditEntries(AuditQuery{Account: w.account.ID})
		return err == nil && len(page.Items) == 1 && page.Items[0].Event == "device.read"
	})
	update(t, s, func(tx *Tx) error { return tx.Create(list(w.account.ID, "with room again")) })
	closeStore(t, s)
}
