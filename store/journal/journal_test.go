package journal

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"dialtone/store/kv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small has files so short that a few commits fill them.
func small(dir string) Options { return Options{Dir: dir, segment: 2000, merge: 6000} }

func mustOpen(t testing.TB, opts Options) *Journal {
	t.Helper()
	j, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, j) })
	return j
}

func mustClose(t testing.TB, j *Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func put(key, value string) Op { return Op{[]byte(key), []byte(value)} }
func del(key string) Op        { return Op{Key: []byte(key)} }

func mustCommit(t testing.TB, j *Journal, ops ...Op) {
	t.Helper()
	if err := j.Commit(ops); err != nil {
		t.Fatal(err)
	}
}

// content is the map as Load tells it.
func content(j *Journal) (map[string]string, error) {
	got := map[string]string{}
	err := j.Load(func(key, value []byte) error {
		if value == nil {
			delete(got, string(key))
		} else {
			got[string(key)] = string(value)
		}
		return nil
	})
	return got, err
}

// backedUp is the map as a backup tells it.
func backedUp(j *Journal) (map[string]string, error) {
	var b bytes.Buffer
	if err := j.Backup(&b); err != nil {
		return nil, err
	}
	got := map[string]string{}
	err := ReadBackup(&b, func(key, value []byte) error {
		if _, twice := got[string(key)]; twice || value == nil {
			return fmt.Errorf("%q twice or without a value", key)
		}
		got[string(key)] = string(value)
		return nil
	})
	return got, err
}

func want(t testing.TB, j *Journal, wanted map[string]string) {
	t.Helper()
	for name, read := range map[string]func(*Journal) (map[string]string, error){"content": content, "backup": backedUp} {
		got, err := read(j)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// names are the files of a folder.
func names(t testing.TB, dir, suffix string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}

func TestCommit(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, Options{Dir: dir})
	want(t, j, map[string]string{})
	mustCommit(t, j)
	mustCommit(t, j, put("ann@x", "1"), put("!bob@x", "2"), put("eve@x", ""))
	mustCommit(t, j, del("!bob@x"), put("ann@x", "3"), put("ann@x", "4"), del("nobody@x"))
	wanted := map[string]string{"ann@x": "4", "eve@x": ""}
	want(t, j, wanted)
	for name, tt := range map[string]struct {
		op  Op
		err error
	}{
		"no key":     {put("", "x"), kv.ErrBadKey},
		"long key":   {put(strings.Repeat("k", kv.MaxKey+1), "x"), kv.ErrTooBig},
		"long value": {put("big@x", strings.Repeat("v", kv.MaxValue+1)), kv.ErrTooBig},
	} {
		if err := j.Commit([]Op{put("new@x", "1"), tt.op}); !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v, want %v", name, err, tt.err)
		}
	}
	var many []Op
	for i := range 10 {
		many = append(many, put(fmt.Sprint(i), strings.Repeat("v", kv.MaxValue)))
	}
	if err := j.Commit(many); !errors.Is(err, kv.ErrTooBig) {
		t.Errorf("too much: error %v", err)
	}
	want(t, j, wanted)
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, kv.ErrLocked) {
		t.Errorf("opened twice: error %v", err)
	}
	mustClose(t, j)
	if err := j.Commit([]Op{put("a", "b")}); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("closed: error %v", err)
	}
	if _, err := content(j); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("closed: error %v", err)
	}
	j = mustOpen(t, Options{Dir: dir})
	want(t, j, wanted)
	mustCommit(t, j, put("ann@x", "5"))
	want(t, j, map[string]string{"ann@x": "5", "eve@x": ""})
	boom := errors.New("boom")
	if err := j.Load(func(_, _ []byte) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("error %v, want %v", err, boom)
	}
}

// memory is a folder that syncs quickly, where there is one.
func memory(t *testing.T) string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err == nil && info.IsDir() {
		return shared
	}
	return t.TempDir()
}

// Whatever happens to it, a journal is the map that was written to it.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(memory(t), "")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		open := func() *Journal {
			j, err := Open(Options{Dir: dir, segment: 8000, merge: 16_000})
			if err != nil {
				rt.Fatal(err)
			}
			return j
		}
		j, model := open(), map[string]string{}
		defer func() { _ = j.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"commit": func(rt *rapid.T) {
				var ops []Op
				for range rapid.IntRange(1, 20).Draw(rt, "ops") {
					key := fmt.Sprint("key", rapid.IntRange(0, 30).Draw(rt, "key"))
					if rapid.IntRange(0, 3).Draw(rt, "delete") == 0 {
						ops = append(ops, del(key))
						delete(model, key)
						continue
					}
					value := strings.Repeat("v", rapid.IntRange(0, 300).Draw(rt, "value"))
					ops, model[key] = append(ops, put(key, value)), value
				}
				if err := j.Commit(ops); err != nil {
					rt.Fatal(err)
				}
			},
			"reopen": func(rt *rapid.T) {
				if err := j.Close(); err != nil {
					rt.Fatal(err)
				}
				j = open()
			},
			"": func(rt *rapid.T) {
				for _, read := range []func(*Journal) (map[string]string, error){content, backedUp} {
					if got, err := read(j); err != nil || !maps.Equal(got, model) {
						rt.Fatalf("got %v, error %v, want %v", got, err, model)
					}
				}
			},
		})
	})
}

