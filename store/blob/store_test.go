package blob

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sys/unix"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := New(Options{Dir: filepath.Join(t.TempDir(), "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustPut(t *testing.T, s *Store, content string) Hash {
	t.Helper()
	h, size, err := s.Put(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256([]byte(content)); h != want || size != int64(len(content)) {
		t.Fatalf("hash %s, size %d of %q", h, size, content)
	}
	return h
}

func read(t *testing.T, s *Store, h Hash) string {
	t.Helper()
	f, err := s.Open(h)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// files lists all files of the store, half-written ones included.
func files(t *testing.T, s *Store) (names []string) {
	t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPutOpenDelete(t *testing.T) {
	s := newStore(t)
	for _, content := range []string{"", "a", strings.Repeat("long ", 1<<20)} {
		h := mustPut(t, s, content)
		if mustPut(t, s, content) != h || read(t, s, h) != content {
			t.Errorf("content of %d bytes differs", len(content))
		}
		info, err := s.Stat(h)
		if err != nil || info.Size != int64(len(content)) {
			t.Errorf("stat: %+v, %v", info, err)
		}
		for range 2 {
			if err := s.Delete(h); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Open(h); !errors.Is(err, ErrNotFound) {
			t.Errorf("open after delete: %v", err)
		}
		if _, err := s.Stat(h); !errors.Is(err, ErrNotFound) {
			t.Errorf("stat after delete: %v", err)
		}
	}
}

func TestPutLeavesNothingAfterErrors(t *testing.T) {
	s := newStore(t)
	broken := errors.New("broken")
	cases := map[string]struct {
		r    io.Reader
		want error
	}{
		"one over the limit":  {strings.NewReader(strings.Repeat("x", 101)), ErrTooBig},
		"far over the limit":  {strings.NewReader(strings.Repeat("x", 3*chunk)), ErrTooBig},
		"reader fails":        {iotest.ErrReader(broken), broken},
		"reader fails midway": {io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)), broken},
	}
	for name, c := range cases {
		if _, _, err := s.Put(c.r, 100); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if left := files(t, s); len(left) > 0 {
			t.Errorf("%s: left %q", name, left)
		}
	}
	mustPut(t, s, strings.Repeat("x", 2*chunk)) // exactly at its limit
}

func TestNewRemovesHalfWritten(t *testing.T) {
	s := newStore(t)
	kept := mustPut(t, s, "kept")
	if err := os.WriteFile(filepath.Join(s.dir, tmpName, "put-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Dir: s.dir}); err != nil {
		t.Fatal(err)
	}
	if left := files(t, s); len(left) != 1 || left[0] != s.path(kept) {
		t.Errorf("files %q", left)
	}
}

func TestSweep(t *testing.T) {
	s := newStore(t)
	long := time.Now().Add(-time.Hour)
	old := func(content string) Hash {
		h := mustPut(t, s, content)
		if err := os.Chtimes(s.path(h), long, long); err != nil {
			t.Fatal(err)
		}
		return h
	}
	named, unnamed, again, fresh := old("named"), old("unnamed"), old("again"), mustPut(t, s, "fresh")
	mustPut(t, s, "again")
	deleted, err := s.Sweep(t.Context(), func(h Hash) bool { return h == named }, long.Add(time.Minute))
	if err != nil || deleted != 1 {
		t.Errorf("deleted %d, error %v", deleted, err)
	}
	for name, c := range map[string]struct {
		h    Hash
		stay bool
	}{"named": {named, true}, "unnamed": {unnamed, false}, "put again": {again, true}, "fresh": {fresh, true}} {
		if _, err := s.Stat(c.h); (err == nil) != c.stay {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPutAndDeleteTogether(t *testing.T) {
	s := newStore(t)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 25 {
				h, _, err := s.Put(strings.NewReader("same"), 10)
				if err == nil && i%2 == 0 {
					err = s.Delete(h)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	mustPut(t, s, "same")
	if left := files(t, s); len(left) != 1 {
		t.Errorf("files %q", left)
	}
}

func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("none", disk, "tmpfs", 0, "size=4m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("cannot mount a small disk: %v", err)
		}
		t.Skipf("cannot mount a small disk (root only): %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(disk, unix.MNT_DETACH) })
	for _, reserve := range []int64{0, 2 << 20} {
		s, err := New(Options{Dir: filepath.Join(disk, fmt.Sprint(reserve)), Reserve: reserve})
		if err != nil {
			t.Fatal(err)
		}
		first := mustPut(t, s, "first")
		_, _, err = s.Put(bytes.NewReader(make([]byte, 5<<20)), 8<<20)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("reserve %d: error %v, want %v", reserve, err, syscall.ENOSPC)
		}
		if left := files(t, s); len(left) != 1 {
			t.Errorf("reserve %d: files %q", reserve, left)
		}
		if read(t, s, first) != "first" {
			t.Error("first file differs")
		}
		mustPut(t, s, "later")
	}
}

func FuzzParseHash(f *testing.F) {
	for _, seed := range []string{
		"", "../../etc/passwd", strings.Repeat("a", 64), strings.Repeat("A", 64), strings.Repeat("a", 63) + "/", strings.Repeat("0", 65),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHash(s)
		if err == nil && h.String() != s {
			t.Errorf("%q became %q", s, h)
		}
		if err == nil && strings.ContainsAny(s, "/.\\\x00") {
			t.Errorf("%q is not a safe name", s)
		}
	})
}
