package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dialtone/store/record"
)

const (
	// childDir names the data folder to a child of TestKill.
	childDir     = "DIALTONE_TEST_KILL_DIR"
	killWriters  = 8
	killRounds   = 15
	soakedRounds = 200
)

// runChild is the process that gets killed: it writes and says what was acknowledged.
func runChild() bool {
	dir := os.Getenv(childDir)
	if dir == "" {
		return false
	}
	s, err := Open(Config{Dir: dir, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	var account record.ID
	s.View(func(v *View) { account = List[*record.Account](v, "", "", 1)[0].ID })
	var mu sync.Mutex
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = os.Stdout.WriteString(line) // one write a line: a pipe keeps it whole
	}
	say("ready\n")
	var writers sync.WaitGroup
	for n := range killWriters {
		writers.Go(func() { killWriter(s, account, n, say) })
	}
	writers.Wait()
	return true
}

// killWriter creates devices, changes them, and deletes every fourth.
func killWriter(s *Store, account record.ID, n int, say func(string)) {
	for i := 0; ; i++ {
		d := phone(account, randomMAC())
		err := s.Update(context.Background(), func(tx *Tx) error {
			d.ID = ""
			if err := tx.Create(d); err != nil {
				return err
			}
			err := tx.PutState(d.ID, account, func(state *record.DeviceState) { state.LastIP = d.MAC })
			return errors.Join(err, tx.Audit(account, record.AuditEntry{Event: "device.create", Resource: d.ID}))
		})
		if err != nil {
			say(fmt.Sprintln("error", err))
			return
		}
		say(fmt.Sprintf("created %s %s\n", d.ID, d.MAC))
		if (i+n)%4 > 0 {
			continue
		}
		say(fmt.Sprintf("deleting %s\n", d.ID))
		err = s.Update(context.Background(), func(tx *Tx) error {
			err := tx.Delete(d.ID, d.Revision)
			return errors.Join(err, tx.Audit(account, record.AuditEntry{Event: "device.delete", Resource: d.ID}))
		})
		if err != nil {
			say(fmt.Sprintln("error", err))
			return
		}
		say(fmt.Sprintf("deleted %s\n", d.ID))
	}
}

func randomMAC() string {
	return record.MAC{0x80, 0x5e, byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32())}.String()
}

// told is what children have said of devices.
type told struct {
	there    map[record.ID]string // acknowledged; MAC
	deleting map[record.ID]bool   // asked for, not acknowledged
	gone     map[record.ID]bool
}

func (k *told) line(line string) error {
	f := strings.Fields(line)
	switch {
	case line == "ready":
	case len(f) == 3 && f[0] == "created":
		k.there[record.ID(f[1])] = f[2]
	case len(f) == 2 && f[0] == "deleting":
		k.deleting[record.ID(f[1])] = true
	case len(f) == 2 && f[0] == "deleted":
		k.gone[record.ID(f[1])] = true
	default:
		return fmt.Errorf("child said %q", line)
	}
	return nil
}

// Whatever was acknowledged is there after a kill, whole, at whatever moment it comes.
func TestKill(t *testing.T) {
	rounds := killRounds
	if os.Getenv("DIALTONE_SOAK") == "1" {
		rounds = soakedRounds
	}
	created, deleted := 0, 0
	for left := rounds; left > 0; left -= roundsPerFolder {
		there, gone := killRepeatedly(t, min(left, roundsPerFolder))
		created, deleted = created+there, deleted+gone
	}
	t.Logf("%d devices created and %d deleted in %d rounds", created, deleted, rounds)
	if created == 0 {
		t.Error("no child has written anything")
	}
}

// roundsPerFolder bounds what has to be checked after each kill.
const roundsPerFolder = 20

// killRepeatedly kills writers on one data folder and checks it after each.
func killRepeatedly(t *testing.T, rounds int) (created, deleted int) {
	t.Helper()
	dir := t.TempDir()
	s := openWith(t, Config{Dir: dir})
	a := newAccount(t, s)
	closeStore(t, s)
	k := &told{map[record.ID]string{}, map[record.ID]bool{}, map[record.ID]bool{}}
	for round := range rounds {
		// Every third child may die while it opens the store, the others while they write.
		k.run(t, dir, time.Duration(rand.IntN(300))*time.Millisecond, round%3 > 0)
		s := openWith(t, Config{Dir: dir})
		k.check(t, s, a.ID)
		closeStore(t, s)
		if t.Failed() {
			t.Fatalf("after round %d", round+1)
		}
	}
	return len(k.there), len(k.gone)
}

// run starts a child, kills it after a while, counted from its start or from when it
// has opened the store, and notes what it has said.
func (k *told) run(t *testing.T, dir string, life time.Duration, opened bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(life, func() { _ = child.Process.Signal(syscall.SIGKILL) })
	defer timer.Stop()
	if opened {
		timer.Stop()
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if opened && line == "ready\n" {
			timer.Reset(life)
		}
		if err == nil {
			err = k.line(strings.TrimSuffix(line, "\n"))
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Error(err)
			break
		}
	}
	_ = child.Process.Signal(syscall.SIGKILL)
	_ = child.Wait() // it was killed
}

func (k *told) check(t *testing.T, s *Store, account record.ID) {
	t.Helper()
	checkIndex(t, s)
	if _, err := s.VerifyAudit(t.Context(), account); err != nil {
		t.Error(err)
	}
	s.View(func(v *View) {
		for id, mac := range k.there {
			d, ok := Get[*record.Device](v, id)
			switch {
			case k.gone[id] && ok:
				t.Errorf("deleted device %s is back", id)
			case !ok && !k.gone[id] && !k.deleting[id]:
				t.Errorf("acknowledged device %s is lost", id)
			case ok && (d.MAC != mac || v.State(id) == nil || v.State(id).LastIP != mac):
				t.Errorf("device %s has MAC %s and state %+v, want %s", id, d.MAC, v.State(id), mac)
			case !ok && v.State(id) != nil:
				t.Errorf("deleted device %s has a state", id)
			}
		}
	})
}
