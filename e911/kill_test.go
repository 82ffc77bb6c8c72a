package e911

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"dialtone/store/record"
)

// killEnv names the folder a process of its own works in until it is killed, pointEnv the
// point where, portEnv that of a mail relay.
const (
	killEnv  = "E911_KILL_DIR"
	pointEnv = "E911_KILL_POINT"
	portEnv  = "E911_KILL_PORT"
)

func killDir() string { return os.Getenv(killEnv) }

// die places a call and is killed on the way.
func die(dir string) {
	t := &dying{}
	r := open(t, dir)
	point := os.Getenv(pointEnv)
	r.reached = func(p string) {
		if p == point {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	r.place("call_1")
	r.mailed(record.StageStarted)
	r.reached("mailed")
	if port := os.Getenv(portEnv); port != "" { // whoever listens there kills us
		if point == "accepted" {
			r.blockStore()
		}
		_ = r.sender(port).Serve(context.Background())
	}
	r.Answered("call_1", "prva_1")
	r.mailed(record.StageAnswered)
	r.reached("answered")
	os.Exit(3) // it should have been killed
}

// dying is the test of a process without one.
type dying struct{ testing.TB }

func (*dying) Helper()               {}
func (*dying) Fatal(...any)          { os.Exit(4) }
func (*dying) Fatalf(string, ...any) { os.Exit(4) }
func (*dying) Error(...any)          {}

// TestKilled: wherever the process is killed once there is a plan, everybody is told, once.
func TestKilled(t *testing.T) {
	for _, tt := range []struct {
		point     string
		recovered bool
		ended     bool // a second mail says that the rest is unknown
	}{
		{"slot", true, false},
		{"sent", true, false},
		{"commit", true, false},
		{"committed", false, true},
		{"mailed", false, true},
		{"answered", false, true},
	} {
		t.Run(tt.point, func(t *testing.T) {
			t.Parallel()
			for range rounds() {
				killedAt(t, tt.point, tt.recovered, tt.ended)
			}
		})
	}
}

// rounds is how often each point is tried.
func rounds() int {
	if os.Getenv("DIALTONE_SOAK") != "" {
		return 200
	}
	return 8
}

// kill runs a process that is killed at a point, and gives its folder.
func kill(t *testing.T, point string, more ...string) (dir string, cmd *exec.Cmd) {
	t.Helper()
	dir = t.TempDir()
	cmd = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), append(more, killEnv+"="+dir, pointEnv+"="+point)...)
	return dir, cmd
}

// killed fails the test when a process has not been killed.
func killed(t *testing.T, cmd *exec.Cmd, err error, out []byte) {
	t.Helper()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("not killed: %v\n%s", err, out)
	}
}

func killedAt(t *testing.T, point string, recovered, ended bool) {
	t.Helper()
	dir, cmd := kill(t, point)
	out, err := cmd.CombinedOutput()
	killed(t, cmd, err, out)
	r := open(t, dir)
	defer r.close()
	stage := record.StageStarted
	if ended {
		stage = record.StageEnded
	}
	c, mails := r.mailed(stage)
	if c.Recovered != recovered || c.Outcome != record.EmergencyInterrupted {
		t.Errorf("recovered %v, outcome %s", c.Recovered, c.Outcome)
	}
	for _, to := range everybody() {
		if mails[to+" "+record.StageStarted] == nil {
			t.Errorf("%s is not told: %v", to, mails)
		}
	}
	r.settled("slots let go", func(*record.EmergencyCall) bool { return r.slots.inUse() == 0 })
}

// everybody is who is told at the office.
func everybody() []string {
	return []string{"desk@example.com", "Guard@example.com", "floor12@example.com"}
}

// TestRestartsAgain: what was recovered once is not told again.
func TestRestartsAgain(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), killEnv+"="+dir, pointEnv+"=sent")
	_ = cmd.Run()
	var ids []string
	for range 3 {
		r := open(t, dir)
		c, mails := r.mailed(record.StageStarted)
		ids = append(ids, mails["desk@example.com started"].MessageID)
		if len(mails) != 3 || c.ID == "" {
			t.Errorf("%d mails", len(mails))
		}
		r.settled("slots let go", func(*record.EmergencyCall) bool { return r.slots.inUse() == 0 })
		r.close()
	}
	if ids[0] != ids[1] || ids[1] != ids[2] {
		t.Errorf("message identifiers %v", ids)
	}
	if _, err := os.Stat(filepath.Join(dir, "slots")); err != nil {
		t.Error(err)
	}
}
