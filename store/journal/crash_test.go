package journal

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/store/kv"
)

// written is a journal of one log: its text up to the last frame, where the frames end,
// and the map after each.
func written(t testing.TB) (text []byte, ends []int64, states []map[string]string) {
	t.Helper()
	dir := t.TempDir()
	j := mustOpen(t, Options{Dir: dir})
	state := map[string]string{}
	for i := range 5 {
		key := fmt.Sprint("key", i%3)
		state[key] = fmt.Sprint("value", i)
		mustCommit(t, j, put(key, state[key]), put("other", "x"))
		state["other"] = "x"
		ends, states = append(ends, j.active.used), append(states, maps.Clone(state))
	}
	mustClose(t, j)
	text, err := os.ReadFile(path(dir, 1, logSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return text[:ends[len(ends)-1]], ends, states
}

// withLog makes a folder with that log.
func withLog(t testing.TB, text []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(path(dir, 1, logSuffix), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// wantAndGoOn wants a map, before and after another commit and another Open.
func wantAndGoOn(t testing.TB, dir string, wanted map[string]string) {
	t.Helper()
	j := mustOpen(t, Options{Dir: dir})
	want(t, j, wanted)
	mustCommit(t, j, put("later", "1"))
	mustClose(t, j)
	wanted = maps.Clone(wanted)
	wanted["later"] = "1"
	j = mustOpen(t, Options{Dir: dir})
	want(t, j, wanted)
	mustClose(t, j)
}

// A log cut at any byte holds every commit that was there whole; what a crash may have
// left of the next one, and zeros, are cut off.
func TestCutAnywhere(t *testing.T) {
	text, ends, states := written(t)
	chance := rand.New(rand.NewPCG(1, 2))
	for n := ends[0]; n <= int64(len(text)); n++ {
		whole := 0
		for whole+1 < len(ends) && ends[whole+1] <= n {
			whole++
		}
		wantAndGoOn(t, withLog(t, text[:n]), states[whole])
		if n%7 != 0 {
			continue
		}
		garbled := append([]byte(nil), text[:n]...)
		for range 200 {
			garbled = append(garbled, byte(chance.Uint32()))
		}
		wantAndGoOn(t, withLog(t, append(garbled, make([]byte, 300)...)), states[whole])
	}
}

// Blocks reach the disk in any order: the beginning of the last commit may be missing.
func TestHoleInTheLastCommit(t *testing.T) {
	text, ends, states := written(t)
	last := ends[len(ends)-2]
	for n := last + 1; n <= int64(len(text)); n++ {
		holed := append([]byte(nil), text...)
		clear(holed[last:n])
		wantAndGoOn(t, withLog(t, holed), states[len(states)-2])
	}
}

// Damage to what was acknowledged is told, with its place.
func TestDamageIsTold(t *testing.T) {
	text, ends, _ := written(t)
	for at := range ends[3] { // the last commit but one is followed by a sound one
		bad := append([]byte(nil), text...)
		bad[at] ^= 1
		dir := withLog(t, bad)
		j, err := Open(Options{Dir: dir})
		if err == nil {
			mustClose(t, j)
		}
		if newer := at >= headBytes && at < int64(headerBytes); !errors.Is(err, ErrDamaged) && !(newer && errors.Is(err, ErrNewer)) {
			t.Fatalf("byte %d: error %v", at, err)
		}
		if name := path(dir, 1, logSuffix); !strings.Contains(err.Error(), name) {
			t.Fatalf("byte %d: %v does not name %q", at, err, name)
		}
	}
}

// So it is in files that were finished long ago, and when one is missing.
func TestDamageInFinishedFiles(t *testing.T) {
	for _, suffix := range []string{logSuffix, snapshotSuffix} {
		for name, harm := range map[string]func(string) error{
			"changed": func(f string) error {
				text, err := os.ReadFile(f)
				if err == nil {
					text[len(text)/2] ^= 1
					err = os.WriteFile(f, text, 0o600)
				}
				return err
			},
			"cut":     func(f string) error { return os.Truncate(f, 200) },
			"emptied": func(f string) error { return os.Truncate(f, 0) },
			"removed": os.Remove,
		} {
			t.Run(name+suffix, func(t *testing.T) {
				dir := t.TempDir()
				j := mustOpen(t, small(dir))
				fill(t, j)
				for len(names(t, dir, logSuffix)) < 3 {
					mustCommit(t, j, put("more", strings.Repeat("v", 1000)))
				}
				mustClose(t, j)
				if err := harm(names(t, dir, suffix)[0]); err != nil {
					t.Fatal(err)
				}
				j, err := Open(Options{Dir: dir})
				if err == nil {
					_, err = content(j)
					if _, err2 := backedUp(j); !errors.Is(err2, ErrDamaged) {
						t.Errorf("backup: error %v", err2)
					}
					mustClose(t, j)
				}
				if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), dir) {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}

func TestLaterVersionIsRefused(t *testing.T) {
	later := append(beginFrame(nil), magicName+"2\nwhat it likes"...)
	sealFrame(later, 0)
	if _, err := Open(Options{Dir: withLog(t, later)}); !errors.Is(err, ErrNewer) {
		t.Errorf("error %v", err)
	}
}

// Whatever stands in a log, what is found sound can be gone on from.
func FuzzExamine(f *testing.F) {
	text, ends, _ := written(f)
	f.Add(text)
	f.Add(text[:ends[1]+9])
	f.Add(append(text[:len(text):len(text)], 1, 2, 3))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		log := file{path: "log", number: 1}
		end, next, err := log.examine(text)
		if err != nil {
			return
		}
		frame := appendOp(beginFrame(nil), []byte("key"), nil)
		sealFrame(frame, next)
		text = append(text[:end:end], frame...)
		if again, after, err := log.examine(text); err != nil || again != len(text) || after != next+1 {
			t.Fatalf("ends at %d of %d, next %d, error %v", again, len(text), after, err)
		}
	})
}

func FuzzReadBackup(f *testing.F) {
	j := mustOpen(f, Options{Dir: f.TempDir()})
	mustCommit(f, j, put("a", "1"), put("b", ""))
	var b strings.Builder
	if err := j.Backup(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.String())
	f.Fuzz(func(_ *testing.T, text string) {
		_ = ReadBackup(strings.NewReader(text), func(_, _ []byte) error { return nil })
	})
}

// writerDir makes the test binary a writer to be killed.
const writerDir = "DIALTONE_TEST_WRITER_DIR"

// TestWriterProcess writes for ever and prints each number once it is acknowledged.
func TestWriterProcess(t *testing.T) {
	dir := os.Getenv(writerDir)
	if dir == "" {
		t.Skip("runs as a child of TestKill")
	}
	j := mustOpen(t, Options{Dir: dir, segment: 20_000, merge: 60_000})
	for i := range 1_000_000 {
		number := fmt.Sprint(i)
		mustCommit(t, j, put(fmt.Sprint("key", i%50), number), put("last", number+strings.Repeat("v", i%3000)))
		fmt.Println("ack", i)
	}
}

// TestKill: a killed writer has lost nothing that it was told is there, and nothing is
// there by half.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []int{1, 40, 400, 900} {
		acknowledged := killWriter(t, dir, n)
		j := mustOpen(t, Options{Dir: dir, segment: 20_000, merge: 60_000})
		got, err := content(j)
		if err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(got["last"], "v")
		if number != fmt.Sprint(acknowledged) && number != fmt.Sprint(acknowledged+1) {
			t.Fatalf("the last is %q, acknowledged was %d", number, acknowledged)
		}
		var last int
		if _, err := fmt.Sscan(number, &last); err != nil {
			t.Fatal(err)
		}
		for i := max(0, last-49); i <= last; i++ {
			if key := fmt.Sprint("key", i%50); got[key] != fmt.Sprint(i) {
				t.Fatalf("%s is %q after %d commits", key, got[key], last+1)
			}
		}
		mustClose(t, j)
	}
}

// killWriter lets a child write until it has acknowledged n commits, kills it and returns
// the last it acknowledged.
func killWriter(t *testing.T, dir string, n int) (last int) {
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
	last = -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "ack %d", &last); err != nil {
			t.Errorf("writer said %q", lines.Text())
			continue
		}
		if last == n {
			_ = child.Process.Kill()
		}
	}
	_ = child.Wait()
	if last < n {
		t.Fatalf("writer ended after %d commits", last)
	}
	return last
}

// A full disk refuses commits, keeps what there is, and takes them again with room.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 32)
	dir := filepath.Join(disk, "journal")
	j := mustOpen(t, Options{Dir: dir, segment: 1 << 20, merge: 4 << 20})
	mustCommit(t, j, put("first", "1"))
	filler := fillUp(t, disk)
	wanted := map[string]string{"first": "1"}
	var err error
	for i := 0; err == nil; i++ {
		key, value := fmt.Sprint("key", i%20), fmt.Sprint(i, strings.Repeat("v", 10_000))
		if err = j.Commit([]Op{put(key, value)}); err == nil {
			wanted[key] = value
		}
	}
	if !errors.Is(err, kv.ErrNoSpace) {
		t.Fatalf("on a full disk: error %v", err)
	}
	want(t, j, wanted)
	mustClose(t, j)
	j = mustOpen(t, Options{Dir: dir, segment: 1 << 20, merge: 4 << 20})
	want(t, j, wanted)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 { // several times what the disk takes
		key, value := fmt.Sprint("key", i%20), fmt.Sprint(i, strings.Repeat("w", 100_000))
		if err := j.Commit([]Op{put(key, value)}); errors.Is(err, kv.ErrNoSpace) {
			break // merging is behind
		} else if err != nil {
			t.Fatal(err)
		}
		wanted[key] = value
	}
	want(t, j, wanted)
	mustClose(t, j)
	want(t, mustOpen(t, Options{Dir: dir}), wanted)
}