// fill commits until a snapshot has been made, and returns the map.
func fill(t *testing.T, j *Journal) map[string]string {
	t.Helper()
	wanted := map[string]string{}
	for i := range 60 {
		key, value := fmt.Sprint("key", i%10), fmt.Sprint(i, strings.Repeat("v", 300))
		mustCommit(t, j, put(key, value), put("gone", "x"))
		wanted[key] = value
		mustCommit(t, j, del("gone"))
	}
	deadline := time.Now().Add(20 * time.Second)
	for len(names(t, j.dir, snapshotSuffix)) == 0 || len(names(t, j.dir, newSuffix)) > 0 {
		if time.Now().After(deadline) {
			t.Fatal("nothing was merged")
		}
		time.Sleep(time.Millisecond)
	}
	return wanted
}

// Merging keeps the folder small, and everything in it.
func TestMerge(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, small(dir))
	wanted := fill(t, j)
	want(t, j, wanted)
	mustClose(t, j)
	snapshots, logs := names(t, dir, snapshotSuffix), names(t, dir, logSuffix)
	if len(snapshots) != 1 || len(logs) > 9 {
		t.Errorf("%d snapshots and %d logs", len(snapshots), len(logs))
	}
	j = mustOpen(t, small(dir))
	want(t, j, wanted)
}

// A crash while merging leaves one of two states, and files of no use.
func TestCrashWhileMerging(t *testing.T) {
	dir := t.TempDir()
	before := mustOpen(t, Options{Dir: dir, segment: 2000}) // which merges nothing
	wanted := map[string]string{}
	for i := range 30 {
		key, value := fmt.Sprint("key", i%7), fmt.Sprint(i, strings.Repeat("v", 300))
		mustCommit(t, before, put(key, value))
		wanted[key] = value
	}
	snapshot, logs, err := before.files()
	if err != nil {
		t.Fatal(err)
	}
	half := path(dir, 3, snapshotSuffix) + newSuffix
	if err := os.WriteFile(half, []byte("half a snapshot"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustClose(t, before)
	before = mustOpen(t, Options{Dir: dir, segment: 2000})
	want(t, before, wanted)
	if left := names(t, dir, newSuffix); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := before.writeSnapshot(snapshot, logs[:len(logs)-1]); err != nil { // and its logs stay
		t.Fatal(err)
	}
	mustClose(t, before)
	after := mustOpen(t, Options{Dir: dir, segment: 2000})
	want(t, after, wanted)
	if left := names(t, dir, logSuffix); len(left) != 1 {
		t.Errorf("logs left: %v", left)
	}
	mustCommit(t, after, put("key0", "new"))
	wanted["key0"] = "new"
	mustClose(t, after)
	want(t, mustOpen(t, Options{Dir: dir}), wanted)
}

func TestBackupIsWhole(t *testing.T) {
	j := mustOpen(t, Options{Dir: t.TempDir()})
	mustCommit(t, j, put("a", "1"), put("b", "2"))
	var b bytes.Buffer
	if err := j.Backup(&b); err != nil {
		t.Fatal(err)
	}
	nothing := func(_, _ []byte) error { return nil }
	for n := range b.Len() {
		if err := ReadBackup(bytes.NewReader(b.Bytes()[:n]), nothing); !errors.Is(err, kv.ErrBadBackup) {
			t.Fatalf("cut at %d: error %v", n, err)
		}
		bad := bytes.Clone(b.Bytes())
		bad[n] ^= 4
		if err := ReadBackup(bytes.NewReader(bad), nothing); !errors.Is(err, kv.ErrBadBackup) {
			t.Fatalf("changed at %d: error %v", n, err)
		}
	}
	if err := ReadBackup(bytes.NewReader(append(b.Bytes(), 0)), nothing); !errors.Is(err, kv.ErrBadBackup) {
		t.Fatalf("longer: error %v", err)
	}
}

func TestCommitAllocatesNothing(t *testing.T) {
	j := mustOpen(t, Options{Dir: t.TempDir()})
	ops := []Op{put("user@example.com", strings.Repeat("v", 300)), del("other@example.com")}
	mustCommit(t, j, ops...)
	if n := testing.AllocsPerRun(100, func() { mustCommit(t, j, ops...) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
