package badger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dialtone/store/folder"
	"dialtone/store/kv"
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

// fillUp writes a file until the disk has not a byte left.
func fillUp(t *testing.T, disk string) (filler string) {
	t.Helper()
	filler = filepath.Join(disk, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, endless{})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk ended with %v", err)
	}
	if free, _, err := folder.Free(disk); err != nil || free != 0 {
		t.Fatalf("%d bytes free on a full disk, error %v", free, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return filler
}

// endless reads as 'x' for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 48)
	opts := Options{Dir: filepath.Join(disk, "db"), memTable: minMemTableBytes}
	e := mustOpen(t, opts)
	for i := range 500 {
		mustPut(t, e, fmt.Sprint("early", i), make([]byte, 1000))
	}
	filler := fillUp(t, disk)
	for range 3 {
		if err := put(e, "late", make([]byte, 5000)); !errors.Is(err, kv.ErrNoSpace) {
			t.Fatalf("error %v, want %v", err, kv.ErrNoSpace)
		}
	}
	if got := count(t, e); got != 500 {
		t.Errorf("%d entries while full, want 500", got)
	}

	mustClose(t, e) // with not a byte free
	e = mustOpen(t, opts)
	if got := count(t, e); got != 500 {
		t.Errorf("%d entries after a start on the full disk, want 500", got)
	}
	if err := put(e, "late", nil); !errors.Is(err, kv.ErrNoSpace) {
		t.Errorf("error %v, want %v", err, kv.ErrNoSpace)
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	mustPut(t, e, "late", make([]byte, 5000))
	if got := count(t, e); got != 501 {
		t.Errorf("%d entries with room again, want 501", got)
	}
	mustClose(t, e)
}

func TestWritingUntilFull(t *testing.T) {
	disk := smallDisk(t, 64)
	opts := Options{Dir: disk, memTable: minMemTableBytes}
	e := mustOpen(t, opts)
	written := 0
	var err error
	for ; err == nil && written < 200; written++ {
		err = put(e, fmt.Sprint("k", written), incompressible(written, 500_000))
	}
	if !errors.Is(err, kv.ErrNoSpace) {
		t.Fatalf("error %v after %d writes, want %v", err, written, kv.ErrNoSpace)
	}
	written--
	if written < 30 {
		t.Errorf("full after %d writes of 0.5 MB on 64 MB", written)
	}
	mustClose(t, e)
	e = mustOpen(t, opts)
	if got := count(t, e); got != written {
		t.Errorf("%d entries, %d were acknowledged", got, written)
	}
	mustClose(t, e)
}

// incompressible returns n bytes that differ for each seed.
func incompressible(seed, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(b)
	return b
}

// Overwriting the same keys leaves only garbage behind, which has to make room again.
func TestOverwritingOnSmallDisk(t *testing.T) {
	e := mustOpen(t, Options{Dir: smallDisk(t, 96), memTable: minMemTableBytes})
	deadline := time.Now().Add(time.Minute)
	for i := range 400 { // 120 MB
		for {
			err := put(e, fmt.Sprint("k", i%10), incompressible(i, 300_000))
			if err == nil {
				break
			}
			if !errors.Is(err, kv.ErrNoSpace) || time.Now().After(deadline) {
				t.Fatalf("write %d: %v", i, err)
			}
			<-time.After(5 * time.Millisecond) // poll until compaction has made room
		}
	}
	mustClose(t, e)
}

// A program beside us that takes all the room, and gives it back, again and again.
func TestRivalForRoom(t *testing.T) {
	disk := smallDisk(t, 64)
	opts := Options{Dir: filepath.Join(disk, "db"), memTable: minMemTableBytes}
	e := mustOpen(t, opts)
	rival := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(rival)
		for {
			select {
			case <-stop:
				return
			default:
			}
			f, err := os.Create(filepath.Join(disk, "rival"))
			if err == nil {
				_, _ = io.Copy(f, endless{})
				_ = f.Close()
			}
			_ = os.Remove(filepath.Join(disk, "rival"))
		}
	}()
	acknowledged := make(map[string][]byte)
	for i := range 1500 {
		key, value := fmt.Sprint("k", i), incompressible(i, 1000)
		switch err := put(e, key, value); {
		case err == nil:
			acknowledged[key] = value
		case !errors.Is(err, kv.ErrNoSpace):
			t.Fatalf("write %d: %v", i, err)
		}
	}
	close(stop)
	<-rival
	t.Logf("%d of 1500 writes found room", len(acknowledged))
	mustClose(t, e)
	e = mustOpen(t, opts)
	defer mustClose(t, e)
	if got := count(t, e); got != len(acknowledged) {
		t.Errorf("%d entries, %d were acknowledged", got, len(acknowledged))
	}
	for key, want := range acknowledged {
		_ = e.View(func(r kv.Reader) error {
			if got, err := r.Get([]byte(key)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("key %q lost: %v", key, err)
			}
			return nil
		})
	}
}
