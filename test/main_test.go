package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the daemon under test, built once a run.
var binary string

// binaryVariable names the environment variable with a daemon that is built already.
const binaryVariable = "DAEMON_UNDER_TEST"

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	if binary = os.Getenv(binaryVariable); binary != "" {
		return m.Run() // one test of another run, in a namespace of its own
	}
	dir, err := os.MkdirTemp("", "dialtone-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "dialtone")
	args := []string{"build", "-ldflags", "-X main.version=1.2.3-test", "-o", binary}
	if raceEnabled {
		// The daemon's races are found, too, save in arithmetic alone, which would take ten
		// times as long: each daemon makes the built-in tune.
		args = append(args, "-race", "-gcflags=dialtone/internal/audio/...=-race=false")
	}
	build := exec.Command("go", append(args, "dialtone/cmd/dialtone")...)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "cannot build the daemon:", err)
		return 1
	}
	return m.Run()
}
