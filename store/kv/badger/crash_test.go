package badger

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/store/kv"
)

// writerDir makes the test binary a writer to be killed.
const writerDir = "DIALTONE_TEST_WRITER_DIR"

// TestWriterProcess writes for ever and prints each key once it is acknowledged.
func TestWriterProcess(t *testing.T) {
	dir := os.Getenv(writerDir)
	if dir == "" {
		t.Skip("runs as a child of TestKill")
	}
	e := mustOpen(t, Options{Dir: dir, memTable: minMemTableBytes})
	for i := range 1_000_000 {
		key := fmt.Sprintf("%d-%06d", os.Getpid(), i)
		mustPut(t, e, key, incompressible(i, 20_000))
		fmt.Println("ack", key)
	}
}

// killWriter lets a child write until it has acknowledged n keys, kills it and returns
// all keys it acknowledged.
func killWriter(t *testing.T, dir string, n int) (acknowledged []string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWriterProcess$")
	child.Env = append(os.Environ(), writerDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		key, ok := strings.CutPrefix(lines.Text(), "ack ")
		if !ok {
			t.Errorf("writer said %q", lines.Text())
			continue
		}
		if acknowledged = append(acknowledged, key); len(acknowledged) == n {
			_ = child.Process.Kill()
		}
	}
	_ = child.Wait()
	if len(acknowledged) < n {
		t.Fatalf("writer ended after %d keys", len(acknowledged))
	}
	return acknowledged
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	var keys []string
	for _, n := range []int{1, 300, 700} { // the last crosses a log
		keys = append(keys, killWriter(t, dir, n)...)
		wantKeys(t, Options{Dir: dir, memTable: minMemTableBytes}, keys)
	}
}

func wantKeys(t *testing.T, opts Options, keys []string) {
	t.Helper()
	e := mustOpen(t, opts)
	defer mustClose(t, e)
	err := e.View(func(r kv.Reader) error {
		for _, key := range keys {
			if has, err := r.Has([]byte(key)); err != nil || !has {
				return fmt.Errorf("acknowledged key %q is lost: %w", key, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A killed process on a disk that is full by the time it starts again.
func TestKillThenFullDisk(t *testing.T) {
	disk := smallDisk(t, 64)
	opts := Options{Dir: filepath.Join(disk, "db"), memTable: minMemTableBytes}
	keys := killWriter(t, opts.Dir, 200)
	fillUp(t, disk)
	wantKeys(t, opts, keys)
}

func TestOpenRefusesPartialRestore(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, mustOpen(t, Options{Dir: dir}))
	if err := os.WriteFile(filepath.Join(dir, restoreMark), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, kv.ErrPartialRestore) {
		t.Errorf("error %v, want %v", err, kv.ErrPartialRestore)
	}
}
