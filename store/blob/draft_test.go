package blob

import (
	"errors"
	"io"
	"math"
	"os"
	"syscall"
	"testing"
)

// A draft survives the end of the process, and is a file like others once it is kept.
func TestDraft(t *testing.T) {
	dir := t.TempDir()
	s, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.NewDraft("one.wav")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.NewDraft("one.wav"); !errors.Is(err, os.ErrExist) {
		t.Errorf("begun twice: %v", err)
	}
	write(t, d, "0123456789")

	if s, err = New(Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	names, err := s.Drafts()
	if len(names) != 1 || names[0] != "one.wav" || err != nil {
		t.Fatal(names, err)
	}
	if d, err = s.OpenDraft("one.wav"); err != nil || d.Size() != 10 {
		t.Fatal(d, err)
	}
	if err := d.Truncate(6); err != nil {
		t.Fatal(err)
	}
	write(t, d, "x")
	if _, err := d.WriteAt([]byte("AB"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := d.WriteAt([]byte("AB"), 6); err == nil {
		t.Error("written beyond the end")
	}
	h, size, err := d.Keep()
	if err != nil || size != 7 {
		t.Fatal(size, err)
	}
	if got := read(t, s, h); got != "AB2345x" {
		t.Errorf("kept %q", got)
	}
	if h != mustPut(t, s, "AB2345x") {
		t.Error("another hash than that of the content")
	}
	if names, _ := s.Drafts(); len(names) != 0 {
		t.Errorf("left %q", names)
	}
	if _, err := s.OpenDraft("one.wav"); !errors.Is(err, ErrNotFound) {
		t.Errorf("opened when it is gone: %v", err)
	}
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

func TestDraftDropped(t *testing.T) {
	s := newStore(t)
	d, err := s.NewDraft("two")
	if err != nil {
		t.Fatal(err)
	}
	write(t, d, "x")
	if err := d.Drop(); err != nil {
		t.Error(err)
	}
	if left := files(t, s); len(left) != 0 {
		t.Errorf("left %q", left)
	}
	for _, name := range []string{"", ".", "..", "../x", "a/b", ".x"} {
		if _, err := s.NewDraft(name); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
}

// What was written before the disk was full stays.
func TestDraftOnFullDisk(t *testing.T) {
	s := newStore(t)
	d, err := s.NewDraft("three")
	if err != nil {
		t.Fatal(err)
	}
	write(t, d, "begun")
	s.reserve, d.room = math.MaxInt64/2, 0
	if _, err := d.Write([]byte("x")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("written to a full disk: %v", err)
	}
	h, _, err := d.Keep()
	if err != nil || read(t, s, h) != "begun" {
		t.Error(err)
	}
}
